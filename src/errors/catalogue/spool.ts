import { entry } from './entry.js';

/** Errors of what waits on the disk for the cloud. None ends the process: results go on locally. */
export const spoolErrors = {
  SPOOL_DISK: entry<{ folder: string; reason: string }>({
    message: ({ folder, reason }) => `The spool cannot use its folder ${folder}: ${reason}.`,
    remedy:
      'Messages are kept in memory meanwhile, a few thousand, and it is tried again by itself. Make room on the disk, or the folder writable for the user of the component.',
  }),
  SPOOL_REPAIRED: entry<{ folder: string; waiting: number }>({
    message: ({ folder, waiting }) =>
      `The spool in ${folder} was damaged and is repaired: ${waiting} items are there.`,
    remedy:
      'What could not be read is in its folder "lost" until the budget needs the room. Repeated damage means a failing disk.',
  }),
  SPOOL_SET_ASIDE: entry<{ folder: string }>({
    message: ({ folder }) => `The spool in ${folder} was damaged beyond repair.`,
    remedy:
      'It is set aside beside the new one, as "…kept-<time>", until the budget needs the room. Repeated damage means a failing disk.',
  }),
  SPOOL_ITEM_DAMAGED: entry<{ sequence: number; what: string }>({
    message: ({ sequence, what }) => `Item ${sequence} of the spool is damaged: ${what}. It is not sent.`,
    remedy: 'It is removed and counted. Repeated damage means a failing disk.',
  }),
};
