import { EdgeError } from '../../errors/index.js';
import type { GreengrassCloud } from '../greengrass-cloud.js';
import { lookUntil } from '../pace.js';
import type { Target } from '../target.js';
import { ArtifactBucket } from './artifact-bucket.js';
import { artifactKey, type PublishedComponent } from './published-component.js';

/** AWS reads the artifacts of a new version; that takes seconds, with large ones minutes. */
const patienceMs = 600_000;

/**
 * Uploads the artifacts, creates the component version, and waits until it can be deployed.
 * @throws EdgeError DEPLOY_VERSION_EXISTS, DEPLOY_COMPONENT_UNUSABLE, and those of the bucket and of AWS
 */
export async function publish(
  cloud: GreengrassCloud,
  component: PublishedComponent,
  target: Target,
  say: (line: string) => void,
): Promise<void> {
  const { name, version, artifacts } = component;
  const bucket = new ArtifactBucket(component.bucket, target.region);
  try {
    for (const artifact of artifacts) {
      say(`Uploading ${artifact.name}`);
      await bucket.upload(artifactKey(name, version, artifact.name), artifact);
    }
  } finally {
    bucket.close();
  }
  say(`Creating ${name} ${version}`);
  const arn = await cloud.createComponentVersion(name, version, component.recipe);
  const unusable = (state: string, reason: string) =>
    new EdgeError('DEPLOY_COMPONENT_UNUSABLE', { component: name, version, state, reason });
  const ready = await lookUntil(patienceMs, async () => {
    const { state, reason } = await cloud.componentState(arn);
    if (state === 'FAILED' || state === 'DEPRECATED') throw unusable(state, reason);
    return state === 'DEPLOYABLE' ? true : undefined;
  });
  if (!ready) throw unusable('still not DEPLOYABLE', `after ${patienceMs / 60_000} minutes`);
}
