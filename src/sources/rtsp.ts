import { withDeadline } from '../deadline.js';
import type { RtspSourceConfig } from '../config/camera.js';
import { EdgeError } from '../errors/index.js';
import { inUrl, withoutSecrets, type Credentials } from './credentials.js';
import { reach } from './reach.js';
import { FrameProcess, type FrameCommand, type ProcessEnd } from './stream/frame-process.js';
import type { FrameOpener } from './stream/piped-source.js';

/** From the connection to the description of the stream: more, and the camera hangs. */
const answerLimitMs = 10_000;

/** A network stream, decoded by ffmpeg. @param credentials asked at each start, so that changed ones are used */
export function rtspOpener(config: RtspSourceConfig, credentials: () => Credentials): FrameOpener {
  return {
    name: config.url,
    async open(signal) {
      const secrets = credentials();
      await reach(new URL(config.url), config.url.startsWith('rtsps:') ? 322 : 554, signal);
      const process = new FrameProcess(rtspCommand(config, secrets), (end) => failure(config, secrets, end));
      const answered = await withDeadline(signal, answerLimitMs, (limit) => process.answered(limit));
      if (answered || signal.aborted) return process;
      await process.stop();
      const reason = `it takes connections, but did not describe its stream within ${answerLimitMs / 1000} s`;
      throw new EdgeError('CAMERA_UNREACHABLE', { name: config.url, reason });
    },
  };
}

/**
 * The address with the credentials goes to ffmpeg through its standard input, as a list of one file for its concat demuxer: in the
 * arguments every user of the machine could read it. Needs ffmpeg 5.1.
 */
export function rtspCommand(
  { url, transport, intervalSeconds }: RtspSourceConfig,
  credentials: Credentials,
): FrameCommand {
  const list = [
    'ffconcat version 1.0',
    `file '${withCredentials(url, credentials)}'`,
    `option rtsp_transport ${transport}`,
    // What the stream says of itself is enough; the rate need not be measured.
    'option fpsprobesize 0',
    'option analyzeduration 1000000',
    '',
  ];
  const quiet = ['-hide_banner', '-nostats', '-loglevel', 'level+verbose'];
  const input = [
    ...['-protocol_whitelist', 'pipe,rtsp,rtsps,rtp,srtp,tcp,udp,tls,crypto'],
    ...['-fflags', 'nobuffer', '-flags', 'low_delay', '-safe', '0', '-f', 'concat', '-i', 'pipe:0'],
  ];
  const output = [
    '-map',
    '0:v:0',
    '-fps_mode',
    'passthrough',
    '-f',
    'rawvideo',
    '-pix_fmt',
    'bgr24',
    'pipe:1',
  ];
  return {
    argv: ['ffmpeg', ...quiet, ...input, ...thinned(intervalSeconds), ...output],
    input: list.join('\n'),
    output: { type: 'ffmpeg' },
  };
}

/**
 * Frames that no tick will look at need not be converted and piped: twice the rate of the ticks keeps the newest one fresh. By
 * `select`, which only drops: `fps` would fill the gaps of a slow camera. A clock that goes back does not stop it.
 */
function thinned(intervalSeconds: number): string[] {
  if (intervalSeconds === 0) return [];
  const gap = Math.min(0.5, intervalSeconds / 2);
  return [
    '-vf',
    `select=isnan(prev_selected_t)+gte(t-prev_selected_t\\,${gap.toFixed(3)})+lt(t\\,prev_selected_t)`,
  ];
}

/** Quotes and spaces are percent-encoded by URL, or refused by the configuration: nothing breaks out of the list's quotes. */
function withCredentials(address: string, { user, password }: Credentials): string {
  const url = new URL(address).href.replaceAll("'", '%27');
  if (user === undefined && password === undefined) return url;
  return url.replace('://', `://${inUrl(user ?? '')}:${inUrl(password ?? '')}@`);
}

function failure(
  { url }: RtspSourceConfig,
  credentials: Credentials,
  { missing, reason }: ProcessEnd,
): Error {
  if (missing) return new EdgeError('FFMPEG_NOT_FOUND', { program: 'ffmpeg' });
  if (/\b401\b/.test(reason))
    return new EdgeError('CAMERA_DENIED', { name: url, status: '401 Unauthorized' });
  if (/\b403\b/.test(reason)) return new EdgeError('CAMERA_DENIED', { name: url, status: '403 Forbidden' });
  const noVideo = /does not contain any stream|matches no streams/.test(reason);
  const said = noVideo ? 'it has no video' : withoutSecrets(reason, credentials).replace(/^pipe:0: /, '');
  return new EdgeError('CAMERA_FAILED', { name: url, reason: said });
}
