import { performance } from 'node:perf_hooks';
import type { SupervisionConfig } from '../config/document.js';
import { EdgeError, describeError } from '../errors/index.js';
import type { Logger } from '../logger.js';
import { Backoff } from '../backoff.js';
import { Candidate, type CandidateEvents } from './candidate.js';
import { pipelineEntry, PipelineChild } from './child.js';
import type { Fault, PipelineNews } from './messages.js';
import type { AskPipeline } from './requests.js';
import { sum, type ModelIdentity, type PipelineCounters, type PipelineResult } from './result.js';
import type { SourceStatus } from './source-health.js';
import type { PipelineSpec } from './spec.js';
import { Watchdog, type Verdict } from './watchdog.js';

export type PipelineState = 'stopped' | 'starting' | 'running' | 'waiting' | 'ended';

export interface SupervisorEvents {
  onResult(result: PipelineResult): void;
  onState?(state: PipelineState): void;
  onReady?(model: ModelIdentity): void;
  /** A fault of the pipeline or of its process; it has been logged. */
  onFault?(fault: Fault): void;
}

/** What an operator wants to know of a pipeline. */
export interface PipelineStatus {
  readonly state: PipelineState;
  readonly pid: number | undefined;
  readonly restarts: number;
  readonly lastFault: Fault | undefined;
  readonly model: ModelIdentity | undefined;
  /** What its source does; undefined while no process has opened it. */
  readonly source?: SourceStatus | undefined;
  /** Since the component started, over all processes of this pipeline. */
  readonly counters: Readonly<Partial<PipelineCounters>>;
}

/** A process that has worked for this long has recovered: the next restart is at once again. */
const healthyAfterMs = 5_000;
const checkIntervalMs = 250;
const stopLimitMs = 5_000;
/** For the first result of a new process: its first tick is at once. */
const answerLimitMs = 20_000;

/** Keeps one pipeline process alive: restarts it with back-off, ends it when it is silent or its inference hangs. */
export class PipelineSupervisor {
  readonly #events: SupervisorEvents;
  readonly #logger: Logger;
  readonly #entry: string;
  #config: SupervisionConfig;
  #backoff: Backoff;
  #spec: PipelineSpec;
  /** Whether the next launch has to prove the model; not needed after it has worked once. */
  #prove = true;
  #state: PipelineState = 'stopped';
  #stopping = false;
  #child: PipelineChild | undefined;
  /** Processes that were replaced and still finish. */
  #retiring: Promise<unknown> = Promise.resolve();
  #check: NodeJS.Timeout | undefined;
  #restart: NodeJS.Timeout | undefined;
  #restarts = 0;
  #lastFault: Fault | undefined;
  #model: ModelIdentity | undefined;
  #earlier: Partial<PipelineCounters> = {};
  #current: Partial<PipelineCounters> = {};
  #keepFrames = 0;
  #lastFrame = 0;

  /** @param entry the module that the processes run; tests give a fake */
  constructor(
    spec: PipelineSpec,
    config: SupervisionConfig,
    events: SupervisorEvents,
    logger: Logger,
    entry: string = pipelineEntry,
  ) {
    this.#spec = spec;
    this.#entry = entry;
    this.#config = config;
    this.#events = events;
    this.#logger = logger;
    this.#backoff = backoffOf(config);
  }

  /** Takes other limits over, for the process at work too. */
  configure(config: SupervisionConfig): void {
    if (config.maxRestartDelaySeconds !== this.#config.maxRestartDelaySeconds)
      this.#backoff = backoffOf(config);
    this.#config = config;
  }

  get status(): PipelineStatus {
    return {
      state: this.#state,
      pid: this.#child?.pid,
      restarts: this.#restarts,
      lastFault: this.#lastFault,
      model: this.#model,
      source: this.#child?.source,
      counters: sum(this.#earlier, this.#current),
    };
  }

  /** How many of the last frames can be asked for. */
  keepFrames(limit: number): void {
    this.#keepFrames = limit;
    this.#child?.keepFrames(limit);
  }

  /** @throws EdgeError REQUEST_* and whatever the process refuses it with */
  readonly ask: AskPipeline = async (request, signal) => {
    if (this.#child) return this.#child.ask(request, signal);
    throw new EdgeError('REQUEST_FAILED', { pipeline: this.#spec.name, reason: `it is ${this.#state}` });
  };

  /** Hands a message of the source's topic on; where there is no process, or it takes them too slowly, it is lost and counted. */
  deliver(body: Uint8Array): void {
    const delivered = this.#child?.deliver(body) ?? false;
    if (!delivered) this.#earlier = sum(this.#earlier, { readingsDropped: 1 });
  }

  /** @param prove false where this model has passed its golden samples on this machine before */
  start(prove = true): void {
    if (this.#child || this.#restart || this.#stopping) return;
    this.#prove = prove;
    this.#launch();
  }

  /**
   * Goes over to another model or source, blue/green: a second process loads and proves it, and the one at work goes on until the
   * new one has answered.
   * @throws EdgeError MODEL_REJECTED; the old process works on then
   */
  async replace(spec: PipelineSpec, prove: boolean, signal: AbortSignal): Promise<ModelIdentity> {
    const events: CandidateEvents = {
      onFirstResult: () => this.#adopt(candidate, spec),
      onMessage: (message) => this.#receive(candidate.child, message),
      onExit: (how) => this.#exited(candidate.child, how),
    };
    const candidate: Candidate = new Candidate(
      spec,
      prove,
      this.#config,
      events,
      this.#entry,
      this.#keepFrames,
    );
    try {
      const model = await candidate.prepared(signal);
      await candidate.answered(answerLimitMs, this.#framesBefore(answerLimitMs / 1000), signal);
      return model;
    } catch (error) {
      candidate.child.kill();
      throw new EdgeError('MODEL_REJECTED', {
        pipeline: this.#spec.name,
        reason: (error as Error).message,
        final: candidate.failedForGood,
      });
    }
  }

  #adopt({ child, model }: Candidate, spec: PipelineSpec): void {
    const old = this.#child;
    clearTimeout(this.#restart);
    clearInterval(this.#check);
    this.#restart = undefined;
    this.#earlier = sum(this.#earlier, this.#current);
    this.#current = {};
    this.#child = child;
    this.#spec = spec;
    this.#model = model;
    this.#prove = false;
    this.#backoff.reset();
    this.#watch(child);
    this.#setState('running');
    this.#retiring = Promise.all([this.#retiring, old?.stop(stopLimitMs)]);
  }

  /** For good. Lets the frame in flight finish, then ends the process, by force after five seconds. */
  async stop(): Promise<void> {
    this.#stopping = true;
    clearTimeout(this.#restart);
    clearInterval(this.#check);
    this.#restart = undefined;
    this.#setState('stopped');
    await Promise.all([this.#child?.stop(stopLimitMs), this.#retiring]);
    this.#child = undefined;
  }

  #launch(): void {
    this.#restart = undefined;
    this.#setState('starting');
    const child: PipelineChild = new PipelineChild(this.#entry, this.#spec.name, {
      onMessage: (message) => this.#receive(child, message),
      onExit: (how) => this.#exited(child, how),
    });
    this.#child = child;
    this.#watch(child);
    child.start(this.#spec, {
      prove: this.#prove,
      hold: false,
      keepFrames: this.#keepFrames,
      framesBefore: this.#framesBefore(0),
    });
  }

  #receive(child: PipelineChild, message: PipelineNews): void {
    if (child !== this.#child) {
      // The process before a swap finishes the frame that it has begun.
      if (message.type === 'result') this.#hand(message.result);
      return;
    }
    switch (message.type) {
      case 'alive':
        if (message.counters) this.#current = message.counters;
        break;
      case 'ready':
        this.#model = message.model;
        this.#prove = false;
        this.#logger.info({ model: message.model, engine: message.engine.backend }, 'pipeline ready');
        this.#setState('running');
        this.#events.onReady?.(message.model);
        break;
      case 'result':
        this.#hand(message.result);
        break;
      case 'fault':
        this.#logger.warn({ code: message.fault.code }, message.fault.message);
        this.#tell(message.fault);
        break;
      case 'failed':
        this.#logger.error({ code: message.fault.code }, message.fault.message);
        this.#tell(message.fault);
        break;
      case 'ended':
        this.#current = message.counters;
        this.#setState('ended');
        break;
    }
  }

  #hand(result: PipelineResult): void {
    this.#lastFrame = Math.max(this.#lastFrame, result.frame.id);
    this.#events.onResult(result);
  }

  /** Beyond every frame that the process at work can have reached, `seconds` from now: ids of frames never come twice. */
  #framesBefore(seconds: number): number {
    if (this.#lastFrame === 0) return 0;
    return this.#lastFrame + 100 + Math.ceil(seconds / Math.max(0.001, this.#spec.source.intervalSeconds));
  }

  #watch(child: PipelineChild): void {
    const watchdog = new Watchdog(child);
    this.#check = setInterval(() => {
      const running = this.#state === 'running';
      if (running && performance.now() - child.startedAt > healthyAfterMs) this.#backoff.reset();
      const verdict = watchdog.look(running, this.#config, this.#spec.source.intervalSeconds);
      if (verdict) this.#kill(child, verdict);
    }, checkIntervalMs);
  }

  #kill(child: PipelineChild, { code, seconds }: Verdict): void {
    const error = new EdgeError(code, { pipeline: this.#spec.name, seconds });
    this.#logger.error({ code, pid: child.pid }, describeError(error));
    this.#tell({ code, message: describeError(error) });
    clearInterval(this.#check);
    child.kill();
  }

  #exited(child: PipelineChild, how: string): void {
    if (this.#child !== child) return;
    clearInterval(this.#check);
    this.#child = undefined;
    this.#earlier = sum(this.#earlier, this.#current);
    this.#current = {};
    if (this.#state === 'stopped' || this.#state === 'ended') return;
    this.#restarts++;
    const delayMs = this.#backoff.nextMs();
    const error = new EdgeError('PROCESS_ENDED', { pipeline: this.#spec.name, how });
    this.#logger.warn(
      { code: error.code, restartInMs: Math.round(delayMs), restarts: this.#restarts },
      describeError(error),
    );
    this.#events.onFault?.({ code: error.code, message: describeError(error) });
    this.#setState('waiting');
    this.#restart = setTimeout(() => this.#launch(), delayMs);
  }

  #tell(fault: Fault): void {
    this.#lastFault = fault;
    this.#events.onFault?.(fault);
  }

  #setState(state: PipelineState): void {
    // What a process says on its way out must not revive the pipeline.
    if (this.#state === state || (this.#stopping && state !== 'stopped')) return;
    this.#state = state;
    this.#events.onState?.(state);
  }
}

/** At once the first time: a crash that happens once should cost as few frames as possible. */
const backoffOf = ({ maxRestartDelaySeconds }: SupervisionConfig): Backoff =>
  new Backoff({ firstMs: 100, initialMs: 1000, maxMs: maxRestartDelaySeconds * 1000 });
