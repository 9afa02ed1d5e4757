import { performance } from 'node:perf_hooks';
import { EdgeError } from '../errors/index.js';
import { decodePicture, type DecodedPicture } from '../sources/picture-file.js';
import type { FrameInference } from './frame-inference.js';
import type { KeptFrame, KeptFrames } from './kept-frames.js';
import { pictureReply } from './picture-reply.js';
import type { InferPictureRequest, PipelineReplies, PipelineRequest } from './requests.js';

export interface ResponderOptions {
  readonly pipeline: string;
  readonly frames: KeptFrames;
  readonly inference: FrameInference;
  /** Size of the model's input: pictures need not be decoded larger than what still covers it. */
  readonly minWidth: number;
  readonly minHeight: number;
}

/** Answers the requests to one pipeline, in its process. */
export class Responder {
  readonly #options: ResponderOptions;

  constructor(options: ResponderOptions) {
    this.#options = options;
  }

  /** @throws EdgeError FRAME_NOT_KEPT, FRAME_KIND_OTHER, PICTURE_UNREADABLE, INPUT_INVALID, RUN_FAILED, OUTPUT_INVALID */
  async answer(
    request: PipelineRequest,
    signal: AbortSignal,
  ): Promise<PipelineReplies[PipelineRequest['type']]> {
    const { inference } = this.#options;
    switch (request.type) {
      case 'picture':
        return pictureReply(this.#kept(request.frame, 'picture'), request);
      case 'window': {
        const window = this.#kept(request.frame, 'samples');
        return { frame: window.id, capturedAt: window.capturedAt.toISOString(), csv: window.csv() };
      }
      case 'infer-picture':
        return inference.turns.request(() => this.#inferPicture(request), signal);
      case 'describe':
        return inference.description;
      case 'infer-tensors': {
        const { outputNames } = inference;
        const outputs = await inference.turns.request(() => inference.runNow(request.tensors), signal);
        return {
          outputs: outputs.map((tensor, index) => {
            const name = outputNames[index];
            return name === undefined || name === '' ? tensor : { ...tensor, name };
          }),
        };
      }
    }
  }

  #kept<K extends KeptFrame['kind']>(id: number | undefined, kind: K): Extract<KeptFrame, { kind: K }> {
    const { frames, pipeline } = this.#options;
    const kept = frames.find(id);
    if (!kept) throw new EdgeError('FRAME_NOT_KEPT', { pipeline, frame: id, limit: frames.limit });
    if (kept.kind !== kind)
      throw new EdgeError('FRAME_KIND_OTHER', { pipeline, wanted: kind, got: kept.kind });
    return kept as Extract<KeptFrame, { kind: K }>;
  }

  async #inferPicture({ body }: InferPictureRequest): Promise<PipelineReplies['infer-picture']> {
    const started = performance.now();
    const decoded = await this.#decode(body);
    const frame = { kind: 'picture', id: 0, capturedAt: new Date(), ...decoded } as const;
    const result = await this.#options.inference.inferNow(frame, performance.now() - started);
    const { model, predictions, timingsMs } = result;
    return { model, predictions, timingsMs };
  }

  async #decode(body: Uint8Array): Promise<DecodedPicture> {
    try {
      return await decodePicture(body, this.#options.minWidth, this.#options.minHeight);
    } catch (cause) {
      const reason = (cause as Error).message;
      throw new EdgeError('PICTURE_UNREADABLE', { path: 'of a request', reason }, { cause });
    }
  }
}
