import { pino } from 'pino';
import type { Reading } from '../src/model/reading.ts';
import { openStore } from '../src/store/store.ts';
import type { Influxd } from './influxd.ts';
import { removeDirectory, temporaryDirectory } from './own-gateway.ts';
import { atLeast, count, median, type Row } from './row.ts';
import { lineOf, openStreet, readingOf } from './street-readings.ts';

/** How rows/s are measured: so many batches of readings of so many series (a divisor of 5,000), so often on each side. */
export type Writing = { readonly series: number; readonly batches: number; readonly rounds: number };

const everyMs = 10_000;
const readingsPerBatch = 5_000;
const policy = 'exact';

type Batches = readonly {
  readonly readings: readonly Reading[];
  readonly lines: Uint8Array<ArrayBuffer>;
}[];

/** The last hours of a street in the order in which they came, as both stores are given them. */
const makeBatches = ({ series, batches }: Writing): Batches => {
  const sources = openStreet(series, everyMs);
  const perSeries = readingsPerBatch / series;
  const from = Date.now() - batches * perSeries * everyMs;
  return Array.from({ length: batches }, (_, batch) => {
    const said = Array.from({ length: perSeries }, (_none, step) =>
      sources.map((source) => {
        const at = from + (batch * perSeries + step) * everyMs;
        return { source, row: source.next(at, 1)[0] };
      }),
    )
      .flat()
      .flatMap(({ source, row }) => (row === undefined ? [] : [{ source, row }]));
    return {
      readings: said.map(({ source, row }) => readingOf(source, row)),
      lines: Uint8Array.from(Buffer.from(said.map(({ source, row }) => lineOf(source, row)).join('\n'))),
    };
  });
};

/** Commits the batches to a store of their own; ms. */
const writeToStore = async (batches: Batches): Promise<number> => {
  const dir = temporaryDirectory();
  const fatal = Promise.withResolvers<never>();
  fatal.promise.catch(() => {});
  const store = await openStore({
    dir,
    log: pino({ level: 'silent' }),
    version: 'bench',
    onHealth: () => {},
    onFatal: (error) => fatal.reject(error),
  });
  try {
    const startedAt = performance.now();
    for (const { readings: batch } of batches)
      await Promise.race([
        new Promise((committed) =>
          store.journal.write(
            { entries: [], changes: [], readings: batch, puts: [], messageIds: [] },
            committed,
          ),
        ),
        fatal.promise,
      ]);
    return performance.now() - startedAt;
  } finally {
    await store.close();
    removeDirectory(dir);
  }
};

/** Writes the batches to a database of their own in InfluxDB; ms. */
const writeToInflux = async (influx: Influxd, batches: Batches): Promise<number> => {
  const name = 'writing';
  await influx.ask('', `CREATE DATABASE "${name}" WITH NAME "${policy}"`);
  try {
    const startedAt = performance.now();
    for (const { lines } of batches) await influx.write(name, policy, lines);
    return performance.now() - startedAt;
  } finally {
    await influx.ask('', `DROP DATABASE "${name}"`);
  }
};

/** Measures the rows/s of both, one batch after the other as one writer would. */
export const measureWriting = async (influx: Influxd, write: Writing): Promise<Row> => {
  const batches = makeBatches(write);
  const rows = write.batches * readingsPerBatch;
  const ours: number[] = [];
  const theirs: number[] = [];
  for (let round = 0; round < write.rounds; round += 1) {
    // In turn one and the other is first, so that what changes slowly on the machine strikes both.
    if (round % 2 === 0) ours.push(await writeToStore(batches));
    theirs.push(await writeToInflux(influx, batches));
    if (round % 2 === 1) ours.push(await writeToStore(batches));
  }
  const rate = (times: readonly number[]): number => rows / (median(times) / 1000);
  return atLeast(1, {
    what: `rows/s in, ${count(rows)} in batches of ${count(readingsPerBatch)}, each on the disk before the next, ÷ InfluxDB by HTTP`,
    value: rate(ours) / rate(theirs),
    detail: `${count(rate(ours))}/s ÷ ${count(rate(theirs))}/s, medians of ${write.rounds}; fetch with keep-alive, lines made before`,
  });
};
