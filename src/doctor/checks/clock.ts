import { execFile } from 'node:child_process';
import { stat } from 'node:fs/promises';
import path from 'node:path';
import { promisify } from 'node:util';
import { ok, problem, skipped, warning, type Check } from '../finding.js';

const run = promisify(execFile);
const remedy =
  'Set the clock, best by NTP ("timedatectl set-ntp true"): AWS refuses requests that are minutes off.';

/** AWS refuses signatures of another time; a device without a battery begins in the past. */
export const clockCheck: Check = {
  subject: 'clock',
  look: async ({ installFolder }) => {
    const now = new Date();
    const built = (await stat(path.join(installFolder, 'package.json'))).mtime;
    const text = now.toISOString();
    // The files of an archive may be dated 1980: then the year of this program has to do.
    const earliest = Math.max(built.getTime(), Date.UTC(2026, 0));
    if (now.getTime() < earliest - 86_400_000)
      return [problem(`The clock says ${text}, which is before this program was made.`, remedy)];
    const synchronised = await run('timedatectl', ['show', '-p', 'NTPSynchronized', '--value'], {
      timeout: 5000,
    })
      .then(({ stdout }) => stdout.trim())
      .catch(() => undefined);
    if (synchronised === 'no') return [warning(`${text}, but it is not synchronised.`, remedy)];
    if (synchronised === undefined)
      return [ok(text), skipped('Whether it is synchronised cannot be told: there is no timedatectl.')];
    return [ok(`${text}, synchronised`)];
  },
};
