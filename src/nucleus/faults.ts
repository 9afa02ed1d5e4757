import type { AccessRequest } from './access-control.js';
import type { Connection } from './connection.js';
import type { LocalPubSub } from './local-pubsub.js';

type Denial = Pick<AccessRequest, 'operation'> & Partial<AccessRequest>;

/** Misbehaviour on demand, for tests of those who have to survive it. */
export class NucleusFaults {
  /** While true the nucleus reads and says nothing, to nobody. */
  silent = false;
  private hung = false;
  private denials: Denial[] = [];

  constructor(
    private readonly connections: ReadonlySet<Connection>,
    private readonly pubsub: LocalPubSub,
  ) {}

  /** Closes the connections of a component, or all. Returns how many. */
  disconnect(component?: string): number {
    const chosen = [...this.connections].filter(
      (connection) => component === undefined || connection.component === component,
    );
    for (const connection of chosen) connection.close('a fault was asked for');
    return chosen.length;
  }

  get reads(): boolean {
    return !this.hung;
  }

  /** Stops reading from every connection, those to come included: what a stopped or hanging nucleus does. */
  hang(): void {
    this.hung = true;
    for (const connection of this.connections) connection.setReading(false);
  }

  resume(): void {
    this.hung = false;
    for (const connection of this.connections) connection.setReading(true);
  }

  /** Denies an operation whatever the recipe says, for a component, a resource, or all of them. */
  deny(denial: Denial): void {
    this.denials.push(denial);
  }

  allowAll(): void {
    this.denials = [];
  }

  denies(request: AccessRequest): boolean {
    return this.denials.some((denial) =>
      (Object.keys(denial) as (keyof AccessRequest)[]).every((key) => denial[key] === request[key]),
    );
  }

  /** Ends the local subscriptions of a component without telling it. */
  forgetSubscriptions(component: string): void {
    this.pubsub.dropComponent(component);
  }
}
