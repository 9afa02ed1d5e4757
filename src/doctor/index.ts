import { accountCheck } from './checks/account.js';
import { clockCheck } from './checks/clock.js';
import { diskCheck } from './checks/disk.js';
import { ffmpegCheck } from './checks/ffmpeg.js';
import { memoryCheck } from './checks/memory.js';
import { modelsCheck } from './checks/models.js';
import { nativeChecks } from './checks/native.js';
import { nucleusCheck } from './checks/nucleus.js';
import { permissionsCheck } from './checks/permissions.js';
import { portsCheck } from './checks/ports.js';
import { sourcesCheck } from './checks/sources.js';
import { writableFilesCheck } from './checks/writable-files.js';
import { problemOf, type Check, type Finding, type Patient } from './finding.js';

export type { Finding, Patient } from './finding.js';

/** In the order in which one builds on the other. */
const checks: readonly Check[] = [
  accountCheck,
  clockCheck,
  memoryCheck,
  diskCheck,
  writableFilesCheck,
  ...nativeChecks,
  ffmpegCheck,
  modelsCheck,
  sourcesCheck,
  portsCheck,
  nucleusCheck,
  permissionsCheck,
];

/** Looks at the machine, one part after the other. Never throws: what goes wrong is a finding. */
export async function* examine(patient: Patient): AsyncGenerator<Finding> {
  for (const check of checks) {
    const { subject } = check;
    const findings = await check.look(patient).catch((error: unknown) => [problemOf(error)]);
    for (const finding of findings) yield { subject, ...finding };
  }
}
