import type { SupervisionConfig } from '../config/document.js';
import type { Logger } from '../logger.js';
import type { PipelineState } from './ledger.js';
import type { Fault, Readiness } from './messages.js';
import type { PipelineProcesses } from './processes.js';
import type { PipelineResult } from './result.js';

export interface SupervisorEvents {
  onResult(result: PipelineResult): void;
  onState?(state: PipelineState): void;
  onReady?(readiness: Readiness): void;
  /** A fault of the pipeline or of its process; it has been logged. */
  onFault?(fault: Fault): void;
  /** Nothing has worked yet, and with this model nothing will. It is tried on, with growing pauses. */
  onUnusable?(fault: Fault): void;
}

export interface SupervisorOptions {
  readonly config: SupervisionConfig;
  readonly processes: PipelineProcesses;
  readonly logger: Logger;
  /** How many of the last frames can be asked for. */
  readonly keepFrames: number;
  /** Where in the interval it ticks, 0..1. */
  readonly phase: number;
}
