import { existsSync } from 'node:fs';
import { streetVideoPath } from '../../src/cli/surveillance/street-video.js';

/** vtest.avi of Debian's opencv-doc, 768x576; MLI_TEST_VIDEO names another place. */
const place = process.env['MLI_TEST_VIDEO'] ?? streetVideoPath();

export const streetVideo = existsSync(place) ? place : undefined;

export const howToGetIt = 'the street video: "mli demo surveillance" gets it, or MLI_TEST_VIDEO names it';
