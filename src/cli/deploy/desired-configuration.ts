import { accessControlFor } from '../../config/access-control.js';
import {
  applyOverrides,
  parseConfiguration,
  readConfigurationFile,
  type Configuration,
} from '../../config/index.js';

/** The component that the configuration is for. */
export const inference = 'mli.Inference';

/** A configuration file, checked, and as it goes into a deployment. */
export interface DesiredConfiguration {
  readonly configuration: Configuration;
  /** What the file says, and the rights that it needs. Defaults are left to the component, relative paths to the device. */
  readonly document: object;
}

/**
 * @param thingName of the one device that it is for; without it, for every device
 * @throws EdgeError CONFIG_*, OVERRIDE_INVALID, DEPLOY_TOPIC_UNBOUNDED
 */
export async function readDesiredConfiguration(
  file: string,
  overrides: readonly string[],
  thingName?: string,
): Promise<DesiredConfiguration> {
  const document = applyOverrides(await readConfigurationFile(file), overrides);
  const configuration = parseConfiguration(document, file);
  const accessControl = accessControlFor(configuration, thingName, inference);
  return { configuration, document: { ...(document as object), accessControl } };
}
