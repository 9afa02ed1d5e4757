import { isDeepStrictEqual } from 'node:util';
import { Backoff } from './backoff.js';
import type { Configuration } from './config/index.js';
import { describeError, EdgeError, isEdgeError } from './errors/index.js';
import type { Logger } from './logger.js';
import type { ModelSupply, ResolvedModel } from './models/index.js';
import { pause } from './pause.js';
import type { Fault, Readiness } from './pipeline/messages.js';
import type { ModelIdentity } from './pipeline/result.js';
import { specOf, type PipelineSpec } from './pipeline/spec.js';
import type { ProvenModels } from './proven-models.js';
import { secretFor, type SecretReader } from './secrets.js';
import { preferring, settleTarget } from './selection/index.js';
import type { PipelineEvent } from './status-message.js';
import { TargetReport } from './target-report.js';

/** What runs the pipeline. */
export interface PipelineRunner {
  /** Of the process at work; undefined until there has been one. */
  readonly model: ModelIdentity | undefined;
  /** Begins, or begins anew where nothing has worked yet. */
  begin(spec: PipelineSpec, prove: boolean): Promise<void>;
  /** Goes over, once it has begun. @throws EdgeError MODEL_REJECTED; what was at work still is */
  replace(spec: PipelineSpec, prove: boolean, signal: AbortSignal): Promise<Readiness>;
}

export interface ModelPursuitOptions {
  readonly pipeline: string;
  readonly proven: ProvenModels;
  /** Path of the libdlr.so that another component of the device brings. */
  readonly storedLibrary: () => Promise<string | undefined>;
  readonly secrets: SecretReader | undefined;
  readonly runner: PipelineRunner;
  readonly tell: (event: PipelineEvent) => void;
  readonly onFault: (fault: Fault) => void;
  readonly logger: Logger;
}

/** A model is wrong together with what runs it: another library may run it. */
const keyOf = ({ model, dlr }: PipelineSpec): string => JSON.stringify([model.sha256, model.target, dlr]);

const isFinalRejection = (error: EdgeError): boolean =>
  error.code === 'MODEL_REJECTED' && (error as EdgeError<'MODEL_REJECTED'>).details.final;

/** Makes a pipeline run what its configuration says: brings the model, goes over to it, and tries again where that failed. */
export class ModelPursuit {
  readonly #options: ModelPursuitOptions;
  #configuration: Configuration;
  #models: ModelSupply;
  /** Ends what is under way for a configuration that is no longer wanted. */
  #change = new AbortController();
  #working: Promise<void>;
  #busy = false;
  #again = false;
  /** What runs, and what is being brought. */
  #spec: PipelineSpec | undefined;
  #coming: PipelineSpec | undefined;
  /** Models that were brought and found to be wrong, with what was to run them. */
  readonly #wrong = new Set<string>();
  /** Models whose targets were tried anew, since the chosen one ended its process. */
  readonly #retried = new Set<string>();
  readonly targets: TargetReport;

  /** @param after what has to be over before the pipeline may begin */
  constructor(
    options: ModelPursuitOptions,
    configuration: Configuration,
    models: ModelSupply,
    after: Promise<void>,
  ) {
    this.#options = options;
    this.targets = new TargetReport(options.tell, options.logger);
    this.#configuration = configuration;
    this.#models = models;
    this.#working = after;
  }

  get modelsInUse(): string[] {
    const specs = [this.#spec, this.#coming].map((spec) => spec?.model.sha256);
    return specs.filter((digest) => digest !== undefined);
  }

  configure(configuration: Configuration, models: ModelSupply): void {
    this.#configuration = configuration;
    this.#models = models;
  }

  /** Of several changes in a row the last one wins: the one under way is given up. */
  pursue(): void {
    this.#change.abort();
    const change = new AbortController();
    this.#change = change;
    this.#working = this.#working.then(async () => {
      this.#busy = true;
      this.#again = false;
      await this.#work(change.signal);
      this.#busy = false;
      if (this.#wantsAnotherLook) this.pursue();
    });
  }

  /** Looks for a newer object behind the same configuration; what is under way is not disturbed, but followed by another look. */
  refresh(): void {
    if (this.#busy) this.#again = true;
    else this.pursue();
  }

  /** What runs has passed its golden samples, whether it is the target that was chosen or the one that took its place. */
  async works(ready: Readiness): Promise<void> {
    this.targets.replaced(ready);
    this.#retried.clear();
    if (this.#spec) await this.#options.proven.add(preferring(this.#spec, ready.model.target));
  }

  /** What was begun cannot work: an earlier model takes its place, where this device has one. */
  unusable({ code, message }: Fault): void {
    const spec = this.#spec;
    if (!spec || this.#isWrong(spec)) return;
    // What ends its process cannot give way to another target in it: all are tried anew, each in a process of its own.
    if (code === 'PROCESS_ENDED' && !this.#retried.has(keyOf(spec))) {
      this.#retried.add(keyOf(spec));
      const { signal } = this.#change;
      void this.#options.proven.forget(spec).then(() => signal.aborted || this.refresh());
      return;
    }
    this.#options.tell({ type: 'model-rejected', code, message });
    this.#wrong.add(keyOf(spec));
    this.refresh();
  }

  async stop(): Promise<void> {
    this.#again = false;
    this.#change.abort();
    await this.#working;
  }

  get #wantsAnotherLook(): boolean {
    return this.#again;
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
        const news = this.#noteWrong(error);
        if (news && this.#options.runner.model) return;
        // Without a model at work an earlier one may do.
        if (!news) await pause(backoff.nextMs(), signal);
      } finally {
        this.#coming = undefined;
      }
    }
  }

  /** The newest model that is not known to be wrong; the newest of all where this device has no other. */
  async #resolve(signal: AbortSignal): Promise<PipelineSpec> {
    const { logger } = this.#options;
    const { name, model } = this.#wanted;
    const newest = await this.#models.resolve(name, model, signal);
    if (newest.stale !== undefined) logger.warn(`The model ${name} may not be the newest: ${newest.stale}`);
    const spec = await this.#specWith(newest);
    if (!this.#isWrong(spec)) return spec;
    const withDigest = (sha256: string) => ({ ...spec, model: { ...spec.model, sha256 } });
    const earlier = await this.#models.cached(name, model, (digest) => !this.#isWrong(withDigest(digest)));
    return earlier ? this.#specWith(earlier) : spec;
  }

  async #bring(found: PipelineSpec, signal: AbortSignal): Promise<void> {
    const { proven, runner, tell, logger } = this.#options;
    const from = runner.model;
    // Nothing to do until something else comes.
    if (from && this.#isWrong(found)) return;
    this.#coming = found;
    const spec = await this.#settle(found, signal);
    const prove = !(await proven.has(spec));
    if (signal.aborted || isDeepStrictEqual(spec, this.#spec)) return;
    this.#coming = spec;
    if (!from) {
      const digest = spec.model.sha256;
      if (this.#spec) logger.warn({ digest }, 'another one takes the place of what does not work');
      this.#spec = spec;
      await runner.begin(spec, prove);
      return;
    }
    const ready = await runner.replace(spec, prove, signal);
    this.#spec = spec;
    const { model: to } = ready;
    logger.info({ from, to }, 'the pipeline has gone over');
    await this.works(ready);
    tell({ type: 'model-swapped', from, to });
  }

  /** Finds the target of its model. @throws EdgeError MODEL_NO_TARGET, or MODEL_REJECTED where an earlier model is at work */
  async #settle(found: PipelineSpec, signal: AbortSignal): Promise<PipelineSpec> {
    const { pipeline, proven, runner } = this.#options;
    try {
      const { spec, choice } = await settleTarget(found, proven, signal);
      if (choice) this.targets.chosen(choice);
      return spec;
    } catch (error) {
      if (!runner.model || !isEdgeError(error) || error.code !== 'MODEL_NO_TARGET') throw error;
      const about = { pipeline, reason: error.message, final: true };
      throw new EdgeError('MODEL_REJECTED', about, { cause: error });
    }
  }

  /** @returns whether a model was found to be wrong that was not known to be */
  #noteWrong(error: unknown): boolean {
    const wrong = isEdgeError(error) && (isFinalRejection(error) || error.code === 'MODEL_NO_TARGET');
    if (!wrong || !this.#coming || this.#isWrong(this.#coming)) return false;
    this.#wrong.add(keyOf(this.#coming));
    return true;
  }

  #isWrong(spec: PipelineSpec): boolean {
    return this.#wrong.has(keyOf(spec));
  }

  get #wanted() {
    const { pipeline } = this.#options;
    const config = this.#configuration.pipelines[pipeline];
    const model = config && this.#configuration.models[config.model];
    if (!model) throw new Error(`The configuration has no pipeline ${pipeline} with a model`);
    return { config, name: config.model, model };
  }

  async #specWith({ folder, sha256, allowUnpinned, runtime, target }: ResolvedModel): Promise<PipelineSpec> {
    const library = await this.#options.storedLibrary();
    const dlr = { ...this.#configuration.dlr, ...(library !== undefined && { storedLibrary: library }) };
    const { pipeline, secrets } = this.#options;
    const { config } = this.#wanted;
    const secret = await secretFor(config.source, secrets);
    return specOf(pipeline, config, { folder, sha256, allowUnpinned, runtime, target }, dlr, secret);
  }

  #reject(error: unknown): void {
    const fault = { code: isEdgeError(error) ? error.code : 'UNEXPECTED', message: describeError(error) };
    this.#options.logger.error({ code: fault.code }, fault.message);
    this.#options.onFault(fault);
    this.#options.tell({ type: 'model-rejected', ...fault });
  }
}
