import { z } from 'zod';
import { boolean, integer, number, topic } from './scalars.js';

const seconds = (least: number, most: number) => number(z.number().min(least).max(most));

/** What every action has. */
const common = {
  minIntervalSeconds: seconds(0, 86_400)
    .default(0)
    .describe('At least so long between two times; those in between are counted and not done.'),
  timeoutSeconds: seconds(0.1, 300).default(10).describe('After this long it has failed.'),
  dryRun: boolean().default(false).describe('Only said in the log and counted, not done.'),
};

const failSafeOf = <T extends z.ZodType>(what: T) =>
  z
    .strictObject({
      do: what,
      lostSourceSeconds: seconds(1, 86_400)
        .nullable()
        .default(30)
        .describe('Without a result for so long; null: not then.'),
      onCrash: boolean().default(true).describe('When the process of the pipeline ends unexpectedly.'),
      onStop: boolean().default(true).describe('When the component or the pipeline stops.'),
    })
    .optional()
    .describe('What is done when the rule can no longer judge, so that nothing stays on by accident.');

export const topicActionSchema = z.strictObject({
  type: z.literal('topic'),
  topic: topic().describe('Local topic; {thingName} and {pipeline} are filled in.'),
  message: z.json().describe('What is sent, as JSON.'),
  failSafe: failSafeOf(z.json().describe('The message that is sent then.')),
  ...common,
});

const iotCoreActionSchema = z.strictObject({
  type: z.literal('iotCore'),
  topic: topic().describe('IoT Core topic; {thingName} and {pipeline} are filled in.'),
  message: z.json().describe('What is sent, as JSON, through the spool.'),
  qos: integer(0, 1).default(1),
  failSafe: failSafeOf(z.json().describe('The message that is sent then.')),
  ...common,
});

const argv = () => z.array(z.string().max(4096)).min(1).max(64);

const commandActionSchema = z.strictObject({
  type: z.literal('command'),
  run: argv().describe(
    'The program, one of actuators.commands, and its arguments, without a shell; {label}, {confidence}, {rule}, {pipeline} are filled in.',
  ),
  failSafe: failSafeOf(argv().describe('The program and arguments that are run then.')),
  ...common,
});

const httpActionSchema = z.strictObject({
  type: z.literal('http'),
  url: z.url({ protocol: /^https?$/ }).describe('On this machine, or on one of actuators.hosts.'),
  method: z.enum(['POST', 'PUT', 'GET', 'PATCH', 'DELETE']).default('POST'),
  body: z.json().optional().describe('Sent as JSON; default: the decision.'),
  retries: integer(0, 10).default(2).describe('After a failed connection or an answer of 5xx or 429.'),
  failSafe: failSafeOf(z.json().describe('The body that is sent then.')),
  ...common,
});

const gpioActionSchema = z.strictObject({
  type: z.literal('gpio'),
  chip: z
    .string()
    .regex(/^[a-zA-Z0-9_-]{1,32}$/, 'must be the name of a chip such as gpiochip0')
    .default('gpiochip0'),
  line: integer(0, 1023).describe('Number of the line of that chip.'),
  level: integer(0, 1).default(1).describe('While it is active; the other one otherwise.'),
  holdSeconds: seconds(0.01, 86_400)
    .nullable()
    .default(null)
    .describe('Active for so long; null: as long as the condition of the rule holds.'),
  failSafe: failSafeOf(integer(0, 1).describe('The level that the line gets then.')),
  ...common,
});

const pictureFields = {
  annotate: boolean().default(false).describe('Draw the boxes and labels into it.'),
  quality: integer(1, 100).default(85).describe('Of the JPEG.'),
  maxWidth: integer(16, 16_384).optional().describe('Wanted width in pixels; default: as it was decoded.'),
};

const snapshotActionSchema = z.strictObject({
  type: z.literal('snapshot'),
  folder: z
    .string()
    .min(1)
    .describe('Where the pictures go, and the windows of a sensor as CSV; nothing else should be in it.'),
  maxFiles: integer(1, 1_000_000).default(1000).describe('The oldest go above this …'),
  maxMegabytes: number(z.number().min(1).max(1_000_000)).default(500).describe('… and above this …'),
  maxAgeDays: number(z.number().min(0.01).max(3650)).default(30).describe('… and when they are older.'),
  ...pictureFields,
  ...common,
});

const uploadActionSchema = z.strictObject({
  type: z.literal('upload'),
  bucket: z.string().regex(/^[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]$/, 'must be the name of an S3 bucket'),
  prefix: z
    .string()
    .regex(/^[^/\0][^\0]*$/, 'must not begin with a slash')
    .default('feedback/{pipeline}/')
    .describe(
      'Before <date>/<id of the result>.jpg, or .csv for the window of a sensor; {thingName} and {pipeline} are filled in. infra/ lets devices write below feedback/.',
    ),
  region: z.string().min(1).optional().describe("Of the bucket; default: the device's."),
  ...pictureFields,
  ...common,
});

export const actionSchema = z.discriminatedUnion('type', [
  topicActionSchema,
  iotCoreActionSchema,
  commandActionSchema,
  httpActionSchema,
  gpioActionSchema,
  snapshotActionSchema,
  uploadActionSchema,
]);

/** What actions of all pipelines may do on this device. */
export const actuatorsSchema = z.strictObject({
  commands: z
    .array(z.string().regex(/^\//, 'must be an absolute path'))
    .max(100)
    .default([])
    .describe('Programs that command actions may run, by their absolute paths.'),
  hosts: z
    .array(z.string().regex(/^[a-zA-Z0-9.[\]:-]{1,253}$/, 'must be a host, or host:port'))
    .max(100)
    .default([])
    .describe('Hosts beside this machine that http actions may talk to; without a port, any of theirs.'),
  dryRun: boolean().default(false).describe('No action is done: each is said in the log and counted.'),
});

export type ActionConfig = z.output<typeof actionSchema>;
export type ActionOf<T extends ActionConfig['type']> = Extract<ActionConfig, { type: T }>;
export type TopicActionConfig = ActionOf<'topic'>;
export type ActuatorsConfig = z.output<typeof actuatorsSchema>;

type Report = (path: (string | number)[], message: string) => void;

/** Whether an http action may go there. Shared with the actuator: a configuration is refused for what would fail. */
export function isAllowedHost(url: URL, hosts: readonly string[]): boolean {
  if (/^(localhost|127(\.\d{1,3}){3}|\[::1\])$/.test(url.hostname)) return true;
  return hosts.some((host) => host === url.hostname || host === url.host);
}

/** Actions that the allow-lists do not cover. */
export function checkActions(
  actions: readonly ActionConfig[],
  { commands, hosts }: ActuatorsConfig,
  report: Report,
): void {
  actions.forEach((action, index) => {
    if (action.type === 'command') {
      const programs = [action.run, ...(action.failSafe ? [action.failSafe.do] : [])].map(
        ([program = '']) => program,
      );
      for (const program of programs)
        if (!commands.includes(program))
          report([index], `runs ${program}, which is not in actuators.commands`);
    }
    // One that is no URL has been reported as that.
    if (action.type === 'http' && URL.canParse(action.url) && !isAllowedHost(new URL(action.url), hosts))
      report([index, 'url'], `is on ${new URL(action.url).host}, which is not in actuators.hosts`);
  });
}
