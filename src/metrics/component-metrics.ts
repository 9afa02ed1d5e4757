import { Counter, Gauge, Histogram, Registry } from 'prom-client';
import type { ActionOutcome, Observer } from '../observer.js';
import type { SampleCounts } from '../feedback/index.js';
import type { PipelineStatus } from '../pipeline/ledger.js';
import { lost } from '../pipeline/result.js';
import type { NativeResult } from '../publish/index.js';
import type { SpoolStatus } from '../spool/index.js';
import type { PipelineStatusMessage } from '../status-message.js';
import { metrics, type MetricName } from './definitions.js';

/** What is asked at each look, rather than told. */
export interface MetricSources {
  /** Name of the device: a label of every metric. */
  readonly thing: string;
  pipelines(): Readonly<Record<string, PipelineStatus>>;
  spool(): SpoolStatus | undefined;
  /** By pipeline. */
  feedback(): Readonly<Record<string, SampleCounts>> | undefined;
  nucleusConnected(): boolean;
  memoryBytes(): number;
}

/** From a fraction of a millisecond to a model that takes seconds. */
const buckets = [0.0005, 0.001, 0.002, 0.005, 0.01, 0.02, 0.05, 0.1, 0.2, 0.5, 1, 2, 5];
/** Each label is a time series: a model of a thousand classes must not become a thousand of them. */
const maxLabels = 100;

/** Counts what the component does, in Prometheus' terms. Nothing leaves the device by this: somebody has to ask. */
export class ComponentMetrics implements Observer {
  readonly registry = new Registry();
  readonly #sources: MetricSources;
  readonly #startedAt = performance.now();
  readonly #labels = new Map<string, Set<string>>();
  readonly #published = new Map<string, PipelineStatusMessage['published']>();
  readonly #lastResult: Gauge;
  readonly #results: Counter;
  readonly #predictions: Counter;
  readonly #stages: Histogram;
  readonly #actions: Counter;
  readonly #swaps: Counter;
  readonly #faults: Counter;

  constructor(sources: MetricSources) {
    this.#sources = sources;
    this.registry.setDefaultLabels({ thing: sources.thing });
    this.#results = this.#counter('mli_results_total');
    this.#predictions = this.#counter('mli_predictions_total');
    this.#stages = new Histogram({ ...this.#options('mli_stage_seconds'), buckets });
    this.#actions = this.#counter('mli_actions_total');
    this.#swaps = this.#counter('mli_model_swaps_total');
    this.#faults = this.#counter('mli_faults_total');
    this.#lastResult = this.#gauge('mli_last_result_timestamp_seconds');
    this.#lookAtPipelines();
    this.#lookAtComponent();
    this.#lookAtSpool();
    this.#lookAtFeedback();
  }

  onResult({ pipeline, predictions, timingsMs }: NativeResult): void {
    this.#results.inc({ pipeline });
    const label = predictions[0]?.label;
    if (label !== undefined) this.#predictions.inc({ pipeline, label: this.#bounded(pipeline, label) });
    for (const [stage, ms] of Object.entries(timingsMs)) this.#stages.observe({ pipeline, stage }, ms / 1000);
    this.#lastResult.set({ pipeline }, Date.now() / 1000);
  }

  onAction({ pipeline, rule, failure }: ActionOutcome): void {
    this.#actions.inc({ pipeline, rule, outcome: failure === undefined ? 'done' : 'failed' });
  }

  onStatus({ pipeline, event, published }: PipelineStatusMessage): void {
    this.#published.set(pipeline, published);
    if (event.type === 'model-swapped') this.#swaps.inc({ pipeline, outcome: 'swapped' });
    if (event.type === 'model-rejected') this.#swaps.inc({ pipeline, outcome: 'rejected' });
  }

  onFault(pipeline: string | undefined, { code }: { readonly code: string }): void {
    this.#faults.inc({ pipeline: pipeline ?? '', code });
  }

  /** The series of a pipeline that is no more end. */
  onRemoved(pipeline: string): void {
    this.#labels.delete(pipeline);
    this.#published.delete(pipeline);
    this.#lastResult.remove({ pipeline });
  }

  /** Text in Prometheus' exposition format. */
  text(): Promise<string> {
    return this.registry.metrics();
  }

  /** What the pipelines and the supervisor count themselves is read when somebody asks. */
  #lookAtPipelines(): void {
    const each = (use: (pipeline: string, status: PipelineStatus) => void) => () => {
      for (const [pipeline, status] of Object.entries(this.#sources.pipelines())) use(pipeline, status);
    };
    const frames = this.#counter('mli_frames_total', () => {
      frames.reset();
      each((pipeline, { counters }) => {
        for (const [fate, count] of Object.entries(counters)) frames.inc({ pipeline, fate }, count);
      })();
    });
    const dropped = this.#counter('mli_dropped_total', () => {
      dropped.reset();
      each((pipeline, { counters }) => {
        dropped.inc({ pipeline }, lost(counters));
      })();
    });
    const restarts = this.#counter('mli_restarts_total', () => {
      restarts.reset();
      each((pipeline, status) => restarts.inc({ pipeline }, status.restarts))();
    });
    const published = this.#counter('mli_published_total', () => {
      published.reset();
      for (const [pipeline, counts] of this.#published)
        for (const [outcome, count] of Object.entries(counts)) published.inc({ pipeline, outcome }, count);
    });
    const running = this.#gauge('mli_pipeline_running', () => {
      running.reset();
      each((pipeline, { state }) => running.set({ pipeline }, state === 'running' ? 1 : 0))();
    });
    const models = this.#gauge('mli_model_info', () => {
      models.reset();
      each((pipeline, { model }) => {
        if (!model) return;
        const { name, version, digest, runtime, target } = model;
        models.set({ pipeline, model: name, version, digest, runtime, target }, 1);
      })();
    });
  }

  #lookAtComponent(): void {
    const sources = this.#sources;
    const connected = this.#gauge('mli_nucleus_connected', () =>
      connected.set(sources.nucleusConnected() ? 1 : 0),
    );
    const memory = this.#gauge('mli_memory_bytes', () => memory.set(sources.memoryBytes()));
    const uptime = this.#gauge('mli_uptime_seconds', () =>
      uptime.set((performance.now() - this.#startedAt) / 1000),
    );
  }

  #lookAtSpool(): void {
    const lanes = () => Object.entries(this.#sources.spool() ?? {}) as [string, SpoolStatus['results']][];
    const items = this.#gauge('mli_spool_items', () => {
      for (const [lane, { waiting }] of lanes()) items.set({ lane }, waiting);
    });
    const bytes = this.#gauge('mli_spool_bytes', () => {
      for (const [lane, { diskBytes }] of lanes()) bytes.set({ lane }, diskBytes);
    });
    const sent = this.#counter('mli_spool_sent_total', () => {
      sent.reset();
      for (const [lane, status] of lanes()) sent.inc({ lane }, status.sent);
    });
    const lost = this.#counter('mli_spool_lost_total', () => {
      lost.reset();
      for (const [lane, { lostToBudget, lostWithoutDisk, damaged, refused }] of lanes())
        for (const [reason, count] of Object.entries({ lostToBudget, lostWithoutDisk, damaged, refused }))
          lost.inc({ lane, reason }, count);
    });
  }

  #lookAtFeedback(): void {
    const samples = this.#counter('mli_feedback_samples_total', () => {
      samples.reset();
      for (const [pipeline, counts] of Object.entries(this.#sources.feedback() ?? {}))
        for (const [outcome, count] of Object.entries(counts) as [string, number][])
          samples.inc({ pipeline, outcome }, count);
    });
  }

  #bounded(pipeline: string, label: string): string {
    let known = this.#labels.get(pipeline);
    if (!known) this.#labels.set(pipeline, (known = new Set()));
    if (known.has(label)) return label;
    if (known.size >= maxLabels - 1) return 'other';
    known.add(label);
    return label;
  }

  #counter(name: MetricName, collect?: () => void): Counter {
    return new Counter({ ...this.#options(name), ...(collect && { collect }) });
  }

  #gauge(name: MetricName, collect?: () => void): Gauge {
    return new Gauge({ ...this.#options(name), ...(collect && { collect }) });
  }

  #options(name: MetricName) {
    const { help, labels } = metrics[name];
    return { name, help, labelNames: [...labels], registers: [this.registry] };
  }
}
