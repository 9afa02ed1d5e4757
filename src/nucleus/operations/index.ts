import type { NucleusTraits } from '../kind.js';
import { ModeledError } from '../modeled-error.js';
import {
  getConfiguration,
  sendConfigurationValidityReport,
  subscribeToConfigurationUpdate,
  subscribeToValidateConfigurationUpdates,
  updateConfiguration,
} from './configuration.js';
import { publishToIotCore, subscribeToIotCore } from './iot-core.js';
import type { Operation } from './operation.js';
import { publishToTopic, subscribeToTopic } from './pubsub.js';
import { getSecretValue } from './secrets.js';
import { updateState } from './state.js';

export type { Call, NucleusParts, Operation } from './operation.js';

const operations: Readonly<Record<string, Operation>> = {
  PublishToTopic: publishToTopic,
  SubscribeToTopic: subscribeToTopic,
  GetConfiguration: getConfiguration,
  UpdateConfiguration: updateConfiguration,
  SubscribeToConfigurationUpdate: subscribeToConfigurationUpdate,
  PublishToIoTCore: publishToIotCore,
  SubscribeToIoTCore: subscribeToIotCore,
  UpdateState: updateState,
};

const validation: Readonly<Record<string, Operation>> = {
  SubscribeToValidateConfigurationUpdates: subscribeToValidateConfigurationUpdates,
  SendConfigurationValidityReport: sendConfigurationValidityReport,
};

/** Deployed with a nucleus that knows components of its own kind. */
const secrets: Readonly<Record<string, Operation>> = { GetSecretValue: getSecretValue };

/**
 * The operation of a name, as the played nucleus has it.
 * @throws ModeledError ServiceError for one that is not there: on lite with an empty message, as the real one answers.
 */
export function findOperation(name: string, traits: NucleusTraits): Operation {
  const served = traits.asksBeforeChange ? { ...operations, ...validation, ...secrets } : operations;
  const operation = Object.hasOwn(served, name) ? served[name] : undefined;
  if (operation !== undefined) return operation;
  const text = traits.kind === 'lite' ? '' : `The development nucleus does not serve the operation ${name}.`;
  throw new ModeledError('ServiceError', text);
}
