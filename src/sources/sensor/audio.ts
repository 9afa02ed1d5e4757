import { spawn } from 'node:child_process';
import { once } from 'node:events';
import type { AudioSourceConfig } from '../../config/sensor-source.js';
import { EdgeError } from '../../errors/index.js';
import { monotonicNow, type ReadingReader } from './reading.js';
import { ReadingQueue } from './reading-queue.js';
import { toReading } from './record.js';

/** Digital silence, as 16 bits tell it apart. */
const silenceDb = -96;

/** dBFS of an amplitude, where 1 is the largest that there is (a full sine has a peak of 0 and an RMS of -3 dBFS). */
const decibels = (amplitude: number): number => Math.max(silenceDb, 20 * Math.log10(amplitude));

/** Levels of 16-bit samples: their root mean square and largest amplitude, in dBFS. */
export function levelsOf(samples: Int16Array): { rms: number; peak: number } {
  let squares = 0;
  let peak = 0;
  for (const sample of samples) {
    squares += sample * sample;
    peak = Math.max(peak, Math.abs(sample));
  }
  return { rms: decibels(Math.sqrt(squares / samples.length) / 32_768), peak: decibels(peak / 32_768) };
}

/** Levels of a microphone, from a program that writes its samples to a pipe. */
export function openAudio(config: AudioSourceConfig, channels: readonly string[]): ReadingReader {
  const { device, sampleHz, levelSeconds, fields } = config;
  const format = ['-q', '-D', device, '-t', 'raw', '-f', 'S16_LE', '-c', '1', '-r', String(sampleHz)];
  const [program = 'arecord', ...args] = config.command ?? ['arecord', ...format];
  const queue = new ReadingQueue();
  const child = spawn(program, args, { stdio: ['ignore', 'pipe', 'pipe'] });
  const fault = (reason: string) => new EdgeError('SENSOR_DEVICE_FAILED', { path: program, reason });
  const piece = Buffer.alloc(2 * Math.max(1, Math.round(sampleHz * levelSeconds)));
  let filled = 0;
  let stderr = '';
  child.stdout.on('data', (bytes: Buffer) => {
    for (let at = 0; at < bytes.length;) {
      const taken = bytes.copy(piece, filled, at);
      at += taken;
      filled += taken;
      if (filled < piece.length) continue;
      filled = 0;
      const samples = Int16Array.from({ length: piece.length / 2 }, (_, n) => piece.readInt16LE(2 * n));
      queue.put(toReading(levelsOf(samples), { channels, fields }, program, monotonicNow()));
    }
  });
  child.stderr.on('data', (text: Buffer) => (stderr = (stderr + text.toString()).slice(-1000)));
  child.on('error', (error: NodeJS.ErrnoException) =>
    queue.end(
      fault(
        error.code === 'ENOENT' ? 'the program is not installed (apt-get install alsa-utils)' : error.message,
      ),
    ),
  );
  child.on('close', (code) =>
    queue.end(fault(stderr.trim().split('\n').at(-1) || `it ended with code ${String(code)}`)),
  );
  return queue.closing(async () => {
    if (child.exitCode !== null || child.signalCode !== null || child.pid === undefined) return;
    const exited = once(child, 'exit');
    child.kill('SIGKILL');
    await exited;
  });
}
