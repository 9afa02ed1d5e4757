import type { GreengrassCounters } from './counters.js';
import type { Source } from './subscription.js';

/** A message of a local topic or of IoT Core. A publisher's jsonMessage arrives as its UTF-8 JSON. */
export interface TopicMessage {
  readonly topic: string;
  readonly payload: Uint8Array;
}

export type MessageHandler = (message: TopicMessage) => void | Promise<void>;
/** `keyPath` is what has changed; empty after a reconnection, when anything may have. */
export type ConfigurationHandler = (event: { readonly keyPath: readonly string[] }) => void | Promise<void>;

/** A component's verdict on a configuration that is about to be deployed. */
export type Verdict = { readonly accept: true } | { readonly accept: false; readonly reason: string };
/** Looks at the whole new configuration; must not apply it. */
export type ConfigurationValidator = (
  configuration: Readonly<Record<string, unknown>>,
) => Verdict | Promise<Verdict>;

/** `all` includes the component's own messages, which the classic nucleus leaves out of wildcard subscriptions unless asked. */
export type ReceiveMode = 'all' | 'others';

interface LocalEvent {
  readonly binaryMessage?: { readonly message?: unknown; readonly context?: { readonly topic?: string } };
  readonly jsonMessage?: { readonly message?: unknown; readonly context?: { readonly topic?: string } };
}

export function topicSource(
  filter: string,
  handler: MessageHandler,
  counters: GreengrassCounters,
  mode?: ReceiveMode,
): Source {
  const receiveMode = mode === 'all' ? 'RECEIVE_ALL_MESSAGES' : 'RECEIVE_MESSAGES_FROM_OTHERS';
  return {
    request: { operation: 'SubscribeToTopic', resource: filter },
    renewable: true,
    create: (client) =>
      // The SDK's enumerations are their strings, but its types want the enumeration itself, which is not loaded here.
      client.subscribeToTopic({
        topic: filter,
        ...(mode === undefined ? {} : { receiveMode: receiveMode as never }),
      }),
    deliver: (event) => {
      const { binaryMessage, jsonMessage } = event as LocalEvent;
      const topic = binaryMessage?.context?.topic ?? jsonMessage?.context?.topic ?? filter;
      if (binaryMessage?.message !== undefined) {
        counters.received += 1;
        return handler({ topic, payload: toBytes(binaryMessage.message) });
      }
      if (jsonMessage?.message !== undefined) {
        counters.received += 1;
        return handler({ topic, payload: Buffer.from(JSON.stringify(jsonMessage.message), 'utf8') });
      }
      counters.receiveFailures += 1;
      return undefined;
    },
  };
}

export function iotCoreSource(
  filter: string,
  qos: 0 | 1,
  handler: MessageHandler,
  counters: GreengrassCounters,
): Source {
  return {
    request: { operation: 'SubscribeToIoTCore', resource: filter },
    renewable: true,
    create: (client) => client.subscribeToIoTCore({ topicName: filter, qos: String(qos) as never }),
    deliver: (event) => {
      const message = (event as { message?: { topicName: string; payload?: unknown } }).message;
      if (message === undefined) {
        counters.receiveFailures += 1;
        return undefined;
      }
      counters.received += 1;
      return handler({ topic: message.topicName, payload: toBytes(message.payload ?? '') });
    },
  };
}

export function configurationSource(handler: ConfigurationHandler): Source {
  return {
    request: { operation: 'SubscribeToConfigurationUpdate' },
    renewable: true,
    create: (client) => client.subscribeToConfigurationUpdate({ keyPath: [] }),
    deliver: (event) => {
      const update = (event as { configurationUpdateEvent?: { keyPath: string[] } }).configurationUpdateEvent;
      return handler({ keyPath: update?.keyPath ?? [] });
    },
    restored: () => handler({ keyPath: [] }),
  };
}

/** `report` sends the verdict back to the nucleus. */
export function validationSource(
  validator: ConfigurationValidator,
  report: (deploymentId: string, verdict: Verdict) => Promise<void>,
): Source {
  return {
    request: { operation: 'SubscribeToValidateConfigurationUpdates' },
    renewable: false,
    create: (client) => client.subscribeToValidateConfigurationUpdates({}),
    deliver: async (event) => {
      type Offer = { configuration?: Record<string, unknown>; deploymentId?: string };
      const offer = (event as { validateConfigurationUpdateEvent?: Offer }).validateConfigurationUpdateEvent;
      const verdict = await validator(offer?.configuration ?? {});
      await report(offer?.deploymentId ?? '', verdict);
    },
  };
}

/** The SDK hands out Buffers in Node; its type allows more. */
function toBytes(payload: unknown): Uint8Array {
  if (payload instanceof Uint8Array) return payload;
  if (payload instanceof ArrayBuffer) return new Uint8Array(payload);
  return Buffer.from(String(payload), 'utf8');
}
