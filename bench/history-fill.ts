import { setImmediate as nextTurn, setTimeout as pause } from 'node:timers/promises';
import { makeCloser } from '../src/store/readings/closer.ts';
import { dayMs, dayOf, openDayFile } from '../src/store/readings/day-files.ts';
import type { PartitionFolders } from '../src/store/readings/points.ts';
import type { Influxd } from './influxd.ts';
import { count } from './row.ts';
import { lineOf, type Source } from './street-readings.ts';

const linesPerWrite = 10_000;
const biteMs = 40;
const progressEveryMs = 10_000;
const lookEveryMs = 500;

/** Tells whoever waits how far a long piece of work is, every ten seconds at most. */
const makeProgress = (what: string, of: number): ((done: number) => void) => {
  let toldAt = performance.now();
  return (done) => {
    if (performance.now() < toldAt + progressEveryMs) return;
    toldAt = performance.now();
    process.stderr.write(`  ${what}: ${count(done)} of ${count(of)}\n`);
  };
};

/** What is put into both stores: so many days from a moment (epoch ms) on with a reading of every source each `everyMs`. They come to our store in blocks of `perBlock`, as the gateway moves them. */
export type Filling = {
  readonly sources: readonly Source[];
  readonly from: number;
  readonly days: number;
  readonly everyMs: number;
  readonly perBlock: number;
};

/** Puts the same readings into day files, as the gateway leaves them before their days are closed, and into InfluxDB under a policy; answers how many. */
export const fillBoth = async (
  { sources, from, days, everyMs, perBlock }: Filling,
  folders: PartitionFolders,
  influx: Influxd,
  { database, policy }: { readonly database: string; readonly policy: string },
): Promise<number> => {
  const partMs = perBlock * everyMs;
  const all = (sources.length * days * dayMs) / everyMs;
  const tell = makeProgress('readings written to both', all);
  let written = 0;
  let lines: string[] = [];
  let underWay: Promise<void> = Promise.resolve();
  const send = async (): Promise<void> => {
    await underWay;
    underWay = influx.write(database, policy, lines.join('\n'));
    // Awaited at the next write; an error is not to count as unhandled until then.
    underWay.catch(() => {});
    lines = [];
  };
  for (let day = 0; day < days; day += 1) {
    const start = from + day * dayMs;
    const file = openDayFile(folders.readings, dayOf(start));
    try {
      const series = sources.map(({ device, measurement }) => file.series(device, measurement));
      file.begin();
      for (let at = start; at < start + dayMs; at += partMs) {
        for (const [index, source] of sources.entries()) {
          const rows = source.next(at, perBlock);
          file.put(series[index] ?? 0, rows, { owed: false, closed: false });
          for (const row of rows) lines.push(lineOf(source, row));
          if (lines.length >= linesPerWrite) await send();
        }
        written += sources.length * perBlock;
        // InfluxDB's share of the work goes on while ours does.
        await nextTurn();
        tell(written);
      }
      file.commit();
    } finally {
      file.rollback();
      file.close();
    }
  }
  if (lines.length > 0) await send();
  await underWay;
  return written;
};

/** Closes every day that is not closed yet, a bite after the other as the gateway does but without its rests; ms of work. */
export const closeDays = async (folders: PartitionFolders): Promise<number> => {
  const closer = makeCloser({
    folders,
    afterMs: 0,
    monotonicMs: () => performance.now(),
    shipped: () => 0,
    report: (day, error) => {
      throw new Error(`${day}: ${error}`);
    },
  });
  let worked = 0;
  try {
    for (let more = true; more; ) {
      const began = performance.now();
      more = closer.bite(Number.POSITIVE_INFINITY, biteMs);
      worked += performance.now() - began;
      await nextTurn();
    }
  } finally {
    closer.close();
  }
  return worked;
};

/** When InfluxDB counts as at rest: once its files have kept their size for `unchangedMs`, at the latest after `withinMs`. */
export type Settling = { readonly unchangedMs: number; readonly withinMs: number };

/** Waits until InfluxDB is at rest; answers its bytes without the WAL, and in words how that came about. */
export const settleInflux = async (
  influx: Influxd,
  { unchangedMs, withinMs }: Settling,
): Promise<{ readonly bytes: number; readonly how: string }> => {
  const beganAt = performance.now();
  let last = influx.size();
  let changedAt = beganAt;
  for (;;) {
    await pause(lookEveryMs);
    const now = performance.now();
    const size = influx.size();
    if (size.data !== last.data || size.wal !== last.wal) changedAt = now;
    last = size;
    const waited = `after ${((now - beganAt) / 1000).toFixed(0)} s`;
    if (now - changedAt >= unchangedMs)
      return { bytes: size.data, how: `unchanged for ${unchangedMs / 1000} s ${waited}` };
    if (now - beganAt >= withinMs) return { bytes: size.data, how: `still changing ${waited}` };
  }
};

/** Has InfluxDB aggregate what is under a policy into the hours of another, day by day. */
export const downsample = async (
  influx: Influxd,
  database: string,
  { source, target }: { readonly source: string; readonly target: string },
  { from, days }: { readonly from: number; readonly days: number },
): Promise<void> => {
  const tell = makeProgress(`days aggregated by InfluxDB from "${source}"`, days);
  for (let day = 0; day < days; day += 1) {
    const start = from + day * dayMs;
    await influx.ask(
      database,
      `SELECT min("value") AS "min", mean("value") AS "mean", max("value") AS "max" INTO "${database}"."${target}".:MEASUREMENT ` +
        `FROM "${database}"."${source}"./.*/ WHERE time >= ${start}ms AND time < ${start + dayMs}ms GROUP BY time(1h), *`,
    );
    tell(day + 1);
  }
};
