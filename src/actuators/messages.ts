import type { ActionOf } from '../config/action.js';
import type { Actuator, ActuatorContext, Occasion } from './index.js';

/** Sends a fixed JSON message to a local topic, for the component that drives the gate. */
export class TopicActuator implements Actuator {
  readonly summary: string;
  readonly failSafe?: () => Promise<void>;
  readonly #send: (message: unknown) => Promise<void>;
  readonly #message: unknown;

  constructor({ topic, message, failSafe }: ActionOf<'topic'>, context: ActuatorContext) {
    this.summary = context.fillIn(topic);
    this.#message = message;
    this.#send = (value) => context.publish(this.summary, JSON.stringify(value));
    if (failSafe) this.failSafe = () => this.#send(failSafe.do);
  }

  act(): Promise<void> {
    return this.#send(this.#message);
  }
}

/** Sends a fixed JSON message to IoT Core, with what it was about. */
export class IotCoreActuator implements Actuator {
  readonly summary: string;
  readonly failSafe?: () => Promise<void>;
  readonly #send: (message: unknown) => Promise<void>;
  readonly #message: unknown;

  constructor({ topic, message, qos, failSafe }: ActionOf<'iotCore'>, context: ActuatorContext) {
    this.summary = context.fillIn(topic);
    this.#message = message;
    this.#send = (value) => context.publishToIotCore(this.summary, JSON.stringify(value), qos === 0 ? 0 : 1);
    if (failSafe) this.failSafe = () => this.#send(failSafe.do);
  }

  act(): Promise<void> {
    return this.#send(this.#message);
  }
}

/** Fills in what is known of the occasion; what is not known stays as it is. */
export const fillInOccasion = (text: string, occasion: Occasion | undefined, pipeline: string): string =>
  text
    .replaceAll('{pipeline}', pipeline)
    .replaceAll('{rule}', occasion?.rule ?? '{rule}')
    .replaceAll('{label}', occasion?.label ?? '{label}')
    .replaceAll('{confidence}', occasion ? occasion.confidence.toFixed(3) : '{confidence}');
