import { isDeepStrictEqual } from 'node:util';
import type { Configuration, PipelineConfig } from './config/index.js';
import { describeError, EdgeError, isEdgeError } from './errors/index.js';
import type { Feedback } from './feedback/index.js';
import type { Logger } from './logger.js';
import type { ModelSupply } from './models/index.js';
import type { Observer } from './observer.js';
import { pause } from './pause.js';
import { Backoff } from './backoff.js';
import type { AskPipeline } from './pipeline/requests.js';
import { specOf, type PipelineSpec } from './pipeline/spec.js';
import { PipelineSupervisor, type PipelineStatus } from './pipeline/supervisor.js';
import { framesToKeep } from './frames-to-keep.js';
import { PipelineOutput } from './pipeline-output.js';
import { secretFor, type SecretReader } from './secrets.js';
import type { ProvenModels } from './proven-models.js';
import type { Transport } from './publish/index.js';
import { passedOver, settleTarget, type TargetChoice } from './selection/index.js';
import type { Spool } from './spool/index.js';
import { StatusReporter, type PipelineEvent } from './status-message.js';

export interface ManagedPipelineOptions {
  readonly name: string;
  readonly thingName: string;
  readonly transport: Transport;
  readonly spool?: Spool | undefined;
  readonly proven: ProvenModels;
  /** Path of the libdlr.so that another component of the device brings. */
  readonly storedLibrary: () => Promise<string | undefined>;
  readonly secrets?: SecretReader;
  readonly observer?: Observer | undefined;
  readonly feedback?: Feedback | undefined;
  readonly logger: Logger;
}

const isRejection = (error: unknown): error is EdgeError<'MODEL_REJECTED'> =>
  isEdgeError(error) && error.code === 'MODEL_REJECTED';

const idle: PipelineStatus = {
  state: 'stopped',
  pid: undefined,
  restarts: 0,
  lastFault: undefined,
  model: undefined,
  counters: {},
};

/** What becomes of results depends on this part of the configuration. */
const outputConfig = (config: PipelineConfig | undefined): unknown =>
  config && [config.rules, config.publish, config.feedback, config.drift, config.feedback && config.source];

/** One pipeline as the component sees it: brings its model, keeps its process at work, and hands its results on. */
export class ManagedPipeline {
  readonly #options: ManagedPipelineOptions;
  readonly #logger: Logger;
  readonly #reporter: StatusReporter;
  #configuration: Configuration;
  #models: ModelSupply;
  #output: PipelineOutput;
  #supervisor: PipelineSupervisor | undefined;
  #spec: PipelineSpec | undefined;
  /** Ends what is under way for a configuration that is no longer wanted. */
  #change = new AbortController();
  #working: Promise<void> = Promise.resolve();
  #stopped = false;
  #busy = false;
  #again = false;
  /** What is being brought, and what was brought and found to be wrong. */
  #coming: PipelineSpec | undefined;
  #rejected: PipelineSpec | undefined;
  /** Targets that were tried and found wrong, since the component started. */
  #targetsPassedOver = 0;
  #heartbeat: NodeJS.Timeout | undefined;
  #poll: NodeJS.Timeout | undefined;

  /** @param configuration checked, with absolute paths; it has this pipeline */
  constructor(options: ManagedPipelineOptions, configuration: Configuration, models: ModelSupply) {
    this.#options = options;
    this.#logger = options.logger.child({ pipeline: options.name });
    this.#reporter = new StatusReporter(
      { thingName: options.thingName, pipeline: options.name },
      options.transport,
      this.#logger,
      options.observer,
    );
    this.#configuration = configuration;
    this.#models = models;
    this.#output = this.#makeOutput();
  }

  get status(): PipelineStatus {
    return this.#supervisor?.status ?? idle;
  }

  start(): void {
    this.#pursue();
    this.#beat();
  }

  /** Goes over to another configuration: rules and topics at once, the process only where source, model or preprocessing differ. */
  apply(configuration: Configuration, models: ModelSupply): void {
    const before = this.#concern;
    const outputBefore = this.#outputConcern;
    this.#configuration = configuration;
    this.#models = models;
    if (!isDeepStrictEqual(outputBefore, this.#outputConcern)) this.#renewOutput();
    this.#supervisor?.configure(configuration.supervision);
    this.#supervisor?.keepFrames(this.#keepFrames);
    this.#beat();
    if (!isDeepStrictEqual(before, this.#concern)) this.#pursue();
  }

  /** Looks for a newer object behind the same configuration; what is under way is not disturbed, but followed by another look. */
  refresh(): void {
    if (this.#busy) this.#again = true;
    else this.#pursue();
  }

  get modelsInUse(): string[] {
    const specs = [this.#spec, this.#coming].map((spec) => spec?.model.sha256);
    return [...specs, this.status.model?.digest].filter((digest) => digest !== undefined);
  }

  /** What the process depends on. */
  get #concern(): unknown {
    const { dlr, trust } = this.#configuration;
    return [this.#config?.source, this.#config?.preprocess, this.#modelConfig, dlr, trust];
  }

  get #outputConcern(): unknown {
    return [outputConfig(this.#config), this.#configuration.actuators];
  }

  get #wantsAnotherLook(): boolean {
    return this.#again && !this.#stopped;
  }

  get #config() {
    return this.#configuration.pipelines[this.#options.name];
  }

  get #keepFrames(): number {
    return framesToKeep(this.#configuration, this.#options.name);
  }

  get #modelConfig() {
    return this.#config && this.#configuration.models[this.#config.model];
  }

  /** @throws EdgeError REQUEST_* and whatever the pipeline's process refuses it with */
  /** Hands a message of the source's topic on to the process; before there is one, nobody waits for it. */
  deliver(body: Uint8Array): void {
    this.#supervisor?.deliver(body);
  }

  readonly ask: AskPipeline = async (request, signal) => {
    if (this.#supervisor) return this.#supervisor.ask(request, signal);
    const reason = 'its model is being fetched';
    throw new EdgeError('REQUEST_FAILED', { pipeline: this.#options.name, reason });
  };

  async stop(): Promise<void> {
    this.#stopped = true;
    this.#change.abort();
    clearInterval(this.#heartbeat);
    clearInterval(this.#poll);
    await this.#working;
    await this.#supervisor?.stop();
    await this.#output.close();
  }

  /** Of several changes in a row the last one wins: the one under way is given up. */
  #pursue(): void {
    this.#change.abort();
    const change = new AbortController();
    this.#change = change;
    this.#working = this.#working.then(async () => {
      this.#busy = true;
      this.#again = false;
      await this.#work(change.signal);
      this.#busy = false;
      if (this.#wantsAnotherLook) this.#pursue();
    });
  }

  async #work(signal: AbortSignal): Promise<void> {
    const { maxRestartDelaySeconds } = this.#configuration.supervision;
    const backoff = new Backoff({ initialMs: 1000, maxMs: maxRestartDelaySeconds * 1000 });
    const overtaken = () => signal.aborted;
    while (!overtaken()) {
      try {
        await this.#bring(await this.#resolve(signal), signal);
        return;
      } catch (error) {
        if (overtaken()) return;
        this.#reject(error);
        // A model that is wrong will be wrong again; what could not be fetched or started may come.
        if (isRejection(error) && error.details.final) {
          this.#rejected = this.#coming;
          return;
        }
        await pause(backoff.nextMs(), signal);
      } finally {
        this.#coming = undefined;
      }
    }
  }

  async #resolve(signal: AbortSignal): Promise<PipelineSpec> {
    const { name } = this.#options;
    const [pipeline, config] = [this.#config, this.#modelConfig];
    if (!pipeline || !config) throw new Error(`The configuration has no pipeline ${name} with a model`);
    const { folder, sha256, allowUnpinned, runtime, target, stale } = await this.#models.resolve(
      pipeline.model,
      config,
      signal,
    );
    if (stale !== undefined) this.#logger.warn(`The model ${pipeline.model} may not be the newest: ${stale}`);
    const library = await this.#options.storedLibrary();
    const dlr = { ...this.#configuration.dlr, ...(library !== undefined && { storedLibrary: library }) };
    const secret = await secretFor(pipeline.source, this.#options.secrets);
    return specOf(name, pipeline, { folder, sha256, allowUnpinned, runtime, target }, dlr, secret);
  }

  /** Finds the target of its model. @throws EdgeError MODEL_REJECTED where none is right and an earlier model is at work */
  async #settle(found: PipelineSpec, signal: AbortSignal): Promise<PipelineSpec> {
    try {
      const { spec, choice } = await settleTarget(found, this.#options.proven, this.#logger, signal);
      if (choice) this.#report(choice);
      return spec;
    } catch (error) {
      if (!this.#supervisor || !isEdgeError(error) || error.code !== 'MODEL_NO_TARGET') throw error;
      this.#coming = found;
      const about = { pipeline: this.#options.name, reason: error.message, final: true };
      throw new EdgeError('MODEL_REJECTED', about, { cause: error });
    }
  }

  async #bring(found: PipelineSpec, signal: AbortSignal): Promise<void> {
    if (isDeepStrictEqual(found, this.#rejected)) return;
    const spec = await this.#settle(found, signal);
    const prove = !(await this.#options.proven.has(spec));
    // The same again, or one that was found to be wrong before: nothing to do until something else comes.
    if (signal.aborted || [this.#spec, this.#rejected].some((known) => isDeepStrictEqual(spec, known)))
      return;
    this.#coming = spec;
    if (!this.#supervisor) {
      this.#spec = spec;
      this.#supervisor = this.#makeSupervisor(spec);
      this.#supervisor.keepFrames(this.#keepFrames);
      this.#supervisor.start(prove);
      return;
    }
    const from = this.#supervisor.status.model;
    const to = await this.#supervisor.replace(spec, prove, signal);
    this.#spec = spec;
    this.#rejected = undefined;
    this.#logger.info({ from, to }, 'the pipeline has gone over');
    await this.#options.proven.add(spec);
    this.#tell({ type: 'model-swapped', from, to });
  }

  #report(choice: TargetChoice): void {
    this.#targetsPassedOver += passedOver(choice).length;
    if (choice.steps.every(({ outcome }) => outcome === 'unfit')) return;
    this.#tell({
      type: 'target-chosen',
      target: choice.target,
      because: choice.because,
      targets: choice.steps,
    });
  }

  #reject(error: unknown): void {
    const code = isEdgeError(error) ? error.code : 'UNEXPECTED';
    this.#logger.error({ code }, describeError(error));
    this.#options.observer?.onFault(this.#options.name, { code, message: describeError(error) });
    this.#tell({ type: 'model-rejected', code, message: describeError(error) });
  }

  #makeSupervisor(spec: PipelineSpec): PipelineSupervisor {
    return new PipelineSupervisor(
      spec,
      this.#configuration.supervision,
      {
        onResult: (result) => void this.#output.handle(result),
        onReady: () => void (this.#spec && this.#options.proven.add(this.#spec)),
        onState: (state) => {
          if (state === 'waiting') void this.#output.failSafe('crash');
          if (state === 'ended') void this.#output.failSafe('lostSource');
          this.#tell({ type: 'state' });
        },
        onFault: (fault) => this.#options.observer?.onFault(this.#options.name, fault),
      },
      this.#logger,
    );
  }

  #renewOutput(): void {
    void this.#output.close();
    this.#output = this.#makeOutput();
  }

  #makeOutput(): PipelineOutput {
    const { name, thingName, transport, spool, observer, feedback } = this.#options;
    if (!this.#config) throw new Error(`The configuration has no pipeline ${name}`);
    const names = { thingName, pipeline: name };
    const { ask } = this;
    return new PipelineOutput(this.#config, {
      names,
      transport,
      spool,
      observer,
      actuators: this.#configuration.actuators,
      ask,
      feedback,
      tell: (event) => this.#tell(event),
      logger: this.#logger,
    });
  }

  #beat(): void {
    clearInterval(this.#heartbeat);
    clearInterval(this.#poll);
    const pollSeconds = this.#modelConfig?.pollIntervalSeconds;
    if (pollSeconds) this.#poll = setInterval(() => this.refresh(), pollSeconds * 1000);
    this.#heartbeat = setInterval(
      () => this.#tell({ type: 'heartbeat' }),
      this.#configuration.status.intervalSeconds * 1000,
    );
  }

  #tell(event: PipelineEvent): void {
    const { topic } = this.#configuration.status;
    if (this.#stopped && event.type === 'heartbeat') return;
    const { published, actions } = this.#output;
    const state = this.#supervisor ? this.#supervisor.status.state : 'fetching-model';
    const counters = { ...this.status.counters, targetsPassedOver: this.#targetsPassedOver };
    this.#reporter.report(
      topic,
      event,
      { ...this.status, state, counters },
      {
        published,
        actions,
        spool: this.#options.spool?.status,
      },
    );
  }
}
