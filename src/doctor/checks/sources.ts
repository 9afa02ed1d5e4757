import { access, constants, readdir, stat } from 'node:fs/promises';
import path from 'node:path';
import type { SourceConfig } from '../../config/source.js';
import { ok, problem, skipped, warning, type Check, type Finding } from '../finding.js';

type Look = Omit<Finding, 'subject'>;
const pictures = /\.(jpe?g|png|bmp)$/i;

/** What the pipelines take their frames from, as far as it can be seen without opening it: opening would take a camera away. */
export const sourcesCheck: Check = {
  subject: 'sources',
  look: async ({ configuration }) => {
    const pipelines = Object.entries(configuration?.pipelines ?? {});
    if (pipelines.length === 0) return [skipped('no pipelines to look at')];
    return Promise.all(
      pipelines.map(async ([name, { source }]) => {
        const { state, message, remedy } = await lookAt(source);
        return { state, message: `${name}: ${message}`, remedy };
      }),
    );
  },
};

async function lookAt(source: SourceConfig): Promise<Look> {
  const kind: string = source.type;
  const file = 'path' in source ? source.path : undefined;
  const device = 'device' in source ? String(source.device) : undefined;
  if (device !== undefined) return lookAtDevice(/^\d+$/.test(device) ? `/dev/video${device}` : device);
  if (file === undefined) return skipped(`a source of the type ${kind} is only tried by running it`);
  const stats = await stat(file).catch((error: unknown) => error as NodeJS.ErrnoException);
  if (stats instanceof Error)
    return problem(
      `${file} cannot be read: ${stats.message}.`,
      'Correct the path, or give the user of the component the right to read it.',
    );
  if (!stats.isDirectory()) return ok(file);
  const found = (await readdir(file)).filter((entry) => pictures.test(entry));
  if (kind === 'images' && found.length === 0)
    return warning(`${file} has no pictures.`, 'Put JPEG, PNG or BMP files there; new ones are seen.');
  return ok(`${path.resolve(file)}${kind === 'images' ? `, ${found.length} pictures` : ''}`);
}

/** Groups that may use devices, by the beginning of their name. */
const groups: readonly (readonly [RegExp, string])[] = [
  [/video|v4l/, 'video'],
  [/tty|serial/, 'dialout'],
  [/gpio/, 'gpio'],
  [/snd/, 'audio'],
];

async function lookAtDevice(device: string): Promise<Look> {
  try {
    await access(device, constants.R_OK | constants.W_OK);
    return ok(device);
  } catch (error) {
    const group = groups.find(([pattern]) => pattern.test(device))?.[1] ?? 'video';
    if ((error as NodeJS.ErrnoException).code === 'ENOENT')
      return problem(
        `${device} is not there.`,
        'Plug it in; "ls -l /dev/v4l/by-id /dev/serial/by-id" shows what there is, by names that stay.',
      );
    return problem(
      `${device} may not be used: ${(error as Error).message}.`,
      `sudo usermod -aG ${group} <user of the component>, then restart Greengrass.`,
    );
  }
}
