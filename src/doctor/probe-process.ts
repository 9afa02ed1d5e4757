import { describeError, isEdgeError } from '../errors/index.js';
import type { ProbeReply, ProbeRequest } from './probe.js';

/** The entry of a process that tries one piece of native code, and may die of it. */

async function attempt(request: ProbeRequest): Promise<string> {
  switch (request.type) {
    case 'addon': {
      const { loadBinding } = await import('../engines/native/binding.js');
      loadBinding();
      return 'it loads';
    }
    case 'libdlr': {
      const { findLibrary } = await import('../engines/dlr/library.js');
      const { library, sha256 } = request;
      return findLibrary({ artifact: '/nonexistent', library, sha256 });
    }
    case 'opencv': {
      const { Picture } = await import('../opencv.js');
      const picture = Picture.fromPixels(Buffer.alloc(16 * 16 * 3, 128), 16, 16);
      const jpeg = picture.encodeJpeg(90);
      picture.release();
      (await Picture.decode(jpeg)).release();
      return 'it encodes and decodes a picture';
    }
    case 'model': {
      const { loadModel } = await import('../pipeline/load-model.js');
      const { proveGolden } = await import('../pipeline/golden.js');
      const { stages, package: model, passedOver } = await loadModel({ ...request, preprocess: {} });
      await proveGolden(model, stages.engine);
      await stages.engine.dispose();
      const { name, version, target } = stages.model;
      const right = `digests and ${model.manifest.golden.length} golden samples are right`;
      const unused = passedOver.map((one) => `; ${one.target} is not used: ${one.reason}`).join('');
      return `${name} ${version}, ${target}: ${right}${unused}`;
    }
  }
}

process.once('message', (request: ProbeRequest) => {
  void attempt(request)
    .then((ok): ProbeReply => ({ ok }))
    .catch((error: unknown): ProbeReply => {
      if (!isEdgeError(error)) return { message: describeError(error) };
      return { message: error.message, remedy: error.remedy };
    })
    // Models are freed by the end of the process.
    .then((reply) => process.send?.(reply, () => process.exit(0)));
});
