import { once } from 'node:events';
import { createServer } from 'node:http';
import fc from 'fast-check';
import { expect, onTestFinished, test } from 'vitest';
import { type OldQuestion, OldReadingsError, readOld } from '../../../src/store/influx/old-readings.ts';
import type { OwedReading } from '../../../src/store/influx/owed.ts';
import { toPoint } from '../../../src/store/influx/points.ts';
import { type Layout, prepare } from '../../../src/store/influx/prepare.ts';
import { aggregateInto, tiers } from '../../../src/store/influx/statements.ts';
import { optional } from '../../optional.ts';
import {
  connectTo,
  hasInfluxd,
  hasVictoria,
  openInfluxd,
  openVictoria,
  query,
  type Server,
  targetOf,
} from './servers.ts';

const dayMs = 86_400_000;
const hourMs = 3_600_000;
const now = Date.now();
const monday = Math.floor(now / hourMs) * hourMs - 40 * dayMs;

const openRecord = async (server: Server) => {
  const target = targetOf(`${server.url}/zhishou`);
  const connection = connectTo(target);
  const prepared = await prepare(connection, target, { keepDays: 90, withinMs: 10_000 });
  if (!prepared.ok) throw new Error(prepared.error);
  const { layout } = prepared;
  return {
    connection,
    layout,
    write: async (readings: readonly OwedReading[]) => {
      for (let from = 0; from < readings.length; from += 5_000) {
        const points = readings.slice(from, from + 5_000).flatMap((reading) => {
          const made = toPoint(reading);
          return made.ok ? [made.point] : [];
        });
        expect(await connection.write(points, layout.policy)).toEqual({ ok: true });
      }
    },
    read: (
      question: Partial<OldQuestion>,
      other: Partial<{ layout: Layout | null; withinMs: number }> = {},
    ) =>
      readOld(
        {
          device: 'air-1',
          measurement: 'temperature',
          from: monday,
          to: monday + dayMs,
          points: 1_000,
          ...question,
        },
        { connection, database: 'zhishou', layout, now, withinMs: 5_000, ...other },
      ),
  };
};
const series = (
  count: number,
  value: (index: number) => OwedReading['value'],
  measurement = 'temperature',
): OwedReading[] =>
  Array.from({ length: count }, (_, index) => ({
    device: 'air-1',
    measurement,
    at: monday + index * 10_000,
    value: value(index),
  }));
const reasonOf = async (asked: Promise<unknown>): Promise<unknown> => {
  const error = await asked.catch((caught: unknown) => caught);
  if (!(error instanceof OldReadingsError)) throw new Error(`no refusal: ${JSON.stringify(error)}`);
  return error.reason;
};

optional('influxdb', hasInfluxd)('old readings', () => {
  test('come back as they were where they are few, numbers, flags and texts', async () => {
    const record = await openRecord(await openInfluxd());
    const values = [21, -0.25, true, false, 'open', '', 1e21];
    await record.write(series(values.length, (index) => values[index] ?? 0, 'mixed'));
    expect(await record.read({ measurement: 'mixed' })).toEqual(
      values.map((value, index) => [monday + index * 10_000, value]),
    );
    expect(await record.read({ measurement: 'mixed', from: monday + 10_000, to: monday + 20_000 })).toEqual([
      [monday + 10_000, -0.25],
    ]);
    expect(await record.read({ measurement: 'mixed', device: 'air-2' })).toEqual([]);
    expect(await record.read({ measurement: 'never' })).toEqual([]);
    expect(await record.read({ from: 5, to: 5 })).toEqual([]);
  });

  test('that are many come as parts of which no spike is missing', async () => {
    const record = await openRecord(await openInfluxd());
    const all = series(8_640, (index) => (index === 4_321 ? 99 : index % 10));
    await record.write(all);
    for (const [points, shift] of [
      [1_000, 0],
      [7, 1],
      [2, 12_345],
    ] as const) {
      const from = monday + shift;
      const parts = await record.read({ points, from });
      expect(parts.length).toBeLessThanOrEqual(points);
      expect(parts.length).toBeGreaterThan(points * 0.8);
      const width = Math.ceil((monday + dayMs - from) / points);
      for (const part of parts) {
        expect(part).toHaveLength(4);
        const [begin, min, mean, max] = part as readonly [number, number, number, number];
        const inside = all
          .filter(({ at }) => at >= begin && at < begin + width && at >= from)
          .map(({ value }) => Number(value));
        expect([min, max]).toEqual([Math.min(...inside), Math.max(...inside)]);
        expect(mean).toBeCloseTo(inside.reduce((sum, value) => sum + value, 0) / inside.length, 9);
        expect((begin - from) % width).toBe(0);
      }
      expect(Math.max(...parts.map((part) => Number(part[3])))).toBe(99);
    }
  });

  test('of a flag show that it was up, however short', async () => {
    const record = await openRecord(await openInfluxd());
    await record.write(series(8_640, (index) => index === 4_321, 'smoke'));
    const parts = await record.read({ measurement: 'smoke', points: 30 });
    expect(parts.length).toBeLessThanOrEqual(30);
    expect(parts.filter(([, value]) => value === true)).toHaveLength(1);
    expect(parts[0]).toEqual([monday, false]);
    expect(parts.every(([at], index) => index === 0 || at > Number(parts[index - 1]?.[0]))).toBe(true);
    const states = await openRecord(await openInfluxd());
    await states.write(series(3_000, (index) => (index < 1_500 ? 'open' : 'shut'), 'door'));
    const doors = await states.read({ measurement: 'door', points: 10 });
    expect(doors.length).toBeLessThanOrEqual(10);
    expect([doors[0]?.[1], doors.at(-1)?.[1]]).toEqual(['open', 'shut']);
  });

  test('older than exact ones are kept come of minutes, and of hours before that', async () => {
    const record = await openRecord(await openInfluxd());
    await record.write(series(2_000, (index) => index % 100));
    for (const tier of tiers)
      await record.connection.ask(
        aggregateInto('zhishou', 'exact', tier, { from: monday, to: monday + dayMs }),
        { withinMs: 10_000, change: true },
      );
    const shorter = { ...record.layout, keptMs: 30 * dayMs };
    const minutes = await record.read({ points: 2_000 }, { layout: shorter });
    expect(minutes).toHaveLength(334);
    expect(minutes[0]).toEqual([monday, 0, 2.5, 5]);
    const fewer = await record.read({ points: 10 }, { layout: shorter });
    expect(fewer.length).toBeLessThanOrEqual(10);
    const [first] = fewer as readonly (readonly [number, number, number, number])[];
    expect([first?.[1], first?.[3]]).toEqual([0, 99]);
    expect(first?.[2]).toBeCloseTo(
      series(864, (index) => index % 100).reduce((sum, { value }) => sum + Number(value), 0) / 864,
      6,
    );
    const hours = await record.read(
      { points: 2_000 },
      {
        layout: {
          ...shorter,
          aggregates: new Map([['minute', 30 * dayMs] as const, ['hour', null] as const]),
        },
      },
    );
    expect(hours).toHaveLength(6);
    expect(hours[0]?.[0]).toBe(monday);
    // The first, torn hour of a span that does not begin with one is there as well.
    const torn = await record.read(
      { points: 2_000, from: monday + 1_800_000 },
      { layout: { ...shorter, aggregates: new Map([['hour', null] as const]) } },
    );
    expect(torn[0]?.[0]).toBe(monday);
  });

  test('of any name are its own, and no name is a statement', async () => {
    const influxd = await openInfluxd();
    const record = await openRecord(influxd);
    await record.write(series(5, (index) => index));
    const names = fc.oneof(
      fc.constantFrom(
        `"; DROP DATABASE zhishou; --`,
        `' OR 1=1 --`,
        `\\' OR 'a'='a`,
        `$device`,
        `temperature" WHERE time > 0 --`,
        'a\nb',
        '值',
      ),
      fc.string({ minLength: 1, unit: 'binary', maxLength: 20 }),
    );
    await fc.assert(
      fc.asyncProperty(names, names, async (device, measurement) => {
        const at = monday + 7;
        await record.write([{ device, measurement, at, value: 5 }]);
        expect(await record.read({ device, measurement })).toEqual([[at, 5]]);
        expect(await record.read({ device, measurement, points: 2, from: monday - dayMs })).toEqual([
          [at, 5],
        ]);
        if (device !== 'air-1') expect(await record.read({ device })).not.toHaveLength(5);
      }),
      { numRuns: 25 },
    );
    expect(await record.read({})).toHaveLength(5);
    expect(await query(influxd, 'SHOW DATABASES')).toContainEqual({ measured: 'databases', name: 'zhishou' });
  });

  test('that cannot be had say why, and never keep anybody waiting', async () => {
    const influxd = await openInfluxd();
    const record = await openRecord(influxd);
    expect(await reasonOf(record.read({}, { layout: null }))).toBe('unreachable');
    expect(await reasonOf(record.read({}, { layout: { ...record.layout, policy: 'gone' } }))).toBe('refused');
    await influxd.kill();
    expect(await reasonOf(record.read({}))).toBe('unreachable');
    const silent = createServer(() => undefined).listen(0, '127.0.0.1');
    await once(silent, 'listening');
    onTestFinished(() => {
      silent.closeAllConnections();
      silent.close();
    });
    const { port } = silent.address() as { readonly port: number };
    const waiting = readOld(
      { device: 'a', measurement: 'b', from: 0, to: 1, points: 5 },
      {
        connection: connectTo(targetOf(`http://127.0.0.1:${port}/zhishou`)),
        database: 'zhishou',
        layout: record.layout,
        now,
        withinMs: 100,
      },
    );
    expect(await reasonOf(waiting)).toBe('timeout');
  });
});

optional('victoria-metrics', hasVictoria)('VictoriaMetrics', () => {
  test('answers no questions of ours, and that is said', async () => {
    const record = await openRecord(await openVictoria());
    expect(await reasonOf(record.read({}))).toBe('unsupported');
    expect(await reasonOf(record.read({}, { layout: { ...record.layout, answers: true } }))).toBe(
      'unsupported',
    );
  });
});
