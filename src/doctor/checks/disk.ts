import { access, constants, mkdir, statfs, unlink, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { describeError } from '../../errors/index.js';
import { ok, problem, warning, type Check, type Patient } from '../finding.js';

const megabytes = (bytes: number): number => Math.floor(bytes / 1e6);

/** The state folder: models, spool and proofs are kept there. */
export const diskCheck: Check = {
  subject: 'disk',
  look: async (patient) => {
    const { stateFolder } = patient;
    const remedy = `Give the user of the component the right to write there (chown), or name another folder by MLI_WORK.`;
    try {
      await mkdir(stateFolder, { recursive: true });
      await access(stateFolder, constants.W_OK);
      // A read-only file system or a quota shows only when something is written.
      const probe = path.join(stateFolder, `.doctor-${process.pid}`);
      await writeFile(probe, 'x', { flush: true });
      await unlink(probe);
    } catch (error) {
      return [problem(`The folder ${stateFolder} cannot be written: ${describeError(error)}.`, remedy)];
    }
    const { bavail, bsize } = await statfs(stateFolder);
    const free = megabytes(bavail * bsize);
    const budget = budgetMegabytes(patient);
    const message = `${free} MB are free in ${stateFolder}, the budgets add up to ${budget} MB`;
    if (free < 100) return [problem(`${message}.`, 'Free space on the disk.')];
    return [
      free < budget
        ? warning(`${message}.`, 'Free space, or lower modelCache and spool in the configuration.')
        : ok(message),
    ];
  },
};

function budgetMegabytes({ configuration }: Patient): number {
  if (!configuration) return 0;
  const { modelCache, spool } = configuration;
  return modelCache.maxMegabytes + spool.results.maxMegabytes + spool.uploads.maxMegabytes;
}
