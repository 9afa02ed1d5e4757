/**
 * The network (network.py) as arithmetic, where it is run ten million times and no runtime is needed: it is an engine like those of
 * DLR and ONNX Runtime, of any number of features. The figures in README.md come through DLR.
 */
export const arithmetic = {
  run: async ({ tensors: { features, whitening } }) => {
    const size = features.data.length;
    let sum = 0;
    for (let column = 0; column < size; column++) {
      let white = 0;
      for (let row = 0; row < size; row++) white += features.data[row] * whitening.data[row * size + column];
      sum += (white * white) / size;
    }
    return [{ dtype: 'float32', shape: [1, 1], data: Float32Array.of(Math.sqrt(sum)) }];
  },
};
