import { makeSink, makeSource, type Source } from './bytes.ts';
import { readNumbers, writeNumbers } from './numbers.ts';
import { packBytes, unpackBytes } from './packing.ts';

/** A reading's row, in the live database and in a day file alike. Times in epoch ms; `flag` = 1 marks a value of 0 or 1 as a boolean. */
export type ReadingRow = {
  readonly at: number;
  readonly value: number | string;
  readonly flag: number;
  readonly receivedAt: number;
  readonly deviceAt: number | null;
};

// How the values of a block are written.
const asNumbers = 0;
const asFlags = 1;
const asMixed = 2;
// What a value among others is.
const aNumber = 0;
const aFlag = 1;
const aText = 2;

const sink = makeSink();

const writeValues = (rows: readonly ReadingRow[]): void => {
  if (rows.every(({ flag, value }) => flag === 0 && typeof value === 'number')) {
    sink.byte(asNumbers);
    writeNumbers(sink, [rows.map(({ value }) => value as number)]);
    return;
  }
  if (rows.every(({ flag, value }) => flag === 1 && (value === 0 || value === 1))) {
    sink.byte(asFlags);
    for (const { value } of rows) sink.byte(value as number);
    return;
  }
  sink.byte(asMixed);
  for (const { flag, value } of rows)
    sink.byte(typeof value === 'string' ? aText : flag === 1 ? aFlag : aNumber);
  writeNumbers(sink, [rows.map(({ value }) => value).filter((value) => typeof value === 'number')]);
  const texts = Buffer.from(
    JSON.stringify(rows.map(({ value }) => value).filter((value) => typeof value === 'string')),
  );
  sink.whole(texts.length);
  sink.bytes(texts);
};

/** A time in its distance from another, as steps in that distance: clocks run side by side. */
const writeDistances = (rows: readonly ReadingRow[], timeOf: (row: ReadingRow) => number): void => {
  let before = 0;
  for (const row of rows) {
    const distance = timeOf(row) - row.at;
    sink.signed(distance - before);
    before = distance;
  }
};

const writeTimes = (rows: readonly ReadingRow[]): void => {
  let at = 0;
  let step = 0;
  for (const row of rows) {
    // Devices report in even steps, so what is written is how much one step differs from the last.
    sink.signed(row.at - at - step);
    step = at === 0 ? 0 : row.at - at;
    at = row.at;
  }
};

/** Packs rows of one series and one day (oldest first, no two of the same time) into a block; `hard` = as small as can be, for a day that is over. */
export const encodeBlock = (rows: readonly ReadingRow[], hard: boolean): Buffer => {
  sink.take();
  sink.whole(rows.length);
  writeTimes(rows);
  writeDistances(rows, ({ receivedAt }) => receivedAt);
  const clocked = rows.filter(({ deviceAt }) => deviceAt !== null);
  sink.whole(clocked.length);
  if (clocked.length > 0 && clocked.length < rows.length)
    for (const { deviceAt } of rows) sink.byte(deviceAt === null ? 0 : 1);
  writeDistances(clocked, ({ deviceAt }) => deviceAt ?? 0);
  writeValues(rows);
  return packBytes(sink.take(), hard);
};

const readSteps = (source: Source, count: number): number[] => {
  const distances = new Array<number>(count);
  let distance = 0;
  for (let row = 0; row < count; row += 1) {
    distance += source.signed();
    distances[row] = distance;
  }
  return distances;
};

const readValues = (source: Source, count: number): { values: (number | string)[]; flags: Uint8Array } => {
  const how = source.byte();
  const flags = new Uint8Array(count);
  if (how === asNumbers) return { values: readNumbers(source, count, 1)[0] ?? [], flags };
  if (how === asFlags) return { values: Array.from(source.bytes(count)), flags: flags.fill(1) };
  const kinds = source.bytes(count);
  const numbers = readNumbers(source, kinds.filter((kind) => kind !== aText).length, 1)[0]?.values();
  const texts = (JSON.parse(Buffer.from(source.bytes(source.whole())).toString()) as string[]).values();
  const values = Array.from(kinds, (kind, row) => {
    if (kind === aFlag) flags[row] = 1;
    return (kind === aText ? texts.next().value : numbers?.next().value) ?? 0;
  });
  return { values, flags };
};

/** The rows of a block. Throws Damaged where its bytes are not those that were written. */
export const decodeBlock = (data: Buffer): ReadingRow[] => {
  const source = makeSource(unpackBytes(data));
  const count = source.whole();
  const times = new Array<number>(count);
  let at = 0;
  let step = 0;
  for (let row = 0; row < count; row += 1) {
    const next = at + step + source.signed();
    step = at === 0 ? 0 : next - at;
    times[row] = next;
    at = next;
  }
  const waits = readSteps(source, count);
  const clockedCount = source.whole();
  const clocked = clockedCount > 0 && clockedCount < count ? source.bytes(count) : null;
  const offsets = readSteps(source, clockedCount);
  const { values, flags } = readValues(source, count);
  const rows = new Array<ReadingRow>(count);
  let next = 0;
  for (let row = 0; row < count; row += 1) {
    const time = times[row] ?? 0;
    const hasClock = clockedCount === count || clocked?.[row] === 1;
    rows[row] = {
      at: time,
      value: values[row] ?? 0,
      flag: flags[row] ?? 0,
      receivedAt: time + (waits[row] ?? 0),
      deviceAt: hasClock ? time + (offsets[next] ?? 0) : null,
    };
    if (hasClock) next += 1;
  }
  return rows;
};
