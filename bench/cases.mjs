/**
 * A case: what it measures, the bar of docs/design.md that it looks at, and the file that does it.
 * @typedef {{ name: string, title: string, bar: string }} BenchCase
 */

/** @type {readonly BenchCase[]} */
export const CASES = [
  {
    name: 'addon-overhead',
    title: 'the addon against the same DLR calls in a C loop, both from a ready tensor',
    bar: 'addon minus C <= 0.2 ms and <= 3 % at p50',
  },
  {
    name: 'engines',
    title: 'the best compiled target of the shipped classifier against ONNX Runtime on the same model',
    bar: 'at most 1.0 x on one thread and on two, aim 0.8 x',
  },
  {
    name: 'python-peer',
    title: 'whole frames, JPEG file to JSON and IPC, against Python with ctypes, cv2, numpy and awsiotsdk',
    bar: 'less CPU time a frame than Python',
  },
  {
    name: 'pipeline',
    title: 'JPEG file to result handed to Greengrass IPC, stage by stage',
    bar: 'without the model’s run <= 5 ms p95 at 1280x720',
  },
  {
    name: 'event-loop',
    title: 'delay of the event loop of a pipeline process that infers without pause',
    bar: 'p99 <= 10 ms',
  },
  {
    name: 'memory',
    title: 'PSS of component and pipeline on the shipped classifier',
    bar: 'sum <= 260 MB, flat over 2,000 frames',
  },
  {
    name: 'start',
    title: 'from the start of `mli run` to the first published result',
    bar: '<= 2 s with a model proven before, <= 6 s with a new one',
  },
  {
    name: 'many-pipelines',
    title: 'pipelines of one model at 1 frame/s: CPU time a frame and memory, by their number (--seconds)',
    bar: '16 without a missed tick; cost a frame flat within 10 %; each further one <= 30 MB',
  },
  {
    name: 'tick',
    title: 'lateness of a 1 s tick while the pipeline works (--seconds)',
    bar: 'p99 <= 20 ms',
  },
  {
    name: 'swap',
    title: '100 model swaps under load: memory, and the pause between two results',
    bar: 'memory <= +5 %, not one tick missed',
  },
  {
    name: 'watched',
    title: 'time of a frame while somebody looks at the live page',
    bar: '<= 3 % more',
  },
  {
    name: 'reaction',
    title: 'from the capture of a frame to the message of the rule that it sets off',
    bar: 'without the model’s run <= 30 ms p99',
  },
];
