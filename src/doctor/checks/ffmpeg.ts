import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { ok, problem, skipped, warning, type Check, type Patient } from '../finding.js';

const run = promisify(execFile);
/** Sources whose pictures come through ffmpeg. */
const throughFfmpeg: ReadonlySet<string> = new Set(['video', 'rtsp']);

export const ffmpegCheck: Check = {
  subject: 'ffmpeg',
  look: async (patient) => {
    const missing: string[] = [];
    const versions: string[] = [];
    for (const program of ['ffmpeg', 'ffprobe']) {
      try {
        const { stdout } = await run(program, ['-version'], { timeout: 10_000, env: patient.environment });
        versions.push(/version (\S+)/.exec(stdout)?.[1] ?? '?');
      } catch (error) {
        if ((error as NodeJS.ErrnoException).code !== 'ENOENT')
          return [
            problem(
              `${program} does not work: ${(error as Error).message}.`,
              'sudo apt-get install --reinstall ffmpeg',
            ),
          ];
        missing.push(program);
      }
    }
    if (missing.length === 0) return [ok(`version ${versions[0] ?? ''}`)];
    const users = usersOf(patient);
    const message = `${missing.join(' and ')} ${missing.length > 1 ? 'are' : 'is'} not on the PATH`;
    const remedy = 'sudo apt-get install ffmpeg';
    if (users === undefined) return [warning(`${message}; streams and videos need it.`, remedy)];
    if (users.length > 0) return [problem(`${message}, but ${users.join(', ')} need it.`, remedy)];
    return [skipped(`${message}; no pipeline needs it`)];
  },
};

function usersOf({ configuration }: Patient): string[] | undefined {
  return (
    configuration &&
    Object.entries(configuration.pipelines)
      .filter(([, { source }]) => throughFfmpeg.has(source.type))
      .map(([name]) => name)
  );
}
