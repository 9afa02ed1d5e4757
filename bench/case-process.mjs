import { Progress } from './progress.mjs';

/** The process of one case: `case-process.mjs NAME SETTINGS`. It answers with {rows} or {failure} and ends. */
const [name, settings] = process.argv.slice(2);
const progress = new Progress(name);
let outcome;
try {
  const { run } = await import(`./cases/${name}.mjs`);
  outcome = { rows: await run({ ...JSON.parse(settings), progress: (text) => progress.say(text) }) };
} catch (error) {
  const advice = error.remedy ? `\n${error.remedy}` : '';
  outcome = { failure: `${error.remedy ? error.message : error.stack}${advice}` };
}
progress.end();
process.send(outcome, () => process.disconnect());
