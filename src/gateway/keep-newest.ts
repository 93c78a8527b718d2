/** Puts an entry at the end of a map that keeps `most` of them: where there are more, the one put in longest ago is forgotten. */
export const keepNewest = <K, V>(map: Map<K, V>, key: K, value: V, most: number): void => {
  map.delete(key);
  map.set(key, value);
  const oldest = map.keys().next();
  if (map.size > most && !oldest.done) map.delete(oldest.value);
};
