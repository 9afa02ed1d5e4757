import { createHash } from 'node:crypto';
import type { ModelConfig } from '../config/model.js';

/** A model of the configuration, as the repository asks for it. */
export interface ModelRequest {
  readonly name: string;
  readonly config: ModelConfig;
  /** Hash of the source, with what the configuration adds to it: the same source gives the same package. */
  readonly source: string;
  /** Hash of what the configuration adds to a model without a manifest; '' where it adds nothing. */
  readonly addition: string;
}

const hash = (value: unknown): string => createHash('sha256').update(JSON.stringify(value)).digest('hex');

export function requestFor(name: string, config: ModelConfig): ModelRequest {
  // A manifest that is made here carries the model's name.
  const addition = config.manifest ? hash([name, config.manifest]) : '';
  return { name, config, addition, source: hash([config.source, addition]) };
}
