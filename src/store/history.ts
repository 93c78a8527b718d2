import type Database from 'better-sqlite3';
import { believe } from '../gateway/clock-trust.ts';
import type { EventName, Reading } from '../model/reading.ts';
import type { Observed } from '../model/rule.ts';
import type { Recorded } from '../rules/try-out.ts';
import { isDamaged } from './database.ts';
import { dayMs, dayOf, dayPath, startOfDay } from './readings/day-files.ts';
import { makePartitionReader } from './readings/partition-reader.ts';
import { rowsOfDay } from './readings/rows.ts';

/** A span of the record, and what of it is wanted. */
export type Span = {
  readonly devices: readonly Observed[];
  /** Of these device types and measurements only. */
  readonly measurements: ReadonlyMap<string, readonly string[]>;
  /** Device types whose events are wanted. */
  readonly events: ReadonlySet<string>;
  readonly from: number;
  readonly to: number;
};

/** The record of a span as it is read; `complete` is false once something had to be left out. */
export type History = { readonly recorded: Iterable<Recorded>; readonly complete: () => boolean };

type Series = { readonly device: Observed; readonly measurement: string };
type Row = [at: number, value: number | string, flag: number, receivedAt: number];

const shortestPartMs = 1000;
/** How many readings are in memory at once… */
const usualRoom = 2 ** 19;
/** …how many of which came later than the part of the span in which they were measured, and how many events. */
const mostWaiting = 200_000;
const mostEvents = 200_000;
/** A device's clock is believed this far ahead of ours (ms). */
const aheadMs = 120_000;

const liveRowsOf = `SELECT at, value, flag, received_at FROM reading WHERE series = ? AND at >= ? AND at < ? ORDER BY at`;

/** Readings side by side: memory that is used again for every part of a span. */
const makePile = (room: number) => {
  const series = new Int32Array(room);
  const at = new Float64Array(room);
  const receivedAt = new Float64Array(room);
  const value = new Float64Array(room);
  const flag = new Uint8Array(room);
  const texts = new Map<number, string>();
  const order = new Float64Array(room);
  let size = 0;
  return {
    size: () => size,
    clear: (): void => {
      size = 0;
      texts.clear();
    },
    add: (number: number, [measuredAt, said, isFlag, arrivedAt]: Row): boolean => {
      if (size === room) return false;
      series[size] = number;
      at[size] = measuredAt;
      receivedAt[size] = arrivedAt;
      if (typeof said === 'string') texts.set(size, said);
      else value[size] = said;
      flag[size] = isFlag;
      size += 1;
      return true;
    },
    rowAt: (index: number): Row => [
      at[index] ?? 0,
      texts.get(index) ?? value[index] ?? 0,
      flag[index] ?? 0,
      receivedAt[index] ?? 0,
    ],
    seriesAt: (index: number): number => series[index] ?? 0,
    receivedAt: (index: number): number => receivedAt[index] ?? 0,
    /** The positions in the order in which the readings came, those of the same moment in the order in which they were added. `earliest` lies before all of them. */
    inOrder: function* (earliest: number): Generator<number> {
      for (let index = 0; index < size; index += 1)
        order[index] = Math.max(0, (receivedAt[index] ?? 0) - earliest) * room + index;
      const sorted = order.subarray(0, size).sort();
      for (const key of sorted) yield key % room;
    },
  };
};

const readEvents = (db: Database.Database, span: Span): { events: Recorded[]; complete: boolean } => {
  const find = db
    .prepare<[string, number, number], [number, string]>(
      `SELECT at, data FROM journal WHERE subject = ? AND event = 'device.event' AND at >= ? AND at < ? ORDER BY seq LIMIT ${mostEvents}`,
    )
    .raw();
  const events: Recorded[] = [];
  for (const device of span.devices) {
    if (!span.events.has(device.type)) continue;
    for (const [at, data] of find.all(`device:${device.id}`, span.from, span.to)) {
      const { event } = JSON.parse(data) as { event: EventName };
      events.push({ now: at, device, event, at });
    }
    if (events.length >= mostEvents) return { events, complete: false };
  }
  return { events: events.sort((a, b) => a.now - b.now), complete: true };
};

/** Reads a span of the record in the order in which it came: the live database and the day files, part by part, so that memory stays bounded however long the span is. `goOn` is asked before each part, and no more than `room` readings are in memory at once. Throws SqliteError. */
export const readHistory = (
  db: Database.Database,
  folder: string,
  span: Span,
  goOn: () => boolean,
  room: number = usualRoom,
): History => {
  const { from, to } = span;
  let complete = true;
  const wanted: Series[] = span.devices.flatMap((device) =>
    (span.measurements.get(device.type) ?? []).map((measurement) => ({ device, measurement })),
  );
  const numbers = new Map(
    wanted.map(({ device, measurement }, index) => [`${device.id} ${measurement}`, index]),
  );
  const pile = makePile(room);
  let waiting: { readonly series: number; readonly row: Row }[] = [];

  /** The wanted series of a database, each with its number there. */
  const seriesIn = (file: Database.Database): (readonly [there: number, here: number])[] =>
    file
      .prepare<[], [number, string, string]>('SELECT number, device, measurement FROM series')
      .raw()
      .all()
      .flatMap(([there, device, measurement]) => {
        const here = numbers.get(`${device} ${measurement}`);
        return here === undefined ? [] : [[there, here] as const];
      });
  const liveRows = db.prepare<[number, number, number], Row>(liveRowsOf).raw();
  const liveSeries = seriesIn(db);

  const partitions = makePartitionReader();

  /** Piles up what was measured in a part of one day; false = there is more than fits. */
  const pileUp = (start: number, end: number): boolean => {
    // The live rows first: one that is moved meanwhile is then met twice, and never missed.
    for (const [there, here] of liveSeries)
      for (const row of liveRows.all(there, start, end)) if (!pile.add(here, row)) return false;
    try {
      const corrected = new Map<number, Set<number>>();
      for (let index = 0; index < pile.size(); index += 1) {
        const series = pile.seriesAt(index);
        const moments = corrected.get(series) ?? new Set();
        corrected.set(series, moments.add(pile.rowAt(index)[0]));
      }
      const fits = partitions.ask(dayPath(folder, dayOf(start)), (file) => {
        for (const [there, here] of seriesIn(file)) {
          const live = corrected.get(here);
          for (const { at, value, flag, receivedAt } of rowsOfDay(file, there, start, end))
            if (live?.has(at) !== true && !pile.add(here, [at, value, flag, receivedAt])) return false;
        }
        return true;
      });
      if (fits === false) return false;
    } catch (error) {
      if (!isDamaged(error)) throw error;
      complete = false;
    }
    return true;
  };

  const recordOf = (series: number, [at, value, flag, receivedAt]: Row): Recorded => {
    const { device, measurement } = wanted[series] as Series;
    const reading: Reading = {
      device: device.id,
      measurement,
      value: flag === 1 ? value === 1 : value,
      at,
      receivedAt,
    };
    return { now: receivedAt, device, reading, late: believe(at, receivedAt).late };
  };

  /** What is piled up and what waited, up to `end`; what came later goes on waiting. */
  const inOrder = function* (start: number, end: number): Generator<Recorded> {
    const due = waiting.filter(({ row }) => row[3] < end);
    waiting = waiting.filter(({ row }) => row[3] >= end);
    due.sort((a, b) => a.row[3] - b.row[3]);
    let next = 0;
    for (const index of pile.inOrder(start - aheadMs)) {
      const receivedAt = pile.receivedAt(index);
      if (receivedAt >= end) {
        if (waiting.length < mostWaiting)
          waiting.push({ series: pile.seriesAt(index), row: pile.rowAt(index) });
        else complete = false;
        continue;
      }
      for (let one = due[next]; one !== undefined && one.row[3] < receivedAt; one = due[next]) {
        yield recordOf(one.series, one.row);
        next += 1;
      }
      yield recordOf(pile.seriesAt(index), pile.rowAt(index));
    }
    for (const { series, row } of due.slice(next)) yield recordOf(series, row);
  };

  const readings = function* (): Generator<Recorded> {
    try {
      let width = dayMs;
      for (let start = from; start < to && wanted.length > 0; ) {
        if (!goOn()) {
          complete = false;
          return;
        }
        const end = Math.min(to, start + width, startOfDay(dayOf(start)) + dayMs);
        pile.clear();
        if (!pileUp(start, end)) {
          if (end - start > shortestPartMs) {
            width = Math.max(shortestPartMs, Math.floor((end - start) / 2));
            continue;
          }
          complete = false;
        }
        yield* inOrder(start, end);
        start = end;
        width = Math.min(dayMs, width * 2);
      }
      pile.clear();
      yield* inOrder(to, Number.POSITIVE_INFINITY);
    } finally {
      partitions.close();
    }
  };

  const recorded = function* (): Generator<Recorded> {
    const found = readEvents(db, span);
    if (!found.complete) complete = false;
    let next = 0;
    for (const reading of readings()) {
      for (
        let event = found.events[next];
        event !== undefined && event.now <= reading.now;
        event = found.events[next]
      ) {
        yield event;
        next += 1;
      }
      yield reading;
    }
    yield* found.events.slice(next);
  };
  return { recorded: recorded(), complete: () => complete };
};
