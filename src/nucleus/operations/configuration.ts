import { z } from 'zod';
import type { JsonObject } from '../configuration-tree.js';
import { ModeledError } from '../modeled-error.js';
import { readRequest, type Call, type Operation } from './operation.js';

const keyPathSchema = z.array(z.string()).default([]);
const getSchema = z.object({ componentName: z.string().optional(), keyPath: keyPathSchema });
const updateSchema = z.object({
  keyPath: keyPathSchema,
  /** Seconds since 1970, with a fraction. */
  timestamp: z.number().nonnegative(),
  valueToMerge: z.json(),
});
const reportSchema = z.object({
  configurationValidityReport: z.object({
    status: z.enum(['ACCEPTED', 'REJECTED']),
    deploymentId: z.string().optional(),
    message: z.string().optional(),
  }),
});

const keyNotFound = () => new ModeledError('ResourceNotFoundError', 'Key not found');

function findComponent(call: Call, name: string | undefined) {
  const component = name === undefined ? call.caller : call.nucleus.component(name);
  if (component === undefined) throw keyNotFound();
  return component;
}

export const getConfiguration: Operation = (call) => {
  const { componentName, keyPath } = readRequest(getSchema, call);
  const component = findComponent(call, componentName);
  const value = component.configuration.read(keyPath);
  if (value === undefined) throw keyNotFound();
  return { componentName: component.name, value };
};

export const updateConfiguration: Operation = (call) => {
  const { keyPath, timestamp, valueToMerge } = readRequest(updateSchema, call);
  const first = keyPath[0] ?? Object.keys(valueToMerge as JsonObject).find((key) => key === 'accessControl');
  if (first === 'accessControl') {
    throw new ModeledError(
      'InvalidArgumentsError',
      'Config update is not allowed for following fields [accessControl]',
    );
  }
  const time = timestamp * 1000;
  if (call.caller.configuration.isNewerThan(keyPath, time)) {
    const text = "Proposed timestamp is older than the config's latest modified timestamp";
    throw new ModeledError('FailedUpdateConditionCheckError', text);
  }
  call.caller.merge(keyPath, valueToMerge, time);
  return {};
};

export const subscribeToConfigurationUpdate: Operation = (call) => {
  const { componentName, keyPath } = readRequest(getSchema, call);
  const component = findComponent(call, componentName);
  if (!component.configuration.has(keyPath)) throw keyNotFound();
  const unwatch = component.watch({
    keyPath,
    changed: (changed) =>
      call.stream.event('ConfigurationUpdateEvents', {
        configurationUpdateEvent: { componentName: component.name, keyPath: [...changed] },
      }),
  });
  call.stream.onClose(unwatch);
  return {};
};

export const subscribeToValidateConfigurationUpdates: Operation = ({ caller, stream }) => {
  const offer = (configuration: JsonObject, deploymentId: string) =>
    stream.event('ValidateConfigurationUpdateEvents', {
      validateConfigurationUpdateEvent: { configuration, deploymentId },
    });
  caller.validator = offer;
  stream.onClose(() => {
    if (caller.validator === offer) caller.validator = undefined;
  });
  return {};
};

export const sendConfigurationValidityReport: Operation = (call) => {
  const { status, message } = readRequest(reportSchema, call).configurationValidityReport;
  if (call.caller.pendingVerdict === undefined) {
    throw new ModeledError('InvalidArgumentsError', 'Validation request either timed out or was never made');
  }
  call.caller.pendingVerdict({ status, ...(message === undefined ? {} : { message }) });
  return {};
};
