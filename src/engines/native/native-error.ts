import { EdgeError } from '../../errors/index.js';

interface NativeError extends Error {
  code: string;
  details: Record<string, string>;
}

const isNativeError = (error: unknown): error is NativeError =>
  error instanceof Error && 'code' in error && 'details' in error && typeof error.details === 'object';

/**
 * Gives an error of the addon, a code and details, its sentences. Other errors stay what they are.
 * @param path folder of the model
 */
export function toEdgeError(error: unknown, path: string): unknown {
  if (!isNativeError(error)) return error;
  const { code, details } = error;
  const detail = (name: string): string => details[name] ?? '';
  const options = { cause: error };
  switch (code) {
    case 'LIBDLR_UNLOADABLE':
      return new EdgeError(code, { path: detail('path'), text: detail('text') }, options);
    case 'LIBDLR_TOO_OLD':
      return new EdgeError(code, { path: detail('path'), symbol: detail('symbol') }, options);
    case 'ONNXRUNTIME_UNLOADABLE':
      return new EdgeError(code, { path: detail('path'), text: detail('text') }, options);
    case 'MODEL_LOAD_FAILED':
    case 'RUN_FAILED':
      return new EdgeError(code, { path, text: ownText(detail('text')) }, options);
    case 'MODEL_UNSUPPORTED':
      return new EdgeError(code, { path, tensor: detail('tensor'), dtype: detail('dtype') }, options);
    case 'INPUT_INVALID':
      return new EdgeError(
        code,
        { path, input: detail('input'), expected: detail('expected'), received: detail('received') },
        options,
      );
    case 'MODEL_DISPOSED':
      return new EdgeError(code, { path }, options);
    case 'ADDON_SHUT_DOWN':
      return new EdgeError(code, {}, options);
    case 'OPTION_INVALID': {
      const [option, expected, received] = [detail('option'), detail('expected'), detail('received')];
      return new EdgeError('ENGINE_OPTION_INVALID', { option, expected, received }, options);
    }
    default:
      return error;
  }
}

/** How a line of DLR's log begins: `[08:49:50] /workspace/src/dlr.cc:321: `, more than once where it repeats another's. */
const logPrefix = /^(?:\[\d\d:\d\d:\d\d\] \S+:\d+: )+/;

/**
 * DLR's own text without what surrounds it: earlier messages of its log, the time and place in its source, the C++ frames
 * below. All of it stays in the cause.
 */
function ownText(text: string): string {
  const last = text.split(/^(?=\[\d\d:\d\d:\d\d\] )/m).at(-1) ?? '';
  const own = (last.split('\nStack trace', 1)[0] ?? '').replace(logPrefix, '').trim().replace(/\.$/, '');
  return own || 'DLR gave no reason';
}
