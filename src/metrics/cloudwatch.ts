import type { MetricDefinition } from './definitions.js';
import { metrics } from './definitions.js';
import type { ComponentMetrics } from './component-metrics.js';

/** A request of the component aws.greengrass.Cloudwatch, one metric each; it batches them itself. */
export interface CloudWatchRequest {
  readonly request: {
    readonly namespace: string;
    readonly metricData: {
      readonly metricName: string;
      readonly dimensions: readonly { readonly name: string; readonly value: string }[];
      /** Seconds since the epoch. */
      readonly timestamp: number;
      readonly value: number;
      readonly unit: string;
    };
  };
}

/**
 * Turns the metrics into requests for CloudWatch: counters as what came since the last time, gauges as they are.
 * @see the AWS IoT Greengrass developer guide, "Amazon CloudWatch metrics component", input data
 */
export class CloudWatchMetrics {
  readonly #metrics: ComponentMetrics;
  readonly #namespace: string;
  readonly #thing: string;
  readonly #before = new Map<string, number>();

  constructor(from: ComponentMetrics, namespace: string, thing: string) {
    this.#metrics = from;
    this.#namespace = namespace;
    this.#thing = thing;
  }

  async requests(now: Date = new Date()): Promise<CloudWatchRequest[]> {
    const all = await this.#metrics.registry.getMetricsAsJSON();
    const requests: CloudWatchRequest[] = [];
    for (const { name, values } of all) {
      const { cloudWatch, type } = (metrics as Partial<Record<string, MetricDefinition>>)[name] ?? {};
      if (!cloudWatch) continue;
      for (const [pipeline, value] of sums(values)) {
        requests.push(
          this.#request(
            cloudWatch,
            pipeline,
            type === 'counter' ? this.#since(name, pipeline, value) : value,
            now,
          ),
        );
      }
    }
    return requests;
  }

  #since(name: string, pipeline: string, value: number): number {
    const key = `${name} ${pipeline}`;
    const before = this.#before.get(key) ?? 0;
    this.#before.set(key, value);
    // A counter that fell was begun anew.
    return value >= before ? value - before : value;
  }

  #request(
    { name, unit, factor = 1 }: NonNullable<MetricDefinition['cloudWatch']>,
    pipeline: string,
    value: number,
    now: Date,
  ): CloudWatchRequest {
    const dimensions = [
      { name: 'thing', value: this.#thing },
      ...(pipeline === '' ? [] : [{ name: 'pipeline', value: pipeline }]),
    ];
    const timestamp = Math.floor(now.getTime() / 1000);
    return {
      request: {
        namespace: this.#namespace,
        metricData: { metricName: name, dimensions, timestamp, value: value * factor, unit },
      },
    };
  }
}

/** One value a pipeline: the other labels are too many dimensions, and each costs. */
function sums(
  values: readonly {
    readonly value: number;
    readonly labels: Readonly<Partial<Record<string, string | number>>>;
  }[],
): Map<string, number> {
  const result = new Map<string, number>();
  for (const { value, labels } of values) {
    const pipeline = String(labels['pipeline'] ?? '');
    result.set(pipeline, (result.get(pipeline) ?? 0) + value);
  }
  return result;
}
