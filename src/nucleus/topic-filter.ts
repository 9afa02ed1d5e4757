/** MQTT topics: levels between slashes; in a filter `+` is one level and a last `#` is all that follow, none included. */

export function hasWildcard(topic: string): boolean {
  return topic.includes('+') || topic.includes('#');
}

/** Whether the wildcards of a filter stand where MQTT allows them: alone in their level, `#` in the last one. */
export function isTopicFilter(filter: string): boolean {
  if (filter === '' || filter.includes('\0')) return false;
  const levels = filter.split('/');
  return levels.every((level, index) => {
    if (level === '#') return index === levels.length - 1;
    return level === '+' || !hasWildcard(level);
  });
}

/**
 * Whether a topic is meant by a filter. A filter that begins with a wildcard does not mean topics that begin with `$`
 * (MQTT 5, section 4.7.2).
 */
export function matchesFilter(filter: string, topic: string): boolean {
  if (topic.startsWith('$') && /^[+#]/.test(filter)) return false;
  const filterLevels = filter.split('/');
  const topicLevels = topic.split('/');
  for (const [index, level] of filterLevels.entries()) {
    if (level === '#' && index === filterLevels.length - 1) return true;
    const actual = topicLevels[index];
    if (actual === undefined || (level !== '+' && level !== actual)) return false;
  }
  return filterLevels.length === topicLevels.length;
}
