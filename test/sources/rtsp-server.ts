import { execFileSync, spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { createServer } from 'node:net';
import { fileURLToPath } from 'node:url';

/** The system's own: GStreamer's bindings are not for another. */
const python = '/usr/bin/python3';
const script = fileURLToPath(new URL('rtsp_server.py', import.meta.url));

/** What the server needs and has not; undefined where it can run. */
export function rtspServerLacks(): string | undefined {
  const check =
    'import gi; gi.require_version("GstRtspServer", "1.0"); from gi.repository import GstRtspServer';
  try {
    execFileSync(python, ['-c', check], { stdio: 'ignore' });
    execFileSync('gst-inspect-1.0', ['--exists', 'x264enc']);
    return undefined;
  } catch {
    return 'gir1.2-gst-rtsp-server-1.0, python3-gi, gstreamer1.0-tools and gstreamer1.0-plugins-ugly';
  }
}

export interface RtspServerOptions {
  readonly size?: string;
  readonly rate?: string;
  readonly user?: string;
  readonly password?: string;
  readonly basic?: boolean;
}

/** A real RTSP server on loopback that can be killed, frozen and started again on its port. */
export class RtspServer {
  readonly #options: RtspServerOptions;
  #child: ChildProcess | undefined;
  #port = 0;

  constructor(options: RtspServerOptions = {}) {
    this.#options = options;
  }

  get url(): string {
    return `rtsp://127.0.0.1:${this.#port}/camera`;
  }

  async start(size = this.#options.size ?? '320x180'): Promise<void> {
    const { user, password, basic, rate = '10/1' } = this.#options;
    this.#port ||= await freePort();
    const child = spawn(python, [script, String(this.#port), size, rate], {
      env: {
        ...process.env,
        ...(user !== undefined && { RTSP_USER: user, RTSP_PASSWORD: password ?? '' }),
        ...(basic && { RTSP_BASIC: '1' }),
      },
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    this.#child = child;
    const ended = once(child, 'exit').then(() => {
      throw new Error('The RTSP server ended before it was ready');
    });
    await Promise.race([once(child.stdout, 'data'), ended]);
    ended.catch(() => undefined);
  }

  /** As a power cut: no goodbye. */
  async kill(): Promise<void> {
    const child = this.#child;
    if (!child || child.exitCode !== null || child.signalCode !== null) return;
    const exited = once(child, 'exit');
    child.kill('SIGKILL');
    await exited;
  }

  freeze(): void {
    this.#child?.kill('SIGSTOP');
  }

  thaw(): void {
    this.#child?.kill('SIGCONT');
  }
}

async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as { port: number };
  server.close();
  await once(server, 'close');
  return port;
}
