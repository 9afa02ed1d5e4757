import { EdgeError } from '../../errors/index.js';
import type { Prospect } from '../../selection/index.js';
import type { TargetOptions } from './options.js';

/** A package that was pointed at, seen once with each number of threads. */
export interface OpenedPackage {
  readonly prospects: readonly [Prospect, ...Prospect[]];
  close(): Promise<void>;
}

/**
 * Opens a package whose targets are to be loaded.
 * @throws EdgeError MODEL_*; MODEL_UNPINNED where nobody vouches for it
 */
export async function openedPackage(
  model: string,
  options: TargetOptions,
  threads: readonly number[],
): Promise<OpenedPackage> {
  const { openSubject } = await import('./subject.js');
  const { prospectOf } = await import('../../selection/index.js');
  const subject = await openSubject(model, options);
  try {
    if (subject.kind !== 'package') throw new EdgeError('MODEL_NOT_FOUND', { path: model });
    const { runtime, target, library } = options;
    const request = { ...subject.request, runtime, target };
    const seen = await Promise.all(
      threads.map((number) =>
        prospectOf({
          model: request,
          dlr: { device: 'cpu', threads: number, ...(library !== undefined && { library }) },
        }),
      ),
    );
    const [first, ...more] = seen;
    if (!first) throw new Error('no number of threads');
    if (!subject.trusted)
      throw new EdgeError('MODEL_UNPINNED', { path: model, digest: first.contents.digest });
    return { prospects: [first, ...more], close: () => subject.close() };
  } catch (error) {
    await subject.close();
    throw error;
  }
}
