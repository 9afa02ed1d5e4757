import { execFile, spawn, type ChildProcessByStdio } from 'node:child_process';
import path from 'node:path';
import type { Readable } from 'node:stream';
import { promisify } from 'node:util';
import { EdgeError } from '../errors/index.js';

const run = promisify(execFile);

/** What ffprobe says of the first video stream, as it is shown (after rotation). */
export interface VideoInfo {
  readonly width: number;
  readonly height: number;
  readonly framesPerSecond: number;
}

/** A path that ffmpeg can only take for a file: neither an option, nor another protocol. */
const asFile = (file: string): string => `file:${path.resolve(file)}`;

interface ProbedStream {
  width?: number;
  height?: number;
  avg_frame_rate?: string;
  side_data_list?: { rotation?: number }[];
}

/** @throws EdgeError FFMPEG_NOT_FOUND, VIDEO_UNREADABLE */
export async function probeVideo(file: string): Promise<VideoInfo> {
  const entries = 'stream=width,height,avg_frame_rate:stream_side_data=rotation';
  const args = [
    '-v',
    'error',
    '-select_streams',
    'v:0',
    '-show_entries',
    entries,
    '-of',
    'json',
    asFile(file),
  ];
  let stream: ProbedStream | undefined;
  try {
    const { stdout } = await run('ffprobe', args, { timeout: 20_000 });
    stream = (JSON.parse(stdout) as { streams?: ProbedStream[] }).streams?.[0];
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT')
      throw new EdgeError('FFMPEG_NOT_FOUND', { program: 'ffprobe' }, { cause: error });
    const stderr = (error as { stderr?: string }).stderr?.trim();
    throw new EdgeError(
      'VIDEO_UNREADABLE',
      { path: file, reason: stderr || (error as Error).message },
      { cause: error },
    );
  }
  if (!stream?.width || !stream.height)
    throw new EdgeError('VIDEO_UNREADABLE', { path: file, reason: 'it has no video stream' });
  const rotation = stream.side_data_list?.find((side) => side.rotation !== undefined)?.rotation ?? 0;
  const turned = Math.abs(rotation) % 180 === 90;
  const [numerator = 0, denominator = 1] = (stream.avg_frame_rate ?? '').split('/').map(Number);
  return {
    width: turned ? stream.height : stream.width,
    height: turned ? stream.width : stream.height,
    framesPerSecond: denominator > 0 ? numerator / denominator : 0,
  };
}

export type FfmpegProcess = ChildProcessByStdio<null, Readable, Readable>;

/** Starts ffmpeg on a file; interleaved 8-bit BGR frames come out of its standard output. */
export function decodeVideo(
  file: string,
  options: { realtime: boolean; loop: boolean; framesPerSecond?: number },
): FfmpegProcess {
  const args = ['-nostdin', '-hide_banner', '-loglevel', 'error'];
  if (options.realtime) args.push('-re');
  if (options.loop) args.push('-stream_loop', '-1');
  args.push('-protocol_whitelist', 'file', '-i', asFile(file), '-an', '-sn', '-dn');
  if (options.framesPerSecond !== undefined) args.push('-vf', `fps=${options.framesPerSecond}`);
  args.push('-f', 'rawvideo', '-pix_fmt', 'bgr24', 'pipe:1');
  return spawn('ffmpeg', args, { stdio: ['ignore', 'pipe', 'pipe'] });
}
