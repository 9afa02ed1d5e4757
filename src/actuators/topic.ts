import type { TopicActionConfig } from '../config/rule.js';
import type { Actuator, ActuatorContext } from './index.js';

/** Sends a fixed JSON message to a local topic, for the component that drives the gate. */
export class TopicActuator implements Actuator {
  readonly #context: ActuatorContext;
  readonly #topic: string;
  readonly #payload: string;

  constructor(config: TopicActionConfig, context: ActuatorContext) {
    this.#context = context;
    this.#topic = context.fillIn(config.topic);
    this.#payload = JSON.stringify(config.message);
  }

  act(): Promise<void> {
    return this.#context.publish(this.#topic, this.#payload);
  }
}
