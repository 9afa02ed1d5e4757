import { categorical, Chart } from './chart.js';
import { element, fillFacts, prepend } from './elements.js';
import { clock, colourOf, duration, percent, words } from './format.js';
import { PictureView } from './picture.js';

const stages = ['capture', 'preprocess', 'infer', 'decode'];
const stateWords = { 'fetching-model': 'fetching model' };
const keep = 120;
/** Charts are drawn at most so often, however many results come. */
const drawIntervalMs = 500;

const median = (values) => [...values].sort((a, b) => a - b)[Math.floor(values.length / 2)] ?? 0;

/** All that the page shows of one pipeline. */
export class PipelineCard {
  node;
  name;
  #results = [];
  #picture;
  #charts;
  #drawing;
  #status;

  constructor(name) {
    this.name = name;
    const template = document.getElementById('pipeline');
    this.node = template.content.firstElementChild.cloneNode(true);
    const title = this.#at('h2');
    title.textContent = name;
    title.id = `title-${name}`;
    this.node.setAttribute('aria-labelledby', title.id);
    this.#picture = new PictureView(this.#at('.picture'), name, (result) => this.#sayVerdict(result));
    const [accent, ...others] = categorical;
    this.#charts = {
      confidence: new Chart(
        this.#at('.confidence-chart'),
        [
          { label: 'confidence, %', colour: accent },
          { label: 'results a second', colour: others[0], scale: 'rate' },
        ],
        { y: { range: [0, 100] }, rate: { range: (plot, low, high) => [0, Math.max(1, high * 1.2)] } },
      ),
      latency: new Chart(
        this.#at('.latency-chart'),
        // Stacked: the sums are drawn from the last stage to the first.
        stages.map((label, i) => ({ label, colour: categorical[i], fill: true, width: 0 })).reverse(),
        { y: { range: (plot, low, high) => [0, Math.max(1, high * 1.1)] } },
      ),
    };
  }

  /** @param view the pipeline in a snapshot */
  restore(view) {
    this.setStatus(view);
    this.#at('.strip').replaceChildren();
    this.#at('.actions').replaceChildren();
    this.#results = [];
    for (const result of view.results) this.#take(result);
    const last = view.results.at(-1);
    if (last) this.#show(last);
    for (const action of view.actions) this.addAction(action);
  }

  addResult(result) {
    this.#take(result);
    this.#show(result);
  }

  setStatus(status) {
    this.#status = status;
    const { state, restarts, counters, lost, model, models } = status;
    const chip = this.#at('.state');
    chip.textContent = stateWords[state] ?? state;
    chip.dataset.state = state;
    if (model) {
      this.#at('.model').textContent = `${model.name} ${model.version}, ${model.runtime}`;
      fillFacts(this.#at('.model-facts'), [
        ['version', model.version],
        ['runtime', model.runtime],
        ['target', model.target],
        ['digest', model.digest.slice(0, 12)],
      ]);
    }
    this.#at('.models').replaceChildren(
      ...[...models].reverse().map(({ at, text, failed }) => entry(at, text, failed)),
    );
    this.#at('.drops').textContent = `${lost} dropped or skipped, ${restarts} restarts`;
    fillFacts(this.#at('.counters'), [
      ['restarts', String(restarts)],
      ...Object.entries(counters).map(([name, value]) => [words(name), String(value)]),
    ]);
  }

  addAction({ at, rule, type, summary, failure }) {
    this.#at('.no-actions').hidden = true;
    const text = `${rule}: ${type} ${summary}${failure ? ` — ${failure}` : ''}`;
    prepend(this.#at('.actions'), entry(at, text, Boolean(failure)), 30);
  }

  /** Once a second: what changes by time alone. */
  tick(now) {
    const last = this.#results.at(-1);
    const { state } = this.#status ?? {};
    const rate = this.#rate(now);
    const stale =
      last && now - last.at > 5000 && state !== 'running'
        ? `, last ${duration((now - last.at) / 1000)} ago`
        : '';
    this.#at('.rate').textContent = `${rate.toFixed(rate < 10 ? 1 : 0)} a second${stale}`;
  }

  /** Results of the last ten seconds, a second. */
  #rate(now) {
    const recent = this.#results.filter(({ at }) => at > now - 10_000);
    if (recent.length < 2) return recent.length / 10;
    return (recent.length - 1) / ((recent.at(-1).at - recent[0].at) / 1000 || 1);
  }

  #take(result) {
    this.#results.push(result);
    if (this.#results.length > keep) this.#results.shift();
    const best = result.predictions[0];
    const label = best?.label ?? 'nothing';
    const item = element('li', label, { title: `${clock(result.at)}, ${percent(best?.confidence ?? 0)}` });
    item.style.setProperty('--of-label', best ? colourOf(label) : 'var(--line)');
    prepend(this.#at('.strip'), item, 24);
  }

  #show(result) {
    const isSensor = result.samples !== undefined;
    this.#at('.charts').hidden = false;
    this.#at('.picture').hidden = isSensor;
    this.#at('.signals').hidden = !isSensor;
    if (isSensor) this.#sayVerdict(result);
    else this.#picture.show(result);
    this.#drawing ??= setTimeout(() => {
      this.#drawing = undefined;
      this.#draw();
    }, drawIntervalMs);
  }

  /** The words belong to the picture that is seen: a newer result waits for its own. */
  #sayVerdict(result) {
    const best = result.predictions[0];
    this.#at('.label').textContent = labelOf(result);
    this.#at('.meter div').style.width = `${(best?.confidence ?? 0) * 100}%`;
    const score = best?.score === undefined ? '' : `, score ${best.score.toFixed(3)}`;
    const rule = result.rule ? ` · rule ${result.rule}` : '';
    this.#at('.confidence').textContent = best ? `${percent(best.confidence)}${score}${rule}` : '';
  }

  #draw() {
    const results = this.#results;
    const times = results.map(({ at }) => at / 1000);
    this.#charts.confidence.set([
      times,
      results.map(({ predictions }) => (predictions[0]?.confidence ?? 0) * 100),
      results.map(({ at }, i) => (i < 10 ? null : 10_000 / Math.max(1, at - results[i - 10].at))),
    ]);
    const sums = stages.map((_, i) =>
      results.map(({ ms }) => ms.slice(0, i + 1).reduce((sum, value) => sum + value, 0)),
    );
    this.#charts.latency.set([times, ...sums.reverse()]);
    fillFacts(
      this.#at('.latency'),
      stages.map((stage, i) => [stage, `${median(results.map(({ ms }) => ms[i])).toFixed(1)} ms`]),
    );
    if (results.at(-1)?.samples !== undefined) this.#drawSignals(times);
  }

  /** The channels of a sensor, each scaled to its own range, and the anomaly shaded. */
  #drawSignals(times) {
    const results = this.#results;
    const names = Object.keys(results.at(-1).samples);
    this.#charts.signals ??= new Chart(
      this.#at('.signal'),
      [{ label: 'score', colour: '--text', width: 2 }].concat(
        names.map((label, i) => ({ label, colour: `hsl(${(i * 360) / names.length} 60% 55%)` })),
      ),
      { y: { range: [0, 1.05] } },
      (i) => results[i]?.predictions[0]?.label === 'anomaly',
    );
    const scaled = (values) => {
      const known = values.filter(Number.isFinite);
      const [low, high] = [Math.min(...known), Math.max(...known)];
      return values.map((value) => (Number.isFinite(value) ? (value - low) / (high - low || 1) : null));
    };
    this.#charts.signals.set([
      times,
      scaled(results.map(({ predictions }) => predictions[0]?.score ?? NaN)),
      ...names.map((name) => scaled(results.map(({ samples }) => samples?.[name] ?? NaN))),
    ]);
  }

  #at(selector) {
    return this.node.querySelector(selector);
  }
}

/** One label, or how many of each where there are boxes. */
function labelOf({ predictions }) {
  const boxed = predictions.filter(({ box }) => box);
  if (boxed.length === 0) return predictions[0]?.label ?? 'nothing';
  const counts = new Map();
  for (const { label } of boxed) counts.set(label, (counts.get(label) ?? 0) + 1);
  return [...counts].map(([label, count]) => (count > 1 ? `${count} × ${label}` : label)).join(', ');
}

function entry(at, text, failed) {
  const item = element('li', element('time', clock(at)));
  item.append(text);
  if (failed) item.className = 'failed';
  return item;
}
