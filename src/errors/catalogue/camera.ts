import { entry } from './entry.js';

/** Errors of cameras and network streams. No credentials in any of them. */
export const cameraErrors = {
  CAMERA_UNREACHABLE: entry<{ name: string; reason: string }>({
    message: ({ name, reason }) => `The camera ${name} cannot be reached: ${reason}.`,
    remedy: 'It is tried again for ever; check its address, its power and the network.',
  }),
  CAMERA_DENIED: entry<{ name: string; status: string }>({
    message: ({ name, status }) => `The camera ${name} wants other credentials: it answers ${status}.`,
    remedy: 'Correct source.credentials, and the environment or the secret that it names.',
  }),
  CAMERA_FAILED: entry<{ name: string; reason: string }>({
    message: ({ name, reason }) => `The camera ${name} gives no pictures: ${reason}.`,
    remedy: 'It is opened again for ever; check the camera and source in the configuration.',
  }),
  CAMERA_ANSWER: entry<{ name: string; reason: string }>({
    message: ({ name, reason }) => `The answer of ${name} cannot be used: ${reason}.`,
    remedy: 'It is asked again at the next tick; check that the address gives a JPEG or PNG.',
  }),
  CAMERA_NOT_FOUND: entry<{ device: string; reason: string }>({
    message: ({ device, reason }) => `The camera ${device} cannot be opened: ${reason}.`,
    remedy:
      'It is looked for again for ever. Check that it is plugged in (ls -l /dev/v4l/by-id), that no other program holds it (fuser -v), and that the user of the component is in the group video.',
  }),
  CAMERA_HUNG: entry<{ device: string }>({
    message: ({ device }) => `The driver of the camera ${device} does not come back from reading a frame.`,
    remedy:
      'The process of the pipeline is ended and replaced; if it goes on, plug the camera in again or update its driver.',
  }),
  CAMERA_PROGRAM_NOT_FOUND: entry<{ program: string }>({
    message: ({ program }) => `The program ${program}, which reads the camera, is not installed.`,
    remedy: 'Install it (rpicam-apps, gstreamer1.0-tools, ffmpeg), or correct source.command.',
  }),
  CREDENTIALS_MISSING: entry<{ what: string }>({
    message: ({ what }) => `The credentials of the source are not there: ${what}.`,
    remedy:
      'Set the variable in the environment of the component (Setenv in its recipe), or correct source.credentials.',
  }),
  STREET_VIDEO: entry<{ reason: string }>({
    message: ({ reason }) => `The street video cannot be fetched: ${reason}.`,
    remedy:
      'It comes by "apt-get download opencv-doc" (run "apt-get update" once); or name a video with --video.',
  }),
  SECRET_UNAVAILABLE: entry<{ secret: string; reason: string }>({
    message: ({ secret, reason }) => `The secret ${secret} cannot be read: ${reason}.`,
    remedy:
      'On the classic nucleus: deploy aws.greengrass.SecretManager with this secret, and allow aws.greengrass#GetSecretValue on it in accessControl. Nucleus lite has no secrets: use credentials {from: environment}.',
  }),
};
