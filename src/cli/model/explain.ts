import { Command } from 'commander';
import { EdgeError } from '../../errors/index.js';
import type { WalkStep } from '../../selection/index.js';
import { loadConfiguration, setOption } from '../configuration.js';
import { threadsOption, withTargetOptions, type TargetOptions } from './options.js';
import { count, stepText } from './step-text.js';
import type { Subject } from './subject.js';

interface ExplainOptions extends TargetOptions {
  readonly config?: string;
  readonly set: string[];
  readonly threads: number;
}

/** The walk, and where it ends. */
interface Explanation {
  readonly model: string;
  /** What was asked for. */
  readonly wish: string;
  readonly steps: readonly WalkStep[];
  readonly chosen:
    { readonly target: string; readonly runtime: 'dlr' | 'onnx'; readonly because: string } | undefined;
  readonly notes: readonly string[];
}

export const explainCommand = (): Command =>
  withTargetOptions(new Command('explain'))
    .description('show which runtime and target of a model would be used on this machine, and why')
    .argument('<model>', 'folder or archive of a package, compiled model, .onnx file; or a model of --config')
    .option('--config <file>', 'configuration that has the model')
    .option(...setOption)
    .option(...threadsOption)
    .action(explain);

async function explain(model: string, options: ExplainOptions): Promise<void> {
  const subject = await open(model, options);
  try {
    const explanation = await explanationOf(subject, options);
    console.log(options.json ? JSON.stringify(explanation) : treeOf(explanation));
    if (explanation.chosen) return;
    const reasons = explanation.steps.map(({ target, reason = '' }) => `${target}: ${reason}`);
    throw new EdgeError('MODEL_NO_TARGET', { model, reasons });
  } finally {
    await subject.close();
  }
}

async function open(model: string, { config, set, ...options }: ExplainOptions): Promise<Subject> {
  const { openSubject, openConfigured } = await import('./subject.js');
  return config === undefined
    ? openSubject(model, options)
    : openConfigured(model, await loadConfiguration(config, set));
}

async function explanationOf(subject: Subject, options: ExplainOptions): Promise<Explanation> {
  const { fastest, prospectOf, walk } = await import('../../selection/index.js');
  const { name, trusted } = subject;
  const dlr = {
    device: 'cpu' as const,
    threads: options.threads,
    ...(options.library !== undefined && { library: options.library }),
  };
  const notes: string[] = [];
  const { runtime, target } = { ...options, ...(subject.kind === 'package' && subject.wish) };
  const wish =
    target ?? (runtime === undefined || runtime === 'auto' ? 'none, so the fastest that is right' : runtime);
  let candidates;
  let unfit: readonly WalkStep[] = [];
  if (subject.kind === 'package') {
    ({ candidates, unfit } = await prospectOf({ model: { ...subject.request, runtime, target }, dlr }));
  } else {
    const { runtime: only, artifact } = subject;
    candidates = [
      {
        target: only,
        runtime: only,
        job: { type: 'artifact', request: { runtime: only, artifact, dlr } },
      } as const,
    ];
    const compile = only === 'onnx' ? `mli model compile ${name}, which adds DLR's targets, or ` : '';
    if (subject.missing !== undefined)
      notes.push(
        `To use it, put it into a package (${compile}mli model pack), or say below models.<name>.manifest: ${subject.missing}.`,
      );
  }
  // Native code that nobody vouches for is looked at, not loaded.
  const untried = candidates.filter((candidate) => candidate.runtime === 'dlr' && !trusted);
  const tried = await walk(
    candidates.filter((candidate) => !untried.includes(candidate)),
    { measure: 'always' },
  );
  if (untried.length > 0)
    notes.push(
      `${untried.map((one) => one.target).join(', ')} ${untried.length === 1 ? 'was' : 'were'} not loaded: a compiled model is native code, and nobody vouches for this one (--sha256, --allow-unpinned).`,
    );
  if (subject.kind === 'artifact' && untried.length > 0) {
    const { inspectArtifact } = await import('../../engines/dlr/artifact.js');
    // What can be seen without loading it: whether it is whole, and made for this machine.
    await inspectArtifact(subject.artifact);
  }
  const steps = [
    ...untried.map(({ target: one, runtime: of }): WalkStep => ({
      target: one,
      runtime: of,
      outcome: 'good',
      reason: 'not loaded',
    })),
    ...tried,
    ...unfit,
  ];
  const best = untried[0] ? steps[0] : fastest(tried);
  const right = tried.filter(({ outcome }) => outcome === 'good').length;
  const because = untried[0]
    ? 'it fits this machine; nothing was measured'
    : right === 1
      ? 'it is the only one that is right here'
      : `it is the fastest of ${count(right, 'target')} on this machine`;
  return {
    model: name,
    wish,
    steps,
    notes: best ? notes : [],
    chosen: best && { target: best.target, runtime: best.runtime, because },
  };
}

function treeOf({ model, wish, steps, chosen, notes }: Explanation): string {
  const width = Math.max(...steps.map(({ target }) => target.length));
  const lines = steps.map((step, index) => {
    const branch = index === steps.length - 1 ? '└─' : '├─';
    const mark = step.target === chosen?.target ? '●' : step.outcome === 'good' ? '○' : '✗';
    const text = step.reason === 'not loaded' ? 'fits, not loaded' : stepText(step);
    return `${branch} ${mark} ${step.target.padEnd(width)}  ${text}`;
  });
  const end = chosen
    ? `runtime: ${chosen.runtime}, target ${chosen.target}: ${chosen.because}`
    : 'runtime: none';
  return [model, `├─ explicit choice: ${wish}`, ...lines, end, ...notes].join('\n');
}
