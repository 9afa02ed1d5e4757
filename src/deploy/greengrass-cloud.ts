import type {
  ComponentDeploymentSpecification,
  CreateDeploymentCommandInput,
  EffectiveDeployment,
  GetDeploymentCommandOutput,
  GreengrassV2Client,
} from '@aws-sdk/client-greengrassv2';
import { EdgeError, isEdgeError } from '../errors/index.js';
import { calling } from './aws-failure.js';

/** A deployment of a target, with all that a new one takes over from it. */
export type ExistingDeployment = Omit<GetDeploymentCommandOutput, '$metadata'> & {
  readonly deploymentId: string;
  readonly targetArn: string;
};
export type DeploymentRequest = CreateDeploymentCommandInput & { readonly components: Components };
export type Components = Record<string, ComponentDeploymentSpecification>;

/** Of a component version that AWS was given. */
export interface ComponentState {
  readonly state: string;
  readonly reason: string;
}

/**
 * The requests to AWS IoT Greengrass that a deployment needs. Every method throws EdgeError DEPLOY_CREDENTIALS_*, DEPLOY_FORBIDDEN,
 * DEPLOY_NOT_FOUND, DEPLOY_REFUSED or DEPLOY_UNREACHABLE. The SDK is loaded with the first of them.
 */
export class GreengrassCloud {
  #client: GreengrassV2Client | undefined;

  /** @param region default: the one of the environment or the profile */
  constructor(private readonly region: string | undefined) {}

  close(): void {
    this.#client?.destroy();
    this.#client = undefined;
  }

  /** The deployment that a target has now. */
  async newestDeployment(targetArn: string): Promise<ExistingDeployment | undefined> {
    const id = await this.newestDeploymentId(targetArn);
    return id === undefined ? undefined : await this.deployment(id);
  }

  async newestDeploymentId(targetArn: string): Promise<string | undefined> {
    const { sdk, client } = await this.#ready();
    const all = await this.#call('ListDeployments', targetArn, async () => {
      const found = [];
      const pages = sdk.paginateListDeployments({ client }, { targetArn, historyFilter: 'LATEST_ONLY' });
      for await (const { deployments = [] } of pages) found.push(...deployments);
      return found;
    });
    // Deployments below another group's are that group's, not the target's own.
    const own = all.filter(({ parentTargetArn }) => parentTargetArn === undefined);
    const time = (deployment: (typeof own)[number]) => deployment.creationTimestamp?.getTime() ?? 0;
    return own.sort((a, b) => time(b) - time(a))[0]?.deploymentId;
  }

  async deployment(deploymentId: string): Promise<ExistingDeployment> {
    const { sdk, client } = await this.#ready();
    const { targetArn, ...rest } = await this.#call('GetDeployment', `deployment ${deploymentId}`, () =>
      client.send(new sdk.GetDeploymentCommand({ deploymentId })),
    );
    if (targetArn === undefined) throw new Error(`AWS gives no target for the deployment ${deploymentId}`);
    return { ...rest, deploymentId, targetArn };
  }

  /** @returns its id */
  async createDeployment(request: DeploymentRequest): Promise<string> {
    const { sdk, client } = await this.#ready();
    const { deploymentId } = await this.#call('CreateDeployment', request.targetArn ?? '', () =>
      client.send(new sdk.CreateDeploymentCommand(request)),
    );
    if (deploymentId === undefined) throw new Error('AWS gives no id for the new deployment');
    return deploymentId;
  }

  /** Of a component that has none, or that is not known, the list is empty. */
  async versions(componentArn: string): Promise<string[]> {
    const { sdk, client } = await this.#ready();
    try {
      return await this.#call('ListComponentVersions', componentArn, async () => {
        const found: string[] = [];
        for await (const page of sdk.paginateListComponentVersions({ client }, { arn: componentArn })) {
          for (const { componentVersion } of page.componentVersions ?? [])
            if (componentVersion !== undefined) found.push(componentVersion);
        }
        return found;
      });
    } catch (error) {
      if (isEdgeError(error) && error.code === 'DEPLOY_NOT_FOUND') return [];
      throw error;
    }
  }

  /** @throws EdgeError DEPLOY_VERSION_EXISTS too */
  async createComponentVersion(component: string, version: string, recipe: string): Promise<string> {
    const { sdk, client } = await this.#ready();
    const command = new sdk.CreateComponentVersionCommand({ inlineRecipe: Buffer.from(recipe) });
    const { arn } = await this.#call('CreateComponentVersion', `${component} ${version}`, async () => {
      try {
        return await client.send(command);
      } catch (error) {
        if (!(error instanceof sdk.ConflictException)) throw error;
        throw new EdgeError('DEPLOY_VERSION_EXISTS', { component, version }, { cause: error });
      }
    });
    if (arn === undefined) throw new Error(`AWS gives no ARN for ${component} ${version}`);
    return arn;
  }

  async componentState(versionArn: string): Promise<ComponentState> {
    const { sdk, client } = await this.#ready();
    const { status } = await this.#call('DescribeComponent', versionArn, () =>
      client.send(new sdk.DescribeComponentCommand({ arn: versionArn })),
    );
    const errors = Object.entries(status?.errors ?? {}).map(([place, text]) => `${place}: ${text}`);
    return {
      state: status?.componentState ?? 'unknown',
      reason: [status?.message ?? '', ...errors].filter(Boolean).join('; '),
    };
  }

  /** Names of the core devices in a thing group. */
  async coreDevices(thingGroupArn: string): Promise<string[]> {
    const { sdk, client } = await this.#ready();
    return this.#call('ListCoreDevices', thingGroupArn, async () => {
      const found: string[] = [];
      for await (const page of sdk.paginateListCoreDevices({ client }, { thingGroupArn })) {
        for (const { coreDeviceThingName: name } of page.coreDevices ?? [])
          if (name !== undefined) found.push(name);
      }
      return found;
    });
  }

  /** What a core device has made of a deployment; undefined while it has not heard of it, or was never online. */
  async effectiveDeployment(
    coreDeviceThingName: string,
    deploymentId: string,
  ): Promise<EffectiveDeployment | undefined> {
    const { sdk, client } = await this.#ready();
    try {
      return await this.#call('ListEffectiveDeployments', `core device ${coreDeviceThingName}`, async () => {
        for await (const page of sdk.paginateListEffectiveDeployments({ client }, { coreDeviceThingName })) {
          const found = page.effectiveDeployments?.find(
            (deployment) => deployment.deploymentId === deploymentId,
          );
          if (found) return found;
        }
        return undefined;
      });
    } catch (error) {
      if (isEdgeError(error) && error.code === 'DEPLOY_NOT_FOUND') return undefined;
      throw error;
    }
  }

  async #call<T>(operation: string, resource: string, send: () => Promise<T>): Promise<T> {
    return calling(
      {
        action: `greengrass:${operation}`,
        resource,
        region: this.region ?? process.env['AWS_REGION'] ?? 'the default region',
      },
      send,
    );
  }

  async #ready() {
    const sdk = await import('@aws-sdk/client-greengrassv2');
    this.#client ??= new sdk.GreengrassV2Client(this.region === undefined ? {} : { region: this.region });
    return { sdk, client: this.#client };
  }
}
