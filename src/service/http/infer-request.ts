import { z } from 'zod';
import { EdgeError } from '../../errors/index.js';
import type { ModelDescription } from '../../pipeline/requests.js';
import type { Tensor, TensorInfo } from '../../types.js';
import type { SplitBody } from './body.js';
import { datatypeOf, fromBytes, fromNumbers, isDatatype, splitBytes } from './datatypes.js';
import { outputName } from './metadata.js';

const maxDimensions = 8;

/** Parameters that we do not know are for other servers, and ignored, as the protocol wants. */
const documentSchema = z.looseObject({
  id: z.string().max(256).optional(),
  parameters: z.looseObject({ binary_data_output: z.boolean().optional() }).default({}),
  inputs: z
    .array(
      z.looseObject({
        name: z.string(),
        shape: z
          .array(
            z
              .int()
              .min(0)
              .max(2 ** 31),
          )
          .max(maxDimensions),
        datatype: z.string(),
        parameters: z.looseObject({ binary_data_size: z.int().min(0).optional() }).default({}),
        data: z.array(z.unknown()).optional(),
      }),
    )
    .min(1)
    .max(64),
  outputs: z
    .array(
      z.looseObject({
        name: z.string(),
        parameters: z
          .looseObject({
            binary_data: z.boolean().optional(),
            classification: z.int().min(0).max(100_000).optional(),
          })
          .default({}),
      }),
    )
    .max(64)
    .optional(),
});

type Document = z.output<typeof documentSchema>;
type InputDocument = Document['inputs'][number];

/** How an output is wanted. */
export interface WantedOutput {
  readonly name: string;
  readonly binary: boolean;
  /** Instead of the values: so many of the greatest, with their labels. */
  readonly classes: number;
}

/** A request of the protocol, read but not yet compared with the model. */
export interface InferRequest {
  readonly id: string | undefined;
  readonly inputs: readonly { readonly document: InputDocument; readonly bytes: Uint8Array | undefined }[];
  /** Undefined: all of them. */
  readonly outputs: readonly WantedOutput[] | undefined;
  readonly binaryByDefault: boolean;
}

const invalid = (problem: string) => new EdgeError('SERVICE_REQUEST_INVALID', { problem });

/** @throws EdgeError SERVICE_REQUEST_INVALID with all problems of the document at once */
export function readInferRequest({ document, binary }: SplitBody): InferRequest {
  const parsed = documentSchema.safeParse(document);
  if (!parsed.success) {
    const problems = parsed.error.issues.map(
      ({ path, message }) => `${path.map(String).join('.') || 'document'}: ${message}`,
    );
    throw invalid(problems.join('; '));
  }
  const { id, parameters, inputs, outputs } = parsed.data;
  const binaryByDefault = parameters.binary_data_output ?? false;
  let offset = 0;
  const taken = inputs.map((input) => {
    const size = input.parameters.binary_data_size;
    if ((size === undefined) === (input.data === undefined))
      throw invalid(`the input "${input.name}" must have either data or binary_data_size`);
    if (size === undefined) return { document: input, bytes: undefined };
    const bytes = binary.subarray(offset, (offset += size));
    if (bytes.byteLength < size)
      throw invalid(`the body ends within the ${size} bytes of the input "${input.name}"`);
    return { document: input, bytes };
  });
  if (offset < binary.byteLength) throw invalid(`${binary.byteLength - offset} bytes follow the last input`);
  return {
    id,
    inputs: taken,
    outputs: outputs?.map(({ name, parameters: { binary_data, classification } }) => ({
      name,
      binary: binary_data ?? binaryByDefault,
      classes: classification ?? 0,
    })),
    binaryByDefault,
  };
}

/** The name of the input that holds a whole JPEG or PNG, instead of the model's own tensors. */
export const pictureInput = 'picture';

/** The JPEG or PNG of a request whose only input is `picture`, BYTES [1]. @throws EdgeError SERVICE_REQUEST_INVALID */
export function pictureOf({ inputs }: InferRequest): Uint8Array | undefined {
  const [first] = inputs;
  if (inputs.length !== 1 || first?.document.datatype !== 'BYTES') return undefined;
  const { name } = first.document;
  if (name !== pictureInput) return undefined;
  if (!first.bytes) throw invalid(`the input "${name}" must be binary data: JSON cannot hold a picture`);
  const elements = elementsOf(name, first.bytes);
  if (elements.length !== 1 || elements[0] === undefined)
    throw invalid(`the input "${name}" has ${elements.length} elements instead of one picture`);
  return elements[0];
}

function elementsOf(name: string, bytes: Uint8Array): Uint8Array[] {
  try {
    return splitBytes(bytes);
  } catch (cause) {
    throw invalid(`the input "${name}" ${(cause as Error).message}`);
  }
}

/** The model's tensors by name. @throws EdgeError SERVICE_REQUEST_INVALID where they are not those that it wants */
export function tensorsOf(request: InferRequest, { inputs }: ModelDescription): Record<string, Tensor> {
  const tensors: Record<string, Tensor> = {};
  for (const { document, bytes } of request.inputs) {
    const { name } = document;
    const info = inputs.find((input) => input.name === name);
    if (!info)
      throw invalid(`the model has no input "${name}" (it has ${inputs.map(describe).join(' and ')})`);
    if (Object.hasOwn(tensors, name)) throw invalid(`the input "${name}" comes twice`);
    tensors[name] = toTensor(info, document, bytes);
  }
  const missing = inputs.filter(({ name }) => !Object.hasOwn(tensors, name));
  if (missing.length > 0) throw invalid(`the input ${missing.map(describe).join(' and ')} is missing`);
  return tensors;
}

function toTensor(
  info: TensorInfo,
  { name, shape, datatype, data }: InputDocument,
  bytes?: Uint8Array,
): Tensor {
  const fits =
    datatype === datatypeOf(info.dtype) &&
    shape.length === info.shape.length &&
    shape.every((size, axis) => info.shape[axis] === -1 || info.shape[axis] === size);
  if (!fits || !isDatatype(datatype))
    throw invalid(
      `the input "${name}" is ${datatype}[${shape.join(', ')}], the model wants ${describe(info)}`,
    );
  try {
    return bytes
      ? fromBytes(datatype, shape, bytes)
      : fromNumbers(datatype, shape, (data ?? []).flat(maxDimensions));
  } catch (cause) {
    throw invalid(`the input "${name}" ${(cause as Error).message}`);
  }
}

/** Outputs that were asked for, by their place in the model. @throws EdgeError SERVICE_REQUEST_INVALID */
export function wantedOutputs(
  request: InferRequest,
  { outputs }: ModelDescription,
): { readonly index: number; readonly wanted: WantedOutput }[] {
  const names = outputs.map(outputName);
  if (!request.outputs)
    return names.map((name, index) => ({
      index,
      wanted: { name, binary: request.binaryByDefault, classes: 0 },
    }));
  return request.outputs.map((wanted) => {
    const index = names.indexOf(wanted.name);
    if (index < 0) throw invalid(`the model has no output "${wanted.name}" (it has ${names.join(', ')})`);
    return { index, wanted };
  });
}

const describe = ({ name, dtype, shape }: TensorInfo): string =>
  `${name} ${datatypeOf(dtype)}[${shape.join(', ')}]`;
