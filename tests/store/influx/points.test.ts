import { once } from 'node:events';
import { createServer } from 'node:http';
import fc from 'fast-check';
import type { IPoint } from 'influx';
import { describe, expect, onTestFinished, test } from 'vitest';
import type { OwedReading } from '../../../src/store/influx/owed.ts';
import { fieldOf, measurementFor, nameFor, toPoint } from '../../../src/store/influx/points.ts';
import { optional } from '../../optional.ts';
import { readLines } from './line-protocol.ts';
import { connectTo, hasInfluxd, openInfluxd, query, targetOf } from './servers.ts';

/** What the library makes of points, off a server that keeps every body. */
const openListener = async () => {
  const bodies: string[] = [];
  const server = createServer((request, response) => {
    let body = '';
    request.setEncoding('utf8').on('data', (text: string) => {
      body += text;
    });
    request.on('end', () => {
      bodies.push(body);
      response.writeHead(204).end();
    });
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  onTestFinished(() => {
    server.closeAllConnections();
    server.close();
  });
  const { port } = server.address() as { readonly port: number };
  const connection = connectTo(targetOf(`http://127.0.0.1:${port}/zhishou`));
  return {
    write: async (points: readonly IPoint[]): Promise<string> => {
      expect(await connection.write(points, null)).toEqual({ ok: true });
      return bodies.at(-1) ?? '';
    },
  };
};

const nasty = fc.string({
  unit: fc.oneof(
    fc.constantFrom(...'\\\\,= "\'#\n\r\t\0\u0085\u2028;$`/', '\ud800', '值', '😀'),
    fc.string({ minLength: 1, maxLength: 1, unit: 'binary' }),
    fc.constantFrom(...'abc'),
  ),
  minLength: 1,
  maxLength: 12,
});
const anyReading: fc.Arbitrary<OwedReading> = fc.record({
  device: nasty,
  measurement: nasty,
  at: fc.integer({ min: -9_223_372_036_854, max: 9_223_372_036_854 }),
  value: fc.oneof(
    fc.double({ noNaN: true, noDefaultInfinity: true }),
    fc.constantFrom(2 ** 53, 2 ** 53 + 2, -(2 ** 63), 1e21, 5e-324, Number.MAX_VALUE, -0),
    fc.boolean(),
    nasty,
    fc.constantFrom('', "it\\'s", 'ends in \\', '"', '\\"'),
  ),
});

const pointOf = (reading: OwedReading): IPoint => {
  const made = toPoint(reading);
  if (!made.ok) throw new Error(made.reason);
  return made.point;
};
const clean = (text: string): string =>
  // biome-ignore lint/suspicious/noControlCharactersInRegex: these are what must be gone.
  text.toWellFormed().replace(/[\u0000-\u001f\u007f-\u009f\u2028\u2029]/g, ' ');

describe('a reading as a line', () => {
  test('says what it is to the strictest reader, whatever is in its names and texts', async () => {
    const { write } = await openListener();
    await fc.assert(
      fc.asyncProperty(fc.array(anyReading, { minLength: 1, maxLength: 20 }), async (readings) => {
        const found = readLines(await write(readings.map(pointOf)));
        expect(
          found.map((point) => ({ ...point, tags: { ...point.tags }, fields: { ...point.fields } })),
        ).toEqual(
          readings.map(({ device, measurement, at, value }) => ({
            measurement: measurementFor(measurement),
            tags: { device: nameFor(device) },
            fields: {
              [fieldOf(value)]: typeof value === 'string' ? clean(value) : value === 0 ? 0 : value,
            },
            at: at === 0 ? 0 : at,
          })),
        );
      }),
      { numRuns: 300 },
    );
  });

  test('keeps the names of the street as they are', () => {
    for (const name of ['air-1', 'a.b_c-D9', 'gas_lel', '烟感 3', 'a,b=c'])
      expect([nameFor(name), measurementFor(name)]).toEqual([name, name]);
  });

  test('that can be none has a reason', () => {
    const good: OwedReading = { device: 'air-1', measurement: 'temperature', at: 1, value: 2 };
    const reasons: readonly (readonly [unknown, string])[] = [
      [{ ...good, value: Number.NaN }, 'not-a-number'],
      [{ ...good, value: Number.POSITIVE_INFINITY }, 'not-a-number'],
      [{ ...good, value: Number.NEGATIVE_INFINITY }, 'not-a-number'],
      [{ ...good, value: null }, 'no-value'],
      [{ ...good, value: undefined }, 'no-value'],
      [{ ...good, value: {} }, 'no-value'],
      [{ ...good, device: '' }, 'no-device'],
      [{ ...good, measurement: '' }, 'no-measurement'],
      [{ ...good, device: 'x'.repeat(70_000) }, 'name-too-long'],
      [{ ...good, at: 1.5 }, 'time-out-of-range'],
      [{ ...good, at: Number.NaN }, 'time-out-of-range'],
      [{ ...good, at: 9_223_372_036_855 }, 'time-out-of-range'],
    ];
    for (const [reading, reason] of reasons)
      expect(toPoint(reading as OwedReading)).toEqual({ ok: false, reason });
    expect(toPoint(good).ok).toBe(true);
  });
});

optional('influxdb', hasInfluxd)('the real InfluxDB', () => {
  test('takes every line and gives back what was meant', async () => {
    const influxd = await openInfluxd();
    await query(influxd, 'CREATE DATABASE zhishou WITH NAME "exact"');
    const connection = connectTo(targetOf(`${influxd.url}/zhishou`));
    let run = 0;
    await fc.assert(
      fc.asyncProperty(fc.array(anyReading, { minLength: 1, maxLength: 60 }), async (readings) => {
        run += 1;
        // A measurement of its own for every run and reading, so that no run answers for another.
        const named = readings.map((reading, index) => ({
          ...reading,
          measurement: `${run}-${index}-${reading.measurement}`,
          at: 1_700_000_000_000 + (Math.abs(reading.at) % 1_000_000),
        }));
        expect(await connection.write(named.map(pointOf), 'exact')).toEqual({ ok: true });
        const rows = await query(influxd, `SELECT * FROM "zhishou"."exact"./^${run}-/`);
        const found = new Map(
          rows.map(({ measured, time, device, ...fields }) => [
            measured,
            { time, device, value: Object.values(fields).find((value) => value !== null) },
          ]),
        );
        for (const { device, measurement, at, value } of named)
          expect(found.get(measurementFor(measurement)), JSON.stringify(measurement)).toEqual({
            time: at,
            device: nameFor(device),
            value: typeof value === 'string' ? clean(value) : value === 0 ? 0 : value,
          });
        expect(rows).toHaveLength(named.length);
      }),
      { numRuns: 40 },
    );
  });

  test('takes the longest names and texts, and the first and the last moment there is', async () => {
    const influxd = await openInfluxd();
    await query(influxd, 'CREATE DATABASE zhishou WITH NAME "exact"');
    const connection = connectTo(targetOf(`${influxd.url}/zhishou`));
    const readings: OwedReading[] = [
      { device: 'x'.repeat(16_384), measurement: 'm'.repeat(16_384), at: 0, value: 1 },
      { device: 'a', measurement: 'long', at: 0, value: '值'.repeat(40_000) },
      { device: 'a', measurement: 'first', at: -9_223_372_036_854, value: 1 },
      { device: 'a', measurement: 'last', at: 9_223_372_036_854, value: 1 },
    ];
    expect(await connection.write(readings.map(pointOf), 'exact')).toEqual({ ok: true });
    const [long] = await query(influxd, 'SELECT * FROM "zhishou"."exact"."long"');
    expect(long?.text).toBe('值'.repeat(21_845));
    const [long2] = await query(influxd, `SELECT * FROM "zhishou"."exact"."${'m'.repeat(16_384)}"`);
    expect(long2?.value).toBe(1);
  });
});
