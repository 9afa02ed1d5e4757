import { isDeepStrictEqual } from 'node:util';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Configuration } from './config/index.js';
import { EdgeError, describeError, isEdgeError } from './errors/index.js';
import type { Logger } from './logger.js';
import type { ModelSupply } from './models/index.js';
import { Backoff } from './backoff.js';
import { specOf, type PipelineSpec } from './pipeline/spec.js';
import { PipelineSupervisor, type PipelineStatus } from './pipeline/supervisor.js';
import { PipelineOutput } from './pipeline-output.js';
import type { ProvenModels } from './proven-models.js';
import { fillInTopic, type Transport } from './publish/index.js';
import type { PipelineEvent, PipelineStatusMessage } from './status-message.js';

export interface ManagedPipelineOptions {
  readonly name: string;
  readonly thingName: string;
  readonly transport: Transport;
  readonly proven: ProvenModels;
  /** Path of the libdlr.so that another component of the device brings. */
  readonly storedLibrary: () => Promise<string | undefined>;
  readonly logger: Logger;
}

const idle: PipelineStatus = {
  state: 'stopped',
  pid: undefined,
  restarts: 0,
  lastFault: undefined,
  model: undefined,
  counters: {},
};

/** One pipeline as the component sees it: brings its model, keeps its process at work, and hands its results on. */
export class ManagedPipeline {
  readonly #options: ManagedPipelineOptions;
  readonly #logger: Logger;
  #configuration: Configuration;
  #models: ModelSupply;
  #output: PipelineOutput;
  #supervisor: PipelineSupervisor | undefined;
  #spec: PipelineSpec | undefined;
  /** Ends what is under way for a configuration that is no longer wanted. */
  #change = new AbortController();
  #working: Promise<void> = Promise.resolve();
  #stopped = false;
  #heartbeat: NodeJS.Timeout | undefined;
  #poll: NodeJS.Timeout | undefined;

  /** @param configuration checked, with absolute paths; it has this pipeline */
  constructor(options: ManagedPipelineOptions, configuration: Configuration, models: ModelSupply) {
    this.#options = options;
    this.#logger = options.logger.child({ pipeline: options.name });
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
    const [before, after] = [this.#configuration, configuration].map(
      (one) => one.pipelines[this.#options.name],
    );
    this.#configuration = configuration;
    this.#models = models;
    if (!isDeepStrictEqual([before?.rules, before?.publish], [after?.rules, after?.publish]))
      this.#output = this.#makeOutput();
    this.#beat();
    this.#pursue();
  }

  /** Looks for a newer object behind the same configuration. */
  refresh(): void {
    this.#pursue();
  }

  get #modelConfig() {
    const pipeline = this.#configuration.pipelines[this.#options.name];
    return pipeline && this.#configuration.models[pipeline.model];
  }

  async stop(): Promise<void> {
    this.#stopped = true;
    this.#change.abort();
    clearInterval(this.#heartbeat);
    clearInterval(this.#poll);
    await this.#working;
    await this.#supervisor?.stop();
  }

  /** Of several changes in a row the last one wins: the one under way is given up. */
  #pursue(): void {
    this.#change.abort();
    const change = new AbortController();
    this.#change = change;
    this.#working = this.#working.then(() => this.#work(change.signal));
  }

  async #work(signal: AbortSignal): Promise<void> {
    const backoff = new Backoff({
      initialMs: 1000,
      maxMs: this.#configuration.supervision.maxRestartDelaySeconds * 1000,
    });
    const overtaken = () => signal.aborted;
    while (!overtaken()) {
      try {
        await this.#bring(await this.#resolve(signal), signal);
        return;
      } catch (error) {
        if (overtaken()) return;
        this.#reject(error);
        // A model that failed its proof will fail again; what could not be fetched may come.
        if (isEdgeError(error) && error.code === 'MODEL_REJECTED') return;
        await sleep(backoff.nextMs(), undefined, { signal }).catch(() => undefined);
      }
    }
  }

  async #resolve(signal: AbortSignal): Promise<PipelineSpec> {
    const { name } = this.#options;
    const pipeline = this.#configuration.pipelines[name];
    const config = this.#modelConfig;
    if (!pipeline || !config)
      throw new EdgeError('CONFIG_INVALID', {
        origin: 'at work',
        problems: [{ path: `pipelines.${name}`, message: 'is not there' }],
      });
    const { folder, sha256, allowUnpinned, target, stale } = await this.#models.resolve(
      pipeline.model,
      config,
      signal,
    );
    if (stale !== undefined) this.#logger.warn(`The model ${pipeline.model} may not be the newest: ${stale}`);
    const library = await this.#options.storedLibrary();
    const dlr = { ...this.#configuration.dlr, ...(library !== undefined && { storedLibrary: library }) };
    return specOf(name, pipeline, { folder, sha256, allowUnpinned, target }, dlr);
  }

  async #bring(spec: PipelineSpec, signal: AbortSignal): Promise<void> {
    const prove = !(await this.#options.proven.has(spec.model.sha256));
    if (signal.aborted || isDeepStrictEqual(spec, this.#spec)) return;
    if (!this.#supervisor) {
      this.#supervisor = this.#makeSupervisor(spec);
      this.#spec = spec;
      this.#supervisor.start(prove);
      return;
    }
    const from = this.#supervisor.status.model;
    const to = await this.#supervisor.replace(spec, prove, signal);
    this.#spec = spec;
    this.#logger.info({ from, to }, 'the pipeline has gone over');
    void this.#options.proven.add(to.digest);
    this.#tell({ type: 'model-swapped', from, to });
  }

  #reject(error: unknown): void {
    const code = isEdgeError(error) ? error.code : 'UNEXPECTED';
    this.#logger.error({ code }, describeError(error));
    this.#tell({ type: 'model-rejected', code, message: describeError(error) });
  }

  #makeSupervisor(spec: PipelineSpec): PipelineSupervisor {
    return new PipelineSupervisor(
      spec,
      this.#configuration.supervision,
      {
        onResult: (result) => void this.#output.handle(result),
        onReady: (model) => void this.#options.proven.add(model.digest),
        onState: () => this.#tell({ type: 'state' }),
      },
      this.#logger,
    );
  }

  #makeOutput(): PipelineOutput {
    const { name, thingName, transport } = this.#options;
    const config = this.#configuration.pipelines[name];
    if (!config) throw new Error(`The configuration has no pipeline ${name}`);
    return new PipelineOutput(config, { thingName, pipeline: name }, transport, this.#logger);
  }

  /** Starts the timers anew, as the configuration wants them. */
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
    const { name: pipeline, thingName, transport } = this.#options;
    const { topic } = this.#configuration.status;
    if (topic === null || (this.#stopped && event.type === 'heartbeat')) return;
    const { state, model, restarts, lastFault, counters } = this.status;
    const message: PipelineStatusMessage = {
      version: 1,
      thing: thingName,
      pipeline,
      at: new Date().toISOString(),
      event,
      state,
      model,
      restarts,
      lastFault,
      counters,
      published: this.#output.published,
      actions: this.#output.actions,
    };
    transport
      .publish(fillInTopic(topic, { thingName, pipeline }), JSON.stringify(message))
      .catch((error: unknown) =>
        this.#logger.debug(`The status could not be published. ${describeError(error)}`),
      );
  }
}
