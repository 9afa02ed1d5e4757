import type { z } from 'zod';
import type { Logger } from '../../logger.js';
import type { AccessRequest } from '../access-control.js';
import type { NucleusComponent } from '../component.js';
import type { JsonObject } from '../configuration-tree.js';
import type { InMemoryIotCore } from '../iot-core.js';
import type { NucleusTraits } from '../kind.js';
import type { LocalPubSub } from '../local-pubsub.js';
import { ModeledError } from '../modeled-error.js';
import type { ServerStream } from '../stream.js';

/** What the operations work with: the parts of the nucleus. */
export interface NucleusParts {
  readonly traits: NucleusTraits;
  readonly pubsub: LocalPubSub;
  readonly iotCore: InMemoryIotCore;
  /** Texts of the secrets on the device, by their ARN or name; lite has none. */
  readonly secrets: ReadonlyMap<string, string>;
  readonly logger: Logger;
  component(name: string): NucleusComponent | undefined;
  /** @throws ModeledError UnauthorizedError when the component's recipe does not allow it. */
  authorize(request: AccessRequest): void;
  reportState(component: NucleusComponent, state: string): void;
  /** Ends the connection that the request came on. */
  disconnect(reason: string): void;
}

export interface Call {
  readonly caller: NucleusComponent;
  readonly request: unknown;
  readonly stream: ServerStream;
  readonly nucleus: NucleusParts;
}

/** Does one operation and returns its response; a subscription keeps the stream for its events. */
export type Operation = (call: Call) => JsonObject;

/** @throws ModeledError InvalidArgumentsError naming each member that is wrong. */
export function readRequest<Schema extends z.ZodType>(schema: Schema, call: Call): z.infer<Schema> {
  const result = schema.safeParse(call.request);
  if (result.success) return result.data;
  const problems = result.error.issues.map(
    (issue) => `${issue.path.join('.') || 'request'}: ${issue.message}`,
  );
  throw new ModeledError('InvalidArgumentsError', problems.join('; '));
}
