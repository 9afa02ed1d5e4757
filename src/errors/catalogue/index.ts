import type { ErrorEntry } from './entry.js';
import { cameraErrors } from './camera.js';
import { actionErrors } from './action.js';
import { compileErrors } from './compile.js';
import { configurationErrors } from './configuration.js';
import { deployErrors } from './deploy.js';
import { detectionErrors } from './detection.js';
import { engineErrors } from './engine.js';
import { feedbackErrors } from './feedback.js';
import { greengrassErrors } from './greengrass.js';
import { httpErrors } from './http.js';
import { modelErrors } from './model.js';
import { pipelineErrors } from './pipeline.js';
import { sensorErrors } from './sensor.js';
import { requestErrors } from './request.js';
import { spoolErrors } from './spool.js';
import { serviceErrors } from './service.js';

export type { ErrorEntry } from './entry.js';

export const catalogue = {
  ...actionErrors,
  ...cameraErrors,
  ...compileErrors,
  ...configurationErrors,
  ...deployErrors,
  ...detectionErrors,
  ...engineErrors,
  ...feedbackErrors,
  ...greengrassErrors,
  ...httpErrors,
  ...modelErrors,
  ...pipelineErrors,
  ...sensorErrors,
  ...requestErrors,
  ...spoolErrors,
  ...serviceErrors,
};

export type ErrorCode = keyof typeof catalogue;
export type ErrorDetails<C extends ErrorCode> = (typeof catalogue)[C] extends ErrorEntry<infer D> ? D : never;
