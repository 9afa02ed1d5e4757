import { isDeepStrictEqual } from 'node:util';
import type { Configuration } from './config/index.js';
import type { DashboardConfig, MetricsConfig } from './config/dashboard.js';
import type { AskForPicture, LiveState, VitalsView } from './dashboard/index.js';
import { describeError, isEdgeError } from './errors/index.js';
import type { SampleCounts } from './feedback/index.js';
import { keepOpen } from './kept-open.js';
import type { Logger } from './logger.js';
import type { CloudWatchMetrics, ComponentMetrics } from './metrics/index.js';
import type { ActionOutcome, Observer } from './observer.js';
import type { Fault } from './pipeline/messages.js';
import type { PipelineStatus } from './pipeline/ledger.js';
import type { SpoolStatus } from './spool/index.js';
import type { NativeResult, Transport } from './publish/index.js';
import type { PipelineStatusMessage } from './status-message.js';

export interface OnlookersOptions {
  readonly thingName: string;
  readonly transport: Transport;
  /** Undefined without a nucleus. */
  readonly nucleusConnected: (() => boolean) | undefined;
  /** Undefined without a spool. */
  readonly spool: () => SpoolStatus | undefined;
  /** Samples by pipeline; undefined without a spool. */
  readonly feedback: () => Readonly<Record<string, SampleCounts>> | undefined;
  readonly pipelines: () => Readonly<Record<string, PipelineStatus>>;
  readonly ask: AskForPicture;
  readonly logger: Logger;
}

const vitalsIntervalMs = 2000;
const cloudWatchTopic = 'cloudwatch/metric/put';

/** What the spool gave up of a lane, for whatever reason. */
const lossesOf = (lane: SpoolStatus['results']): number =>
  lane.lostToBudget + lane.lostWithoutDisk + lane.damaged + lane.refused;

/** One of the two servers: made for a configuration, and made anew for another. */
interface Listener<C> {
  config: C | undefined;
  change: AbortController;
  done: Promise<void>;
}

const nothing = <C>(): Listener<C> => ({
  config: undefined,
  change: new AbortController(),
  done: Promise.resolve(),
});

/**
 * The live page and the metrics of a component: made when the configuration asks for them, and loaded only then. What fails here is
 * logged and tried again; inference does not depend on it.
 */
export class Onlookers implements Observer {
  readonly #options: OnlookersOptions;
  readonly #startedAt = performance.now();
  readonly #dashboard = nothing<DashboardConfig>();
  readonly #metrics = nothing<MetricsConfig>();
  #live: LiveState | undefined;
  #counts: ComponentMetrics | undefined;

  constructor(options: OnlookersOptions) {
    this.#options = options;
  }

  onResult(result: NativeResult): void {
    this.#live?.onResult(result);
    this.#counts?.onResult(result);
  }

  onAction(outcome: ActionOutcome): void {
    this.#live?.onAction(outcome);
    this.#counts?.onAction(outcome);
  }

  onStatus(message: PipelineStatusMessage): void {
    this.#live?.onStatus(message);
    this.#counts?.onStatus(message);
  }

  onFault(pipeline: string | undefined, fault: Fault): void {
    this.#live?.onFault(pipeline, fault);
    this.#counts?.onFault(pipeline, fault);
  }

  onRemoved(pipeline: string): void {
    this.#live?.onRemoved(pipeline);
    this.#counts?.onRemoved(pipeline);
  }

  /** @param configuration checked, with absolute paths */
  apply({ dashboard, metrics }: Configuration): void {
    this.#change(this.#dashboard, dashboard, () => this.#openDashboard(dashboard));
    this.#change(this.#metrics, metrics, () => this.#openMetrics(metrics));
  }

  async stop(): Promise<void> {
    for (const listener of [this.#dashboard, this.#metrics]) listener.change.abort();
    await Promise.all([this.#dashboard.done, this.#metrics.done]);
  }

  #change<C extends { enabled: boolean }>(
    listener: Listener<C>,
    config: C,
    open: () => Promise<() => Promise<void>>,
  ): void {
    if (isDeepStrictEqual(listener.config, config)) return;
    listener.config = config;
    listener.change.abort();
    const change = new AbortController();
    listener.change = change;
    if (config.enabled)
      listener.done = listener.done.then(() => keepOpen(change.signal, open, (error) => this.#fail(error)));
  }

  async #openDashboard(config: DashboardConfig) {
    const [
      { browserToken, dashboardRoutes, LiveState, Pictures },
      { HttpServer, isToken, readToken },
      { Hono },
    ] = await Promise.all([import('./dashboard/index.js'), import('./http/index.js'), import('hono')]);
    const { thingName, ask, logger } = this.#options;
    const { host, port, tokenFile } = config;
    const token = tokenFile === undefined ? undefined : await readToken(tokenFile);
    this.#live ??= new LiveState(thingName);
    const app = new Hono();
    if (token !== undefined) app.use(browserToken((given) => isToken(given, token)));
    app.route('/', dashboardRoutes(this.#live, new Pictures(ask)));
    await this.#tellVitals(true);
    const server = await HttpServer.start(
      { name: 'live page', address: { host, port }, maxConnections: 256, logger },
      app,
    );
    const vitals = setInterval(() => void this.#tellVitals(), vitalsIntervalMs);
    return () => {
      clearInterval(vitals);
      return server.stop();
    };
  }

  async #openMetrics(config: MetricsConfig) {
    const [{ CloudWatchMetrics, ComponentMetrics, metricsRoutes, pssBytes }, { HttpServer, readToken }] =
      await Promise.all([import('./metrics/index.js'), import('./http/index.js')]);
    const { pipelines, nucleusConnected, thingName, logger } = this.#options;
    const { host, port, tokenFile, cloudWatch } = config;
    const token = tokenFile === undefined ? undefined : await readToken(tokenFile);
    const counts = (this.#counts ??= new ComponentMetrics({
      thing: thingName,
      spool: this.#options.spool,
      feedback: this.#options.feedback,
      pipelines,
      nucleusConnected: () => nucleusConnected?.() ?? false,
      memoryBytes: () => this.#memoryBytes(pssBytes),
    }));
    const server = await HttpServer.start(
      { name: 'metrics', address: { host, port }, token, logger },
      metricsRoutes(counts, () => this.#notReady()),
    );
    const requests = new CloudWatchMetrics(counts, cloudWatch.namespace, thingName);
    const telling = cloudWatch.enabled
      ? setInterval(() => void this.#publishMetrics(requests), cloudWatch.intervalSeconds * 1000)
      : undefined;
    return () => {
      clearInterval(telling);
      return server.stop();
    };
  }

  async #publishMetrics(metrics: CloudWatchMetrics): Promise<void> {
    for (const request of await metrics.requests()) {
      try {
        await this.#options.transport.publish(cloudWatchTopic, JSON.stringify(request));
      } catch (error) {
        this.#options.logger.debug(`A metric could not be published. ${describeError(error)}`);
      }
    }
  }

  /** @param always also where nobody looks: the first snapshot needs them */
  async #tellVitals(always = false): Promise<void> {
    if (!this.#live || !(always || this.#live.watched)) return;
    const { pssBytes } = await import('./metrics/memory.js');
    const { nucleusConnected } = this.#options;
    const vitals: VitalsView = {
      nucleus: nucleusConnected === undefined ? 'none' : nucleusConnected() ? 'connected' : 'away',
      uptimeSeconds: (performance.now() - this.#startedAt) / 1000,
      memoryMegabytes: this.#memoryBytes(pssBytes) / 1e6,
      ...this.#spoolVitals(),
      ...this.#feedbackVitals(),
    };
    this.#live.setVitals(vitals);
  }

  #spoolVitals(): Pick<VitalsView, 'spool'> {
    const spool = this.#options.spool();
    if (!spool) return {};
    const lanes = [spool.results, spool.uploads];
    const sum = (of: (lane: SpoolStatus['results']) => number) =>
      lanes.reduce((all, lane) => all + of(lane), 0);
    return { spool: { depth: sum(({ waiting }) => waiting), lost: sum(lossesOf) } };
  }

  /** Only where some pipeline has taken samples. */
  #feedbackVitals(): Pick<VitalsView, 'feedback'> {
    const counts = Object.values(this.#options.feedback() ?? {});
    if (counts.length === 0) return {};
    const sum = (of: (one: SampleCounts) => number) => counts.reduce((all, one) => all + of(one), 0);
    return {
      feedback: {
        done: sum(({ done }) => done),
        queued: this.#options.spool()?.uploads.waiting ?? 0,
        refused: sum(({ refused }) => refused),
        lost: sum(({ lost }) => lost),
      },
    };
  }

  #memoryBytes(pssBytes: (pid: number | 'self') => number): number {
    const pids = new Set(Object.values(this.#options.pipelines()).map(({ pid }) => pid));
    let bytes = pssBytes('self');
    for (const pid of pids) if (pid !== undefined) bytes += pssBytes(pid);
    return bytes;
  }

  #notReady(): string[] {
    const { pipelines, nucleusConnected } = this.#options;
    const statuses = Object.entries(pipelines());
    return [
      ...(nucleusConnected && !nucleusConnected() ? ['the nucleus does not answer'] : []),
      ...(statuses.length === 0 ? ['no pipelines are configured'] : []),
      ...statuses
        .filter(([, { state }]) => state !== 'running')
        .map(([name, { state }]) => `${name} is ${state}`),
    ];
  }

  #fail(error: unknown): void {
    const code = isEdgeError(error) ? error.code : 'UNEXPECTED';
    this.#options.logger.error({ code }, describeError(error));
    this.onFault(undefined, { code, message: describeError(error) });
  }
}
