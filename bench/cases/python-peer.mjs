import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { reductionFor } from '../../dist/sources/picture-file.js';
import { dlrEnvironment } from '../dlr-loop.mjs';
import { FrameLoop } from '../frame-loop.mjs';
import { interleave } from '../interleave.mjs';
import { LineProcess } from '../line-process.mjs';
import { NucleusProcess } from '../nucleus-process.mjs';
import { benchPython } from '../python.mjs';
import { rowOf } from '../row.mjs';
import { scaledPictures } from '../scaled-pictures.mjs';
import { openWorkload } from '../workload.mjs';

const script = fileURLToPath(new URL('../python/frame_loop.py', import.meta.url));
const sizes = [
  [640, 480],
  [1280, 720],
];
const rounds = 10;
/** Frames of a block; the CPU's clock ticks too coarsely for one. */
const frames = 24;

/** Whole frames, JPEG file to JSON and on to IPC, in our code and in Python's: one artifact, one thread, the same pictures, in turn. */
export async function run({ progress }) {
  const python = await benchPython(progress);
  const { model, library } = await openWorkload();
  const nucleus = await NucleusProcess.start();
  const files = [
    path.join(model.folder, 'model.json'),
    model.artifact,
    path.join(model.folder, model.manifest.labels),
  ];
  const peer = new LineProcess(python, [script, library, ...files, model.digest], {
    ...dlrEnvironment,
    ...nucleus.environment,
  });
  const rows = [];
  try {
    const ours = await FrameLoop.start(nucleus.environment);
    try {
      for (const [width, height] of sizes) {
        const scaled = await scaledPictures(width, height);
        const pictures = Array.from(
          { length: frames },
          (_, index) => scaled.files[index % scaled.files.length],
        );
        for (const variant of variantsOf(reductionFor(width, height, ours.width, ours.height))) {
          progress(`${width}x${height} against ${variant.peer}`);
          rows.push(
            ...(await compare(`${width}x${height}${variant.suffix}`, ours, peer, { pictures, ...variant })),
          );
        }
      }
    } finally {
      await ours.stop();
    }
  } finally {
    await peer.stop();
    await nucleus.stop();
  }
  return rows;
}

/** Decoding at a fraction of the size is ours by default; a Python programmer may think of it or not. */
function variantsOf(reduction) {
  const plain = { peer: 'Python', suffix: '', reduction: 1, publish: false };
  if (reduction === 1) return [plain];
  const name = `Python, decoding at 1/${reduction}`;
  return [
    plain,
    { ...plain, peer: name, reduction },
    { peer: `${name}, awsiotsdk`, suffix: ' and published', reduction, publish: true },
  ];
}

async function compare(what, ours, theirs, { pictures, peer, reduction, publish }) {
  const request = { pictures, reduction, publish };
  rejectDifference(await ours.ask(request), await theirs.ask(request), peer);
  const blocks = await interleave(
    rounds,
    () => ours.ask(request),
    () => theirs.ask(request),
  );
  const wall = (list) => list.flatMap(({ wallMs }) => wallMs);
  const cpu = (list) => list.map(({ cpuMs }) => cpuMs / frames);
  const names = { case: 'python-peer', peer, unit: 'ms' };
  return [
    rowOf({ ...names, subject: `${what}, wall time a frame` }, wall(blocks.subject), wall(blocks.peer)),
    rowOf({ ...names, subject: `${what}, CPU time a frame` }, cpu(blocks.subject), cpu(blocks.peer)),
  ];
}

/** Two sides that see other things do other work: a wrong channel order would show here. */
function rejectDifference(ours, theirs, peer) {
  const same = ours.labels.filter((label, index) => label === theirs.labels[index]).length;
  if (same < 0.9 * ours.labels.length)
    throw new Error(
      `${peer} gives the same label on ${same} of ${ours.labels.length} pictures only: no comparison`,
    );
}
