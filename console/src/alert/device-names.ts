import { useEffect, useState } from 'react';
import type { Device } from '../../../src/model/device.ts';
import { deviceWord } from '../devices/device-word.ts';
import { useFeed } from '../feed/live-feed.ts';
import { readDevices } from '../server/gateway.ts';
import { useSpeech } from '../words/words.tsx';

const freshForMs = 60_000;

type Names = ReadonlyMap<string, Pick<Device, 'id' | 'name' | 'type'>>;

let known: Names = new Map();
let asked: Promise<Names> | null = null;
let askedAt = Number.NEGATIVE_INFINITY;

/** All devices, for their names, read at most once a minute; what was known before where they cannot be read. */
const askNames = (): Promise<Names> => {
  const now = performance.now();
  if (asked !== null && now - askedAt < freshForMs) return asked;
  askedAt = now;
  asked = readDevices().then((answer) => {
    if (answer.ok) known = new Map(answer.value.map((device) => [device.id, device]));
    return known;
  });
  return asked;
};

/** What a device (by id) is called: its name or the word for its type, by what the feed said last, else by the list; else its id. Nothing is asked of the gateway unless the names are `needed`. */
export const useDeviceNames = (needed = true): ((id: string) => string) => {
  const feed = useFeed();
  const { words } = useSpeech();
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
  return (id) => {
    const device = feed.state().devices.get(id) ?? names.get(id);
    return device === undefined ? id : deviceWord(device, words);
  };
};
