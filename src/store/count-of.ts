/** A number with its noun, for a person to read: `1 entry`, `2 entries`. */
export const countOf = (count: number, one: string, many: string): string =>
  `${count} ${count === 1 ? one : many}`;
