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

  constructor(logger: Logger, options: Partial<ProcessOptions> = {}) {
    this.#logger = logger;
    this.#options = { entry: pipelineEntry, limitMs: 5_000, ...options };
  }

  /** @param alone in a process of its own, whatever the configuration says */
  seat(spec: PipelineSpec, alone: boolean, events: SeatEvents): PipelineSeat {
    const key = JSON.stringify([spec.model, spec.dlr]);
    const shares = !alone && spec.process === 'shared';
    const process = (shares && this.#shared.get(key)) || this.#start(() => this.#shared.delete(key), shares);
    if (shares) this.#shared.set(key, process);
    return process.seat(spec.name, events);
  }

  #start(onClosed: () => void, shares: boolean): PipelineProcess {
    const process = new PipelineProcess(this.#options, {
      onClosed: () => {
        if (shares) onClosed();
      },
      onUnkillable: (error) => this.#logger.error({ code: error.code }, describeError(error)),
    });
    process.start();
    return process;
  }
}
