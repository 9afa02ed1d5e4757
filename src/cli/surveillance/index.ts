import { mkdir, readdir } from 'node:fs/promises';
import path from 'node:path';
import { Command } from 'commander';
import { loadConfiguration, setOption } from '../configuration.js';
import { installFolder } from '../install.js';
import { positiveNumber } from '../numbers.js';
import { resultLine } from '../result-line.js';
import { runDemo } from '../run-demo.js';
import { cocoDetector } from './detector.js';
import { streetVideo } from './street-video.js';

interface SurveillanceOptions {
  model?: string;
  video?: string;
  out: string;
  seconds?: number;
  set: string[];
}

export const surveillanceCommand = (): Command =>
  new Command('surveillance')
    .description('persons on a street, numbered: an alarm and an annotated picture for each that stays')
    .option(
      '--model <folder>',
      'package of a detector (default: coco-detector of "mli model get", which is made once)',
    )
    .option(
      '--video <file>',
      'instead of the street video, which is fetched once from the Debian package opencv-doc',
    )
    .option('--out <folder>', 'where the pictures go; the oldest go above 500', 'surveillance')
    .option('--seconds <n>', 'end by itself, n seconds after the first result', positiveNumber)
    .option(...setOption)
    // --seconds and --set are options of `demo` too, which takes them first.
    .action((_options, command: Command) => surveillance(command.optsWithGlobals()));

async function surveillance(options: SurveillanceOptions): Promise<void> {
  const say = (line: string) => console.log(line);
  const out = path.resolve(options.out);
  const model = options.model === undefined ? await cocoDetector(say) : path.resolve(options.model);
  const video = options.video === undefined ? await streetVideo(say) : path.resolve(options.video);
  await mkdir(out, { recursive: true });
  const configuration = await loadConfiguration(path.join(installFolder, 'samples/surveillance.yaml'), [
    `models.detector.source.path=${JSON.stringify(model)}`,
    `pipelines.street.source.path=${JSON.stringify(video)}`,
    `pipelines.street.rules.0.do.0.folder=${JSON.stringify(out)}`,
    ...options.set,
  ]);
  const earlier = new Set(await picturesIn(out));
  const persons = new Set<number>();
  let [results, alarms] = [0, 0];
  const heard = await runDemo({
    configuration,
    seconds: options.seconds,
    onResult: ({ predictions }) => {
      results++;
      for (const { track } of predictions) if (track !== undefined) persons.add(track);
    },
    onMessage: (topic, payload) => {
      alarms++;
      say(resultLine(topic, Buffer.from(payload)));
    },
  });
  if (!heard) return;
  const pictures = (await picturesIn(out)).filter((name) => !earlier.has(name));
  say(`\n${results} results, ${persons.size} tracks of persons, ${alarms} alarms`);
  say(`${pictures.length} annotated pictures in ${out}`);
}

async function picturesIn(folder: string): Promise<string[]> {
  return (await readdir(folder)).filter((name) => name.endsWith('.jpg'));
}
