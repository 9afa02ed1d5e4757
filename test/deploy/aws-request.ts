import { membersOf, type Member, type Operation } from './aws-schema.js';

/** A request as it came. */
export interface AwsRequest {
  readonly method: string;
  readonly url: URL;
  readonly headers: Readonly<Record<string, string | string[] | undefined>>;
  readonly body: Buffer;
}

export interface Match {
  readonly operation: Operation;
  readonly labels: Readonly<Record<string, string>>;
}

/** The operation that a request means: by `x-amz-target` in the JSON protocol, by method and path in the REST one. */
export function matchOperation(
  operations: readonly Operation[],
  { method, url, headers }: AwsRequest,
): Match | undefined {
  const target = headers['x-amz-target'];
  if (typeof target === 'string') {
    const operation = operations.find(({ name }) => target.endsWith(`.${name}`));
    return operation && { operation, labels: {} };
  }
  // The more a path says in words, the better it fits: /components/{arn}/metadata before /components/{arn}.
  const matches = operations
    .filter((operation) => operation.method === method)
    .map((operation) => ({ operation, labels: labelsOf(operation.path, url.pathname) }))
    .filter((match): match is Match => match.labels !== undefined);
  return matches.sort((a, b) => segments(b.operation.path) - segments(a.operation.path))[0];
}

const segments = (path: string): number => path.split('/').length;

function labelsOf(template: string, path: string): Record<string, string> | undefined {
  const wanted = template.split('/');
  const given = path.split('/');
  if (wanted.length !== given.length) return undefined;
  const labels: Record<string, string> = {};
  for (const [index, part] of wanted.entries()) {
    const text = given[index] ?? '';
    const label = /^\{(\w+)\+?\}$/.exec(part)?.[1];
    if (label === undefined && part !== text) return undefined;
    if (label !== undefined) labels[label] = decodeURIComponent(text);
  }
  return labels;
}

/**
 * The input of an operation, under the names that it has on the wire, from path, query and body.
 * @throws Error that says what cannot be read or does not belong there
 */
export function inputOf({ operation, labels }: Match, { url, body }: AwsRequest): Record<string, unknown> {
  const members = membersOf(operation.input);
  const query = new Map(
    members.flatMap((member) =>
      member.traits.httpQuery ? [[member.traits.httpQuery, member] as const] : [],
    ),
  );
  const input: Record<string, unknown> = { ...labels };
  for (const [key, value] of url.searchParams) {
    const member = query.get(key);
    if (!member) throw new Error(`the query has ${key}, which is not a parameter of ${operation.name}`);
    input[member.name] = member.schema === 1 ? Number(value) : value;
  }
  if (body.length === 0) return input;
  const document = JSON.parse(body.toString('utf8')) as Record<string, unknown>;
  const elsewhere = members.filter(
    ({ traits }: Member) => traits.httpLabel === true || traits.httpQuery !== undefined,
  );
  const misplaced = elsewhere.find(({ name }) => Object.hasOwn(document, name));
  if (misplaced) throw new Error(`the body has ${misplaced.name}, which does not belong there`);
  return { ...input, ...document };
}
