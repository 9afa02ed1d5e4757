import path from 'node:path';
import { performance } from 'node:perf_hooks';
import { fileURLToPath } from 'node:url';
import { FrameInference } from '../../dist/pipeline/frame-inference.js';
import { formatNative } from '../../dist/publish/native-format.js';
import { readPicture, reductionFor } from '../../dist/sources/picture-file.js';
import { dlrEnvironment } from '../dlr-loop.mjs';
import { interleave } from '../interleave.mjs';
import { LineProcess } from '../line-process.mjs';
import { nativeResult } from '../native-result.mjs';
import { benchPython } from '../python.mjs';
import { rowOf } from '../row.mjs';
import { scaledPictures } from '../scaled-pictures.mjs';
import { loadWorkload, openWorkload } from '../workload.mjs';

const script = fileURLToPath(new URL('../python/frame_loop.py', import.meta.url));
const sizes = [
  [640, 480],
  [1280, 720],
];
const rounds = 10;
/** Frames of a block; the CPU's clock ticks too coarsely for one. */
const frames = 24;

/** Whole frames, JPEG file to JSON text, in our code and in Python's: one artifact, one thread, the same pictures, in turn. */
export async function run({ progress }) {
  const python = await benchPython(progress);
  const { model, library } = await openWorkload();
  const { stages, width, height } = await loadWorkload();
  const inference = new FrameInference(stages);
  const peer = new LineProcess(
    python,
    [
      script,
      library,
      path.join(model.folder, 'model.json'),
      model.artifact,
      path.join(model.folder, model.manifest.labels),
      model.digest,
    ],
    dlrEnvironment,
  );
  const rows = [];
  try {
    for (const size of sizes) {
      const { files } = await scaledPictures(...size);
      const pictures = Array.from({ length: frames }, (_, index) => files[index % files.length]);
      const ours = () => classifyAll(inference, pictures, width, height);
      // Decoding at a fraction of the size is ours by default; a Python programmer may think of it or not.
      const reduction = reductionFor(...size, width, height);
      for (const [name, factor] of [
        ['Python', 1],
        ...(reduction > 1 ? [[`Python, decoding at 1/${reduction}`, reduction]] : []),
      ]) {
        progress(`${size.join('x')} against ${name}`);
        const theirs = () => peer.ask({ pictures, reduction: factor });
        rejectDifference(await ours(), await theirs(), name);
        const blocks = await interleave(rounds, ours, theirs);
        rows.push(...rowsOf(size.join('x'), name, blocks));
      }
    }
  } finally {
    await peer.stop();
    await inference.dispose();
  }
  return rows;
}

/** Two sides that see other things do other work: a wrong channel order would show here. */
function rejectDifference(ours, theirs, name) {
  const same = ours.labels.filter((label, index) => label === theirs.labels[index]).length;
  if (same < 0.9 * ours.labels.length)
    throw new Error(
      `${name} gives the same label on ${same} of ${ours.labels.length} pictures only: no comparison`,
    );
}

async function classifyAll(inference, pictures, width, height) {
  const wallMs = [];
  const labels = [];
  const before = process.cpuUsage();
  for (const [index, file] of pictures.entries()) {
    const started = performance.now();
    const decoded = await readPicture(file, width, height);
    const frame = {
      id: index + 1,
      capturedAt: new Date(),
      monotonicMs: started,
      name: path.basename(file),
      ...decoded,
    };
    const result = await inference.infer(frame, performance.now() - started);
    formatNative(nativeResult(result, index + 1));
    wallMs.push(performance.now() - started);
    labels.push(result.predictions[0].label);
  }
  const { user, system } = process.cpuUsage(before);
  return { wallMs, cpuMs: (user + system) / 1000, labels };
}

function rowsOf(size, peer, blocks) {
  const wall = (list) => list.flatMap(({ wallMs }) => wallMs);
  const cpu = (list) => list.map(({ cpuMs }) => cpuMs / frames);
  const names = { case: 'python-peer', peer, unit: 'ms' };
  return [
    rowOf({ ...names, subject: `${size}, wall time a frame` }, wall(blocks.subject), wall(blocks.peer)),
    rowOf({ ...names, subject: `${size}, CPU time a frame` }, cpu(blocks.subject), cpu(blocks.peer)),
  ];
}
