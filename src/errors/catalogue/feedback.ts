import { entry } from './entry.js';

/** Errors of samples on their way to the cloud. */
export const feedbackErrors = {
  SAMPLE_NOT_KEPT: entry<{ pipeline: string }>({
    message: ({ pipeline }) =>
      `The spool had no room for a sample of the pipeline ${pipeline}, on the disk or in memory.`,
    remedy: 'Free some space, or raise spool.uploads.maxMegabytes.',
  }),
  SAMPLE_MODEL_GONE: entry<{ pipeline: string }>({
    message: ({ pipeline }) =>
      `The model of a sample of ${pipeline} was replaced before the names of its classes were known.`,
    remedy: 'Nothing needs to be done: the samples of the new model are kept.',
  }),
  SAMPLE_NO_SPOOL: entry<{ pipeline: string }>({
    message: ({ pipeline }) => `A sample of the pipeline ${pipeline} has nowhere to go: there is no spool.`,
    remedy: 'Run with a nucleus, without --no-nucleus.',
  }),
  SAMPLE_NO_ORIGINAL: entry<{ pipeline: string; reason: string }>({
    message: ({ pipeline, reason }) => `The original of a frame of ${pipeline} cannot be had: ${reason}.`,
    remedy: 'Set feedback.image to jpeg.',
  }),
};
