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
  /** True once for a message that was under way at the last two such stops; after that it has its chance again. */
  readonly isPoison: (message: Inbound) => boolean;
  /** To be called when the process must end: writes at once. */
  readonly suspect: (messages: readonly Inbound[]) => void;
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
  const suspected = new Set(
    Object.entries(stops).flatMap(([hash, times]) => (times >= suspectAt ? [hash] : [])),
  );
  return {
    isPoison: (message) => suspected.size > 0 && suspected.delete(digest(message)),
    suspect: (messages) => {
      const hashes = new Set(messages.map(digest));
      writeFileSync(
        file,
        JSON.stringify(Object.fromEntries([...hashes].map((hash) => [hash, (stops[hash] ?? 0) + 1]))),
      );
    },
  };
};
