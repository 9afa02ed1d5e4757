import { EventEmitter } from 'node:events';
import { rm } from 'node:fs/promises';
import { createServer, type Server } from 'node:net';
import { join } from 'node:path';
import { EdgeError } from '../errors/index.js';
import type { Logger } from '../logger.js';
import type { AccessControl } from './access-control.js';
import { NucleusComponent, asDeployed } from './component.js';
import type { JsonObject } from './configuration-tree.js';
import { Connection, defaultLimits, type ConnectionHost, type ConnectionLimits } from './connection.js';
import { deployConfiguration, type ConfigurationChange, type DeploymentResult } from './deployment.js';
import type { NucleusCounters, NucleusEvents } from './events.js';
import { NucleusFaults } from './faults.js';
import { InMemoryIotCore } from './iot-core.js';
import { nucleusTraits, type NucleusKind, type NucleusTraits } from './kind.js';
import { LocalPubSub } from './local-pubsub.js';
import { readRecipe } from './recipe.js';
import { RequestHandler } from './request-handler.js';
import { listenPrivately, makeSocketFolder } from './socket.js';

export interface NucleusOptions {
  readonly logger: Logger;
  /** Which nucleus to play. @default 'classic' */
  readonly kind?: NucleusKind;
  /** Path of the Unix socket. @default ipc.socket in a new private folder */
  readonly socketPath?: string;
  /** @default 'development-thing' */
  readonly thingName?: string;
  readonly limits?: Partial<ConnectionLimits>;
  /** How long a component may think about an offered configuration. @default 20000 */
  readonly validationTimeoutMs?: number;
}

export type ComponentSource =
  | { /** Path of a recipe, YAML or JSON. */ readonly recipe: string; readonly configuration?: JsonObject }
  | { readonly name: string; readonly configuration?: JsonObject; readonly accessControl?: AccessControl };

export interface ComponentAccess {
  readonly name: string;
  readonly svcuid: string;
  /** Variables for the process of the component. */
  readonly environment: Readonly<Record<string, string>>;
}

/**
 * A Greengrass nucleus for the desk: the IPC protocol on a Unix socket, with the access control of the recipes under
 * development. It runs no components, keeps nothing on disk and protects nothing: on a device the real one is used.
 */
export class DevelopmentNucleus extends EventEmitter<NucleusEvents> {
  readonly pubsub = new LocalPubSub();
  readonly iotCore: InMemoryIotCore;
  readonly secrets = new Map<string, string>();
  readonly faults: NucleusFaults;
  readonly traits: NucleusTraits;
  readonly thingName: string;
  readonly counters: NucleusCounters = {
    connectionsAccepted: 0,
    connectionsClosed: 0,
    requests: {},
    denied: 0,
    errors: {},
  };
  private readonly components = new Map<string, NucleusComponent>();
  private readonly connections = new Set<Connection>();
  private readonly limits: ConnectionLimits;
  private readonly logger: Logger;
  private server: Server | undefined;
  private path: string | undefined;
  /** Set when the folder of the socket is ours to remove. */
  private folder: string | undefined;

  constructor(private readonly options: NucleusOptions) {
    super();
    this.logger = options.logger;
    this.traits = nucleusTraits[options.kind ?? 'classic'];
    this.thingName = options.thingName ?? 'development-thing';
    this.limits = { ...defaultLimits, ...options.limits };
    this.iotCore = new InMemoryIotCore(this.traits.spoolsOffline);
    this.faults = new NucleusFaults(this.connections, this.pubsub);
    this.path = options.socketPath;
  }

  /** @throws EdgeError NUCLEUS_SOCKET_UNUSABLE */
  async start(): Promise<void> {
    if (this.server !== undefined) return;
    if (this.path === undefined) {
      this.folder = await makeSocketFolder();
      this.path = join(this.folder, 'ipc.socket');
    }
    const host = this.connectionHost();
    const server = createServer((socket) => this.connections.add(new Connection(socket, host)));
    await listenPrivately(server, this.path);
    this.server = server;
    this.logger.info(
      { socketPath: this.path, kind: this.traits.kind },
      'The development nucleus listens; it is for development and tests only.',
    );
  }

  /** Ends every connection and removes the socket. The components, their tokens and configurations stay for another start. */
  async stop(): Promise<void> {
    const server = this.server;
    if (server === undefined) return;
    this.server = undefined;
    const closed = new Promise<void>((resolve) => server.close(() => resolve()));
    for (const connection of [...this.connections]) connection.close('the nucleus stops');
    await closed;
    if (this.folder === undefined) return;
    await rm(this.folder, { recursive: true, force: true });
    this.folder = undefined;
    this.path = this.options.socketPath;
  }

  /** Stops and starts again on the same path, as an update of the nucleus does. */
  async restart(pauseMs = 0): Promise<void> {
    const folder = this.folder;
    this.folder = undefined;
    await this.stop();
    if (pauseMs > 0) await new Promise((resolve) => setTimeout(resolve, pauseMs));
    this.folder = folder;
    await this.start();
  }

  get socketPath(): string {
    if (this.path === undefined)
      throw new EdgeError('NUCLEUS_SOCKET_UNUSABLE', {
        path: '(none yet)',
        reason: 'the nucleus was not started',
      });
    return this.path;
  }

  /** How many connections have done their handshake, for all components or one. */
  connectionCount(component?: string): number {
    return [...this.connections].filter(
      (one) => one.component !== undefined && (component === undefined || one.component === component),
    ).length;
  }

  /**
   * Makes a component known; one that is known keeps its token and takes the new configuration over.
   * @throws EdgeError RECIPE_UNREADABLE, RECIPE_INVALID; NUCLEUS_SOCKET_UNUSABLE before the start.
   */
  async addComponent(source: ComponentSource): Promise<ComponentAccess> {
    const { name, configuration } =
      'recipe' in source ? await this.fromRecipe(source.recipe) : fromName(source);
    const component = this.components.get(name) ?? new NucleusComponent(name);
    component.replace(configuration, Date.now());
    if (source.configuration !== undefined) component.merge([], source.configuration, Date.now());
    this.components.set(name, component);
    return {
      name,
      svcuid: component.svcuid,
      environment: {
        AWS_GG_NUCLEUS_DOMAIN_SOCKET_FILEPATH_FOR_COMPONENT: this.socketPath,
        SVCUID: component.svcuid,
        AWS_IOT_THING_NAME: this.thingName,
      },
    };
  }

  /** @throws EdgeError NUCLEUS_COMPONENT_UNKNOWN */
  configuration(component: string): JsonObject {
    return this.require(component).configuration.read([]) ?? {};
  }

  /** Deploys a changed configuration; on the classic nucleus the component may refuse it. */
  async deploy(component: string, change: ConfigurationChange): Promise<DeploymentResult> {
    const timeoutMs = this.options.validationTimeoutMs ?? 20_000;
    const result = await deployConfiguration(this.require(component), change, this.traits, timeoutMs);
    this.logger.info({ component, ...result }, 'A configuration was deployed.');
    return result;
  }

  /** The states that a component reported, oldest first. */
  states(component: string): readonly string[] {
    return this.require(component).states;
  }

  private require(name: string): NucleusComponent {
    const component = this.components.get(name);
    if (component === undefined) throw new EdgeError('NUCLEUS_COMPONENT_UNKNOWN', { component: name });
    return component;
  }

  private async fromRecipe(path: string): Promise<{ name: string; configuration: JsonObject }> {
    const recipe = await readRecipe(path);
    return {
      name: recipe.componentName,
      configuration: asDeployed(recipe.defaultConfiguration, recipe.format, this.traits),
    };
  }

  private connectionHost(): ConnectionHost {
    const { traits, thingName, components, pubsub, iotCore, secrets, faults, counters, logger } = this;
    const requests = new RequestHandler({
      traits,
      thingName,
      components,
      pubsub,
      iotCore,
      secrets,
      faults,
      counters,
      events: this,
      logger,
    });
    return {
      traits: this.traits,
      limits: this.limits,
      logger: this.logger,
      authenticate: (token) => this.authenticate(token),
      answers: () => !this.faults.silent,
      reads: () => this.faults.reads,
      handle: (component, stream, payload, connection) =>
        requests.handle(this.require(component), stream, payload, connection),
      closed: (connection, reason) => this.forget(connection, reason),
    };
  }

  private authenticate(token: string): string | undefined {
    const component = [...this.components.values()].find(({ svcuid }) => svcuid === token);
    if (component === undefined) return undefined;
    this.counters.connectionsAccepted += 1;
    this.logger.info({ component: component.name }, 'A component connected.');
    this.emit('connected', { component: component.name });
    return component.name;
  }

  private forget(connection: Connection, reason: string): void {
    this.connections.delete(connection);
    this.counters.connectionsClosed += 1;
    const level = connection.component === undefined ? 'debug' : 'info';
    this.logger[level]({ component: connection.component, reason }, 'A connection ended.');
    this.emit('disconnected', { component: connection.component, reason });
  }
}

function fromName(source: { name: string; accessControl?: AccessControl }): {
  name: string;
  configuration: JsonObject;
} {
  const { name, accessControl } = source;
  return {
    name,
    configuration: accessControl === undefined ? {} : { accessControl: accessControl as JsonObject },
  };
}
