import { existsSync, mkdirSync, readdirSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { freePort, startServer } from './own-server.ts';

const influxdProgram = '/usr/bin/influxd';
const writeWithinMs = 60_000;
const queryWithinMs = 300_000;
/** A full cache is no failure but a request to wait for the disk. */
const writeAttempts = 100;
const betweenAttemptsMs = 100;

/** Whether there is an InfluxDB 1.x to hold anything against. */
export const hasInfluxd = existsSync(influxdProgram);

/** A table of an answer: one series, its columns and its rows. */
export type Table = {
  readonly name?: string;
  readonly tags?: Readonly<Record<string, string>>;
  readonly columns: readonly string[];
  readonly values: readonly (readonly unknown[])[];
};

/** A real InfluxDB 1.x of this run. */
export type Influxd = {
  readonly url: string;
  /** Writes lines with times in ms under a retention policy; resolves when InfluxDB has them on its disk. Throws where it refuses them. */
  readonly write: (
    database: string,
    policy: string,
    lines: Uint8Array<ArrayBuffer> | string,
  ) => Promise<void>;
  /** Where a question is asked by GET; times in the answer are epoch ms. */
  readonly address: (database: string, question: string) => string;
  /** Has one statement done and answers its tables. Throws with what InfluxDB says where it fails. */
  readonly ask: (database: string, statement: string) => Promise<readonly Table[]>;
  /** The bytes that its data takes on the disk, without its WAL, and those of the WAL. */
  readonly size: () => { readonly data: number; readonly wal: number };
  readonly stop: () => Promise<void>;
};

/** The bytes that everything below a folder takes on the disk, as `du` counts them: InfluxDB makes files that are longer than what is in them. */
export const bytesOnDisk = (folder: string): number => {
  let bytes = 0;
  for (const entry of existsSync(folder) ? readdirSync(folder, { withFileTypes: true }) : []) {
    const path = join(folder, entry.name);
    if (entry.isDirectory()) bytes += bytesOnDisk(path);
    // What is compacted away while we look counts no more.
    else bytes += (statSync(path, { throwIfNoEntry: false })?.blocks ?? 0) * 512;
  }
  return bytes;
};

/** The tables of an answer; throws with what InfluxDB says where it failed. */
export const tablesOf = (text: string): readonly Table[] => {
  const { error, results = [] } = JSON.parse(text) as {
    readonly error?: string;
    readonly results?: readonly { readonly error?: string; readonly series?: readonly Table[] }[];
  };
  const wrong = error ?? results.find((result) => result.error !== undefined)?.error;
  if (wrong !== undefined) throw new Error(`InfluxDB: ${wrong}`);
  return results.flatMap(({ series = [] }) => series);
};

// It packs its files within seconds of the last write instead of hours, so that what is measured is what it can do;
// everything that decides how fast and how safe it is stays as it comes.
const configOf = (dir: string, port: number): string => `
reporting-disabled = true
bind-address = "127.0.0.1:0"
[meta]
  dir = "${dir}/meta"
[data]
  dir = "${dir}/data"
  wal-dir = "${dir}/wal"
  query-log-enabled = false
  max-values-per-tag = 0
  cache-snapshot-write-cold-duration = "5s"
  compact-full-write-cold-duration = "5s"
[monitor]
  store-enabled = false
[subscriber]
  enabled = false
[continuous_queries]
  enabled = false
[logging]
  level = "error"
[http]
  bind-address = "127.0.0.1:${port}"
  log-enabled = false
`;

/** Starts InfluxDB on free ports of the loopback, with its files in `dir`. */
export const startInfluxd = async (dir: string): Promise<Influxd> => {
  const port = await freePort();
  mkdirSync(dir, { recursive: true });
  const config = join(dir, 'influxdb.conf');
  writeFileSync(config, configOf(dir, port));
  const { stop } = await startServer(influxdProgram, ['-config', config], port);
  const url = `http://127.0.0.1:${port}`;
  return {
    url,
    write: async (database, policy, lines) => {
      const query = new URLSearchParams({ db: database, rp: policy, precision: 'ms' });
      for (let attempt = 1; ; attempt += 1) {
        const response = await fetch(`${url}/write?${query}`, {
          method: 'POST',
          body: lines,
          signal: AbortSignal.timeout(writeWithinMs),
        });
        const said = await response.text();
        if (response.ok) return;
        if (response.status < 500 || attempt === writeAttempts)
          throw new Error(`InfluxDB took no lines: ${response.status} ${said.slice(0, 200)}`);
        await pause(betweenAttemptsMs);
      }
    },
    address: (database, question) =>
      `${url}/query?${new URLSearchParams({ db: database, epoch: 'ms', q: question })}`,
    ask: async (database, statement) => {
      const response = await fetch(`${url}/query?db=${database}&epoch=ms`, {
        method: 'POST',
        body: new URLSearchParams({ q: statement }),
        signal: AbortSignal.timeout(queryWithinMs),
      });
      return tablesOf(await response.text());
    },
    size: () => ({ data: bytesOnDisk(join(dir, 'data')), wal: bytesOnDisk(join(dir, 'wal')) }),
    stop,
  };
};
