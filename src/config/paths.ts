import path from 'node:path';
import type { Configuration } from './document.js';

/** Relative paths mean: from the folder of the configuration file, or from where the component is installed. */
export function resolvePaths(configuration: Configuration, base: string): Configuration {
  const absolute = (value: string) => path.resolve(base, value);
  const copy = structuredClone(configuration);
  for (const { source } of Object.values(copy.models)) {
    if ('path' in source && source.path !== undefined) source.path = absolute(source.path);
  }
  for (const action of Object.values(copy.pipelines).flatMap(({ rules }) => rules.flatMap((rule) => rule.do)))
    if (action.type === 'snapshot') action.folder = absolute(action.folder);
  for (const { source } of Object.values(copy.pipelines)) {
    if ('path' in source) source.path = absolute(source.path);
    if ('certificate' in source && source.certificate !== undefined)
      source.certificate = absolute(source.certificate);
  }
  for (const listener of [copy.dashboard, copy.metrics]) {
    if (listener.tokenFile !== undefined) listener.tokenFile = absolute(listener.tokenFile);
  }
  const { http } = copy.service;
  if (http.socket !== undefined) http.socket = absolute(http.socket);
  if (http.tokenFile !== undefined) http.tokenFile = absolute(http.tokenFile);
  if (copy.dlr.library !== undefined) copy.dlr.library = absolute(copy.dlr.library);
  return copy;
}
