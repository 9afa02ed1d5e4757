import type { EventEmitter } from 'node:events';
import { describeError } from '../errors/index.js';
import type { Logger } from '../logger.js';
import { isAllowed, unauthorized, type AccessRequest } from './access-control.js';
import type { NucleusComponent } from './component.js';
import type { Connection } from './connection.js';
import type { NucleusCounters, NucleusEvents } from './events.js';
import type { NucleusFaults } from './faults.js';
import type { InMemoryIotCore } from './iot-core.js';
import type { NucleusTraits } from './kind.js';
import type { LocalPubSub } from './local-pubsub.js';
import { ModeledError } from './modeled-error.js';
import { findOperation, type NucleusParts } from './operations/index.js';
import type { ServerStream } from './stream.js';

export interface RequestHandlerParts {
  readonly traits: NucleusTraits;
  readonly thingName: string;
  readonly components: ReadonlyMap<string, NucleusComponent>;
  readonly pubsub: LocalPubSub;
  readonly iotCore: InMemoryIotCore;
  readonly secrets: ReadonlyMap<string, string>;
  readonly faults: NucleusFaults;
  readonly counters: NucleusCounters;
  readonly events: EventEmitter<NucleusEvents>;
  readonly logger: Logger;
}

/** Answers the requests of the components: permission, operation, response or modelled error. */
export class RequestHandler {
  constructor(private readonly parts: RequestHandlerParts) {}

  handle(
    component: NucleusComponent,
    stream: ServerStream,
    payload: Uint8Array,
    connection: Connection,
  ): void {
    const { counters, logger, traits } = this.parts;
    const { operation } = stream;
    counters.requests[operation] = (counters.requests[operation] ?? 0) + 1;
    try {
      const perform = findOperation(operation, traits);
      const request = parseRequest(payload);
      stream.respond(perform({ caller: component, request, stream, nucleus: this.partsFor(connection) }));
    } catch (error) {
      if (!(error instanceof ModeledError)) throw error;
      const { shape, message } = error;
      counters.errors[shape] = (counters.errors[shape] ?? 0) + 1;
      logger.debug(
        { component: component.name, operation, shape, text: message },
        'A request was answered with an error.',
      );
      stream.fail(error);
    }
  }

  private partsFor(connection: Connection): NucleusParts {
    const { traits, pubsub, iotCore, secrets, logger, components, events } = this.parts;
    return {
      traits,
      pubsub,
      iotCore,
      secrets,
      logger,
      component: (name) => components.get(name),
      authorize: (request) => this.authorize(request),
      reportState: (component, state) => {
        component.states.push(state);
        logger.info({ component: component.name, state }, 'A component reported its state.');
        events.emit('state', { component: component.name, state });
      },
      disconnect: (reason) => connection.close(reason),
    };
  }

  private authorize(request: AccessRequest): void {
    const { traits, thingName, components, faults, counters, events, logger } = this.parts;
    const rules = components.get(request.component)?.accessControl ?? {};
    if (!faults.denies(request) && isAllowed(rules, request, traits, thingName)) return;
    counters.denied += 1;
    logger.warn({ ...request }, 'A request was denied: accessControl of the recipe does not allow it.');
    events.emit('denied', request);
    throw unauthorized(request, traits);
  }
}

function parseRequest(payload: Uint8Array): unknown {
  try {
    return JSON.parse(Buffer.from(payload).toString('utf8'));
  } catch (error) {
    throw new ModeledError('InvalidArgumentsError', `The request is no JSON: ${describeError(error)}`);
  }
}
