import type { ModelDescription } from '../../pipeline/requests.js';
import type { TensorInfo } from '../../types.js';
import { datatypeOf } from './datatypes.js';

/** Some models do not name their outputs. */
export const outputName = ({ name }: TensorInfo, index: number): string =>
  name === '' ? `output_${index}` : name;

const tensor = ({ name, dtype, shape }: TensorInfo) => ({ name, datatype: datatypeOf(dtype), shape });

/** `$metadata_model_response` of the protocol. */
export const modelMetadata = (name: string, { model, backend, inputs, outputs }: ModelDescription) => ({
  name,
  versions: [model.version],
  platform: `${model.runtime}_${backend}`,
  inputs: inputs.map(tensor),
  outputs: outputs.map((output, index) => ({ ...tensor(output), name: outputName(output, index) })),
});

/** `$metadata_server_response`: extensions as Triton names them. */
export const serverMetadata = (version: string) => ({
  name: 'greengrass-mli',
  version,
  extensions: ['binary_tensor_data', 'classification', 'model_repository'],
});
