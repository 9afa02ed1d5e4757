import type { Configuration } from '../config/index.js';
import { describeError, isEdgeError } from '../errors/index.js';
import { ProbeFailure } from './probe.js';

/** What one look came to. */
export interface Finding {
  /** What was looked at, in a word or two. */
  readonly subject: string;
  /** problem: it will not work; warning: it may not; skipped: it could not be looked at, or is not needed. */
  readonly state: 'ok' | 'warning' | 'problem' | 'skipped';
  readonly message: string;
  readonly remedy?: string | undefined;
}

/** What the doctor knows of the machine before it looks. */
export interface Patient {
  /** Undefined where none was given or it is not valid. */
  readonly configuration: Configuration | undefined;
  readonly thingName: string;
  readonly environment: NodeJS.ProcessEnv;
  /** Where the product is installed. */
  readonly installFolder: string;
  /** Where the component keeps its state. */
  readonly stateFolder: string;
}

/** A look at one part of the machine. What it throws becomes a problem. */
export interface Check {
  readonly subject: string;
  look(patient: Patient): Promise<readonly Omit<Finding, 'subject'>[]>;
}

export const ok = (message: string) => ({ state: 'ok', message }) as const;
export const skipped = (message: string) => ({ state: 'skipped', message }) as const;
export const warning = (message: string, remedy: string) => ({ state: 'warning', message, remedy }) as const;
export const problem = (message: string, remedy?: string) => ({ state: 'problem', message, remedy }) as const;

/** An error as a finding: its sentence, and its remedy where it is one of ours. */
export const problemOf = (error: unknown) =>
  isEdgeError(error) || error instanceof ProbeFailure
    ? problem(error.message, error.remedy)
    : problem(describeError(error));
