import { z } from 'zod';
import { integer, number } from './scalars.js';
import { intervalSeconds } from './interval.js';

const environmentName = z
  .string()
  .regex(/^[A-Za-z_][A-Za-z0-9_]*$/, 'must be the name of an environment variable')
  .regex(/^(?!SVCUID$|AWS_)/, 'must not be one of the nucleus: those are withheld from pipelines');

const secretKey = (otherwise: string) =>
  z
    .string()
    .min(1)
    .optional()
    .describe(`Key in the JSON text of the secret; default: ${otherwise}, where the secret has it.`);

/** What to sign in with; never in the URL, which is logged and listed. */
export const credentialsSchema = z
  .discriminatedUnion('from', [
    z.strictObject({
      from: z.literal('environment'),
      user: environmentName.optional().describe('Variable that holds the name.'),
      password: environmentName.optional().describe('Variable that holds the password.'),
      token: environmentName
        .optional()
        .describe('Variable that holds a bearer token, instead of both (http).'),
    }),
    z.strictObject({
      from: z.literal('secretsManager'),
      secret: z
        .string()
        .min(1)
        .max(2048)
        .describe(
          'ARN or name of a secret that the secret manager component (aws.greengrass.SecretManager) keeps on the device.',
        ),
      userKey: secretKey('username'),
      passwordKey: secretKey('password'),
      tokenKey: secretKey('token'),
    }),
  ])
  .describe('Name and password, or a token. Nucleus lite has no secrets: there, the environment.');

const size = {
  width: integer(16, 16_384).optional().describe("Wanted width in pixels; default: the camera's."),
  height: integer(16, 16_384).optional().describe("Wanted height in pixels; default: the camera's."),
  framesPerSecond: number(z.number().min(0.1).max(1000))
    .optional()
    .describe("Wanted rate of the camera; default: the camera's. Only one frame a tick is looked at."),
};

const preset = z.strictObject({
  preset: z
    .enum(['rpicam-vid', 'gst-launch', 'ffmpeg'])
    .describe(
      'rpicam-vid: cameras of the Raspberry Pi; gst-launch: the elements of a GStreamer source; ffmpeg: its options up to and with -i.',
    ),
  arguments: z
    .array(z.string())
    .max(100)
    .default([])
    .describe(
      'Put where that program takes them, such as [v4l2src, "device=/dev/video2"] for gst-launch or [-f, v4l2, -i, /dev/video2] for ffmpeg.',
    ),
});

const program = z.strictObject({
  argv: z
    .array(z.string())
    .min(1)
    .max(100)
    .describe(
      'Program and arguments, without a shell; it writes frames to its standard output until it is ended.',
    ),
  output: z
    .enum(['mjpeg', 'bgr24'])
    .describe('JPEGs one after another, or raw pixels without padding of source.width x source.height.'),
});

/** A camera at this device. */
export const cameraSource = z
  .strictObject({
    type: z.literal('camera'),
    device: z
      .union([integer(0, 255), z.string().regex(/^\/dev\//, 'must be a path in /dev, or a number')])
      .optional()
      .describe(
        'A Video4Linux device: best its path in /dev/v4l/by-id or by-path, which stays when the camera is plugged in again; or its number.',
      ),
    command: z
      .union([preset, program])
      .optional()
      .describe('A program that writes frames to a pipe, instead of device: CSI and other cameras.'),
    ...size,
    pixelFormat: z
      .string()
      .regex(/^[\x20-\x7e]{4}$/, 'must be a code of four characters, such as MJPG or YUYV')
      .optional()
      .describe(
        "What the device is asked for: MJPG needs less of the bus, YUYV no decoding. Default: the driver's.",
      ),
    intervalSeconds: intervalSeconds(),
  })
  .refine(
    ({ device, command }) => (device === undefined) !== (command === undefined),
    'must have either device or command',
  )
  .refine(
    ({ command, width, height }) =>
      !(command && 'output' in command && command.output === 'bgr24' && !(width && height)),
    'must have width and height, since raw pixels do not say how many they are',
  )
  .refine(({ command, pixelFormat }) => !(command && pixelFormat !== undefined), {
    path: ['pixelFormat'],
    message: 'is for device; a command has its own arguments for it',
  });

/** An address without a name and password: it is logged, and shown in the list of processes. */
const url = (schemes: string) =>
  z
    .string()
    .regex(new RegExp(`^(${schemes})://`), `must begin with ${schemes.replaceAll('|', ':// or ')}://`)
    .refine((value) => URL.canParse(value) && new URL(value).hostname !== '', 'must be a URL with a host')
    .refine((value) => {
      const { username, password } = URL.canParse(value) ? new URL(value) : { username: '', password: '' };
      return username === '' && password === '';
    }, 'must not hold a name or password: they belong in credentials')
    .refine((value) => !/[\u0000-\u0020\u007f]/.test(value), 'must not hold spaces or control characters');

/** A network camera's stream, decoded by ffmpeg. */
export const rtspSource = z.strictObject({
  type: z.literal('rtsp'),
  url: url('rtsp|rtsps').describe('Address of the stream, without name and password.'),
  transport: z
    .enum(['tcp', 'udp'])
    .default('tcp')
    .describe('tcp loses no packets and passes firewalls; udp where the camera offers nothing else.'),
  credentials: credentialsSchema.optional(),
  intervalSeconds: intervalSeconds(),
});

/** A picture that is fetched anew at each tick. */
export const httpSource = z.strictObject({
  type: z.literal('http'),
  url: url('http|https').describe('Address of a JPEG or PNG; redirects are followed on the same host only.'),
  credentials: credentialsSchema
    .optional()
    .describe('Sent as Digest or Basic, as the camera asks for, or as a bearer token.'),
  timeoutSeconds: number(z.number().min(0.1).max(600)).default(5).describe('For one picture in all.'),
  maxMegabytes: number(z.number().min(0.1).max(64)).default(16).describe('A larger answer is refused.'),
  certificate: z
    .string()
    .min(1)
    .optional()
    .describe('File with the certificate (PEM) that a https camera shows, where no authority has signed it.'),
  intervalSeconds: intervalSeconds(),
});

export type CredentialsConfig = z.output<typeof credentialsSchema>;
export type CameraSourceConfig = z.output<typeof cameraSource>;
export type CameraCommandConfig = NonNullable<CameraSourceConfig['command']>;
export type RtspSourceConfig = z.output<typeof rtspSource>;
export type HttpSourceConfig = z.output<typeof httpSource>;
