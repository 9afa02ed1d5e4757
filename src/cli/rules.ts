import { readFile } from 'node:fs/promises';
import { Command } from 'commander';
import { z } from 'zod';
import { EdgeError } from '../errors/index.js';
import { RuleSet } from '../rules/index.js';
import type { Prediction } from '../types.js';
import { loadConfiguration, setOption } from './configuration.js';

/** What rules need of a recorded result; the rest of it is not looked at. */
const recordedSchema = z.object({
  id: z.string(),
  pipeline: z.string(),
  frame: z.object({ id: z.number(), capturedAt: z.iso.datetime() }),
  predictions: z.array(
    z.looseObject({
      label: z.string(),
      confidence: z.number(),
      box: z.tuple([z.number(), z.number(), z.number(), z.number()]).optional(),
      track: z.number().optional(),
      score: z.number().optional(),
    }),
  ),
});

type Recorded = z.output<typeof recordedSchema>;

interface TestOptions {
  json: boolean;
  pipeline?: string;
  set: string[];
}

export const rulesCommand = (): Command =>
  new Command('rules').description('try out rules').addCommand(
    new Command('test')
      .description(
        'replay recorded results against the rules of a configuration: what would have fired, when, why',
      )
      .argument('<config>', 'a YAML or JSON file')
      .argument('<recorded>', 'native results, one JSON object a line, as "mli watch --json" prints them')
      .option(
        '--pipeline <name>',
        'judge every result by the rules of this pipeline; default: by those of its own',
      )
      .option('--json', 'one JSON object a line', false)
      .option(...setOption)
      .action(testRules),
  );

async function testRules(configFile: string, recording: string, options: TestOptions): Promise<void> {
  const { pipelines } = await loadConfiguration(configFile, options.set);
  const results = await readRecording(recording);
  const sets = new Map(Object.entries(pipelines).map(([name, { rules }]) => [name, new RuleSet(rules)]));
  const unknown = new Set<string>();
  let count = 0;
  for (const result of results) {
    const name = options.pipeline ?? result.pipeline;
    const rules = sets.get(name);
    if (!rules) {
      unknown.add(name);
      continue;
    }
    const capturedAt = new Date(result.frame.capturedAt);
    // The time of the recording stands for the monotonic clock, and for the wall clock of schedules.
    for (const { decision, actions, reason } of rules.evaluate(
      result.predictions as Prediction[],
      capturedAt.getTime(),
      capturedAt,
    ).fired) {
      count++;
      const line = {
        at: result.frame.capturedAt,
        pipeline: name,
        frame: result.frame.id,
        id: result.id,
        ...decision,
      };
      console.log(
        options.json
          ? JSON.stringify({ ...line, reason, actions })
          : `${line.at}  ${name}  #${line.frame}  ${decision.rule}: ${reason} → ${actions.map(({ type }) => type).join(', ')}`,
      );
    }
  }
  for (const name of unknown)
    console.error(`The configuration has no pipeline ${name}: its results were passed over.`);
  if (!options.json) console.log(`${results.length} results, ${count} times a rule would have fired`);
}

/** @throws EdgeError RECORDING_UNREADABLE */
async function readRecording(file: string): Promise<Recorded[]> {
  const refuse = (line: number, reason: string) =>
    new EdgeError('RECORDING_UNREADABLE', { path: file, line, reason });
  let text: string;
  try {
    text = await readFile(file, 'utf8');
  } catch (error) {
    throw refuse(1, (error as Error).message);
  }
  return text.split('\n').flatMap((line, index) => {
    if (line.trim() === '') return [];
    try {
      const value = JSON.parse(line) as { payload?: unknown };
      // As `mli watch --json` prints it: the topic beside, the message as text.
      return [recordedSchema.parse(typeof value.payload === 'string' ? JSON.parse(value.payload) : value)];
    } catch (error) {
      const reason =
        error instanceof z.ZodError ? z.prettifyError(error).replaceAll('\n', ' ') : (error as Error).message;
      throw refuse(index + 1, reason);
    }
  });
}
