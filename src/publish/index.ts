import type { LocalPublishConfig, PublishConfig } from '../config/publish.js';
import type { NativeResult } from './native-result.js';
import { CloudGate } from './cloud-gate.js';
import { formatAwsDlr } from './aws-dlr-format.js';
import { formatNative } from './native-format.js';
import { fillInTopic } from './topic.js';

export { nativeResultSchema, type NativeResult } from './native-result.js';
export { fillInTopic } from './topic.js';

/** Where messages go: the Greengrass client, or a test. */
export interface Transport {
  publish(topic: string, payload: string): Promise<void>;
  publishToIotCore(topic: string, payload: string, qos: 0 | 1): Promise<void>;
}

export interface PublishCounters {
  local: number;
  cloud: number;
  localFailed: number;
  cloudFailed: number;
  /** Not sent because too many before them still wait for their answer. */
  localDropped: number;
  cloudDropped: number;
}

type Formatter = (result: NativeResult) => string;

const formatters: Record<LocalPublishConfig['format'], Formatter> = {
  native: formatNative,
  'aws-dlr': (result) => formatAwsDlr(result),
};

interface CloudDestination {
  readonly topic: string;
  readonly format: Formatter;
  readonly qos: 0 | 1;
  readonly gate: CloudGate;
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
  };
  readonly #inFlight = { local: 0, cloud: 0 };
  readonly #local: { topic: string; format: Formatter } | undefined;
  readonly #cloud: CloudDestination | undefined;
  readonly #transport: Transport;
  readonly #onFailure: (error: unknown) => void;

  constructor(
    config: PublishConfig,
    names: { thingName: string; pipeline: string },
    transport: Transport,
    onFailure: (error: unknown) => void,
  ) {
    this.#transport = transport;
    this.#onFailure = onFailure;
    const { local, cloud } = config;
    if (local) this.#local = { topic: fillInTopic(local.topic, names), format: formatters[local.format] };
    if (cloud) {
      const qos = cloud.qos === 0 ? 0 : 1;
      this.#cloud = {
        topic: fillInTopic(cloud.topic, names),
        format: formatters[cloud.format],
        qos,
        gate: new CloudGate(cloud),
      };
    }
  }

  /** Settles when both transports have answered; a failure is counted and reported, never thrown: the next result goes on. */
  async publish(result: NativeResult, nowMs: number): Promise<void> {
    const local = this.#local;
    const cloud = this.#cloud;
    await Promise.all([
      local && this.#send('local', () => this.#transport.publish(local.topic, local.format(result))),
      cloud?.gate.admits(result, nowMs) && this.#publishToCloud(cloud, result),
    ]);
  }

  async #publishToCloud({ topic, format, qos, gate }: CloudDestination, result: NativeResult): Promise<void> {
    const arrived = await this.#send('cloud', () =>
      this.#transport.publishToIotCore(topic, format(result), qos),
    );
    if (!arrived) gate.forget();
  }

  /** @returns whether it arrived at the nucleus */
  async #send(where: 'local' | 'cloud', send: () => Promise<void>): Promise<boolean> {
    if (this.#inFlight[where] >= maxInFlight) {
      this.counters[`${where}Dropped`]++;
      return false;
    }
    this.#inFlight[where]++;
    try {
      await send();
      this.counters[where]++;
      return true;
    } catch (error) {
      this.counters[`${where}Failed`]++;
      this.#onFailure(error);
      return false;
    } finally {
      this.#inFlight[where]--;
    }
  }
}
