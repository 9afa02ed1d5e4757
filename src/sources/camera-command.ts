import type { CameraCommandConfig, CameraSourceConfig } from '../config/camera.js';
import { EdgeError } from '../errors/index.js';
import { FrameProcess, type FrameCommand } from './stream/frame-process.js';
import type { FrameOpener } from './stream/piped-source.js';

type CommandCamera = CameraSourceConfig & { readonly command: CameraCommandConfig };

/** A camera that a program reads. */
export function commandOpener(config: CommandCamera): FrameOpener {
  const command = cameraCommand(config);
  const [program] = command.argv;
  return {
    name: program,
    async open() {
      return new FrameProcess(command, ({ missing, reason }) =>
        missing
          ? new EdgeError('CAMERA_PROGRAM_NOT_FOUND', { program })
          : new EdgeError('CAMERA_FAILED', { name: program, reason }),
      );
    },
  };
}

export function cameraCommand(config: CommandCamera): FrameCommand {
  const { command, width, height, framesPerSecond: rate } = config;
  if ('argv' in command) {
    const [program = '', ...args] = command.argv;
    return {
      argv: [program, ...args],
      output:
        command.output === 'mjpeg'
          ? { type: 'mjpeg' }
          : { type: 'bgr24', width: width ?? 0, height: height ?? 0, rowAlignment: 1 },
    };
  }
  switch (command.preset) {
    case 'rpicam-vid': {
      const size = [
        ...(width === undefined ? [] : ['--width', String(width)]),
        ...(height === undefined ? [] : ['--height', String(height)]),
        ...(rate === undefined ? [] : ['--framerate', String(rate)]),
      ];
      const always = ['--nopreview', '--timeout', '0', '--codec', 'mjpeg', '--flush', '--output', '-'];
      return { argv: ['rpicam-vid', ...size, ...command.arguments, ...always], output: { type: 'mjpeg' } };
    }
    case 'gst-launch': {
      const wanted = [
        ...(width === undefined ? [] : [`width=${width}`]),
        ...(height === undefined ? [] : [`height=${height}`]),
        ...(rate === undefined ? [] : [`framerate=${toFraction(rate)}`]),
      ];
      const caps = wanted.length === 0 ? [] : ['!', ['video/x-raw', ...wanted].join(',')];
      const scaled = ['!', 'videoconvert', '!', 'videoscale', '!', 'videorate', ...caps];
      const sink = ['!', 'jpegenc', 'quality=95', '!', 'fdsink', 'fd=1'];
      return {
        argv: ['gst-launch-1.0', '--quiet', ...command.arguments, ...scaled, ...sink],
        output: { type: 'mjpeg' },
      };
    }
    case 'ffmpeg': {
      const quiet = [
        '-nostdin',
        '-hide_banner',
        '-nostats',
        '-loglevel',
        'level+verbose',
        '-fflags',
        'nobuffer',
      ];
      const filters = [
        ...(rate === undefined ? [] : [`fps=${rate}`]),
        ...(width === undefined && height === undefined ? [] : [`scale=${width ?? -1}:${height ?? -1}`]),
      ];
      const filter = filters.length === 0 ? [] : ['-vf', filters.join(',')];
      const output = ['-map', '0:v:0', '-f', 'rawvideo', '-pix_fmt', 'bgr24', 'pipe:1'];
      return {
        argv: ['ffmpeg', ...quiet, ...command.arguments, ...filter, ...output],
        output: { type: 'ffmpeg' },
      };
    }
  }
}

/** GStreamer wants a rate as a fraction of whole numbers. */
const toFraction = (rate: number): string =>
  Number.isInteger(rate) ? `${rate}/1` : `${Math.round(rate * 1000)}/1000`;
