import type { Logger } from '../logger.js';
import { HostedPipeline } from './hosted-pipeline.js';
import type { FromProcess, Pulse, ToProcess } from './messages.js';
import { SharedModel } from './shared-model.js';

/** The pipelines of one process, by their seats. They share one model, which is loaded for the first of them. */
export class PipelineHost {
  readonly #send: (message: FromProcess) => void;
  readonly #logger: Logger;
  readonly #model = new SharedModel();
  readonly #pipelines = new Map<number, HostedPipeline>();

  constructor(send: (message: FromProcess) => void, logger: Logger) {
    this.#send = send;
    this.#logger = logger;
  }

  get pulses(): ReadonlyMap<number, Pulse> {
    return new Map([...this.#pipelines].map(([seat, pipeline]) => [seat, pipeline.pulse]));
  }

  receive({ seat, message }: Extract<ToProcess, { type: 'seat' }>): void {
    if (message.type !== 'start') {
      this.#pipelines.get(seat)?.receive(message);
      return;
    }
    const { spec, options } = message;
    const pipeline = new HostedPipeline(spec, options, {
      model: this.#model,
      send: (news) => this.#send({ type: 'seat', seat, message: news }),
      logger: this.#logger.child({ pipeline: spec.name }),
    });
    this.#pipelines.set(seat, pipeline);
    void pipeline.run().then(() => {
      this.#pipelines.delete(seat);
      this.#send({ type: 'seat', seat, message: { type: 'left' } });
    });
  }

  /** Lets each pipeline finish the frame that it has begun, then frees the model. */
  async close(): Promise<void> {
    await Promise.all([...this.#pipelines.values()].map((pipeline) => pipeline.stop()));
    await this.#model.dispose();
  }
}
