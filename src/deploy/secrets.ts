/** Keys whose values are nobody's business; `sha256` and `publicKeys` are no secrets. */
const secretKey = /(password|passwd|passphrase|secret|token|credential|api_?key|private_?key)/i;

/** A user and a password in a URL: rtsp://user:password@camera/. */
const credentialsInUrl = /(\b[a-z][a-z0-9+.-]*:\/\/)[^/@\s"]+@/gi;

/**
 * A value as it may be shown and logged: what a key calls a secret, and users and passwords in URLs, become `…`.
 * @param path of the value; the key at its end, or above, counts
 */
export function hideSecrets(value: unknown, path = ''): unknown {
  if (secretKey.test(path)) return '…';
  if (typeof value === 'string') return value.replace(credentialsInUrl, '$1…@');
  if (Array.isArray(value)) return value.map((item) => hideSecrets(item));
  if (typeof value === 'object' && value !== null) {
    return Object.fromEntries(Object.entries(value).map(([key, inner]) => [key, hideSecrets(inner, key)]));
  }
  return value;
}
