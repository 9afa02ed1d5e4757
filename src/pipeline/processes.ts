import { fileURLToPath } from 'node:url';
import { describeError } from '../errors/index.js';
import type { Logger } from '../logger.js';
import { PipelineProcess, type ProcessOptions } from './pipeline-process.js';
import type { PipelineSeat, SeatEvents } from './seat.js';
import type { PipelineSpec } from './spec.js';

/** Compiled code in every case: the tests, too, run this module from the sources. */
const pipelineEntry = fileURLToPath(new URL('../../dist/pipeline/process.js', import.meta.url));

/** The pipeline processes of a device: those of one model share one, unless they are to be alone. */
export class PipelineProcesses {
  readonly #logger: Logger;
  readonly #options: ProcessOptions;
  readonly #shared = new Map<string, PipelineProcess>();
  #spare: PipelineProcess | undefined;

  constructor(logger: Logger, options: Partial<ProcessOptions> = {}) {
    this.#logger = logger;
    this.#options = { entry: pipelineEntry, limitMs: 5_000, ...options };
  }

  /** Starts a process for whichever pipeline comes first, while the configuration is still on its way. */
  prepare(): void {
    this.#spare ??= this.#start();
  }

  /** Ends the prepared process that no pipeline took. */
  dismiss(): void {
    this.#spare?.kill();
    this.#spare = undefined;
  }

  /** @param alone in a process of its own, whatever the configuration says */
  seat(spec: PipelineSpec, alone: boolean, events: SeatEvents): PipelineSeat {
    const shares = !alone && spec.process === 'shared';
    const key = JSON.stringify([spec.model, spec.dlr]);
    for (const [other, process] of this.#shared) if (process.closed) this.#shared.delete(other);
    const process = (shares && this.#shared.get(key)) || this.#take();
    if (shares) this.#shared.set(key, process);
    return process.seat(spec.name, events);
  }

  #take(): PipelineProcess {
    const spare = this.#spare;
    this.#spare = undefined;
    return spare && !spare.closed ? spare : this.#start();
  }

  #start(): PipelineProcess {
    const process = new PipelineProcess(this.#options, {
      onUnkillable: (error) => this.#logger.error({ code: error.code }, describeError(error)),
    });
    process.start();
    return process;
  }
}
