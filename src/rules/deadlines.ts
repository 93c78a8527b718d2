/** A heap of things to do at a time (epoch ms); what is due first comes first, and of two at one time the one that was put first. */
export type Deadlines<T> = {
  readonly add: (at: number, item: T) => void;
  /** Takes the first item that is due at `now`, or null. */
  readonly takeDue: (now: number) => T | null;
  /** Moves everything by so many ms; the order stays. */
  readonly shift: (byMs: number) => void;
};

/** An empty heap. */
export const createDeadlines = <T>(): Deadlines<T> => {
  type Node = { at: number; readonly order: number; readonly item: T };
  const nodes: Node[] = [];
  let order = 0;
  const precedes = (a: Node, b: Node): boolean => a.at < b.at || (a.at === b.at && a.order < b.order);

  const rise = (node: Node, from: number): void => {
    let index = from;
    while (index > 0) {
      const parentIndex = (index - 1) >> 1;
      const parent = nodes[parentIndex];
      if (parent === undefined || precedes(parent, node)) break;
      nodes[index] = parent;
      index = parentIndex;
    }
    nodes[index] = node;
  };

  const sink = (node: Node): void => {
    let index = 0;
    for (;;) {
      let childIndex = 2 * index + 1;
      let child = nodes[childIndex];
      const right = nodes[childIndex + 1];
      if (child !== undefined && right !== undefined && precedes(right, child)) {
        child = right;
        childIndex += 1;
      }
      if (child === undefined || precedes(node, child)) break;
      nodes[index] = child;
      index = childIndex;
    }
    nodes[index] = node;
  };

  return {
    add: (at, item) => {
      order += 1;
      rise({ at, order, item }, nodes.length);
    },
    takeDue: (now) => {
      const first = nodes[0];
      if (first === undefined || first.at > now) return null;
      const last = nodes.pop();
      if (last !== undefined && last !== first) sink(last);
      return first.item;
    },
    shift: (byMs) => {
      for (const node of nodes) node.at += byMs;
    },
  };
};
