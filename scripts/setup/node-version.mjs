const OLDEST = [20, 17];

/**
 * @param {string} version `20.17.0`
 * @returns {string | null} what is wrong and what to do
 */
export function nodeTooOld(version) {
  const [major, minor] = version.split('.').map(Number);
  if (major > OLDEST[0] || (major === OLDEST[0] && minor >= OLDEST[1])) return null;
  return `set-up: Node is ${version}; ${OLDEST.join('.')} or later is needed. Install Node 22 or 24 and run this again.`;
}
