import { z } from 'zod';
import { readRequest, type Operation } from './operation.js';

const updateStateSchema = z.object({ state: z.enum(['RUNNING', 'ERRORED']) });

export const updateState: Operation = (call) => {
  const { state } = readRequest(updateStateSchema, call);
  call.nucleus.reportState(call.caller, state);
  return {};
};
