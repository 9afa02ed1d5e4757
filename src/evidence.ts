import type { AskPipeline, PictureRequest } from './pipeline/requests.js';
import type { ResultFrame } from './pipeline/result.js';

/** What a result was made of, as a file: the picture as JPEG, the window of a sensor as CSV. */
export interface Evidence {
  readonly body: Uint8Array;
  readonly contentType: 'image/jpeg' | 'text/csv';
  readonly extension: 'jpg' | 'csv';
  /** ISO 8601, UTC */
  readonly capturedAt: string;
  /** Of the picture, in pixels. */
  readonly size?: { readonly width: number; readonly height: number };
}

/**
 * Asks a pipeline for the evidence of a result that came a moment ago.
 * @param wish without meaning for a window
 * @throws EdgeError FRAME_NOT_KEPT, REQUEST_*
 */
export async function takeEvidence(
  ask: AskPipeline,
  frame: ResultFrame,
  wish: Omit<PictureRequest, 'type' | 'frame'>,
  signal: AbortSignal,
): Promise<Evidence> {
  if ('samples' in frame) {
    const { csv, capturedAt } = await ask({ type: 'window', frame: frame.id }, signal);
    return { body: csv, contentType: 'text/csv', extension: 'csv', capturedAt };
  }
  const { jpeg, capturedAt, width, height } = await ask(
    { type: 'picture', frame: frame.id, ...wish },
    signal,
  );
  return { body: jpeg, contentType: 'image/jpeg', extension: 'jpg', capturedAt, size: { width, height } };
}
