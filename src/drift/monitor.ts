import { performance } from 'node:perf_hooks';
import type { DriftConfig } from '../config/drift.js';
import { describeError } from '../errors/index.js';
import type { Logger } from '../logger.js';
import type { StateFile } from '../state-file.js';
import { kolmogorovSmirnov } from './kolmogorov-smirnov.js';
import { populationStability } from './population-stability.js';
import type { Reference } from './reference.js';
import { nothing, ObservationWindow, type Observation } from './window.js';

/** What a comparison came to. */
export interface DriftReport {
  /** Of either measure; stays until both have cleared. */
  readonly alarm: boolean;
  /** Population stability index of the labels. */
  readonly labels: number;
  /** Kolmogorov-Smirnov test of the confidences. */
  readonly confidence: { readonly distance: number; readonly probability: number };
  readonly samples: number;
  readonly referenceSamples: number;
}

export interface DriftMonitorOptions {
  readonly config: DriftConfig;
  readonly file: StateFile<Reference>;
  readonly onReport: (report: DriftReport) => void;
  readonly logger: Logger;
  /** Monotonic, in ms. */
  readonly now?: () => number;
}

/** Compares what a model says now with what it said at first: the mix of its labels, and how sure it is. */
export class DriftMonitor {
  readonly #options: DriftMonitorOptions;
  readonly #now: () => number;
  readonly #first: ObservationWindow;
  readonly #newest: ObservationWindow;
  #reference: Reference | undefined;
  #digest: string | undefined;
  #comparedAtMs = -Infinity;
  #alarm = { labels: false, confidence: false };
  #diskFault: string | undefined;

  constructor(options: DriftMonitorOptions) {
    this.#options = options;
    this.#now = options.now ?? (() => performance.now());
    this.#first = new ObservationWindow(options.config.reference.samples);
    this.#newest = new ObservationWindow(options.config.windowSamples);
  }

  /**
   * To be called in turn, one result after the other. Never rejects.
   * @param digest of the model
   * @param best prediction of the frame; undefined where it has none
   */
  async observe(digest: string, best: Observation | undefined): Promise<void> {
    if (digest !== this.#digest) await this.#begin(digest);
    if (!this.#reference) {
      this.#first.add(best ?? nothing);
      if (this.#first.full) await this.#keepReference(digest);
      return;
    }
    this.#newest.add(best ?? nothing);
    const { intervalSeconds } = this.#options.config;
    if (!this.#newest.full || this.#now() - this.#comparedAtMs < intervalSeconds * 1000) return;
    this.#comparedAtMs = this.#now();
    this.#options.onReport(this.#compare(this.#reference));
  }

  /** Another model, or the first result after a start: its reference may be on the disk. */
  async #begin(digest: string): Promise<void> {
    this.#digest = digest;
    this.#reference = undefined;
    this.#alarm = { labels: false, confidence: false };
    this.#first.clear();
    this.#newest.clear();
    const kept = await this.#options.file.read().catch((error: unknown) => {
      this.#sayDiskFault(error);
      return undefined;
    });
    if (kept?.digest === digest && kept.name === this.#options.config.reference.name) this.#reference = kept;
  }

  async #keepReference(digest: string): Promise<void> {
    const { reference } = this.#options.config;
    this.#reference = {
      version: 1,
      digest,
      name: reference.name,
      labels: Object.fromEntries(this.#first.labels),
      confidences: this.#first.confidences,
    };
    this.#first.clear();
    await this.#options.file.write(this.#reference).catch((error: unknown) => this.#sayDiskFault(error));
  }

  #compare(reference: Reference): DriftReport {
    const { config } = this.#options;
    const labels = populationStability(new Map(Object.entries(reference.labels)), this.#newest.labels);
    const confidence = kolmogorovSmirnov(reference.confidences, this.#newest.confidences);
    // What chance explains neither raises the alarm nor keeps it up.
    const distance = confidence.probability < config.significance ? confidence.distance : 0;
    this.#alarm = {
      labels: alarmed(this.#alarm.labels, labels, config.labels),
      confidence: alarmed(this.#alarm.confidence, distance, config.confidence),
    };
    return {
      alarm: this.#alarm.labels || this.#alarm.confidence,
      labels,
      confidence,
      samples: this.#newest.size,
      referenceSamples: reference.confidences.length,
    };
  }

  /** The comparison goes on from memory; after a restart the reference is made anew. */
  #sayDiskFault(error: unknown): void {
    const reason = describeError(error);
    if (reason !== this.#diskFault)
      this.#options.logger.error(`The reference of the drift is not on the disk: ${reason}`);
    this.#diskFault = reason;
  }
}

const alarmed = (before: boolean, value: number, { alarm, clear }: DriftConfig['labels']): boolean =>
  before ? value > clear : value >= alarm;
