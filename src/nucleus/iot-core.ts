import { matchesFilter } from './topic-filter.js';

export interface IotCoreMessage {
  readonly topic: string;
  readonly payload: Buffer;
  readonly qos: 0 | 1;
  /** The component that published it; undefined for the cloud's side. */
  readonly from: string | undefined;
}

export interface IotCoreSubscriber {
  readonly filter: string;
  receive(message: IotCoreMessage): void;
}

/** Spool of the classic nucleus, in memory: its default size. */
const spoolBytes = 2.5 * 1024 * 1024;

/**
 * AWS IoT Core as a component sees it, in memory: topics, and a network that comes and goes. With `spools` messages of QoS 1
 * wait while it is offline, as the classic nucleus lets them.
 */
export class InMemoryIotCore {
  private readonly subscribers = new Set<IotCoreSubscriber>();
  private spool: IotCoreMessage[] = [];
  private spooledBytes = 0;
  private connected = true;

  constructor(private readonly spools: boolean) {}

  get online(): boolean {
    return this.connected;
  }

  /** Switches the network; what waits in the spool goes out in order when it comes back. */
  setOnline(online: boolean): void {
    this.connected = online;
    if (!online) return;
    const waiting = this.spool;
    this.spool = [];
    this.spooledBytes = 0;
    for (const message of waiting) this.deliver(message);
  }

  subscribe(subscriber: IotCoreSubscriber): () => void {
    this.subscribers.add(subscriber);
    return () => this.subscribers.delete(subscriber);
  }

  /**
   * Takes a message.
   * @returns undefined when it was delivered or will be, else why it was refused.
   */
  publish(message: IotCoreMessage): string | undefined {
    if (this.connected) {
      this.deliver(message);
      return undefined;
    }
    if (!this.spools) return 'the device is offline';
    if (message.qos === 0) return 'the device is offline and QoS 0 messages are not spooled';
    if (this.spooledBytes + message.payload.byteLength > spoolBytes)
      return `the spool of ${spoolBytes} bytes is full`;
    this.spool.push(message);
    this.spooledBytes += message.payload.byteLength;
    return undefined;
  }

  private deliver(message: IotCoreMessage): void {
    for (const subscriber of this.subscribers)
      if (matchesFilter(subscriber.filter, message.topic)) subscriber.receive(message);
  }
}
