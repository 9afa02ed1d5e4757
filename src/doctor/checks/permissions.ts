import { checkAccessControl } from '../../config/index.js';
import { ok, problem, skipped, type Check } from '../finding.js';

/** The topics of the configuration against its own accessControl: what is missing is denied by the nucleus, one message at a time. */
export const permissionsCheck: Check = {
  subject: 'permissions',
  look: async ({ configuration, thingName }) => {
    if (!configuration) return [skipped('there is no configuration to look at')];
    if (configuration.accessControl === undefined)
      return [skipped('the configuration has no accessControl: "mli deploy" writes it into the deployment')];
    const missing = checkAccessControl(configuration, thingName);
    if (missing.length === 0) return [ok('every topic of the configuration is allowed')];
    return missing.map(({ service, operation, resource, usedBy }) =>
      problem(
        `aws.greengrass#${operation} on ${resource} is not allowed, which ${usedBy} needs.`,
        `Deploy with "mli deploy", which writes it, or add it under ${service} of accessControl.`,
      ),
    );
  },
};
