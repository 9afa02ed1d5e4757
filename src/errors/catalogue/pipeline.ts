import { entry } from './entry.js';

/** Errors of sources, preprocessing, decoding and of the pipeline's process. */
export const pipelineErrors = {
  OPENCV_NOT_FOUND: entry<{ reason: string }>({
    message: ({ reason }) => `opencv4nodejs does not load: ${reason}.`,
    remedy: 'Run "npm run setup", which builds it for this version of Node.js.',
    fatal: true,
  }),
  PICTURE_UNREADABLE: entry<{ path: string; reason: string }>({
    message: ({ path, reason }) => `The picture ${path} cannot be used: ${reason}.`,
    remedy: 'It is skipped and counted; replace or remove the file.',
  }),
  SOURCE_EMPTY: entry<{ path: string }>({
    message: ({ path }) => `The folder ${path} holds no pictures (.jpg, .jpeg, .png, .bmp).`,
    remedy: 'Put pictures into it, or correct source.path; the folder is read again at the next tick.',
  }),
  SOURCE_NOT_FOUND: entry<{ path: string; reason: string }>({
    message: ({ path, reason }) => `The source ${path} cannot be opened: ${reason}.`,
    remedy: 'Correct source.path, or give the user of the component the right to read it.',
  }),
  SOURCE_ALL_UNREADABLE: entry<{ path: string; count: number }>({
    message: ({ path, count }) => `None of the ${count} pictures in ${path} can be used.`,
    remedy: 'The log names the reason for each; replace them.',
  }),
  FRAME_KIND_MISMATCH: entry<{ wanted: string; got: string }>({
    message: ({ wanted, got }) => `The model takes ${wanted}, the source gives ${got}.`,
    remedy: "Give the pipeline a source and a model of the same kind: the manifest's input.kind says which.",
    fatal: true,
  }),
  SOURCE_STALLED: entry<{ seconds: number }>({
    message: ({ seconds }) => `The source gave no frame for ${seconds} s.`,
    remedy:
      'It is closed and opened again; if it goes on, check the device, the network or the disk that it reads from.',
  }),
  FFMPEG_NOT_FOUND: entry<{ program: string }>({
    message: ({ program }) => `The program ${program} is not installed; it decodes video.`,
    remedy: 'Install it: apt-get install ffmpeg.',
    fatal: true,
  }),
  VIDEO_UNREADABLE: entry<{ path: string; reason: string }>({
    message: ({ path, reason }) => `The video ${path} cannot be read: ${reason}.`,
    remedy: 'Check that "ffprobe" shows a video stream in it.',
  }),
  OUTPUT_INVALID: entry<{ model: string; reason: string }>({
    message: ({ model, reason }) => `The model ${model} gave outputs that mean nothing: ${reason}.`,
    remedy: 'No decision is taken on this frame; if it goes on, check the model with its golden samples.',
  }),
  GOLDEN_MISMATCH: entry<{ model: string; sample: string; place: string; difference: string }>({
    message: ({ model, sample, place, difference }) =>
      `The model ${model} does not compute what it should: golden sample ${sample}, ${place}: ${difference}.`,
    remedy:
      'The artifact is not right for this machine or was made wrongly: compile it for this target and verify it again.',
  }),
  GOLDEN_INVALID: entry<{ path: string; reason: string }>({
    message: ({ path, reason }) => `The golden output ${path} cannot be read: ${reason}.`,
    remedy: 'Make the package anew: it holds {"outputs": {"0": {"shape": […], "data": […]}}}.',
  }),
  MODEL_REJECTED: entry<{ pipeline: string; reason: string; final: boolean }>({
    message: ({ pipeline, reason }) =>
      `The new model of pipeline ${pipeline} is not used, the one before stays: ${reason}`,
    remedy: 'Correct the model or the configuration; nothing was lost.',
  }),
  PROCESS_SILENT: entry<{ pipeline: string; seconds: number }>({
    message: ({ pipeline, seconds }) =>
      `The process of pipeline ${pipeline} has been silent for ${seconds} s.`,
    remedy:
      'It is ended and replaced; if it goes on, look for a camera driver or model that blocks, or raise supervision.heartbeatTimeoutSeconds.',
  }),
  PROCESS_HUNG: entry<{ pipeline: string; seconds: number }>({
    message: ({ pipeline, seconds }) =>
      `An inference of pipeline ${pipeline} has taken more than ${seconds} s.`,
    remedy:
      'Its process is ended and replaced; if the model is only slow, raise supervision.inferenceTimeoutSeconds.',
  }),
  PROCESS_UNKILLABLE: entry<{ pid: number; seconds: number }>({
    message: ({ pid, seconds }) =>
      `The pipeline process ${pid} does not end ${seconds} s after SIGKILL: it waits in the kernel.`,
    remedy:
      'Its pipelines start again when it is gone. Look at its state in /proc and at the kernel log: a driver, a disk or a network mount does not answer.',
  }),
  PROCESS_ENDED: entry<{ pipeline: string; how: string }>({
    message: ({ pipeline, how }) => `The process of pipeline ${pipeline} ended: ${how}.`,
    remedy:
      'It is started again with back-off; the log lines before this one name the reason where there is one.',
  }),
};
