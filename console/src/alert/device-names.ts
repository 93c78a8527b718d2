import { useEffect, useState } from 'react';
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

/** What a device (by id) is called, the id itself as long as that is not known. Nothing is asked of the gateway unless the names are `needed`. */
export const useDeviceNames = (needed = true): ((id: string) => string) => {
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
  return (id) => names.get(id) ?? id;
};
