import { createHash } from 'node:crypto';
import { existsSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { z } from 'zod';
import type { Inbound } from './gateway/doors.ts';

/** Stops after which a message that was under way each time is suspected. */
const suspectAt = 2;
const Stops = z.record(z.string(), z.number().int().positive());

const digest = ({ sender, topic, bytes }: Inbound): string =>
  createHash('sha256').update(sender).update('\0').update(topic).update('\0').update(bytes).digest('hex');

/** Remembers, across stops that were no choice of ours, which messages were under way, so that one that ends the process does not end it for ever. */
export type PoisonList = {
  /** True once for a message that was under way at the last two such stops; after that it has its chance again, also after the next start. */
  readonly isPoison: (message: Inbound) => boolean;
  /** To be called when the process must end for a reason that may lie in what it was told: writes at once. */
  readonly suspect: (messages: readonly Inbound[]) => void;
  /** Nothing is suspected any more: the process has run for long enough, or stops as it was asked to. */
  readonly forget: () => void;
};

/** Opens the list in the data directory. */
export const openPoisonList = (dir: string): PoisonList => {
  const file = join(dir, 'under-way.json');
  let stops: Record<string, number> = {};
  if (existsSync(file)) {
    try {
      stops = Stops.parse(JSON.parse(readFileSync(file, 'utf8')));
    } catch {
      // A list cut off by the very stop it was written for says nothing; without it the next stop starts a new one.
      rmSync(file);
    }
  }
  const keep = (next: Record<string, number>): void => {
    stops = next;
    if (Object.keys(stops).length === 0) rmSync(file, { force: true });
    else writeFileSync(file, JSON.stringify(stops));
  };
  /** A disk that refuses this must cost no message: at worst one is suspected once more. */
  const tryToKeep = (next: Record<string, number>): void => {
    try {
      keep(next);
    } catch {
      stops = next;
    }
  };
  return {
    isPoison: (message) => {
      if (Object.keys(stops).length === 0) return false;
      const { [digest(message)]: times = 0, ...others } = stops;
      if (times < suspectAt) return false;
      tryToKeep(others);
      return true;
    },
    suspect: (messages) => {
      const hashes = new Set(messages.map(digest));
      keep(Object.fromEntries([...hashes].map((hash) => [hash, (stops[hash] ?? 0) + 1])));
    },
    forget: () => {
      if (Object.keys(stops).length > 0) tryToKeep({});
    },
  };
};
