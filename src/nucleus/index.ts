/**
 * The development nucleus: a Greengrass nucleus for the desk, for tests and for the demo. Components in any language connect
 * with the SDK that they use on a device.
 */
export { DevelopmentNucleus } from './nucleus.js';
export type { ComponentAccess, ComponentSource, NucleusOptions } from './nucleus.js';
export type { NucleusCounters, NucleusEvents } from './events.js';
export type { ConfigurationChange, DeploymentResult } from './deployment.js';
export type { LocalMessage } from './local-pubsub.js';
export type { IotCoreMessage } from './iot-core.js';
export type { NucleusKind } from './kind.js';
export type { AccessControl } from './access-control.js';
