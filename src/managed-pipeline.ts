import { isDeepStrictEqual } from 'node:util';
import type { Configuration } from './config/index.js';
import { EdgeError } from './errors/index.js';
import { framesToKeep } from './frames-to-keep.js';
import type { Feedback } from './feedback/index.js';
import type { Logger } from './logger.js';
import { ModelPursuit } from './model-pursuit.js';
import type { ModelSupply } from './models/index.js';
import type { Observer } from './observer.js';
import { idle, type PipelineStatus } from './pipeline/ledger.js';
import type { Fault } from './pipeline/messages.js';
import type { PipelineProcesses } from './pipeline/processes.js';
import type { AskPipeline } from './pipeline/requests.js';
import type { PipelineSpec } from './pipeline/spec.js';
import { PipelineSupervisor } from './pipeline/supervisor.js';
import { PipelineOutput } from './pipeline-output.js';
import type { SecretReader } from './secrets.js';
import type { ProvenModels } from './proven-models.js';
import type { Transport } from './publish/index.js';
import type { Spool } from './spool/index.js';
import { StatusReporter, type PipelineEvent } from './status-message.js';

export interface ManagedPipelineOptions {
  readonly name: string;
  readonly thingName: string;
  readonly transport: Transport;
  readonly spool?: Spool | undefined;
  readonly proven: ProvenModels;
  readonly processes: PipelineProcesses;
  /** Where in the interval it ticks, 0..1. */
  readonly phase: number;
  /** What has to be over before its process may start: the end of an earlier pipeline of this name. */
  readonly after: Promise<void>;
  /** Path of the libdlr.so that another component of the device brings. */
  readonly storedLibrary: () => Promise<string | undefined>;
  readonly secrets?: SecretReader;
  readonly observer?: Observer | undefined;
  readonly feedback?: Feedback | undefined;
  readonly logger: Logger;
}

/** One pipeline as the component sees it: what it runs, what becomes of its results, and how it is. */
export class ManagedPipeline {
  readonly #options: ManagedPipelineOptions;
  readonly #logger: Logger;
  readonly #reporter: StatusReporter;
  readonly #pursuit: ModelPursuit;
  #configuration: Configuration;
  #output: PipelineOutput;
  #supervisor: PipelineSupervisor | undefined;
  #stopped = false;
  #heartbeat: NodeJS.Timeout | undefined;
  #poll: NodeJS.Timeout | undefined;

  /** @param configuration checked, with absolute paths; it has this pipeline */
  constructor(options: ManagedPipelineOptions, configuration: Configuration, models: ModelSupply) {
    const { name, thingName, transport, observer, proven, storedLibrary, secrets, after } = options;
    const logger = options.logger.child({ pipeline: name });
    this.#options = options;
    this.#logger = logger;
    this.#reporter = new StatusReporter({ thingName, pipeline: name }, transport, logger, observer);
    this.#configuration = configuration;
    this.#output = this.#makeOutput();
    const pursuit = {
      pipeline: name,
      proven,
      storedLibrary,
      secrets,
      runner: this.#runner,
      tell: (event: PipelineEvent) => this.#tell(event),
      onFault: (fault: Fault) => observer?.onFault(name, fault),
      logger,
    };
    this.#pursuit = new ModelPursuit(pursuit, configuration, models, after);
  }

  get phase(): number {
    return this.#options.phase;
  }

  get status(): PipelineStatus {
    return this.#supervisor?.status ?? idle;
  }

  start(): void {
    this.#pursuit.pursue();
    this.#beat();
  }

  /** Goes over to another configuration: rules and topics at once, the process only where source, model or preprocessing differ. */
  apply(configuration: Configuration, models: ModelSupply): void {
    const before = this.#concern;
    const outputBefore = this.#outputConfig;
    this.#configuration = configuration;
    this.#pursuit.configure(configuration, models);
    if (!isDeepStrictEqual(outputBefore, this.#outputConfig)) this.#renewOutput();
    this.#supervisor?.configure(configuration.supervision, this.#keepFrames);
    this.#beat();
    if (!isDeepStrictEqual(before, this.#concern)) this.#pursuit.pursue();
  }

  /** Looks for a newer object behind the same configuration. */
  refresh(): void {
    this.#pursuit.refresh();
  }

  get modelsInUse(): string[] {
    const running = this.status.model?.digest;
    return [...this.#pursuit.modelsInUse, ...(running === undefined ? [] : [running])];
  }

  /** Hands a message of the source's topic on to the process; before there is one, nobody waits for it. */
  deliver(body: Uint8Array): void {
    this.#supervisor?.deliver(body);
  }

  /** @throws EdgeError REQUEST_* and whatever the pipeline's process refuses it with */
  readonly ask: AskPipeline = async (request, signal) => {
    if (this.#supervisor) return this.#supervisor.ask(request, signal);
    const reason = 'its model is being fetched';
    throw new EdgeError('REQUEST_FAILED', { pipeline: this.#options.name, reason });
  };

  async stop(): Promise<void> {
    this.#stopped = true;
    clearInterval(this.#heartbeat);
    clearInterval(this.#poll);
    await this.#pursuit.stop();
    await this.#supervisor?.stop();
    await this.#output.close();
  }

  /** What the process may depend on: whether it does, the spec that is made of it says. */
  get #concern(): unknown {
    const { dlr, trust } = this.#configuration;
    const config = this.#config && { ...this.#config, rules: undefined, publish: undefined };
    return [config, this.#modelConfig, dlr, trust];
  }

  /** What becomes of the results depends on this. */
  get #outputConfig(): unknown {
    const { rules, publish, feedback, drift, source } = this.#config ?? {};
    return [rules, publish, feedback, drift, feedback && source, this.#configuration.actuators];
  }

  get #config() {
    return this.#configuration.pipelines[this.#options.name];
  }

  get #modelConfig() {
    return this.#config && this.#configuration.models[this.#config.model];
  }

  get #keepFrames(): number {
    return framesToKeep(this.#configuration, this.#options.name);
  }

  get #runner() {
    const current = () => this.#supervisor;
    return {
      get model() {
        return current()?.status.model;
      },
      begin: async (spec: PipelineSpec, prove: boolean) => {
        await current()?.stop();
        this.#supervisor = this.#makeSupervisor(spec);
        this.#supervisor.start(prove);
      },
      replace: async (spec: PipelineSpec, prove: boolean, signal: AbortSignal) => {
        const supervisor = current();
        if (!supervisor) throw new Error('The pipeline has not begun');
        return supervisor.replace(spec, prove, signal);
      },
    };
  }

  #makeSupervisor(spec: PipelineSpec): PipelineSupervisor {
    const { processes, phase } = this.#options;
    const config = this.#configuration.supervision;
    return new PipelineSupervisor(
      spec,
      { config, processes, phase, keepFrames: this.#keepFrames, logger: this.#logger },
      {
        onResult: (result) => void this.#output.handle(result),
        onReady: (readiness) => void this.#pursuit.works(readiness),
        onUnusable: (fault) => this.#pursuit.unusable(fault),
        onState: (state) => {
          if (state === 'waiting') void this.#output.failSafe('crash');
          if (state === 'ended') void this.#output.failSafe('lostSource');
          this.#tell({ type: 'state' });
        },
        onFault: (fault) => this.#options.observer?.onFault(this.#options.name, fault),
      },
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
    const counters = { ...this.status.counters, targetsPassedOver: this.#pursuit.targets.passedOver };
    this.#reporter.report(
      topic,
      event,
      { ...this.status, state, counters },
      {
        published,
        actions,
        spool: this.#options.spool?.status,
        feedback: this.#config?.feedback ? this.#options.feedback?.tally.of(this.#options.name) : undefined,
      },
    );
  }
}
