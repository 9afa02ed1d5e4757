import { randomUUID } from 'node:crypto';
import type { NucleusComponent, ValidityReport } from './component.js';
import { ConfigurationTree, type JsonObject } from './configuration-tree.js';
import type { NucleusTraits } from './kind.js';

/** A change of a component's configuration, as a deployment brings it. */
export type ConfigurationChange = { readonly merge: JsonObject } | { readonly replace: JsonObject };

/** What became of a deployment: a component on the classic nucleus may refuse it. */
export type DeploymentResult =
  { readonly status: 'applied' } | { readonly status: 'rejected'; readonly reason: string };

/**
 * Offers a changed configuration to the component (classic nucleus, when it subscribes to validations), and applies it unless
 * it says no or nothing within `timeoutMs`.
 */
export async function deployConfiguration(
  component: NucleusComponent,
  change: ConfigurationChange,
  traits: NucleusTraits,
  timeoutMs: number,
): Promise<DeploymentResult> {
  const time = Date.now();
  const offer = component.validator;
  if (traits.asksBeforeChange && offer !== undefined) {
    const report = await askComponent(component, offer, afterChange(component, change, time), timeoutMs);
    if (report.status === 'REJECTED')
      return { status: 'rejected', reason: report.message ?? 'without a reason' };
  }
  if ('merge' in change) component.merge([], change.merge, time);
  else component.replace(change.replace, time);
  return { status: 'applied' };
}

function afterChange(component: NucleusComponent, change: ConfigurationChange, time: number): JsonObject {
  if ('replace' in change) return change.replace;
  const tree = new ConfigurationTree();
  tree.merge([], component.configuration.read([]) ?? {}, 0);
  tree.merge([], change.merge, time);
  return tree.read([]) ?? {};
}

function askComponent(
  component: NucleusComponent,
  offer: (configuration: JsonObject, deploymentId: string) => void,
  configuration: JsonObject,
  timeoutMs: number,
): Promise<ValidityReport> {
  return new Promise((resolve) => {
    const settle = (report: ValidityReport) => {
      clearTimeout(timer);
      component.pendingVerdict = undefined;
      resolve(report);
    };
    const timer = setTimeout(
      () => settle({ status: 'REJECTED', message: `the component did not answer within ${timeoutMs} ms` }),
      timeoutMs,
    );
    component.pendingVerdict = settle;
    offer(configuration, randomUUID());
  });
}
