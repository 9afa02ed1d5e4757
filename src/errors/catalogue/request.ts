import { entry } from './entry.js';

/** Errors of requests to a pipeline: for a picture of its source, or for an inference beside its frames. */
export const requestErrors = {
  PIPELINE_UNKNOWN: entry<{ pipeline: string; known: string }>({
    message: ({ pipeline, known }) => `There is no pipeline ${pipeline} (there: ${known}).`,
    remedy: 'Name one of the configured pipelines.',
  }),
  REQUEST_FAILED: entry<{ pipeline: string; reason: string }>({
    message: ({ pipeline, reason }) => `The pipeline ${pipeline} could not answer a request: ${reason}.`,
    remedy: 'Ask again in a few seconds; the status topic says how the pipeline is.',
  }),
  REQUEST_ABORTED: entry<{ pipeline: string; reason: string }>({
    message: ({ pipeline, reason }) => `A request to the pipeline ${pipeline} was given up: ${reason}.`,
    remedy: 'Allow more time where the model is slow, or ask less often.',
  }),
  REQUEST_QUEUE_FULL: entry<{ pipeline: string; limit: number }>({
    message: ({ pipeline, limit }) => `${limit} requests wait for the pipeline ${pipeline} already.`,
    remedy: 'Ask less often: frames of the source come first.',
  }),
  FRAME_NOT_KEPT: entry<{ pipeline: string; frame: number | undefined; limit: number }>({
    message: ({ pipeline, frame, limit }) =>
      frame === undefined
        ? `The pipeline ${pipeline} has no picture or window of a frame (it keeps the last ${limit}).`
        : `The pipeline ${pipeline} has no picture or window of frame ${frame} any more (it keeps the last ${limit}).`,
    remedy: 'Ask sooner after the result; frames are kept only where the configuration has a use for them.',
  }),
  FRAME_KIND_OTHER: entry<{ pipeline: string; wanted: 'picture' | 'samples'; got: 'picture' | 'samples' }>({
    message: ({ pipeline, wanted, got }) =>
      `The pipeline ${pipeline} was asked for ${wanted === 'picture' ? 'a picture' : 'a window of samples'}, and has ${got === 'picture' ? 'pictures' : 'windows of samples'}.`,
    remedy: 'Ask for what its source gives.',
  }),
};
