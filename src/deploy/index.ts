export { parseRequestedComponent } from './component-version.js';
export { carryOut, prepare, type Order, type Prepared } from './deployer.js';
export { isFinished, outcomeLines, type DeviceOutcome } from './device-outcome.js';
export { GreengrassCloud } from './greengrass-cloud.js';
export { planText } from './plan-text.js';
export { parseTarget, type Target } from './target.js';
export { lookAtDeployment, waitForDeployment, type DeploymentState } from './watch.js';
