import type { SdkClient } from './sdk.js';

/** The stream of aws-crt below each operation of the SDK, as far as it is guarded. */
interface NativeStream {
  activate(options: unknown): Promise<void>;
  close(): void;
}

interface StreamMaker {
  newStream(): NativeStream;
}

/**
 * Keeps aws-crt 1.33.1 from ending the process when the nucleus goes away. Where a connection ends while the first message
 * of a stream is not yet written, the binding gives its reference to that stream back twice, for the failed activation and
 * for the end of the stream (source/event_stream.c, activation and on_stream_ended), and `close` then works on freed memory:
 * a crash within a few restarts of a nucleus under load. The two are balanced when `close` is left out for such a stream, and
 * waits for the outcome while an activation is under way. The price is one small JS object that is kept for each of them.
 *
 * @returns false when this SDK is built differently and nothing was guarded.
 */
export function guardStreams(client: SdkClient): boolean {
  // Private in the SDK's types; the version is pinned, and a test crashes the process without this.
  const maker = (client as unknown as { rpcClient?: Partial<StreamMaker> }).rpcClient;
  if (typeof maker?.newStream !== 'function') return false;
  const newStream = maker.newStream.bind(maker);
  maker.newStream = () => guarded(newStream());
  return true;
}

function guarded(stream: NativeStream): NativeStream {
  const activate = stream.activate.bind(stream);
  const close = stream.close.bind(stream);
  let activation: 'none' | 'under way' | 'done' | 'lost' = 'none';
  let closeWanted = false;
  stream.activate = async (options) => {
    activation = 'under way';
    try {
      await activate(options);
      activation = 'done';
    } catch (error) {
      // A refusal on the spot is an Error and took no reference; the name of an error code, a string, comes from the connection.
      activation = typeof error === 'string' ? 'lost' : 'done';
      throw error;
    } finally {
      if (closeWanted && activation !== 'lost') close();
    }
  };
  stream.close = () => {
    closeWanted = true;
    if (activation === 'none' || activation === 'done') close();
  };
  return stream;
}
