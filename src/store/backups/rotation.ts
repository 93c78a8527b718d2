import { readdir, rename, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { differsAtAGlance, type Manifest, readManifest } from './manifest.ts';

const backupPattern = /^zhishou-\d{4}-\d{2}-\d{2}T\d{6}Z$/;
const unfinishedPattern = /^zhishou-\d{4}-\d{2}-\d{2}T\d{6}Z\.unfinished$/;

/** The name of a backup made at a moment (epoch ms): `zhishou-2026-11-26T030000Z`. */
export const backupName = (at: number): string =>
  `zhishou-${new Date(at)
    .toISOString()
    .replaceAll(':', '')
    .replace(/\.\d+Z$/, 'Z')}`;

/** Its name as long as it is not whole. */
export const unfinishedName = (at: number): string => `${backupName(at)}.unfinished`;

/** A whole backup in a folder of them. */
export type Kept = { readonly path: string; readonly manifest: Manifest };

const directoriesLike = async (folder: string, pattern: RegExp): Promise<readonly string[]> =>
  (await readdir(folder, { withFileTypes: true }))
    .filter((entry) => entry.isDirectory() && pattern.test(entry.name))
    .map(({ name }) => join(folder, name))
    .sort();

/** The backups of a folder that bear our naming and hold at a glance just what their manifests say, oldest first. Whatever else lies there is passed over. Throws where the folder cannot be read. */
export const wholeBackups = async (folder: string): Promise<readonly Kept[]> => {
  const kept: Kept[] = [];
  for (const path of await directoriesLike(folder, backupPattern)) {
    const manifest = await readManifest(path).catch(() => null);
    if (manifest !== null && (await differsAtAGlance(path, manifest)) === null) kept.push({ path, manifest });
  }
  return kept;
};

/** Whether two backups are of the same record, whatever it was restored to in between. */
export const isOfSameRecord = (one: Manifest, other: Manifest): boolean =>
  one.journal.first !== null && one.journal.first === other.journal.first;

/** Removes what an earlier backup or rotation left when it was cut off. */
export const removeUnfinished = async (folder: string): Promise<void> => {
  for (const path of await directoriesLike(folder, unfinishedPattern))
    await rm(path, { recursive: true, force: true });
};

/** Removes whole backups of the record of `newest`, oldest first and never that one itself, until `keep` are left; answers which. */
export const rotate = async (folder: string, keep: number, newest: Manifest): Promise<readonly string[]> => {
  const ours = (await wholeBackups(folder)).filter(({ manifest }) => isOfSameRecord(manifest, newest));
  const old = ours
    .slice(0, Math.max(0, ours.length - keep))
    .filter(({ manifest }) => manifest.at !== newest.at);
  for (const { path } of old) {
    // Cut off half-way it must not look whole.
    await rename(path, `${path}.unfinished`);
    await rm(`${path}.unfinished`, { recursive: true, force: true });
  }
  return old.map(({ path }) => path);
};
