const labels = [...'abcdefghij'];

/** Of a network that takes pictures of 96 x 96. */
const picture = (mean = 127, std = 128) => ({
  labels,
  input: {
    colorOrder: 'RGB',
    mean: [mean, mean, mean],
    std: [std, std, std],
    resize: { mode: 'stretch' },
  },
  decoder: { type: 'classification', activation: 'none' },
});

const image = { 0: [1, 3, 96, 96] };
const trees = { labels: ['a', 'b', 'c'], input: {} };

/** What the table is made of: a maker writes the file, the command compiles it. */
export const rows = [
  {
    title: 'ONNX',
    model: 'three convolutions',
    framework: 'onnx',
    maker: 'onnx',
    file: 'model.onnx',
    draft: picture(),
  },
  {
    title: 'MXNet',
    model: 'residual network, as SageMaker saves it',
    framework: 'mxnet',
    maker: 'mxnet',
    file: 'model-symbol.json',
    draft: picture(),
  },
  {
    title: 'TensorFlow',
    model: 'SavedModel, three convolutions',
    framework: 'saved-model',
    maker: 'tensorflow',
    file: 'saved-model',
    draft: picture(),
  },
  {
    title: 'TensorFlow, frozen',
    model: 'the same as a frozen graph',
    framework: 'frozen-graph',
    maker: 'tensorflow',
    file: 'frozen.pb',
    draft: picture(),
  },
  {
    title: 'Keras',
    model: 'MobileNetV2 0.35',
    framework: 'keras',
    maker: 'tensorflow',
    file: 'keras.h5',
    draft: picture(),
  },
  {
    title: 'TFLite',
    model: 'MobileNetV2 0.35, float',
    framework: 'tflite',
    maker: 'tensorflow',
    file: 'float.tflite',
    draft: picture(),
  },
  {
    title: 'PyTorch',
    model: 'TorchScript, depthwise convolutions',
    framework: 'pytorch',
    maker: 'pytorch',
    file: 'model.pt',
    shapes: image,
    draft: picture(),
  },
  {
    title: 'Chainer',
    model: 'two convolutions',
    framework: 'chainer',
    maker: 'chainer',
    file: 'weights.npz',
    shapes: image,
    network: 'chainer_network.py:build',
    draft: picture(),
  },
  {
    title: 'XGBoost',
    model: '120 trees',
    framework: 'xgboost',
    maker: 'trees',
    file: 'xgboost.json',
    draft: trees,
  },
  {
    title: 'LightGBM',
    model: '120 trees',
    framework: 'lightgbm',
    maker: 'trees',
    file: 'lightgbm.txt',
    draft: trees,
  },
  {
    title: 'scikit-learn',
    model: 'random forest, 60 trees',
    framework: 'sklearn',
    maker: 'trees',
    file: 'forest.joblib',
    draft: trees,
  },
];
