import type { ActionOutcome } from '../observer.js';
import { lost } from '../pipeline/result.js';
import type { NativeResult } from '../publish/index.js';
import type { PipelineEvent, PipelineStatusMessage } from '../status-message.js';
import type { ActionView, ModelEventView, PipelineView, ResultView, StatusView } from './live-view.js';

const keep = { results: 120, actions: 30, models: 10 };
/** A thousand classes are not for the eye. */
const maxPredictions = { labels: 5, boxes: 50 };

/** What the page may ask about one pipeline: its last results, actions and states. */
export class LivePipeline {
  readonly #name: string;
  readonly #results: ResultView[] = [];
  readonly #actions: ActionView[] = [];
  readonly #models: ModelEventView[] = [];
  #status: Omit<StatusView, 'models'> = {
    state: 'starting',
    model: undefined,
    restarts: 0,
    counters: {},
    lost: 0,
    published: {} as StatusView['published'],
    actions: { done: 0, failed: 0 },
  };

  constructor(name: string) {
    this.#name = name;
  }

  get view(): PipelineView {
    return { ...this.status, name: this.#name, results: this.#results, actions: this.#actions };
  }

  get status(): StatusView {
    return { ...this.#status, models: this.#models };
  }

  addResult(result: NativeResult, at: number): ResultView {
    const { frame, predictions, timingsMs, decision } = result;
    const boxed = predictions.some(({ box }) => box !== undefined);
    const view: ResultView = {
      at,
      frame: frame.id,
      ...(frame.name !== undefined && { name: frame.name }),
      predictions: predictions.slice(0, boxed ? maxPredictions.boxes : maxPredictions.labels),
      ms: [timingsMs.capture, timingsMs.preprocess, timingsMs.infer, timingsMs.decode],
      ...(decision && { rule: decision.rule }),
      ...('channels' in frame && {
        samples: Object.fromEntries(frame.channels.map((channel, i) => [channel, frame.last[i] ?? NaN])),
      }),
    };
    return add(this.#results, view, keep.results);
  }

  addAction({ rule, type, summary, failure }: ActionOutcome, at: number): ActionView {
    const view = { at, rule, type, summary, ...(failure !== undefined && { failure }) };
    return add(this.#actions, view, keep.actions);
  }

  setStatus(message: PipelineStatusMessage, at: number): StatusView {
    const { state, model, restarts, counters, published, actions, event } = message;
    const changed = model && model.digest !== this.#status.model?.digest;
    this.#status = { state, model, restarts, counters, lost: lost(counters), published, actions };
    const text = textOf(event) ?? (changed ? `${model.name} ${model.version} at work` : undefined);
    if (text !== undefined)
      add(this.#models, { at, text, failed: event.type === 'model-rejected' }, keep.models);
    return this.status;
  }
}

function textOf(event: PipelineEvent): string | undefined {
  if (event.type === 'model-rejected') return event.message;
  if (event.type !== 'model-swapped') return undefined;
  const from = event.from ? `${event.from.version} → ` : '';
  return `${event.to.name} ${from}${event.to.version}, swapped in`;
}

function add<T>(list: T[], item: T, most: number): T {
  list.push(item);
  if (list.length > most) list.shift();
  return item;
}
