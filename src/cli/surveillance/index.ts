import { mkdir, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { Command } from 'commander';
import { demoComponent } from '../demo-component.js';
import { loadConfiguration, setOption } from '../configuration.js';
import { exitCodes } from '../failure.js';
import { freePort } from '../free-port.js';
import { installFolder } from '../install.js';
import { positiveNumber } from '../numbers.js';
import { untilStopped } from '../stop-signal.js';
import { detectorPackage } from './detector.js';
import { streetVideo } from './street-video.js';
import { StreetWatch } from './watch-street.js';

interface SurveillanceOptions {
  model: string;
  video?: string;
  out: string;
  seconds?: number;
  set: string[];
}

/** Until the first result, on a slow machine with a cold cache. */
const startLimitSeconds = 60;

export const surveillanceCommand = (): Command =>
  new Command('surveillance')
    .description(
      'persons on a street: numbered boxes, an alarm when one stays, annotated pictures in a folder',
    )
    .requiredOption(
      '--model <path>',
      'package of a detector, or a YOLOX of 416x416 as .onnx with coco.names beside it',
    )
    .option(
      '--video <file>',
      'instead of the street video, which is fetched once from the Debian package opencv-doc',
    )
    .option('--out <folder>', 'where the pictures go', 'surveillance')
    .option('--seconds <n>', 'end by itself, n seconds after the first result', positiveNumber)
    .option(...setOption)
    // --seconds and --set are options of `demo` too, which takes them first.
    .action((_options, command: Command) => surveillance(command.optsWithGlobals()));

async function surveillance(options: SurveillanceOptions): Promise<void> {
  const work = await mkdtemp(path.join(tmpdir(), 'mli-surveillance-'));
  const out = path.resolve(options.out);
  try {
    const model = await detectorPackage(options.model, path.join(work, 'detector'));
    const video = options.video === undefined ? await streetVideo(console.log) : path.resolve(options.video);
    await mkdir(out, { recursive: true });
    const configuration = await loadConfiguration(path.join(installFolder, 'samples/surveillance.yaml'), [
      `models.detector.source.path=${JSON.stringify(model)}`,
      `pipelines.street.source.path=${JSON.stringify(video)}`,
      ...options.set,
    ]);
    const { dashboard } = configuration;
    if (dashboard.enabled) dashboard.port = await freePort(dashboard.host, dashboard.port);
    const watch = new StreetWatch(out, (line) => console.log(line));
    const { component, close } = demoComponent(work, watch);
    try {
      const first = watch.attach(component);
      component.apply(configuration);
      console.log(dashboard.enabled ? `The live page: http://${dashboard.host}:${dashboard.port}/` : '');
      await Promise.race([
        untilStopped(),
        untilStopped(startLimitSeconds).then(() => (watch.results === 0 ? undefined : untilStopped())),
        first.then(() => untilStopped(options.seconds)),
      ]);
      console.log(await watch.summary());
    } finally {
      await close();
    }
    if (watch.results === 0) process.exitCode = exitCodes.failed;
  } finally {
    await rm(work, { recursive: true, force: true });
  }
}
