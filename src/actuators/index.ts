import type { ActionConfig } from '../config/rule.js';
import { TopicActuator } from './topic.js';

/** Does what a rule asks for. */
export interface Actuator {
  /** @throws what the transport throws; the caller counts and logs it */
  act(): Promise<void>;
}

/** What actuators are given to act with. */
export interface ActuatorContext {
  publish(topic: string, payload: string): Promise<void>;
  /** Fills in {thingName} and {pipeline}. */
  fillIn(topic: string): string;
}

export function createActuator(config: ActionConfig, context: ActuatorContext): Actuator {
  return new TopicActuator(config, context);
}
