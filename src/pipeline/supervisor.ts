import { performance } from 'node:perf_hooks';
import type { SupervisionConfig } from '../config/document.js';
import { EdgeError, describeError } from '../errors/index.js';
import { Candidate, isFinal } from './candidate.js';
import { answerLimitMs, handOver, stopLimitMs } from './handover.js';
import { PipelineLedger, type PipelineState, type PipelineStatus } from './ledger.js';
import type { Fault, PipelineNews, Readiness, StartOptions } from './messages.js';
import type { AskPipeline } from './requests.js';
import { Restarts } from './restarts.js';
import { gaveUp, type PipelineSeat } from './seat.js';
import type { PipelineSpec } from './spec.js';
import type { SupervisorEvents, SupervisorOptions } from './supervision.js';
import { Watchdog, type Verdict } from './watchdog.js';

/** A pipeline that has worked for this long has recovered: the next restart is at once again. */
const healthyAfterMs = 5_000;
const checkIntervalMs = 250;

/** Keeps one pipeline at work: restarts it with back-off, ends its process when that is silent or an inference hangs. */
export class PipelineSupervisor {
  readonly #events: SupervisorEvents;
  readonly #options: SupervisorOptions;
  readonly #logger: SupervisorOptions['logger'];
  readonly #ledger = new PipelineLedger();
  readonly #restarts: Restarts;
  #config: SupervisionConfig;
  #keepFrames: number;
  #spec: PipelineSpec;
  /** Whether the next launch has to prove the model; not needed after it has worked once. */
  #prove = true;
  #state: PipelineState = 'stopped';
  #stopping = false;
  #seat: PipelineSeat | undefined;
  /** Seats that were replaced and still finish. */
  #retiring: Promise<unknown> = Promise.resolve();
  #check: NodeJS.Timeout | undefined;

  constructor(spec: PipelineSpec, options: SupervisorOptions, events: SupervisorEvents) {
    this.#spec = spec;
    this.#options = options;
    this.#events = events;
    this.#logger = options.logger;
    this.#config = options.config;
    this.#keepFrames = options.keepFrames;
    this.#restarts = new Restarts(options.config);
  }

  /** Takes other limits over, for the process at work too. */
  configure(config: SupervisionConfig, keepFrames: number): void {
    this.#restarts.configure(config);
    this.#config = config;
    this.#keepFrames = keepFrames;
    this.#seat?.keepFrames(keepFrames);
  }

  get status(): PipelineStatus {
    const { restarts, lastFault, model, counters } = this.#ledger;
    const { pid, source } = this.#seat ?? {};
    return { state: this.#state, pid, restarts, lastFault, model, source, counters };
  }

  /** @throws EdgeError REQUEST_* and whatever the process refuses it with */
  readonly ask: AskPipeline = async (request, signal) => {
    if (this.#seat && this.#state === 'running') return this.#seat.ask(request, signal);
    throw new EdgeError('REQUEST_FAILED', { pipeline: this.#spec.name, reason: `it is ${this.#state}` });
  };

  /** Hands a message of the source's topic on; where there is no process, or it takes them too slowly, it is lost and counted. */
  deliver(body: Uint8Array): void {
    const delivered = this.#seat?.deliver(body) ?? false;
    if (!delivered) this.#ledger.dropReading();
  }

  /** @param prove false where this model has passed its golden samples on this machine before */
  start(prove = true): void {
    if (this.#seat || this.#restarts.pending || this.#stopping) return;
    this.#prove = prove;
    this.#launch();
  }

  /**
   * Goes over to another model or source: a second pipeline loads and proves it, and takes over when it has answered.
   * @throws EdgeError MODEL_REJECTED; the old one works on then
   */
  async replace(spec: PipelineSpec, prove: boolean, signal: AbortSignal): Promise<Readiness> {
    const candidate: Candidate = new Candidate(
      spec,
      this.#startOptions({ prove, hold: true }),
      this.#config,
      this.#options.processes,
      {
        onFirstResult: () => this.#adopt(candidate, spec),
        onNews: (news) => this.#receive(candidate.seat, news),
        onExit: (how) => this.#exited(candidate.seat, how),
      },
    );
    const handover = {
      holder: () =>
        spec.exclusive !== undefined && spec.exclusive === this.#spec.exclusive ? this.#seat : undefined,
      framesBefore: () => this.#framesBefore(answerLimitMs / 1000),
    };
    try {
      return await handOver(candidate, handover, signal);
    } catch (error) {
      throw new EdgeError('MODEL_REJECTED', {
        pipeline: this.#spec.name,
        reason: (error as Error).message,
        final: candidate.failedForGood,
      });
    }
  }

  #adopt({ seat, readiness }: Candidate, spec: PipelineSpec): void {
    const old = this.#seat;
    this.#restarts.cancel();
    this.#ledger.turnPage();
    this.#ledger.model = readiness?.model;
    this.#seat = seat;
    this.#spec = spec;
    this.#prove = false;
    this.#restarts.ready();
    this.#restarts.recovered();
    this.#watch(seat);
    this.#setState('running');
    this.#retiring = Promise.all([this.#retiring, old?.stop(stopLimitMs)]);
  }

  /** For good. Lets the frame in flight finish; a process that does not let go is ended by force after five seconds. */
  async stop(): Promise<void> {
    this.#stopping = true;
    this.#restarts.cancel();
    clearInterval(this.#check);
    this.#setState('stopped');
    const seat = this.#seat;
    // Loading a model cannot be interrupted, and nobody waits for it any more.
    const ended = this.#ledger.model ? seat?.stop(stopLimitMs) : seat?.abandon(stopLimitMs);
    await Promise.all([ended, this.#retiring]);
    this.#seat = undefined;
  }

  #launch(): void {
    this.#setState('starting');
    const seat: PipelineSeat = this.#options.processes.seat(this.#spec, this.#restarts.alone, {
      onNews: (news) => this.#receive(seat, news),
      onExit: (how) => this.#exited(seat, how),
    });
    this.#seat = seat;
    this.#watch(seat);
    seat.start(this.#spec, this.#startOptions({ prove: this.#prove, hold: false }));
  }

  #startOptions(how: Pick<StartOptions, 'prove' | 'hold'>): StartOptions {
    const framesBefore = this.#framesBefore(0);
    return { ...how, keepFrames: this.#keepFrames, framesBefore, phase: this.#options.phase };
  }

  #framesBefore(seconds: number): number {
    return this.#ledger.framesBefore(seconds, this.#spec.source.intervalSeconds);
  }

  #receive(seat: PipelineSeat, news: PipelineNews): void {
    if (news.type === 'result') {
      this.#ledger.enter(news.result);
      this.#events.onResult(news.result);
      return;
    }
    // The seat before a swap only finishes the frame that it has begun.
    if (seat !== this.#seat) return;
    switch (news.type) {
      case 'counters':
        this.#ledger.current = news.counters;
        break;
      case 'ready':
        this.#ledger.model = news.model;
        this.#restarts.ready();
        this.#prove = false;
        this.#logger.info({ model: news.model, engine: news.engine.backend }, 'pipeline ready');
        this.#setState('running');
        this.#events.onReady?.(news);
        break;
      case 'fault':
        this.#logger.warn({ code: news.fault.code }, news.fault.message);
        this.#tell(news.fault);
        // Nothing else will happen until the kernel lets the process go.
        if (news.fault.code === 'PROCESS_UNKILLABLE') this.#events.onState?.(this.#state);
        break;
      case 'failed':
        this.#logger.error({ code: news.fault.code }, news.fault.message);
        this.#tell(news.fault);
        if (!this.#ledger.model && isFinal(news.fault)) this.#events.onUnusable?.(news.fault);
        break;
      case 'ended':
        this.#setState('ended');
        break;
      case 'released':
        break;
    }
  }

  #watch(seat: PipelineSeat): void {
    clearInterval(this.#check);
    const watchdog = new Watchdog(seat);
    this.#check = setInterval(() => {
      const running = this.#state === 'running';
      if (running && performance.now() - seat.startedAt > healthyAfterMs) this.#restarts.recovered();
      const verdict = watchdog.look(running, this.#config, this.#spec.source.intervalSeconds);
      if (verdict) this.#kill(seat, verdict);
    }, checkIntervalMs);
  }

  #kill(seat: PipelineSeat, { code, seconds }: Verdict): void {
    const error = new EdgeError(code, { pipeline: this.#spec.name, seconds });
    this.#logger.error({ code, pid: seat.pid }, describeError(error));
    this.#tell({ code, message: describeError(error) });
    clearInterval(this.#check);
    this.#setState('waiting');
    seat.kill(error.message);
  }

  #exited(seat: PipelineSeat, how: string): void {
    if (this.#seat !== seat) return;
    clearInterval(this.#check);
    this.#seat = undefined;
    this.#ledger.turnPage();
    if (this.#state === 'stopped' || this.#state === 'ended') return;
    const error = new EdgeError('PROCESS_ENDED', { pipeline: this.#spec.name, how });
    const fault = { code: error.code, message: describeError(error) };
    // Where it gave up, or was ended by us, the reason is known already.
    if (how === gaveUp || this.#state === 'waiting') this.#events.onFault?.(fault);
    else this.#tell(fault);
    const restarts = ++this.#ledger.restarts;
    const restartInMs = Math.round(this.#restarts.schedule(() => this.#launch()));
    if (how !== gaveUp && this.#restarts.hopeless) this.#events.onUnusable?.(fault);
    this.#logger.warn({ code: error.code, restartInMs, restarts }, fault.message);
    this.#setState('waiting');
  }

  #tell(fault: Fault): void {
    this.#ledger.lastFault = fault;
    this.#events.onFault?.(fault);
  }

  #setState(state: PipelineState): void {
    // What a process says on its way out must not revive the pipeline.
    if (this.#state === state || (this.#stopping && state !== 'stopped')) return;
    this.#state = state;
    this.#events.onState?.(state);
  }
}
