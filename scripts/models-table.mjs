// Makes a small model of each framework, compiles it with `mli model compile`, runs each target through the product's engines, and
// writes the table of docs/models.md: how far each is from its own framework, and how long a run takes. `npm run models:table [-- <row…>]`
import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { performance } from 'node:perf_hooks';
import { fileURLToPath } from 'node:url';
import { format, resolveConfig } from 'prettier';
import { compileModel, frameworks } from '../dist/compile/index.js';
import { prepareEnvironment } from '../dist/compile/python/environment.js';
import { openModel } from '../dist/pipeline/load-model.js';
import { measureGolden } from '../dist/pipeline/golden.js';
import { thisMachine } from '../dist/models/index.js';
import { rows } from './models-table/rows.mjs';
import { tableText, withTable } from './models-table/text.mjs';

const makers = fileURLToPath(new URL('./models-table/', import.meta.url));
const progress = (text) => process.stderr.write(`${text}\n`);
const wanted = process.argv.slice(2);
const page = fileURLToPath(new URL('../docs/models.md', import.meta.url));
// A page without marks is refused now, not after an hour.
if (wanted.length === 0) withTable(readFileSync(page, 'utf8'), []);
const work = mkdtempSync(path.join(tmpdir(), 'models-table-'));
const made = new Set();

/** @param {string} maker of several rows: it runs once */
async function make(maker, framework) {
  const folder = path.join(work, maker);
  if (made.has(maker)) return folder;
  const python = await prepareEnvironment(frameworks[framework].environment, { progress });
  mkdirSync(folder, { recursive: true });
  progress(`making the model: make_${maker}.py`);
  execFileSync(python, [path.join(makers, `make_${maker}.py`), folder], {
    stdio: ['ignore', 'ignore', 'pipe'],
  });
  made.add(maker);
  return folder;
}

async function measure(folder, target) {
  const opened = await openModel({
    model: { folder, allowUnpinned: true, runtime: target.runtime, target: target.name },
    dlr: { threads: 1, device: 'cpu' },
  });
  try {
    // The first run of a session allocates; the golden samples are run often enough that their median is of warm runs.
    const differences = await measureGolden(opened.package, opened.engine);
    const times = [];
    const timed = {
      run: async (input) => {
        const started = performance.now();
        const outputs = await opened.engine.run(input);
        times.push(performance.now() - started);
        return outputs;
      },
    };
    for (let round = 0; round < 20; round++) await measureGolden(opened.package, timed);
    times.sort((a, b) => a - b);
    return {
      difference: Math.max(...differences.map(({ difference }) => difference)),
      tolerance: Math.min(...differences.map(({ tolerance }) => tolerance)),
      milliseconds: times[Math.floor(times.length / 2)],
    };
  } finally {
    await opened.engine.dispose();
  }
}

const results = [];
try {
  for (const row of rows.filter(({ title }) => wanted.length === 0 || wanted.includes(title))) {
    progress(`\n== ${row.title}`);
    const folder = await make(row.maker, row.framework);
    const out = path.join(work, 'packages', row.title.replaceAll(/\W+/g, '-'));
    const order = {
      model: path.join(folder, row.file),
      framework: row.framework,
      targets: [],
      shapes: row.shapes ?? {},
      draft: { version: '1.0.0', license: 'made in the run', provenance: {}, ...row.draft },
      network: row.network && path.join(makers, row.network),
      golden: [],
      out,
    };
    const { manifest, framework, notes } = await compileModel(order, { progress });
    for (const note of notes) progress(`note: ${note}`);
    const { cpuFeatures } = thisMachine();
    for (const target of manifest.targets) {
      if (target.platform?.cpuFeatures.some((feature) => !cpuFeatures.has(feature))) continue;
      const measured = await measure(out, target);
      results.push({ title: row.title, model: row.model, framework, target: target.name, ...measured });
      progress(
        `${row.title} ${target.name}: ${measured.difference.toExponential(1)}, ${measured.milliseconds.toFixed(2)} ms`,
      );
    }
  }
} finally {
  rmSync(work, { recursive: true, force: true });
}
const bad = results.filter(({ difference, tolerance }) => !(difference <= tolerance));
for (const { title, target, difference, tolerance } of bad)
  progress(`${title} ${target} differs by ${difference}, allowed are ${tolerance}`);
if (wanted.length > 0) console.log(tableText(results));
else {
  const options = { parser: 'markdown', ...(await resolveConfig(page)) };
  writeFileSync(page, await format(withTable(readFileSync(page, 'utf8'), results), options));
}
process.exitCode = bad.length > 0 ? 1 : 0;
