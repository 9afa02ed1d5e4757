import { z } from 'zod';
import { ModeledError } from './modeled-error.js';
import type { NucleusTraits } from './kind.js';

/** The services whose operations need a permission. */
export type GuardedService =
  'aws.greengrass.ipc.pubsub' | 'aws.greengrass.ipc.mqttproxy' | 'aws.greengrass.SecretManager';

/** `accessControl` of a component's configuration: service → policy id → what is allowed. */
export const accessControlSchema = z.record(
  z.string(),
  z.record(
    z.string().min(1),
    z.looseObject({
      policyDescription: z.string().optional(),
      operations: z.array(z.string().min(1)),
      resources: z.array(z.string().min(1)).optional(),
    }),
  ),
);
export type AccessControl = z.infer<typeof accessControlSchema>;

export interface AccessRequest {
  readonly component: string;
  readonly service: GuardedService;
  /** Without its prefix `aws.greengrass#`. */
  readonly operation: string;
  /** A topic, or the filter of a subscription. */
  readonly resource: string;
}

/**
 * Whether a rule of a recipe means a resource. `*` is any text, `${c}` the character c itself; the classic nucleus also
 * knows `+` and a last `#` where MQTT allows them, on lite these are ordinary characters.
 */
export function matchesResource(rule: string, resource: string, mqttWildcards: boolean): boolean {
  return new RegExp(`^${toPattern(rule, mqttWildcards)}$`).test(resource);
}

function toPattern(rule: string, mqttWildcards: boolean): string {
  if (mqttWildcards && rule === '#') return '[^]*';
  let pattern = '';
  for (let index = 0; index < rule.length; index += 1) {
    const rest = rule.slice(index);
    const escaped = /^\$\{([^])\}/.exec(rest)?.[1];
    const startsLevel = index === 0 || rule[index - 1] === '/';
    if (escaped !== undefined) {
      pattern += literal(escaped);
      index += '${c}'.length - 1;
    } else if (rest.startsWith('*')) {
      pattern += '[^]*';
    } else if (mqttWildcards && rest === '/#') {
      return `${pattern}(?:/[^]*)?`;
    } else if (mqttWildcards && startsLevel && /^\+(\/|$)/.test(rest)) {
      pattern += '[^/]*';
    } else {
      pattern += literal(rest.charAt(0));
    }
  }
  return pattern;
}

const literal = (character: string) => character.replace(/[\\^$.*+?()[\]{}|/]/, '\\$&');

/** Whether the rules allow a request; `rules` are the component's own, read from its configuration at every request. */
export function isAllowed(
  rules: AccessControl,
  request: AccessRequest,
  traits: NucleusTraits,
  thingName: string,
): boolean {
  const operation = `aws.greengrass#${request.operation}`;
  return Object.values(rules[request.service] ?? {}).some(
    (policy) =>
      policy.operations.some((allowed) => allowed === '*' || allowed === operation) &&
      (policy.resources ?? []).some((resource) =>
        matchesResource(
          resource.replaceAll('{iot:thingName}', thingName),
          request.resource,
          traits.mqttAccessRules,
        ),
      ),
  );
}

/** The refusal in the words of the nucleus that is played. */
export function unauthorized(request: AccessRequest, traits: NucleusTraits): ModeledError {
  if (traits.kind === 'lite') return new ModeledError('UnauthorizedError', 'IPC Operation not authorized.');
  const sentence =
    `Principal ${request.component} is not authorized to perform ` +
    `${request.service}:aws.greengrass#${request.operation} on resource ${request.resource}`;
  const viaMqttProxy = request.service === 'aws.greengrass.ipc.mqttproxy';
  return new ModeledError(
    'UnauthorizedError',
    viaMqttProxy ? `Authorization failed with error ${sentence}` : sentence,
  );
}
