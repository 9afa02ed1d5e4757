import { randomUUID } from 'node:crypto';
import type {
  CreateDeploymentRequest,
  GetDeploymentRequest,
  ListCoreDevicesRequest,
  ListDeploymentsRequest,
  ListEffectiveDeploymentsRequest,
} from '@aws-sdk/client-greengrassv2';
import { ServiceError, type Handler } from './aws-server.js';
import type { ComponentRegistry } from './component-registry.js';
import { page } from './page.js';

interface StoredDeployment {
  readonly deploymentId: string;
  readonly revisionId: string;
  readonly request: CreateDeploymentRequest;
  readonly createdAt: number;
  deploymentStatus: 'ACTIVE' | 'COMPLETED' | 'CANCELED' | 'FAILED' | 'INACTIVE';
  isLatestForTarget: boolean;
}

/** How a device takes deployments: what it says, look by look, the last for ever. */
interface Device {
  readonly groups: readonly string[];
  readonly says: readonly string[];
  readonly reason?: string;
  readonly errors?: readonly string[];
  readonly looks: Map<string, number>;
}

/** Deployments, and the core devices that carry them out. */
export class Fleet {
  readonly deployments: StoredDeployment[] = [];
  readonly #devices = new Map<string, Device>();

  constructor(private readonly registry: ComponentRegistry) {}

  addDevice(
    name: string,
    device: {
      groups?: readonly string[];
      says: readonly string[];
      reason?: string;
      errors?: readonly string[];
    },
  ): void {
    this.#devices.set(name, { groups: [], ...device, looks: new Map() });
  }

  deploymentOf(targetArn: string): StoredDeployment | undefined {
    return this.deployments.find(
      (deployment) => deployment.request.targetArn === targetArn && deployment.isLatestForTarget,
    );
  }

  /** A deployment that somebody else made. */
  deploy(request: CreateDeploymentRequest): string {
    return this.#create(request).deploymentId;
  }

  readonly handlers: Readonly<Record<string, Handler>> = {
    CreateDeployment: (request: CreateDeploymentRequest) => {
      this.#check(request);
      const { deploymentId } = this.#create(request);
      return {
        deploymentId,
        iotJobId: randomUUID(),
        iotJobArn: 'arn:aws:iot:eu-central-1:123456789012:job/1',
      };
    },
    GetDeployment: ({ deploymentId }: GetDeploymentRequest) => {
      const found = this.deployments.find((deployment) => deployment.deploymentId === deploymentId);
      if (!found)
        throw new ServiceError('ResourceNotFoundException', `Deployment ${deploymentId} not found.`, {
          resourceId: deploymentId,
          resourceType: 'Deployment',
        });
      const {
        targetArn,
        deploymentName,
        components,
        deploymentPolicies,
        iotJobConfiguration,
        parentTargetArn,
        tags,
      } = found.request;
      return {
        targetArn,
        deploymentName,
        components,
        deploymentPolicies,
        iotJobConfiguration,
        parentTargetArn,
        tags,
        ...facts(found),
      };
    },
    ListDeployments: ({ targetArn, historyFilter, maxResults, nextToken }: ListDeploymentsRequest) => {
      const found = this.deployments.filter(
        (deployment) =>
          (targetArn === undefined || deployment.request.targetArn === targetArn) &&
          (historyFilter === 'ALL' || deployment.isLatestForTarget),
      );
      const { items, token } = page(found, maxResults, nextToken);
      const deployments = items.map((deployment) => ({
        targetArn: deployment.request.targetArn,
        deploymentName: deployment.request.deploymentName,
        ...facts(deployment),
      }));
      return { deployments, nextToken: token };
    },
    ListCoreDevices: ({ thingGroupArn, maxResults, nextToken }: ListCoreDevicesRequest) => {
      const found = [...this.#devices].filter(
        ([, { groups }]) => thingGroupArn === undefined || groups.includes(thingGroupArn),
      );
      const { items, token } = page(found, maxResults, nextToken);
      const coreDevices = items.map(([name]) => ({
        coreDeviceThingName: name,
        status: 'HEALTHY',
        lastStatusUpdateTimestamp: 1,
      }));
      return { coreDevices, nextToken: token };
    },
    ListEffectiveDeployments: ({
      coreDeviceThingName,
      maxResults,
      nextToken,
    }: ListEffectiveDeploymentsRequest) => {
      const name = coreDeviceThingName ?? '';
      const device = this.#devices.get(name);
      if (!device)
        throw new ServiceError('ResourceNotFoundException', `Core device ${name} not found.`, {
          resourceId: name,
          resourceType: 'CoreDevice',
        });
      const targets = [...device.groups, thingArn(name)];
      const found = this.deployments.filter(
        ({ request, isLatestForTarget }) => isLatestForTarget && targets.includes(request.targetArn ?? ''),
      );
      const told = found.flatMap((deployment) => effective(device, deployment));
      const { items, token } = page(told, maxResults, nextToken);
      return { effectiveDeployments: items, nextToken: token };
    },
  };

  #check({ targetArn, components = {}, iotJobConfiguration }: CreateDeploymentRequest): void {
    const refuse = (message: string) => new ServiceError('ValidationException', message);
    if (!/^arn:aws:iot:eu-central-1:123456789012:(thing|thinggroup)\/.+$/.test(targetArn ?? ''))
      throw refuse(`targetArn ${targetArn}`);
    const pace = iotJobConfiguration?.jobExecutionsRolloutConfig?.maximumPerMinute ?? 1;
    if (pace < 1 || pace > 1000) throw refuse('maximumPerMinute must be 1 to 1000');
    for (const [name, { componentVersion = '', configurationUpdate }] of Object.entries(components)) {
      if (this.registry.find(name, componentVersion)?.state !== 'DEPLOYABLE') {
        throw refuse(`The following components are not deployable: [${name}:${componentVersion}]`);
      }
      const merge: unknown = JSON.parse(configurationUpdate?.merge ?? '{}');
      if (typeof merge !== 'object' || merge === null || Array.isArray(merge))
        throw refuse(`merge of ${name} is no object`);
    }
  }

  #create(request: CreateDeploymentRequest): StoredDeployment {
    for (const earlier of this.deployments) {
      if (earlier.request.targetArn !== request.targetArn || !earlier.isLatestForTarget) continue;
      earlier.isLatestForTarget = false;
      earlier.deploymentStatus = 'INACTIVE';
    }
    const deployment: StoredDeployment = {
      deploymentId: randomUUID(),
      revisionId: String(this.deployments.length + 1),
      request,
      createdAt: Date.now() / 1000,
      deploymentStatus: 'ACTIVE',
      isLatestForTarget: true,
    };
    this.deployments.push(deployment);
    return deployment;
  }
}

export const thingArn = (name: string) => `arn:aws:iot:eu-central-1:123456789012:thing/${name}`;
export const groupArn = (name: string) => `arn:aws:iot:eu-central-1:123456789012:thinggroup/${name}`;

const facts = ({
  deploymentId,
  revisionId,
  deploymentStatus,
  isLatestForTarget,
  createdAt,
}: StoredDeployment) => ({
  deploymentId,
  revisionId,
  deploymentStatus,
  isLatestForTarget,
  creationTimestamp: createdAt,
});

/** A device that has not fetched its job yet (`-`) knows nothing of the deployment. */
function effective(
  { says, reason, errors, looks }: Device,
  { deploymentId, request, createdAt }: StoredDeployment,
): object[] {
  const look = looks.get(deploymentId) ?? 0;
  looks.set(deploymentId, look + 1);
  const status = says[Math.min(look, says.length - 1)] ?? '-';
  if (status === '-') return [];
  const failed = ['FAILED', 'REJECTED', 'TIMED_OUT'].includes(status);
  return [
    {
      deploymentId,
      deploymentName: request.deploymentName ?? '',
      targetArn: request.targetArn,
      coreDeviceExecutionStatus: status,
      creationTimestamp: createdAt,
      modifiedTimestamp: createdAt + look,
      ...(failed && reason !== undefined && { reason }),
      ...(failed && errors && { statusDetails: { errorStack: errors, errorTypes: [] } }),
    },
  ];
}
