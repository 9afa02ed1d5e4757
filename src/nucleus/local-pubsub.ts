import { matchesFilter } from './topic-filter.js';
import type { Json } from './configuration-tree.js';

/** A local message: bytes, or a JSON document where the publisher chose `jsonMessage`. */
export interface LocalMessage {
  readonly topic: string;
  /** The component that published it; undefined for the nucleus itself. */
  readonly from: string | undefined;
  readonly content: { readonly binary: Buffer } | { readonly json: Json };
}

export interface LocalSubscriber {
  readonly filter: string;
  readonly component: string | undefined;
  /** False spares a component its own messages. */
  readonly receivesOwn: boolean;
  receive(message: LocalMessage): void;
}

/** The local publish/subscribe of the nucleus. Messages go to those who are subscribed now; nothing is kept. */
export class LocalPubSub {
  private readonly subscribers = new Set<LocalSubscriber>();

  subscribe(subscriber: LocalSubscriber): () => void {
    this.subscribers.add(subscriber);
    return () => this.subscribers.delete(subscriber);
  }

  /** The subscribers of a topic who are to get a message of `from`. */
  receivers(topic: string, from: string | undefined): LocalSubscriber[] {
    return [...this.subscribers].filter(
      (subscriber) =>
        matchesFilter(subscriber.filter, topic) &&
        (subscriber.receivesOwn || from === undefined || subscriber.component !== from),
    );
  }

  /** @returns to how many subscribers it went. */
  publish(message: LocalMessage): number {
    const receivers = this.receivers(message.topic, message.from);
    for (const receiver of receivers) receiver.receive(message);
    return receivers.length;
  }

  /** Forgets subscriptions without a word to their owners: what a jsonMessage of some size does on lite. */
  drop(subscribers: Iterable<LocalSubscriber>): void {
    for (const subscriber of subscribers) this.subscribers.delete(subscriber);
  }

  dropComponent(component: string): void {
    this.drop([...this.subscribers].filter((subscriber) => subscriber.component === component));
  }
}
