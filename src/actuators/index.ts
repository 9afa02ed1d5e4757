import type { ActionConfig, ActuatorsConfig } from '../config/action.js';
import type { Logger } from '../logger.js';
import { CommandActuator } from './command.js';
import { SnapshotActuator, UploadActuator, type TakeEvidence } from './evidence.js';
import { GpioActuator } from './gpio.js';
import { HttpActuator } from './http.js';
import { IotCoreActuator, TopicActuator } from './messages.js';

export { ActionLane, type ActionCounters, type FailSafeCause } from './lane.js';

/** The rule that fired, and on what. */
export interface Occasion {
  readonly rule: string;
  readonly label: string;
  readonly confidence: number;
  /** Of the result. */
  readonly id: string;
  /** Gets what the result was made of: soon, since it is kept for a few frames only. */
  readonly takeEvidence: TakeEvidence;
}

/** Does what a rule asks for. */
export interface Actuator {
  /** What it does, in a few words. No secrets. */
  readonly summary: string;
  /** Rejects where it failed; the caller counts and logs it. The signal ends it when its time is over. */
  act(occasion: Occasion, signal: AbortSignal): Promise<void>;
  /** The condition of the rule no longer holds. */
  release?(): Promise<void>;
  /** Goes into the state that does no harm. */
  failSafe?(signal: AbortSignal): Promise<void>;
  /** For good. */
  close?(): Promise<void>;
}

/** What actuators are given to act with. */
export interface ActuatorContext {
  readonly names: { readonly thingName: string; readonly pipeline: string };
  readonly allowed: ActuatorsConfig;
  publish(topic: string, payload: string): Promise<void>;
  publishToIotCore(topic: string, payload: string, qos: 0 | 1): Promise<void>;
  /** Fills in {thingName} and {pipeline}. */
  fillIn(text: string): string;
  /** Hands a picture or a window over for S3. */
  upload(item: {
    bucket: string;
    key: string;
    contentType: string;
    region?: string;
    body: Uint8Array;
  }): Promise<void>;
  readonly logger: Logger;
}

export function createActuator(config: ActionConfig, context: ActuatorContext): Actuator {
  switch (config.type) {
    case 'topic':
      return new TopicActuator(config, context);
    case 'iotCore':
      return new IotCoreActuator(config, context);
    case 'command':
      return new CommandActuator(config, context);
    case 'http':
      return new HttpActuator(config, context);
    case 'gpio':
      return new GpioActuator(config, context);
    case 'snapshot':
      return new SnapshotActuator(config, context);
    case 'upload':
      return new UploadActuator(config, context);
  }
}
