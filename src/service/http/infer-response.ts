import { EdgeError } from '../../errors/index.js';
import type { ModelDescription, PipelineReplies } from '../../pipeline/requests.js';
import type { Prediction, Tensor } from '../../types.js';
import { datatypeOf, joinBytes, toBytes, toNumbers, type Datatype } from './datatypes.js';
import type { WantedOutput } from './infer-request.js';

/** An output on its way: values for JSON and bytes, one of which is used. */
interface Output {
  readonly name: string;
  readonly datatype: Datatype | 'BYTES';
  readonly shape: readonly number[];
  readonly values: () => unknown[];
  readonly bytes: () => Uint8Array;
}

/** An answer of the protocol: JSON, followed by binary data where some was asked for. */
export interface InferResponse {
  readonly body: Uint8Array<ArrayBuffer>;
  /** Bytes of the JSON; undefined where nothing follows it. */
  readonly headerLength: number | undefined;
}

export interface ResponseNames {
  readonly model: string;
  readonly version: string;
  readonly id: string | undefined;
}

type Outputs = PipelineReplies['infer-tensors']['outputs'];

/** @throws EdgeError SERVICE_REQUEST_INVALID for values that JSON cannot hold */
export function tensorsResponse(
  names: ResponseNames,
  wanted: readonly { readonly index: number; readonly wanted: WantedOutput }[],
  outputs: Outputs,
  { labels }: ModelDescription,
): InferResponse {
  return encode(
    names,
    wanted.map(({ index, wanted: { name, binary, classes } }) => {
      const output = outputs[index];
      if (!output) throw new Error(`The model gave ${outputs.length} outputs, ${name} is not among them`);
      return {
        output: classes > 0 ? topClasses(name, output, classes, labels) : plain(name, output),
        binary,
      };
    }),
  );
}

/** Predictions as tensors: `label` BYTES [n], `confidence` FP32 [n], and `box` FP32 [n, 4] where there are boxes. */
export function predictionsResponse(
  names: ResponseNames,
  predictions: readonly Prediction[],
  isBinary: (output: string) => boolean | undefined,
): InferResponse {
  const labels = predictions.map(({ label }) => label);
  const n = predictions.length;
  const floats = (name: string, shape: number[], values: number[]): Output =>
    plain(name, { dtype: 'float32', shape, data: Float32Array.from(values) });
  const outputs: Output[] = [
    texts('label', [n], labels),
    floats(
      'confidence',
      [n],
      predictions.map(({ confidence }) => confidence),
    ),
  ];
  if (predictions.some(({ box }) => box))
    outputs.push(
      floats(
        'box',
        [n, 4],
        predictions.flatMap(({ box }) => box ?? [0, 0, 1, 1]),
      ),
    );
  return encode(
    names,
    outputs.flatMap((output) => {
      const binary = isBinary(output.name);
      return binary === undefined ? [] : [{ output, binary }];
    }),
  );
}

const plain = (name: string, tensor: Tensor): Output => ({
  name,
  datatype: datatypeOf(tensor.dtype),
  shape: tensor.shape,
  values: () => {
    try {
      return toNumbers(tensor);
    } catch (cause) {
      const problem = `the output "${name}" ${(cause as Error).message}`;
      throw new EdgeError('SERVICE_REQUEST_INVALID', { problem }, { cause });
    }
  },
  bytes: () => toBytes(tensor),
});

const texts = (name: string, shape: readonly number[], values: readonly string[]): Output => ({
  name,
  datatype: 'BYTES',
  shape,
  values: () => [...values],
  bytes: () => joinBytes(values),
});

/**
 * Triton's classification extension: the greatest values of each row as `value:index[:label]`.
 * https://docs.nvidia.com/deeplearning/triton-inference-server/user-guide/docs/protocol/extension_classification.html
 */
function topClasses(name: string, { shape, data }: Tensor, count: number, labels: readonly string[]): Output {
  const batched = shape.length > 1;
  const rows = batched ? (shape[0] ?? 1) : 1;
  const values = Array.from(data, Number);
  const width = rows === 0 ? 0 : values.length / rows;
  const kept = Math.min(count, width);
  const lines = Array.from({ length: rows }, (_, row) =>
    values
      .slice(row * width, (row + 1) * width)
      .map((value, index) => ({ value, index }))
      .sort((a, b) => b.value - a.value)
      .slice(0, kept)
      .map(({ value, index }) =>
        [value.toFixed(6), index, ...(labels[index] ? [labels[index]] : [])].join(':'),
      ),
  );
  return texts(name, batched ? [rows, kept] : [kept], lines.flat());
}

function encode(
  { model, version, id }: ResponseNames,
  outputs: readonly { readonly output: Output; readonly binary: boolean }[],
): InferResponse {
  const tails: Uint8Array[] = [];
  const described = outputs.map(({ output: { name, datatype, shape, values, bytes }, binary }) => {
    if (!binary) return { name, datatype, shape, data: values() };
    const tail = bytes();
    tails.push(tail);
    return { name, datatype, shape, parameters: { binary_data_size: tail.byteLength } };
  });
  const document = {
    model_name: model,
    model_version: version,
    ...(id !== undefined && { id }),
    outputs: described,
  };
  const header = Buffer.from(JSON.stringify(document), 'utf8');
  return {
    body: Buffer.concat([header, ...tails]),
    headerLength: tails.length > 0 ? header.byteLength : undefined,
  };
}
