import { EdgeError } from '../errors/index.js';
import { compareVersions, newestOf, nextPatch, type RequestedComponent } from './component-version.js';
import type { GreengrassCloud } from './greengrass-cloud.js';
import type { BuiltComponent } from './publish/built-component.js';
import { componentArn, type Target } from './target.js';

/**
 * The version of a component to deploy that is there already: the one that was asked for, or the newest.
 * @throws EdgeError DEPLOY_VERSION_UNKNOWN, DEPLOY_COMPONENT_UNKNOWN
 */
export async function existingVersion(
  cloud: GreengrassCloud,
  target: Target,
  { name, version }: RequestedComponent,
): Promise<string> {
  const known = await cloud.versions(componentArn(target, name));
  const newest = newestOf(known);
  if (newest === undefined)
    throw new EdgeError('DEPLOY_COMPONENT_UNKNOWN', { component: name, region: target.region });
  if (version === undefined) return newest;
  if (known.includes(version)) return version;
  throw new EdgeError('DEPLOY_VERSION_UNKNOWN', {
    component: name,
    version,
    known: [...known].sort(compareVersions),
  });
}

/**
 * The version under which to publish what was built. That it is free is looked up before anything is uploaded: the artifacts of a
 * version that is in use must not be replaced.
 * @throws EdgeError DEPLOY_VERSION_EXISTS
 */
export async function newVersion(
  cloud: GreengrassCloud,
  target: Target,
  built: BuiltComponent,
  requested: string | undefined,
): Promise<string> {
  const known = await cloud.versions(componentArn(target, built.name));
  const version = requested ?? (built.version === 'NEXT_PATCH' ? nextPatch(known) : built.version);
  if (known.includes(version))
    throw new EdgeError('DEPLOY_VERSION_EXISTS', { component: built.name, version });
  return version;
}
