import { randomUUID } from 'node:crypto';
import type { Batch, MessageId, Put } from '../gateway/ports.ts';
import type { Alert } from '../model/alert.ts';
import type { Reading } from '../model/reading.ts';
import type { JournalRow } from './chain.ts';
import type { RowKind } from './tables.ts';

/** A text that is complete, or the two halves of one between which the time of the commit belongs. */
export type CommitText = string | readonly [before: string, after: string];

/** A change as its row holds it. */
export type ParcelChange = { readonly seq: number; readonly at: number; readonly text: CommitText };

/** A row to be put; `body` null = to be removed. */
export type ParcelPut = { readonly kind: RowKind; readonly id: string; readonly body: CommitText | null };

/** A series that is used for the first time, under its number. */
export type NewSeries = readonly [number: number, device: string, measurement: string];

/** How many numbers of `numbers` each reading takes: series, at, value, kind, received at, device at (NaN = none). */
export const numbersPerReading = 6;

/** What the fourth number of a reading says of its third: a number; a flag, 1 = true; the index of a text in `texts`. */
export const valueKinds = { number: 0, flag: 1, text: 2 } as const;

/** A batch as it is handed to the writer thread: everything already text or number, the readings in one block of memory that changes hands without a copy. */
export type Parcel = {
  readonly entries: readonly JournalRow[];
  readonly changes: readonly ParcelChange[];
  readonly puts: readonly ParcelPut[];
  readonly messageIds: readonly MessageId[];
  readonly series: readonly NewSeries[];
  readonly numbers: Float64Array<ArrayBuffer>;
  readonly texts: readonly string[];
};

// Cannot be guessed, so no text that somebody sends can hold it.
const commitMark = randomUUID();
const quotedMark = `"${commitMark}"`;

const awaitsCommit = (alert: Alert | undefined): alert is Alert => alert?.committedAt === 0;

const marked = (alert: Alert) => ({ ...alert, committedAt: commitMark });

const halves = (text: string): CommitText => {
  const at = text.indexOf(quotedMark);
  return [text.slice(0, at), text.slice(at + quotedMark.length)];
};

const bodyOf = (put: Put): CommitText | null => {
  if (put.body === null) return null;
  if (put.kind === 'alert' && awaitsCommit(put.body.alert))
    return halves(JSON.stringify({ ...put.body, alert: marked(put.body.alert) }));
  return JSON.stringify(put.body);
};

/** Numbers the series, one for each measurement of each device; `known` are those of the database. */
export type SeriesBook = {
  /** The number of a series; a new one is also appended to `fresh`. */
  readonly number: (device: string, measurement: string, fresh: NewSeries[]) => number;
};

/** A book of series that goes on after the highest known number. */
export const makeSeriesBook = (known: Iterable<NewSeries>): SeriesBook => {
  const devices = new Map<string, Map<string, number>>();
  let last = 0;
  const ofDevice = (device: string): Map<string, number> => {
    const found = devices.get(device);
    if (found !== undefined) return found;
    const made = new Map<string, number>();
    devices.set(device, made);
    return made;
  };
  for (const [number, device, measurement] of known) {
    ofDevice(device).set(measurement, number);
    last = Math.max(last, number);
  }
  return {
    number: (device, measurement, fresh) => {
      const measurements = ofDevice(device);
      const found = measurements.get(measurement);
      if (found !== undefined) return found;
      last += 1;
      measurements.set(measurement, last);
      fresh.push([last, device, measurement]);
      return last;
    },
  };
};

const packReadings = (
  readings: readonly Reading[],
  book: SeriesBook,
): Pick<Parcel, 'series' | 'numbers' | 'texts'> => {
  const series: NewSeries[] = [];
  const texts: string[] = [];
  const numbers = new Float64Array(readings.length * numbersPerReading);
  let index = 0;
  for (const reading of readings) {
    const { value } = reading;
    numbers[index] = book.number(reading.device, reading.measurement, series);
    numbers[index + 1] = Math.round(reading.at);
    if (typeof value === 'number') {
      numbers[index + 2] = value;
      numbers[index + 3] = valueKinds.number;
    } else if (typeof value === 'boolean') {
      numbers[index + 2] = value ? 1 : 0;
      numbers[index + 3] = valueKinds.flag;
    } else {
      numbers[index + 2] = texts.push(value) - 1;
      numbers[index + 3] = valueKinds.text;
    }
    numbers[index + 4] = Math.round(reading.receivedAt);
    numbers[index + 5] = reading.deviceAt === undefined ? Number.NaN : Math.round(reading.deviceAt);
    index += numbersPerReading;
  }
  return { series, numbers, texts };
};

/** Packs a batch for the writer thread. Of several puts for one row only the last goes. */
export const pack = (batch: Batch, book: SeriesBook): Parcel => {
  const puts = new Map<string, Put>();
  for (const put of batch.puts) puts.set(`${put.kind} ${put.id}`, put);
  return {
    entries: batch.entries.map((entry) => ({
      seq: entry.seq,
      at: entry.at,
      actor: entry.actor,
      event: entry.event,
      subject: entry.subject,
      version: entry.version,
      data: JSON.stringify(entry.data),
    })),
    changes: batch.changes.map((change) => ({
      seq: change.seq,
      at: change.at,
      text: awaitsCommit(change.alert)
        ? halves(JSON.stringify({ ...change, alert: marked(change.alert) }))
        : JSON.stringify(change),
    })),
    puts: Array.from(puts.values(), (put) => ({ kind: put.kind, id: put.id, body: bodyOf(put) })),
    messageIds: batch.messageIds,
    ...packReadings(batch.readings, book),
  };
};
