/** One metric, as docs/metrics.md lists it. */
export interface MetricDefinition {
  readonly type: 'counter' | 'gauge' | 'histogram';
  readonly unit: 'seconds' | 'bytes' | 'count' | 'boolean' | 'timestamp';
  readonly labels: readonly string[];
  readonly help: string;
  /** Name, unit and factor of the same metric in CloudWatch, where it goes there. */
  readonly cloudWatch?: {
    readonly name: string;
    readonly unit: 'Count' | 'Bytes' | 'Milliseconds' | 'None';
    readonly factor?: number;
  };
}

const define = <T extends string>(definitions: Record<T, MetricDefinition>): Record<T, MetricDefinition> =>
  definitions;

/** All metrics of the component: the one truth for Prometheus, CloudWatch and docs/metrics.md. Names by Prometheus' rules. */
export const metrics = define({
  mli_results_total: {
    type: 'counter',
    unit: 'count',
    labels: ['pipeline'],
    help: 'Results: frames that went through the model and were decoded.',
    cloudWatch: { name: 'Results', unit: 'Count' },
  },
  mli_predictions_total: {
    type: 'counter',
    unit: 'count',
    labels: ['pipeline', 'label'],
    help: 'Results by their best label; from the 100th different label on, the label is "other".',
  },
  mli_stage_seconds: {
    type: 'histogram',
    unit: 'seconds',
    labels: ['pipeline', 'stage'],
    help: 'Time of a frame in each stage: capture, preprocess, infer, decode. What reduces a picture belongs to preprocess where OpenCV does it, to infer where the engine does.',
  },
  mli_frames_total: {
    type: 'counter',
    unit: 'count',
    labels: ['pipeline', 'fate'],
    help: 'What became of frames and ticks: each counter of the pipeline, such as captured, inferred, framesSuperseded, picturesUnreadable, ticksMissed, sourceFaults, inferenceFaults, outputsInvalid.',
  },
  mli_dropped_total: {
    type: 'counter',
    unit: 'count',
    labels: ['pipeline'],
    help: 'Frames and ticks that gave no result: the sum of the fates that lose something.',
    cloudWatch: { name: 'Dropped', unit: 'Count' },
  },
  mli_published_total: {
    type: 'counter',
    unit: 'count',
    labels: ['pipeline', 'outcome'],
    help: 'Messages by what became of them: local, cloud, localFailed, cloudFailed, localDropped, cloudDropped, localLimited, cloudLimited.',
  },
  mli_actions_total: {
    type: 'counter',
    unit: 'count',
    labels: ['pipeline', 'rule', 'outcome'],
    help: 'Actions of rules: done or failed.',
  },
  mli_restarts_total: {
    type: 'counter',
    unit: 'count',
    labels: ['pipeline'],
    help: 'Times that the process of the pipeline was replaced after a fault.',
    cloudWatch: { name: 'Restarts', unit: 'Count' },
  },
  mli_model_swaps_total: {
    type: 'counter',
    unit: 'count',
    labels: ['pipeline', 'outcome'],
    help: 'Models that took over (swapped) or were refused (rejected).',
  },
  mli_model_info: {
    type: 'gauge',
    unit: 'boolean',
    labels: ['pipeline', 'model', 'version', 'digest', 'runtime', 'target'],
    help: 'Always 1: its labels say which model is at work.',
  },
  mli_pipeline_running: {
    type: 'gauge',
    unit: 'boolean',
    labels: ['pipeline'],
    help: '1 while the pipeline is at work, else 0.',
    cloudWatch: { name: 'Running', unit: 'None' },
  },
  mli_last_result_timestamp_seconds: {
    type: 'gauge',
    unit: 'timestamp',
    labels: ['pipeline'],
    help: 'When the last result came, in seconds since the epoch.',
  },
  mli_faults_total: {
    type: 'counter',
    unit: 'count',
    labels: ['pipeline', 'code'],
    help: 'Faults by their code.',
    cloudWatch: { name: 'Faults', unit: 'Count' },
  },
  mli_spool_items: {
    type: 'gauge',
    unit: 'count',
    labels: ['lane'],
    help: 'What waits on the disk: results for IoT Core, uploads for S3.',
    cloudWatch: { name: 'SpoolDepth', unit: 'Count' },
  },
  mli_spool_bytes: {
    type: 'gauge',
    unit: 'bytes',
    labels: ['lane'],
    help: 'Space that it takes on the disk.',
  },
  mli_spool_sent_total: {
    type: 'counter',
    unit: 'count',
    labels: ['lane'],
    help: 'Results and uploads that arrived.',
  },
  mli_spool_lost_total: {
    type: 'counter',
    unit: 'count',
    labels: ['lane', 'reason'],
    help: 'What was given up: lostToBudget, lostWithoutDisk, damaged, refused.',
    cloudWatch: { name: 'SpoolLost', unit: 'Count' },
  },
  mli_feedback_samples_total: {
    type: 'counter',
    unit: 'count',
    labels: ['pipeline', 'outcome'],
    help: 'Samples for the cloud: done, notUsed by the strategy, refused, lost; unlisted in a manifest; manifestsRefused.',
  },
  mli_nucleus_connected: {
    type: 'gauge',
    unit: 'boolean',
    labels: [],
    help: '1 while the Greengrass nucleus answers, else 0.',
  },
  mli_memory_bytes: {
    type: 'gauge',
    unit: 'bytes',
    labels: [],
    help: 'Memory of the component and its pipeline processes: proportional set size, by Linux.',
    cloudWatch: { name: 'Memory', unit: 'Bytes' },
  },
  mli_uptime_seconds: {
    type: 'gauge',
    unit: 'seconds',
    labels: [],
    help: 'Since the component started.',
  },
});

export type MetricName = keyof typeof metrics;
