const maxTopicLength = 512;
const maxFilters = 100;

/** Why nobody may publish on this topic whoever it is, or null. */
export const topicFault = (topic: string): string | null => {
  if (topic.length === 0 || topic.length > maxTopicLength) return 'topic-length';
  if (topic.startsWith('$')) return 'reserved-topic';
  // [MQTT-3.3.2-2]
  if (topic.includes('+') || topic.includes('#')) return 'wildcard-in-topic';
  // [MQTT-1.5.3-1], [MQTT-1.5.3-2]: ill-formed UTF-8 reads as U+FFFD.
  if (topic.includes('\0') || topic.includes('\uFFFD')) return 'topic-characters';
  return null;
};

/** Whether a filter may be granted at all to a client that has `held` of them. */
export const isFilterSound = (filter: string, held: number): boolean =>
  held < maxFilters &&
  filter.length > 0 &&
  filter.length <= maxTopicLength &&
  !filter.startsWith('$') &&
  !filter.includes('\0') &&
  !filter.includes('\uFFFD');

/** Whether a topic falls under a filter [MQTT-4.7.1]; topics that begin with `$` are not asked here. */
export const filterMatches = (filter: string, topic: string): boolean => {
  if (filter === topic) return true;
  const wanted = filter.split('/');
  const given = topic.split('/');
  for (const [i, level] of wanted.entries()) {
    if (level === '#') return true;
    if (i >= given.length || (level !== '+' && level !== given[i])) return false;
  }
  return wanted.length === given.length;
};
