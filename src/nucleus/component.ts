import { randomBytes } from 'node:crypto';
import { accessControlSchema, type AccessControl } from './access-control.js';
import { ConfigurationTree, isJsonObject, type Json, type JsonObject } from './configuration-tree.js';
import type { NucleusTraits } from './kind.js';

/** Somebody who wants to know of changes below a key path. */
export interface ConfigurationWatcher {
  readonly keyPath: readonly string[];
  changed(keyPath: readonly string[]): void;
}

/** What a component answered to an offered configuration. */
export interface ValidityReport {
  readonly status: 'ACCEPTED' | 'REJECTED';
  readonly message?: string;
}

/** A component that the development nucleus knows: its token, configuration, state, and who watches it. */
export class NucleusComponent {
  readonly svcuid = randomBytes(8).toString('hex').toUpperCase();
  readonly configuration = new ConfigurationTree();
  /** Every state that it reported, oldest first. */
  readonly states: string[] = [];
  private readonly watchers = new Set<ConfigurationWatcher>();
  /** Offers the configuration to the component; set while it subscribes to validations (classic nucleus). */
  validator: ((configuration: JsonObject, deploymentId: string) => void) | undefined;
  /** Takes the component's verdict on the configuration that is on offer. */
  pendingVerdict: ((report: ValidityReport) => void) | undefined;

  constructor(readonly name: string) {}

  get accessControl(): AccessControl {
    const rules = this.configuration.read(['accessControl']);
    return accessControlSchema.safeParse(rules ?? {}).data ?? {};
  }

  watch(watcher: ConfigurationWatcher): () => void {
    this.watchers.add(watcher);
    return () => this.watchers.delete(watcher);
  }

  /** Merges at a path and tells the watchers of each leaf that has changed. */
  merge(keyPath: readonly string[], value: Json, time: number): void {
    this.tell(this.configuration.merge(keyPath, value, time));
  }

  replace(value: JsonObject, time: number): void {
    this.tell(this.configuration.replace(value, time));
  }

  private tell(changed: readonly string[][]): void {
    for (const keyPath of changed) {
      for (const watcher of this.watchers) {
        if (watcher.keyPath.every((key, index) => key === keyPath[index])) watcher.changed(keyPath);
      }
    }
  }
}

/** The configuration as a recipe brings it to a component: on lite every scalar of a YAML recipe is a string. */
export function asDeployed(
  configuration: JsonObject,
  format: 'yaml' | 'json',
  traits: NucleusTraits,
): JsonObject {
  return format === 'yaml' && traits.stringScalarsFromYaml
    ? (stringScalars(configuration) as JsonObject)
    : configuration;
}

function stringScalars(value: Json): Json {
  if (Array.isArray(value)) return value.map(stringScalars);
  if (isJsonObject(value))
    return Object.fromEntries(Object.entries(value).map(([key, child]) => [key, stringScalars(child)]));
  return value === null ? null : String(value);
}
