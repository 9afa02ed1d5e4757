import { EdgeError } from '../errors/index.js';
import type { RequestedComponent } from './component-version.js';
import type { GreengrassCloud } from './greengrass-cloud.js';
import { planDeployment, type Plan, type Wish } from './plan.js';
import { readBuiltComponent, type BuiltComponent } from './publish/built-component.js';
import { publish } from './publish/publish.js';
import { publishedComponent, type PublishedComponent } from './publish/published-component.js';
import type { Target } from './target.js';
import { existingVersion, newVersion } from './version-choice.js';

/** What to publish and deploy, before AWS has been asked for anything. */
export interface Order extends Omit<Wish, 'targetArn' | 'versions'> {
  readonly target: Target;
  readonly components: readonly RequestedComponent[];
  /** Folders of built components, each with its gdk-config.json. */
  readonly publish: readonly string[];
  /** Default: the bucket of gdk-config.json with region and account, as GDK and infra/ name it. */
  readonly bucket?: string;
}

/** What would be done; nothing has been changed yet. */
export interface Prepared {
  readonly target: Target;
  readonly publications: readonly PublishedComponent[];
  readonly plan: Plan;
}

/** Reads what there is and works out what to change. @throws EdgeError DEPLOY_* */
export async function prepare(cloud: GreengrassCloud, order: Order): Promise<Prepared> {
  const { target, components, publish: folders, bucket, ...wish } = order;
  const built = await Promise.all(folders.map(readBuiltComponent));
  const base = await cloud.newestDeployment(target.arn);
  const requested = new Map(components.map(({ name, version }) => [name, version]));
  const versions = new Map<string, string>();
  const publications: PublishedComponent[] = [];
  for (const component of built) {
    const version = await newVersion(cloud, target, component, requested.get(component.name));
    publications.push(publishedComponent(component, version, bucket ?? defaultBucket(component, target)));
    versions.set(component.name, version);
  }
  for (const [name, version] of requested) {
    if (!versions.has(name)) versions.set(name, await existingVersion(cloud, target, { name, version }));
  }
  const configured = wish.configuration?.component;
  if (configured !== undefined && !versions.has(configured)) {
    // A new configuration is no reason for a new version.
    const name = configured;
    versions.set(
      name,
      base?.components?.[name]?.componentVersion ??
        (await existingVersion(cloud, target, { name, version: undefined })),
    );
  }
  return { target, publications, plan: planDeployment(base, { ...wish, targetArn: target.arn, versions }) };
}

const defaultBucket = ({ bucket }: BuiltComponent, { region, account }: Target): string =>
  `${bucket}-${region}-${account}`;

/**
 * Publishes and deploys what was prepared.
 * @returns the id of the deployment
 * @throws EdgeError DEPLOY_TARGET_CHANGED when the target got another deployment since; other DEPLOY_*
 */
export async function carryOut(
  cloud: GreengrassCloud,
  { target, publications, plan }: Prepared,
  say: (line: string) => void,
): Promise<string> {
  for (const component of publications) await publish(cloud, component, target, say);
  // Somebody may have read, thought and uploaded for minutes: what was merged must still be what is there.
  const newest = await cloud.newestDeploymentId(target.arn);
  if (newest !== undefined && newest !== plan.base?.deploymentId) {
    throw new EdgeError('DEPLOY_TARGET_CHANGED', { target: target.name, deploymentId: newest });
  }
  return cloud.createDeployment(plan.request);
}
