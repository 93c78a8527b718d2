import { createHash } from 'node:crypto';
import { createReadStream, existsSync, renameSync, writeFileSync } from 'node:fs';
import { readdir, readFile, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { z } from 'zod';
import { syncToDisk } from '../data-directory.ts';
import { describeError } from '../database.ts';
import { StoreError } from '../store-error.ts';

/** The name of the file that makes a directory a backup; it is written last. */
export const manifestName = 'manifest.json';
const format = 1;

const Sha256 = z.string().regex(/^[0-9a-f]{64}$/);
/** A file of the root or of a folder in it; never one outside. */
const Path = z.string().regex(/^(?!\.\.?(?:\/|$))[^/\\\0]+(?:\/(?!\.\.?$)[^/\\\0]+)?$/);

/** A file of a backup. `source` is what its original looked like (bytes, and when it was changed in ns since 1970), where the copy is the same byte by byte. */
export const BackupFile = z.strictObject({
  path: Path,
  size: z.number().int().nonnegative(),
  sha256: Sha256,
  source: z.strictObject({ size: z.number().int().nonnegative(), changedAtNs: z.string() }).optional(),
});
export type BackupFile = Readonly<z.infer<typeof BackupFile>>;

/** What a backup holds. `at` is when its copies were begun (epoch ms); `journal` is the end of the record in it, and the hash of its first entry, by which the record is known again (null = no entry); `problem` is what was wrong with the record already when it was copied. */
export const Manifest = z.strictObject({
  format: z.literal(format),
  program: z.string(),
  at: z.number().int(),
  feed: z.string(),
  journal: z.strictObject({
    seq: z.number().int().nonnegative(),
    hash: Sha256,
    first: Sha256.nullable(),
    problem: z.string().nullable(),
  }),
  files: z.array(BackupFile),
});
export type Manifest = Readonly<z.infer<typeof Manifest>>;

/** Puts the manifest into a directory, whole or not at all, and on the disk. */
export const writeManifest = (directory: string, manifest: Omit<Manifest, 'format'>): void => {
  const path = join(directory, manifestName);
  writeFileSync(`${path}.tmp`, `${JSON.stringify({ format, ...manifest }, null, 2)}\n`, { mode: 0o600 });
  syncToDisk(`${path}.tmp`);
  renameSync(`${path}.tmp`, path);
  syncToDisk(directory);
};

const isMissing = (error: unknown): boolean =>
  error instanceof Error && 'code' in error && error.code === 'ENOENT';

/** The last by name of the backups that lie in a folder of them. */
const newestBelow = async (folder: string): Promise<string | null> => {
  const names = await readdir(folder).catch(() => []);
  return (
    names
      .filter((name) => !name.endsWith('.unfinished'))
      .map((name) => join(folder, name))
      .filter((path) => existsSync(join(path, manifestName)))
      .sort()
      .at(-1) ?? null
  );
};

/** Reads the manifest of a backup. Throws StoreError `no-backup` where there is none, `damaged` where it cannot be read. */
export const readManifest = async (directory: string): Promise<Manifest> => {
  const path = join(directory, manifestName);
  let text: string;
  try {
    text = await readFile(path, 'utf8');
  } catch (error) {
    const newest = isMissing(error) ? await newestBelow(directory) : null;
    const why =
      newest !== null
        ? `it is a folder of backups; the newest is ${newest}`
        : isMissing(error) && existsSync(directory)
          ? `it has no ${manifestName}`
          : describeError(error);
    throw new StoreError('no-backup', `there is no whole backup in ${directory}: ${why}`);
  }
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (error) {
    throw new StoreError('damaged', `${path} is damaged: ${describeError(error)}`);
  }
  const parsed = Manifest.safeParse(value);
  if (parsed.success) return parsed.data;
  const { success, data } = z.object({ format: z.number() }).safeParse(value);
  throw new StoreError(
    'damaged',
    success && data.format > format
      ? `${path} was made by a newer program: its format is ${data.format}, this one knows ${format}`
      : `${path} is damaged: ${z.prettifyError(parsed.error).replaceAll('\n', ' ')}`,
  );
};

const chunkBytes = 1_048_576;

/** The SHA-256 of a file (lower-case hex); `read` hears of every piece (bytes). */
export const hashFile = async (path: string, read: (bytes: number) => void): Promise<string> => {
  const hash = createHash('sha256');
  for await (const chunk of createReadStream(path, { highWaterMark: chunkBytes })) {
    hash.update(chunk as Buffer);
    read((chunk as Buffer).length);
  }
  return hash.digest('hex');
};

/** What was left by somebody who only looked into a database: nothing. */
const isTrace = async (directory: string, path: string, listed: ReadonlySet<string>): Promise<boolean> => {
  const database = /^(.*)-(?:wal|shm)$/.exec(path)?.[1];
  if (database === undefined || !listed.has(database)) return false;
  return path.endsWith('-shm') || (await stat(join(directory, path))).size === 0;
};

const filesBelow = async (directory: string): Promise<readonly string[]> => {
  const found = await readdir(directory, { withFileTypes: true, recursive: true });
  return found
    .filter((entry) => !entry.isDirectory())
    .map((entry) => join(entry.parentPath, entry.name).slice(join(directory, '/').length));
};

/** The first thing in which a backup differs from its manifest at a glance: a file that is missing, of another length, or not listed; null = nothing. */
export const differsAtAGlance = async (directory: string, { files }: Manifest): Promise<string | null> => {
  for (const { path, size } of files) {
    const found = await stat(join(directory, path)).catch(() => null);
    if (found === null || !found.isFile()) return `${path} is missing`;
    if (found.size !== size) return `${path} has ${found.size} bytes and not ${size}`;
  }
  const listed = new Set(files.map(({ path }) => path));
  for (const path of await filesBelow(directory))
    if (path !== manifestName && !listed.has(path) && !(await isTrace(directory, path, listed)))
      return `${path} does not belong to it`;
  return null;
};

/** The first thing in which a backup differs from its manifest, every byte of it read; null = nothing. */
export const differs = async (
  directory: string,
  manifest: Manifest,
  read: (bytes: number) => void,
): Promise<string | null> => {
  const atAGlance = await differsAtAGlance(directory, manifest);
  if (atAGlance !== null) return atAGlance;
  for (const { path, sha256 } of manifest.files)
    if ((await hashFile(join(directory, path), read)) !== sha256)
      return `${path} was changed: its hash is not that of the manifest`;
  return null;
};
