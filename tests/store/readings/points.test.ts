import { expect, test } from 'vitest';
import type { ReadingPoint } from '../../../src/gateway/ports.ts';
import type { ReadingRow } from '../../../src/store/readings/block.ts';
import { bucketMs, bucketsOf, type Coarseness } from '../../../src/store/readings/bucket.ts';
import { dayMs } from '../../../src/store/readings/day-files.ts';
import { dropDay } from '../../../src/store/readings/keep.ts';
import { thin, thinBuckets } from '../../../src/store/readings/thinning.ts';
import { dayNames, monday, openReadingRoom, type ReadingRoom, row, tuesday } from './reading-room.ts';

const [mondayName] = dayNames;
const wednesday = tuesday + dayMs;
const [minute, hour] = [bucketMs.minutes, bucketMs.hours];

/** Rows every 10 s, one of them a spike. */
const every10s = (start: number, end: number, spike: number, spikeAt: number): ReadingRow[] =>
  Array.from({ length: (end - start) / 10_000 }, (_, index) => {
    const at = start + index * 10_000;
    return row(at, at === spikeAt ? spike : Math.round(200 + 30 * Math.sin(index / 300)) / 10);
  });

const chart = (
  rows: readonly ReadingRow[],
  coarseness: Coarseness,
  points: number,
): readonly ReadingPoint[] => thinBuckets(bucketsOf(rows, coarseness), points);

/** What a chart's points say at most and at least. */
const extremes = (points: readonly ReadingPoint[]): readonly [min: number, max: number] => [
  Math.min(...points.map(([, min]) => Number(min))),
  Math.max(...points.map((point) => Number(point[3] ?? point[1]))),
];

/** Monday is closed, Tuesday's first half is moved, the rest is in the live database. */
const threeDays = (): { readonly room: ReadingRoom; readonly rows: readonly ReadingRow[] } => {
  const room = openReadingRoom();
  const rows = [
    ...every10s(monday, tuesday, 91, monday + 7 * hour),
    ...every10s(tuesday, wednesday, -40, tuesday + 5 * hour),
    ...every10s(wednesday, wednesday + 10 * hour, 92, wednesday + 9 * hour),
  ];
  room.commit('temperature', rows);
  room.move(tuesday + 12 * hour);
  room.close(tuesday);
  return { room, rows };
};

test('a span over closed days, today and what just came is answered by minutes or hours as it is wide, with every spike', () => {
  const { room, rows } = threeDays();
  const ask = (points: number) => room.points('temperature', { points });
  expect(ask(200)).toEqual(chart(rows, 'minutes', 200));
  expect(ask(100)).toEqual(chart(rows, 'hours', 100));
  expect(ask(20)).toEqual(chart(rows, 'hours', 20));
  for (const points of [1, 2, 20, 100, 500]) {
    expect(ask(points).length).toBeLessThanOrEqual(points);
    expect(extremes(ask(points))).toEqual([-40, 92]);
  }
  // No more readings than points: they come as they are.
  const [from, to] = [tuesday - 60_000, tuesday + 60_000];
  expect(room.points('temperature', { from, to })).toEqual(
    rows.filter(({ at }) => at >= from && at < to).map(({ at, value }) => [at, value]),
  );

  // Then Monday's exact readings are dropped.
  room.reopen();
  dropDay(room.folders.readings, mondayName);
  expect(ask(200)).toEqual(chart(rows, 'minutes', 200));
  expect(ask(20)).toEqual(chart(rows, 'hours', 20));
  const zoomed = { from: monday + 7 * hour, to: monday + 7 * hour + 3 * minute };
  expect(room.points('temperature', zoomed)).toEqual(
    chart(
      rows.filter(({ at }) => at >= zoomed.from && at < zoomed.to),
      'minutes',
      1_000,
    ),
  );
  // What is whole is still shown whole.
  expect(room.points('temperature', { from: tuesday, to: tuesday + hour })).toEqual(
    thin(
      rows.filter(({ at }) => at >= tuesday && at < tuesday + hour),
      1_000,
    ),
  );
});

test('late readings of a dropped day are in its chart while they wait, when they have moved, and when they are closed', () => {
  const room = openReadingRoom();
  const first = [row(monday + 1_000, 1), row(monday + 2 * hour, 2)];
  room.commit('temperature', first);
  room.move();
  room.close();
  room.closer().close();
  dropDay(room.folders.readings, mondayName);
  const all = [...first];
  for (const late of [row(monday + 2_000, 9), row(monday + 3_000, -4), row(monday + 2 * hour + 1, 5)]) {
    all.push(late);
    const expected = chart(
      all.toSorted((a, b) => a.at - b.at),
      'minutes',
      1_000,
    );
    room.commit('temperature', [late]);
    expect(room.points('temperature', {})).toEqual(expected);
    room.move();
    expect(room.points('temperature', {})).toEqual(expected);
    room.close();
    expect(room.points('temperature', {})).toEqual(expected);
  }
});

test('a day that was closed and never dropped is exact, also after late readings', () => {
  const room = openReadingRoom();
  const rows = [row(monday + 1_000, 1), row(monday + 2_000, 2), row(monday + 3_000, 3)];
  for (const one of rows.toReversed()) {
    room.commit('temperature', [one]);
    room.move();
    room.close();
  }
  expect(room.points('temperature', {})).toEqual(rows.map(({ at, value }) => [at, value]));
});

test('a reading that is in the live database, in its day file and in the aggregates at the same time counts once', () => {
  const { room, rows } = threeDays();
  const again = rows.slice(0, 500);
  room.commit('temperature', again);
  expect(room.points('temperature', { from: monday, to: monday + hour })).toEqual(
    rows.slice(0, 360).map(({ at, value }) => [at, value]),
  );
  expect(room.points('temperature', { points: 200 })).toEqual(chart(rows, 'minutes', 200));
  // A correction too, whether it has moved or not.
  const corrected = [row(monday, 55), ...rows.slice(1)];
  room.commit('temperature', [row(monday, 55)]);
  expect(room.points('temperature', { points: 200 })).toEqual(chart(corrected, 'minutes', 200));
  room.move(tuesday);
  expect(room.points('temperature', { points: 200 })).toEqual(chart(corrected, 'minutes', 200));
  room.close(tuesday);
  expect(room.points('temperature', { points: 200 })).toEqual(chart(corrected, 'minutes', 200));
});

test('a short alarm among a year of silence stays in sight while its readings are exact, and as a share of its minute after', () => {
  const room = openReadingRoom();
  const alarmAt = monday + 5 * hour;
  const flags = Array.from({ length: 21_000 }, (_, index) =>
    row(monday + index * 4_000, monday + index * 4_000 === alarmAt ? 1 : 0, { flag: 1 }),
  );
  room.commit('smoke', flags);
  room.move();
  room.close();
  expect(room.points('smoke', { points: 50 })).toContainEqual([alarmAt, true]);
  room.closer().close();
  dropDay(room.folders.readings, mondayName);
  expect(extremes(room.points('smoke', { points: 50 }))).toEqual([0, 1]);
  expect(room.points('smoke', { from: alarmAt, to: alarmAt + minute })).toEqual([[alarmAt, 0, 1 / 15, 1]]);
});

test('texts have no minutes: those that are left are shown, and none are where all were dropped', () => {
  const room = openReadingRoom();
  room.commit('valve', [row(monday, 'open'), row(tuesday, 'closed')]);
  room.move();
  room.close();
  room.closer().close();
  dropDay(room.folders.readings, mondayName);
  expect(room.points('valve', {})).toEqual([[tuesday, 'closed']]);
  dropDay(room.folders.readings, dayNames[1]);
  expect(room.points('valve', {})).toEqual([]);
});

test('a span begins with its first moment and ends before its last, also among minutes', () => {
  const { room, rows } = threeDays();
  room.reopen();
  dropDay(room.folders.readings, mondayName);
  const [from, to] = [monday + hour + 15_000, monday + hour + 5 * minute];
  const points = room.points('temperature', { from, to });
  const minutes = bucketsOf(
    rows.filter(({ at }) => at >= monday + hour && at < to),
    'minutes',
  );
  // Minutes cannot be cut: the first is whole, and begins where the span does.
  expect(points).toEqual(
    minutes.map(({ at, min, sum, count, max }) => [Math.max(at, from), min, sum / count, max]),
  );
});

test('a question from the beginning of time is as fine as one about the days in which there are readings', () => {
  const { room } = threeDays();
  const days = { from: monday, to: wednesday + 10 * hour };
  expect(room.points('temperature', { from: 0, to: Number.MAX_SAFE_INTEGER, points: 200 })).toEqual(
    room.points('temperature', { ...days, points: 200 }),
  );
});

test('a series that nobody knows, a span in which there is nothing and an empty room have no points', () => {
  const room = openReadingRoom();
  expect(room.points('temperature', {})).toEqual([]);
  room.commit('temperature', [row(monday, 1)]);
  expect(room.points('temperature', { from: 0, to: monday })).toEqual([]);
  expect(room.points('temperature', { from: monday, to: monday })).toEqual([]);
  room.move();
  room.close();
  expect(room.points('humidity', {})).toEqual([]);
  expect(room.points('temperature', { from: tuesday })).toEqual([]);
});
