import path from 'node:path';
import type { EnvironmentSpec } from './python/environment.js';
import { compilersFolder } from './python/program.js';

/** The kinds of models that can be compiled here. */
export const frameworkNames = [
  'onnx',
  'tflite',
  'saved-model',
  'frozen-graph',
  'keras',
  'mxnet',
  'pytorch',
  'chainer',
  'xgboost',
  'lightgbm',
  'sklearn',
] as const;

export type FrameworkName = (typeof frameworkNames)[number];

export interface Framework {
  readonly name: FrameworkName;
  /** For people. */
  readonly title: string;
  /** File in the folder of the compilers. */
  readonly program: string;
  readonly environment: EnvironmentSpec;
  /** Networks go through TVM; trees through treelite, in their own program. */
  readonly compiler: 'tvm' | 'treelite';
}

const environment = (
  name: string,
  pythons: readonly string[],
  downloadMegabytes: number,
  file = path.join(compilersFolder, 'requirements', `${name}.txt`),
): EnvironmentSpec => ({ name, requirements: file, pythons, downloadMegabytes });

/** CPython 3.8 has all of the packages, 3.10 those whose makers lived longer. */
const both = ['3.8', '3.10'] as const;

export const tvmEnvironment = environment(
  'tvm',
  both,
  140,
  path.join(compilersFolder, '..', 'requirements-compile.txt'),
);

const environments = {
  // What Debian and Ubuntu have is enough for ONNX alone.
  onnx: environment('onnx', [...both, '3.9', '3.11', '3.12'], 47),
  mxnet: environment('mxnet', ['3.8'], 85),
  chainer: environment('chainer', ['3.8'], 35),
  tensorflow: environment('tensorflow', both, 290),
  pytorch: environment('pytorch', both, 810),
  trees: environment('trees', ['3.8'], 270),
};

const network = (name: FrameworkName, title: string, program: string, spec: EnvironmentSpec): Framework => ({
  name,
  title,
  program,
  environment: spec,
  compiler: 'tvm',
});
const trees = (name: FrameworkName, title: string): Framework => ({
  name,
  title,
  program: 'tree_model.py',
  environment: environments.trees,
  compiler: 'treelite',
});

export const frameworks: Readonly<Record<FrameworkName, Framework>> = {
  onnx: network('onnx', 'ONNX', 'onnx_model.py', environments.onnx),
  tflite: network('tflite', 'TensorFlow Lite', 'tensorflow_model.py', environments.tensorflow),
  'saved-model': network('saved-model', 'TensorFlow', 'tensorflow_model.py', environments.tensorflow),
  'frozen-graph': network('frozen-graph', 'TensorFlow', 'tensorflow_model.py', environments.tensorflow),
  keras: network('keras', 'Keras', 'tensorflow_model.py', environments.tensorflow),
  mxnet: network('mxnet', 'MXNet', 'mxnet_model.py', environments.mxnet),
  pytorch: network('pytorch', 'PyTorch', 'pytorch_model.py', environments.pytorch),
  chainer: network('chainer', 'Chainer', 'chainer_model.py', environments.chainer),
  xgboost: trees('xgboost', 'XGBoost'),
  lightgbm: trees('lightgbm', 'LightGBM'),
  sklearn: trees('sklearn', 'scikit-learn'),
};
