import type { Place } from '../../../src/model/place.ts';

/** A place with what lies below it, as a tree is drawn; `said` is what a search goes through. */
export type PlaceNode = {
  readonly value: string;
  readonly title: string;
  readonly said: string;
  readonly children: readonly PlaceNode[];
};

type Growing = { value: string; title: string; said: string; children: Growing[] };

const inOrder = (a: Growing, b: Growing): number => a.title.localeCompare(b.title, 'zh', { numeric: true });

/** The places as a tree, from the widest down, each level in the order of its names. What lies above a place that may be seen is named by the place itself, also where it is no place of its own. */
export const placeTree = (places: readonly Place[]): readonly PlaceNode[] => {
  const roots: Growing[] = [];
  const known = new Map<string, Growing>();
  for (const { path } of places) {
    let above: Growing | undefined;
    for (const { id, name } of path) {
      let node: Growing | undefined = known.get(id);
      if (node === undefined) {
        node = { value: id, title: name, said: `${above?.said ?? ''} ${name}`.trim(), children: [] };
        known.set(id, node);
        (above?.children ?? roots).push(node);
      }
      above = node;
    }
  }
  const sort = (nodes: Growing[]): void => {
    nodes.sort(inOrder);
    for (const { children } of nodes) sort(children);
  };
  sort(roots);
  return roots;
};
