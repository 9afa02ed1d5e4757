import { EdgeError } from '../errors/index.js';
import type { Configuration } from './document.js';
import type { FeedbackConfig } from './feedback.js';

/** The services of the nucleus that the component uses, as `accessControl` names them. */
type Service = 'aws.greengrass.ipc.pubsub' | 'aws.greengrass.ipc.mqttproxy' | 'aws.greengrass.SecretManager';

/** Something that the component does, and that its accessControl has to allow. */
export interface Access {
  readonly service: Service;
  /** Without its prefix `aws.greengrass#`. */
  readonly operation:
    'PublishToTopic' | 'SubscribeToTopic' | 'PublishToIoTCore' | 'SubscribeToIoTCore' | 'GetSecretValue';
  /** A topic; as a resource of a policy, `*` in it stands for any text. */
  readonly resource: string;
  /** Path of the key that asks for it, or what the component does by itself. */
  readonly usedBy: string;
}

interface Policy {
  readonly policyDescription?: string;
  readonly operations: readonly string[];
  readonly resources: readonly string[];
}

/** `accessControl` of a component's configuration: service → id of the policy → what is allowed. */
export type AccessControl = Record<string, Record<string, Policy>>;

/** Ids of the policies in the recipe: what is deployed under them takes the place of the recipe's own. */
const policies = {
  PublishToTopic: {
    id: 'pubsub:publish',
    description: 'Publishes results, actions of rules, its status and its heartbeat.',
  },
  SubscribeToTopic: {
    id: 'pubsub:subscribe',
    description: 'Listens to its own heartbeat, and to what it is told to do.',
  },
  PublishToIoTCore: {
    id: 'mqttproxy:publish',
    description: 'Publishes results and actions of rules to AWS IoT Core.',
  },
  SubscribeToIoTCore: {
    id: 'mqttproxy:subscribe',
    description: 'Takes readings of sensors from AWS IoT Core.',
  },
  GetSecretValue: { id: 'secrets:read', description: 'Reads what cameras are signed in to with.' },
} as const;

const serviceOf: Readonly<Record<Access['operation'], Service>> = {
  PublishToTopic: 'aws.greengrass.ipc.pubsub',
  SubscribeToTopic: 'aws.greengrass.ipc.pubsub',
  PublishToIoTCore: 'aws.greengrass.ipc.mqttproxy',
  SubscribeToIoTCore: 'aws.greengrass.ipc.mqttproxy',
  GetSecretValue: 'aws.greengrass.SecretManager',
};

type Fill = (topic: string, pipeline?: string) => string;

/** All that the component will ask of the nucleus under a configuration. */
function accessesOf(configuration: Configuration, component: string, fill: Fill): Access[] {
  const access = (operation: Access['operation'], resource: string, usedBy: string): Access => ({
    service: serviceOf[operation],
    operation,
    resource,
    usedBy,
  });
  const heartbeat = `mli/heartbeat/${component}`;
  const { status, pipelines, metrics, service } = configuration;
  const ofPipelines = Object.entries(pipelines).flatMap(([name, { source, publish, rules, feedback }]) => {
    const path = `pipelines.${name}`;
    const { local, cloud } = publish;
    const credentials = 'credentials' in source ? source.credentials : undefined;
    return [
      ...(source.type === 'topic'
        ? [access('SubscribeToTopic', fill(source.topic, name), `${path}.source`)]
        : []),
      ...(source.type === 'mqtt'
        ? [access('SubscribeToIoTCore', fill(source.topic, name), `${path}.source`)]
        : []),
      ...(credentials?.from === 'secretsManager'
        ? [access('GetSecretValue', credentials.secret, `${path}.source.credentials`)]
        : []),
      ...(local ? [access('PublishToTopic', fill(local.topic, name), `${path}.publish.local`)] : []),
      ...rules.flatMap((rule, r) =>
        rule.do.flatMap((action, a) =>
          'topic' in action
            ? [
                access(
                  operationOfAction[action.type],
                  fill(action.topic, name),
                  `${path}.rules[${r}].do[${a}]`,
                ),
              ]
            : [],
        ),
      ),
      ...topicsOf(feedback).map((one) => access('PublishToTopic', fill(one, name), `${path}.feedback`)),
      ...(cloud ? [access('PublishToIoTCore', fill(cloud.topic, name), `${path}.publish.cloud`)] : []),
    ];
  });
  return [
    ...ofPipelines,
    ...(status.topic === null ? [] : [access('PublishToTopic', fill(status.topic), 'status.topic')]),
    ...(metrics.cloudWatch.enabled
      ? [access('PublishToTopic', 'cloudwatch/metric/put', 'metrics.cloudWatch')]
      : []),
    ...(service.ipc.enabled
      ? [
          access('SubscribeToTopic', fill(service.ipc.topic), 'service.ipc'),
          access('PublishToTopic', 'mli/replies/*', 'service.ipc'),
        ]
      : []),
    access('PublishToTopic', heartbeat, 'the heartbeat'),
    access('SubscribeToTopic', 'mli/control/update-models', 'mli model update'),
    access('SubscribeToTopic', heartbeat, 'the heartbeat'),
  ];
}

const topicsOf = (feedback: FeedbackConfig | null): string[] =>
  feedback
    ? [
        feedback.statusTopic,
        feedback.predictionTopic,
        feedback.metrics ? 'cloudwatch/metric/put' : null,
      ].filter((one) => one !== null)
    : [];

/** Other actions ask nothing of the nucleus. */
const operationOfAction: Readonly<Record<'topic' | 'iotCore', Access['operation']>> = {
  topic: 'PublishToTopic',
  iotCore: 'PublishToIoTCore',
};

/**
 * The accessControl that a configuration needs: exact topics, with `*` in the place of the thing's name where it is not known,
 * and the policies that the configuration brings itself.
 * @param thingName of the one device that it is for; without it, for every device
 * @throws EdgeError DEPLOY_TOPIC_UNBOUNDED where a topic would need the right to every topic
 */
export function accessControlFor(
  configuration: Configuration,
  thingName?: string,
  component = 'mli.Inference',
): AccessControl {
  const control: Record<
    string,
    Record<string, { policyDescription: string; operations: string[]; resources: string[] }>
  > = {};
  for (const { service, operation, resource, usedBy } of accessesOf(
    configuration,
    component,
    resourceFor(thingName),
  )) {
    if (/^[*/]*$/.test(resource)) throw new EdgeError('DEPLOY_TOPIC_UNBOUNDED', { path: usedBy });
    const { id, description } = policies[operation];
    const policy = ((control[service] ??= {})[`${component}:${id}`] ??= {
      policyDescription: description,
      operations: [`aws.greengrass#${operation}`],
      resources: [],
    });
    if (!policy.resources.includes(resource)) policy.resources.push(resource);
  }
  return joined(control, rulesIn(configuration));
}

/** A topic as a resource of a policy: what would be a wildcard there is escaped. */
const resourceFor =
  (thingName: string | undefined): Fill =>
  (topic, pipeline = '') =>
    topic
      .split('{thingName}')
      .map((part) => escaped(part.replaceAll('{pipeline}', pipeline)))
      .join(thingName === undefined ? '*' : escaped(thingName));

const escaped = (text: string): string => text.replace(/[*?]|\$(?=\{)/g, '${$&}');

/** The policies of both; where both have one, its operations and resources come together. */
function joined(needed: AccessControl, own: AccessControl): AccessControl {
  const result: AccessControl = structuredClone(needed);
  for (const [service, policiesOfService] of Object.entries(own)) {
    for (const [id, policy] of Object.entries(policiesOfService)) {
      const ours = (result[service] ??= {})[id];
      result[service][id] = ours
        ? {
            ...policy,
            operations: [...new Set([...ours.operations, ...policy.operations])],
            resources: [...new Set([...ours.resources, ...policy.resources])],
          }
        : policy;
    }
  }
  return result;
}

/**
 * What a configuration asks for and its own accessControl does not allow.
 * @param thingName of this device
 * @returns nothing where all is allowed, or where the configuration has no accessControl (a file on the desk)
 */
export function checkAccessControl(
  configuration: Configuration,
  thingName: string,
  component = 'mli.Inference',
): Access[] {
  if (configuration.accessControl === undefined) return [];
  const rules = rulesIn(configuration);
  const fill: Fill = (topic, pipeline = '') =>
    topic.replaceAll('{thingName}', thingName).replaceAll('{pipeline}', pipeline);
  return accessesOf(configuration, component, fill).filter(
    ({ service, operation, resource }) =>
      !Object.values(rules[service] ?? {}).some(
        ({ operations, resources }) =>
          operations.some((allowed) => allowed === '*' || allowed === `aws.greengrass#${operation}`) &&
          resources.some((rule) => toPattern(rule.replaceAll('{iot:thingName}', thingName)).test(resource)),
      ),
  );
}

/** The nucleus judges the rest: what does not look like a policy allows nothing here. */
function rulesIn({ accessControl }: Configuration): AccessControl {
  const strings = (value: unknown): string[] =>
    Array.isArray(value) ? value.filter((item): item is string => typeof item === 'string') : [];
  return mapValues(accessControl, (service) =>
    mapValues(service, (policy) => ({
      ...(policy as object),
      operations: strings((policy as Partial<Policy> | null)?.operations),
      resources: strings((policy as Partial<Policy> | null)?.resources),
    })),
  );
}

const mapValues = <T>(value: unknown, map: (value: unknown) => T): Record<string, T> =>
  Object.fromEntries(Object.entries(value ?? {}).map(([key, inner]) => [key, map(inner)]));

/** As the nuclei read a resource: `*` is any text, `${c}` the character itself, and a last `/#` all below (classic). */
function toPattern(resource: string): RegExp {
  const parts = resource.match(/\$\{[^]\}|[^]/g) ?? [];
  const source = parts.map((part) =>
    part === '*' ? '[^]*' : literal(/^\$\{([^])\}$/.exec(part)?.[1] ?? part),
  );
  const text = source.join('');
  return new RegExp(`^${resource.endsWith('/#') ? `${text.slice(0, -'\\/#'.length)}(?:/[^]*)?` : text}$`);
}

const literal = (character: string): string => character.replace(/[\\^$.*+?()[\]{}|/]/, '\\$&');
