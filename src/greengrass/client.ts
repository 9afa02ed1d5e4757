import { EventEmitter } from 'node:events';
import { EdgeError, isEdgeError } from '../errors/index.js';
import type { Logger } from '../logger.js';
import type { GreengrassCounters } from './counters.js';
import type { Endpoint } from './endpoint.js';
import { Link, type ClientEvents, type Subscription } from './link.js';
import { checkIotCorePayload, checkLocalPayload } from './message-size.js';
import type { ClientTimes } from './options.js';
import {
  configurationSource,
  iotCoreSource,
  topicSource,
  validationSource,
  type ConfigurationHandler,
  type ConfigurationValidator,
  type MessageHandler,
  type ReceiveMode,
} from './sources.js';
import { checkTopic, checkTopicFilter } from './topic.js';

/**
 * The component's connection to the nucleus: it reconnects for ever, opens every subscription again, and proves itself by a
 * heartbeat. Calls never hang: each has a time-out and ends with its connection. While it is open Node stays alive.
 */
export class GreengrassClient extends EventEmitter<ClientEvents> {
  private readonly link: Link;

  /** Use `createGreengrassClient`. */
  constructor(
    endpoint: Endpoint,
    times: ClientTimes,
    private readonly logger: Logger,
  ) {
    super();
    this.link = new Link(endpoint, times, logger, this);
  }

  get connected(): boolean {
    return this.link.connected;
  }

  get counters(): Readonly<GreengrassCounters> {
    return this.link.counters;
  }

  /**
   * Connects, and from now on reconnects until `close`. A nucleus that is not there yet is waited for.
   * @param options.timeoutMs rejects after that time with IPC_CONNECT_FAILED, while the attempts go on; without it there is no end.
   * @throws EdgeError IPC_SDK_MISSING, IPC_CONNECT_FAILED, IPC_CLOSED
   */
  connect(options: { timeoutMs?: number } = {}): Promise<void> {
    return this.link.connect(options.timeoutMs);
  }

  /** Ends every subscription and the connection. Idempotent; after it nothing of the client keeps the process alive. */
  close(): Promise<void> {
    return this.link.close();
  }

  /**
   * Publishes to a local topic, as binaryMessage. A string is sent as UTF-8.
   * @throws EdgeError TOPIC_INVALID, MESSAGE_TOO_LARGE, IPC_UNAUTHORIZED, IPC_TIMEOUT, IPC_DISCONNECTED, IPC_SERVICE_ERROR
   */
  async publish(
    topic: string,
    payload: Uint8Array | string,
    options: { timeoutMs?: number } = {},
  ): Promise<void> {
    const message = toBytes(payload);
    await this.counted(async () => {
      checkTopic(topic);
      checkLocalPayload(topic, message);
      await this.link.call({ operation: 'PublishToTopic', resource: topic }, options.timeoutMs, (client) =>
        client.publishToTopic({ topic, publishMessage: { binaryMessage: { message } } }),
      );
    });
  }

  /**
   * Publishes to AWS IoT Core through the nucleus. Offline the classic nucleus spools QoS 1, lite fails at once.
   * @throws EdgeError as `publish`
   */
  async publishToIotCore(
    topic: string,
    payload: Uint8Array | string,
    qos: 0 | 1,
    options: { timeoutMs?: number } = {},
  ): Promise<void> {
    const message = toBytes(payload);
    await this.counted(async () => {
      checkTopic(topic);
      checkIotCorePayload(topic, message);
      await this.link.call({ operation: 'PublishToIoTCore', resource: topic }, options.timeoutMs, (client) =>
        client.publishToIoTCore({ topicName: topic, qos: String(qos) as never, payload: message }),
      );
    });
  }

  /**
   * Subscribes to a local topic or filter. Without a connection it begins with the next one.
   * @throws EdgeError TOPIC_INVALID; IPC_UNAUTHORIZED, IPC_TIMEOUT, IPC_SERVICE_ERROR, after which there is no subscription.
   */
  async subscribe(
    filter: string,
    handler: MessageHandler,
    options: { receive?: ReceiveMode } = {},
  ): Promise<Subscription> {
    checkTopicFilter(filter);
    return this.link.subscribe(topicSource(filter, handler, this.link.counters, options.receive));
  }

  /** Subscribes to a topic or filter of AWS IoT Core. @throws as `subscribe` */
  async subscribeToIotCore(filter: string, qos: 0 | 1, handler: MessageHandler): Promise<Subscription> {
    checkTopicFilter(filter);
    return this.link.subscribe(iotCoreSource(filter, qos, handler, this.link.counters));
  }

  /**
   * Reads the component's configuration, or the part below a key path; a scalar or list there comes as `{ <last key>: value }`.
   * Scalars can be strings ("0.5", "true").
   * @throws EdgeError IPC_KEY_NOT_FOUND, and as `publish`
   */
  async getConfiguration(
    keyPath: readonly string[] = [],
    componentName?: string,
  ): Promise<Record<string, unknown>> {
    const request = { operation: 'GetConfiguration', resource: keyPath.join('/') };
    try {
      const response = await this.link.call(request, undefined, (client) =>
        client.getConfiguration({
          keyPath: [...keyPath],
          ...(componentName === undefined ? {} : { componentName }),
        }),
      );
      return (response.value ?? {}) as Record<string, unknown>;
    } catch (error) {
      if (!isEdgeError(error) || error.code !== 'IPC_SERVICE_ERROR' || !('type' in error.details))
        throw error;
      if (error.details.type !== 'ResourceNotFoundError') throw error;
      throw new EdgeError(
        'IPC_KEY_NOT_FOUND',
        { component: componentName ?? 'this component', keyPath: [...keyPath] },
        { cause: error },
      );
    }
  }

  /** Merges a value into the component's own configuration. @throws as `publish` */
  async updateConfiguration(keyPath: readonly string[], value: unknown): Promise<void> {
    const request = { operation: 'UpdateConfiguration', resource: keyPath.join('/') };
    await this.link.call(request, undefined, (client) =>
      client.updateConfiguration({ keyPath: [...keyPath], timestamp: new Date(), valueToMerge: value }),
    );
  }

  /**
   * The text of a secret that the secret manager component keeps on the device. Nucleus lite has none.
   * @param secret ARN or name
   * @throws EdgeError IPC_SERVICE_ERROR where it is not there, and as `publish`
   */
  async getSecret(secret: string): Promise<string> {
    const request = { operation: 'GetSecretValue', resource: secret };
    const { secretValue } = await this.link.call(request, undefined, (client) =>
      client.getSecretValue({ secretId: secret }),
    );
    const { secretString, secretBinary } = secretValue;
    return secretString ?? Buffer.from(secretBinary as Uint8Array).toString('utf8');
  }

  /** Tells of each change of the configuration, and after a reconnection that anything may have changed. */
  async onConfigurationUpdate(handler: ConfigurationHandler): Promise<Subscription> {
    return this.link.subscribe(configurationSource(handler));
  }

  /**
   * Lets the component refuse a configuration before it is deployed. Nucleus lite does not ask: there the subscription is
   * inactive, which is logged once.
   */
  async validateConfiguration(validator: ConfigurationValidator): Promise<Subscription> {
    const source = validationSource(validator, async (deploymentId, verdict) => {
      const status = (verdict.accept ? 'ACCEPTED' : 'REJECTED') as never;
      const message = verdict.accept ? {} : { message: verdict.reason };
      await this.link.call({ operation: 'SendConfigurationValidityReport' }, undefined, (client) =>
        client.sendConfigurationValidityReport({
          configurationValidityReport: { status, deploymentId, ...message },
        }),
      );
    });
    try {
      return await this.link.subscribe(source);
    } catch (error) {
      if (!isEdgeError(error) || error.code !== 'IPC_SERVICE_ERROR') throw error;
      this.logger.info(
        'This nucleus does not ask before it changes the configuration; a wrong one is refused after the fact.',
      );
      return { active: false, close: () => undefined };
    }
  }

  /** Reports the component's state. Nucleus lite takes it under systemd only. @throws as `publish` */
  async updateState(state: 'RUNNING' | 'ERRORED'): Promise<void> {
    await this.link.call({ operation: 'UpdateState', resource: state }, undefined, (client) =>
      client.updateState({ state: state as never }),
    );
  }

  private async counted(publish: () => Promise<void>): Promise<void> {
    try {
      await publish();
      this.link.counters.published += 1;
    } catch (error) {
      this.link.counters.publishFailures += 1;
      throw error;
    }
  }
}

function toBytes(payload: Uint8Array | string): Uint8Array {
  return typeof payload === 'string' ? Buffer.from(payload, 'utf8') : payload;
}
