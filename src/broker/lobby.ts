/** Somebody who is connected and has not logged in. */
export type Visitor = { readonly remote: string; readonly end: () => void };

/** Those who have not logged in: they have only so many places, and whoever comes from the address that takes most of them gives way first, oldest first. */
export type Lobby = {
  /** Lets somebody in; where the places are taken somebody else is ended first. */
  readonly enter: (visitor: Visitor) => void;
  /** Logged in, or gone. */
  readonly leave: (visitor: Visitor) => void;
  /** Ends one of them to make room; false where there is nobody. */
  readonly giveWay: () => boolean;
  readonly size: () => number;
};

/** An empty lobby with so many places; `evicted` hears of each who had to give way. */
export const createLobby = (places: number, evicted: (visitor: Visitor) => void): Lobby => {
  const addresses = new Map<string, Set<Visitor>>();
  let size = 0;

  const leave = (visitor: Visitor): void => {
    const those = addresses.get(visitor.remote);
    if (those?.delete(visitor) !== true) return;
    size -= 1;
    if (those.size === 0) addresses.delete(visitor.remote);
  };

  const giveWay = (): boolean => {
    let most: Set<Visitor> | null = null;
    for (const those of addresses.values()) if (most === null || those.size > most.size) most = those;
    const oldest = most?.values().next();
    if (oldest === undefined || oldest.done) return false;
    leave(oldest.value);
    evicted(oldest.value);
    oldest.value.end();
    return true;
  };

  return {
    enter: (visitor) => {
      if (size >= places) giveWay();
      const those = addresses.get(visitor.remote) ?? new Set();
      those.add(visitor);
      addresses.set(visitor.remote, those);
      size += 1;
    },
    leave,
    giveWay,
    size: () => size,
  };
};
