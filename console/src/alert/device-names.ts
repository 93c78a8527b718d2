import { useEffect, useState } from 'react';
import { useFeed } from '../feed/live-feed.ts';
import { readDevices } from '../server/gateway.ts';

const freshForMs = 60_000;

type Names = ReadonlyMap<string, string>;

let known: Names = new Map();
let asked: Promise<Names> | null = null;
let askedAt = Number.NEGATIVE_INFINITY;

/** The names of all devices, read at most once a minute; what was known before where they cannot be read. */
const askNames = (): Promise<Names> => {
  const now = performance.now();
  if (asked !== null && now - askedAt < freshForMs) return asked;
  askedAt = now;
  asked = readDevices().then((answer) => {
    if (answer.ok) known = new Map(answer.value.map(({ id, name }) => [id, name]));
    return known;
  });
  return asked;
};

/** What a device (by id) is called: what the feed said last, else what the list says, else its id. Nothing is asked of the gateway unless the names are `needed`. */
export const useDeviceNames = (needed = true): ((id: string) => string) => {
  const feed = useFeed();
  const [names, setNames] = useState(known);
  useEffect(() => {
    if (!needed) return;
    let left = false;
    void askNames().then((came) => {
      if (!left) setNames(came);
    });
    return () => {
      left = true;
    };
  }, [needed]);
  return (id) => feed.state().devices.get(id)?.name ?? names.get(id) ?? id;
};
