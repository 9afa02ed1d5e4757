import { isDeepStrictEqual } from 'node:util';
import type { DeploymentFailureHandlingPolicy } from '@aws-sdk/client-greengrassv2';
import type { Components, DeploymentRequest, ExistingDeployment } from './greengrass-cloud.js';
import { valueChanges, type ValueChange } from './value-changes.js';

/** What a person wants of a target. */
export interface Wish {
  readonly targetArn: string;
  /** Versions by component. */
  readonly versions: ReadonlyMap<string, string>;
  /** The whole configuration of one component; what it does not have returns to the default of the recipe. */
  readonly configuration?: { readonly component: string; readonly document: object };
  readonly name?: string;
  readonly failurePolicy?: DeploymentFailureHandlingPolicy;
  /** Devices that are told of it in a minute, at most. */
  readonly rolloutPerMinute?: number;
  /** The roll-out is cancelled when so many per cent of the devices have failed. */
  readonly stopAtFailedPercent?: number;
}

export interface ComponentChange {
  readonly name: string;
  readonly before: string | undefined;
  readonly after: string;
}

/** A deployment as it would be made, and what it would change. */
export interface Plan {
  readonly request: DeploymentRequest;
  readonly base: ExistingDeployment | undefined;
  readonly components: readonly ComponentChange[];
  /** Of the component that the wish configures. */
  readonly configuration: readonly ValueChange[];
  readonly changesNothing: boolean;
}

/** Devices that must have failed before a roll-out is cancelled: one alone says little. */
const fewestFailures = 2;

/**
 * Merges a wish into what the target has: AWS replaces the whole list of components with that of a new deployment, so each one that
 * the wish does not name goes along as it is, with its version, its configuration and its user. Name, policies and roll-out
 * of the old deployment stay where the wish says nothing.
 */
export function planDeployment(base: ExistingDeployment | undefined, wish: Wish): Plan {
  const before = base?.components ?? {};
  const components: Components = { ...before };
  for (const [name, componentVersion] of wish.versions)
    components[name] = { ...before[name], componentVersion };
  const { configuration } = wish;
  const specification = configuration && components[configuration.component];
  if (configuration && specification) {
    const configurationUpdate = { reset: [''], merge: JSON.stringify(configuration.document) };
    components[configuration.component] = { ...specification, configurationUpdate };
  }
  const request = withPolicies(base, wish, components);
  return {
    request,
    base,
    components: Object.entries(components).map(([name, { componentVersion: after = '' }]) => ({
      name,
      before: before[name]?.componentVersion,
      after,
    })),
    configuration: configuration
      ? valueChanges(mergedDocument(before[configuration.component]), configuration.document)
      : [],
    changesNothing: base !== undefined && isSame(base, request),
  };
}

function withPolicies(
  base: ExistingDeployment | undefined,
  wish: Wish,
  components: Components,
): DeploymentRequest {
  const name = wish.name ?? base?.deploymentName;
  const policies = {
    ...base?.deploymentPolicies,
    ...(wish.failurePolicy && { failureHandlingPolicy: wish.failurePolicy }),
  };
  const job = {
    ...base?.iotJobConfiguration,
    ...(wish.rolloutPerMinute !== undefined && {
      jobExecutionsRolloutConfig: { maximumPerMinute: wish.rolloutPerMinute },
    }),
    ...(wish.stopAtFailedPercent !== undefined && {
      abortConfig: { criteriaList: [stopCriterion(wish.stopAtFailedPercent)] },
    }),
  };
  return {
    targetArn: wish.targetArn,
    components,
    ...(name !== undefined && { deploymentName: name }),
    ...(Object.keys(policies).length > 0 && { deploymentPolicies: policies }),
    ...(Object.keys(job).length > 0 && { iotJobConfiguration: job }),
    ...(Object.keys(base?.tags ?? {}).length > 0 && { tags: base?.tags }),
  };
}

const stopCriterion = (thresholdPercentage: number) => ({
  failureType: 'ALL' as const,
  action: 'CANCEL' as const,
  thresholdPercentage,
  minNumberOfExecutedThings: fewestFailures,
});

function isSame(base: ExistingDeployment, request: DeploymentRequest): boolean {
  const { components, deploymentName, deploymentPolicies, iotJobConfiguration } = base;
  // A deployment that was cancelled never came to the devices.
  if (base.deploymentStatus === 'CANCELED' || base.deploymentStatus === 'FAILED') return false;
  return (
    deploymentName === request.deploymentName &&
    isDeepStrictEqual({ ...deploymentPolicies }, { ...request.deploymentPolicies }) &&
    isDeepStrictEqual({ ...iotJobConfiguration }, { ...request.iotJobConfiguration }) &&
    isDeepStrictEqual(comparable(components ?? {}), comparable(request.components))
  );
}

/** Configurations are compared by what they say, not by how they are written. */
const comparable = (components: Components): object =>
  Object.fromEntries(
    Object.entries(components).map(([name, specification]) => {
      const { configurationUpdate, ...rest } = specification;
      return [
        name,
        { ...rest, reset: configurationUpdate?.reset ?? [], merge: mergedDocument(specification) },
      ];
    }),
  );

/** What a deployment merges into a component's configuration. */
function mergedDocument(specification: Components[string] | undefined): unknown {
  const merge = specification?.configurationUpdate?.merge;
  if (merge === undefined) return undefined;
  try {
    return JSON.parse(merge) as unknown;
  } catch {
    // AWS takes only JSON here; a text that is none is different from everything.
    return merge;
  }
}
