/**
 * Reads the schemas that the clients of the AWS SDK for JavaScript v3 export, and checks values against them. The SDK writes a
 * shape as an array that begins with its kind, and a simple type as a number; references are functions, because shapes may be
 * recursive. Patterns, lengths and enums are not in them.
 */

/** A number, a reference, an array; the SDK does not type its inside. */
export type Schema = unknown;

export interface Member {
  readonly name: string;
  readonly schema: Schema;
  readonly traits: Traits;
  readonly required: boolean;
}

/** Where a member travels, when not in the body under its own name. */
export interface Traits {
  readonly httpLabel?: boolean;
  readonly httpQuery?: string;
  readonly httpHeader?: string;
  readonly jsonName?: string;
}

const kinds = { list: 1, map: 2, structure: 3, operation: 9, error: -3 } as const;
const modifiers = { list: 64, map: 128 } as const;

/** Bits of a number that stands for traits. */
const httpLabelBit = 1;

interface Reading {
  readonly schema: Schema;
  readonly traits: Traits;
}

/** Follows references, and `[schema, traits]` pairs of members. */
function read(schema: Schema): Reading {
  if (typeof schema === 'function') return read((schema as () => Schema)());
  if (Array.isArray(schema) && typeof schema[1] !== 'string') {
    const inner = read(schema[0]);
    return { schema: inner.schema, traits: { ...inner.traits, ...toTraits(schema[1]) } };
  }
  return { schema, traits: {} };
}

function toTraits(traits: unknown): Traits {
  if (typeof traits === 'number') return (traits & httpLabelBit) === httpLabelBit ? { httpLabel: true } : {};
  return traits ?? {};
}

/** Members of a structure or an error; those that are required stand first, and the schema says how many they are. */
export function membersOf(schema: Schema): Member[] {
  const { schema: structure } = read(schema);
  if (!Array.isArray(structure)) return [];
  const [, , , , names, schemas, required] = structure as [
    number,
    string,
    string,
    unknown,
    string[],
    Schema[],
    number?,
  ];
  return names.map((name, index) => ({ name, ...read(schemas[index]), required: index < (required ?? 0) }));
}

export interface Operation {
  readonly name: string;
  readonly method: string;
  /** With labels in braces: `/greengrass/v2/deployments/{deploymentId}`. */
  readonly path: string;
  readonly status: number;
  readonly input: Schema;
  readonly output: Schema;
}

/** All operations that a client's module exports. */
export function operationsOf(client: Readonly<Record<string, unknown>>): Operation[] {
  return Object.values(client)
    .filter((value): value is unknown[] => Array.isArray(value) && value[0] === kinds.operation)
    .map(([, , name, traits, input, output]) => {
      const [method, path, status] = (traits as { http?: [string, string, number] }).http ?? [
        'POST',
        '/',
        200,
      ];
      return { name: name as string, method, path, status, input, output };
    });
}

export interface ErrorShape {
  readonly status: number;
  readonly schema: Schema;
}

export function errorOf(client: Readonly<Record<string, unknown>>, name: string): ErrorShape {
  const schema = client[`${name}$`];
  if (!Array.isArray(schema) || schema[0] !== kinds.error)
    throw new Error(`The client exports no error ${name}`);
  return { status: (schema[3] as { httpError?: number }).httpError ?? 400, schema };
}

/** Problems of a value as it is on the wire, each with its path; members that travel elsewhere are left out. */
export function problemsOf(schema: Schema, value: unknown, path = '$'): string[] {
  const { schema: shape } = read(schema);
  if (typeof shape === 'number') return simpleProblems(shape, value, path);
  if (!Array.isArray(shape)) return [`${path}: the schema is not understood`];
  if (shape[0] === kinds.list) return listProblems(shape[4], value, path);
  if (shape[0] === kinds.map) return mapProblems(shape[5], value, path);
  return structureProblems(shape, value, path);
}

function simpleProblems(type: number, value: unknown, path: string): string[] {
  if (type >= modifiers.map) return mapProblems(type - modifiers.map, value, path);
  if (type >= modifiers.list) return listProblems(type - modifiers.list, value, path);
  const expected = simpleTypes[type];
  if (expected === undefined) return [`${path}: the type ${type} is not understood`];
  return expected.fits(value)
    ? []
    : [`${path}: expected ${expected.name}, received ${JSON.stringify(value)}`];
}

/** By the SDK's numbers. */
const simpleTypes: Record<number, { name: string; fits(value: unknown): boolean }> = {
  0: { name: 'a string', fits: (value) => typeof value === 'string' },
  1: { name: 'a number', fits: (value) => typeof value === 'number' },
  2: { name: 'a boolean', fits: (value) => typeof value === 'boolean' },
  4: { name: 'a time in seconds', fits: (value) => typeof value === 'number' },
  7: { name: 'a time in seconds', fits: (value) => typeof value === 'number' },
  21: { name: 'base64', fits: (value) => typeof value === 'string' && /^[A-Za-z0-9+/]*={0,2}$/.test(value) },
};

const listProblems = (element: Schema, value: unknown, path: string): string[] =>
  Array.isArray(value)
    ? value.flatMap((item, index) => problemsOf(element, item, `${path}[${index}]`))
    : [`${path}: expected a list, received ${JSON.stringify(value)}`];

const mapProblems = (element: Schema, value: unknown, path: string): string[] =>
  isObject(value)
    ? Object.entries(value).flatMap(([key, item]) => problemsOf(element, item, `${path}.${key}`))
    : [`${path}: expected an object, received ${JSON.stringify(value)}`];

function structureProblems(shape: Schema, value: unknown, path: string): string[] {
  if (!isObject(value)) return [`${path}: expected an object, received ${JSON.stringify(value)}`];
  const members = membersOf(shape);
  const known = new Map(members.map((member) => [member.traits.jsonName ?? member.name, member]));
  const unknown = Object.keys(value).filter((key) => !known.has(key));
  const missing = [...known].filter(([key, { required }]) => required && (value[key] ?? null) === null);
  return [
    ...unknown.map((key) => `${path}.${key}: is not a member`),
    ...missing.map(([key]) => `${path}.${key}: is missing`),
    ...[...known].flatMap(([key, { schema }]) =>
      (value[key] ?? null) === null ? [] : problemsOf(schema, value[key], `${path}.${key}`),
    ),
  ];
}

const isObject = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);
