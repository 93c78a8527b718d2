import { existsSync, readFileSync, renameSync, statSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { z } from 'zod';
import { syncToDisk } from '../data-directory.ts';
import { dayMs, startOfDay } from './day-files.ts';

const Dropped = z.object({ through: z.iso.date() });

const pathOf = (folder: string): string => join(folder, 'dropped.json');

/** Makes a function that tells the moment (epoch ms) from which exact readings are whole; −∞ = none was ever dropped. Throws where the note is damaged. */
export const exactSince = (folder: string): (() => number) => {
  const path = pathOf(folder);
  let known = { modified: -1, since: Number.NEGATIVE_INFINITY };
  return () => {
    if (!existsSync(path)) return Number.NEGATIVE_INFINITY;
    const modified = statSync(path).mtimeMs;
    if (modified !== known.modified) {
      const { through } = Dropped.parse(JSON.parse(readFileSync(path, 'utf8')));
      known = { modified, since: startOfDay(through) + dayMs };
    }
    return known.since;
  };
};

/** Remembers that the exact readings of this day and of all before it are dropped; to be called before a day's file is removed, so that what comes later for such a day is known to be a part of it only. */
export const rememberDropped = (folder: string, through: string): void => {
  if (startOfDay(through) < exactSince(folder)()) return;
  const path = pathOf(folder);
  const unfinished = `${path}.unfinished`;
  writeFileSync(unfinished, JSON.stringify({ through } satisfies z.infer<typeof Dropped>));
  syncToDisk(unfinished);
  renameSync(unfinished, path);
  syncToDisk(dirname(path));
};
