import type { LocalPublishConfig, PublishConfig } from '../config/publish.js';
import type { NativeResult } from './native-result.js';
import { formatAwsDlr } from './aws-dlr-format.js';
import { Gate } from './gate.js';
import { formatNative } from './native-format.js';
import { fillInTopic } from './topic.js';
import { formatV1, formatV1S3Model } from './v1-format.js';

export { nativeResultSchema, type NativeResult } from './native-result.js';
export { fillInTopic } from './topic.js';

/** Where messages go: the Greengrass client, or a test. */
export interface Transport {
  publish(topic: string, payload: string): Promise<void>;
  publishToIotCore(topic: string, payload: string, qos: 0 | 1): Promise<void>;
}

export interface PublishCounters {
  local: number;
  /** Handed over for IoT Core: to the spool, where there is one. */
  cloud: number;
  localFailed: number;
  cloudFailed: number;
  /** Not sent because too many before them still wait for their answer. */
  localDropped: number;
  cloudDropped: number;
  /** Not sent because of `minIntervalSeconds`. */
  localLimited: number;
  cloudLimited: number;
}

type Formatter = (result: NativeResult) => string;

const formatters: Record<LocalPublishConfig['format'], Formatter> = {
  native: formatNative,
  'aws-dlr': (result) => formatAwsDlr(result),
  v1: formatV1,
  'v1-s3-model': formatV1S3Model,
};

type Where = 'local' | 'cloud';

interface Destination {
  readonly where: Where;
  readonly gate: Gate;
  readonly format: Formatter;
  readonly send: (payload: string) => Promise<void>;
  /** Messages that wait for an answer. */
  inFlight: number;
}

/** So many messages may wait for an answer: a nucleus that is slow or away must not cost memory. */
const maxInFlight = 32;

/** Publishes the results of one pipeline: each to the local topic, changes and heartbeats to IoT Core. */
export class Publisher {
  readonly counters: PublishCounters = {
    local: 0,
    cloud: 0,
    localFailed: 0,
    cloudFailed: 0,
    localDropped: 0,
    cloudDropped: 0,
    localLimited: 0,
    cloudLimited: 0,
  };
  readonly #destinations: readonly Destination[];
  readonly #onFailure: (error: unknown) => void;

  constructor(
    { local, cloud }: PublishConfig,
    names: { thingName: string; pipeline: string },
    transport: Transport,
    onFailure: (error: unknown) => void,
  ) {
    this.#onFailure = onFailure;
    const destinations: Destination[] = [];
    const add = (where: Where, config: LocalPublishConfig, send: Destination['send']) =>
      destinations.push({
        where,
        gate: new Gate(config),
        format: formatters[config.format],
        send,
        inFlight: 0,
      });
    if (local) {
      const topic = fillInTopic(local.topic, names);
      add('local', local, (payload) => transport.publish(topic, payload));
    }
    if (cloud) {
      const topic = fillInTopic(cloud.topic, names);
      const qos = cloud.qos === 0 ? 0 : 1;
      add('cloud', cloud, (payload) => transport.publishToIotCore(topic, payload, qos));
    }
    this.#destinations = destinations;
  }

  /**
   * Settles when all transports have answered; a failure is counted and reported, never thrown: the next result goes on.
   * @param nowMs of the monotonic clock
   */
  async publish(result: NativeResult, nowMs: number): Promise<void> {
    await Promise.all(this.#destinations.map((destination) => this.#publishTo(destination, result, nowMs)));
  }

  async #publishTo(destination: Destination, result: NativeResult, nowMs: number): Promise<void> {
    const { where, gate, format, send } = destination;
    const verdict = gate.judge(result, nowMs);
    if (verdict === 'limited') this.counters[`${where}Limited`]++;
    if (verdict !== 'send') return;
    if (destination.inFlight >= maxInFlight) {
      this.counters[`${where}Dropped`]++;
      gate.forget();
      return;
    }
    destination.inFlight++;
    try {
      await send(format(result));
      this.counters[where]++;
    } catch (error) {
      this.counters[`${where}Failed`]++;
      gate.forget();
      this.#onFailure(error);
    } finally {
      destination.inFlight--;
    }
  }
}
