import fc from 'fast-check';
import type { IPoint } from 'influx';
import { describe, expect, test } from 'vitest';
import type { Failure } from '../../../src/store/influx/connection.ts';
import { deliver } from '../../../src/store/influx/deliver.ts';
import type { OwedReading } from '../../../src/store/influx/owed.ts';

const failure = (kind: Failure['kind'], error: string): Failure => ({
  ok: false,
  kind,
  error,
  denied: false,
  timedOut: false,
  retryAfterMs: null,
});
const readings = (count: number, measurement = 'temperature'): OwedReading[] =>
  Array.from({ length: count }, (_, at) => ({ device: 'air-1', measurement, at, value: at / 2 }));

/** A server that takes points and has its ideas about some. It answers as InfluxDB 1.6 does: what is good of a request is written. */
const openServer = (bad: (point: IPoint) => string | null, most = Number.POSITIVE_INFINITY) => {
  const taken = new Map<string, IPoint>();
  let requests = 0;
  return {
    taken,
    requests: () => requests,
    write: async (points: readonly IPoint[]) => {
      requests += 1;
      if (points.length > most) return failure('too-large', '413 Request Entity Too Large');
      const wrong = points.filter((point) => bad(point) !== null);
      for (const point of points)
        if (bad(point) === null) taken.set(`${point.measurement} ${String(point.timestamp)}`, point);
      const [first] = wrong;
      if (first === undefined) return { ok: true } as const;
      const text = bad(first) ?? '';
      return failure('refused', `400 ${text.replace('COUNT', String(wrong.length))}`);
    },
  };
};
const conflict =
  'partial write: field type conflict: input field "value" on measurement "x" is type float, already exists as type integer dropped=COUNT';
const unparsed = "partial write: unable to parse 'x': invalid number dropped=0";

describe('a batch with points that InfluxDB refuses', () => {
  test('arrives but for exactly these, whichever they are and however InfluxDB counts', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.integer({ min: 1, max: 200 }),
        fc.array(fc.nat(199)),
        fc.boolean(),
        fc.integer({ min: 1, max: 64 }),
        async (count, wrong, counts, most) => {
          const bad = new Set(wrong.map(String));
          const server = openServer(
            ({ timestamp }) => (bad.has(String(timestamp)) ? (counts ? conflict : unparsed) : null),
            most,
          );
          const all = readings(count);
          const outcome = await deliver(all, server.write, new Set());
          if (!outcome.done) throw new Error(outcome.failure.error);
          expect(outcome.refused.map(({ reading }) => String(reading.at)).toSorted()).toEqual(
            all
              .map(({ at }) => String(at))
              .filter((at) => bad.has(at))
              .toSorted(),
          );
          expect(server.taken.size).toBe(outcome.written);
          expect(outcome.written + outcome.refused.length).toBe(count);
        },
      ),
    );
  });

  test('costs a few requests, not one for each point', async () => {
    const server = openServer(({ measurement }) => (measurement === 'humidity' ? conflict : null));
    const suspects = new Set<string>();
    const mixed = readings(2_500).flatMap((reading) => [reading, { ...reading, measurement: 'humidity' }]);
    const first = await deliver(mixed, server.write, suspects);
    expect(first).toMatchObject({ done: true, written: 2_500 });
    expect(server.requests()).toBeLessThan(5);
    // From now on it is known what to keep apart.
    const before = server.requests();
    await deliver(mixed, server.write, suspects);
    expect(server.requests() - before).toBe(2);
  });

  test('is trusted again once they pass', async () => {
    let broken = true;
    const server = openServer(({ measurement }) => (broken && measurement === 'humidity' ? conflict : null));
    const suspects = new Set<string>();
    const mixed = [...readings(10), ...readings(10, 'humidity')];
    await deliver(mixed, server.write, suspects);
    expect(suspects.size).toBe(1);
    broken = false;
    await deliver(mixed, server.write, suspects);
    expect(suspects.size).toBe(0);
    const before = server.requests();
    await deliver(mixed, server.write, suspects);
    expect(server.requests() - before).toBe(1);
  });

  test('with readings that can be no points arrives but for these', async () => {
    const server = openServer(() => null);
    const outcome = await deliver(
      [...readings(3), { device: 'air-1', measurement: 'temperature', at: 4, value: Number.NaN }],
      server.write,
      new Set(),
    );
    expect(outcome).toMatchObject({ done: true, written: 3, refused: [{ error: 'not-a-number' }] });
  });

  test('that are all no points asks InfluxDB nothing', async () => {
    const server = openServer(() => null);
    const outcome = await deliver(
      [{ device: '', measurement: 'x', at: 1, value: 1 }],
      server.write,
      new Set(),
    );
    expect(outcome).toMatchObject({ done: true, written: 0, refused: [{ error: 'no-device' }] });
    expect(server.requests()).toBe(0);
  });
});

test('what is older than InfluxDB keeps is at no fault: it is over', async () => {
  const write = async () => failure('refused', '400 partial write: points beyond retention policy dropped=4');
  expect(await deliver(readings(10), write, new Set())).toEqual({
    done: true,
    written: 6,
    expired: 4,
    refused: [],
  });
});

describe('a refusal that says nothing of points', () => {
  test('where nothing passes is the fault of the settings, and nothing is set aside', async () => {
    let requests = 0;
    const write = async () => {
      requests += 1;
      return failure('refused', '400 <html>Bad Request</html>');
    };
    for (const count of [1, 2, 5_000]) {
      requests = 0;
      expect(await deliver(readings(count), write, new Set())).toMatchObject({
        done: false,
        failure: { kind: 'misconfigured', error: '400 <html>Bad Request</html>' },
      });
      expect(requests).toBeLessThan(6);
    }
  });

  test('where others pass is the fault of the point', async () => {
    const server = openServer(({ timestamp }) => (timestamp === '7' ? 'no idea' : null));
    // Unlike InfluxDB 1.x this one writes nothing of a request it refuses.
    const write = async (points: readonly IPoint[]) =>
      points.some(({ timestamp }) => timestamp === '7')
        ? failure('refused', '422 no idea')
        : server.write(points);
    const outcome = await deliver(readings(100), write, new Set());
    expect(outcome).toMatchObject({
      done: true,
      written: 99,
      refused: [{ reading: { at: 7 }, error: '422 no idea' }],
    });
  });
});

test('a batch in the middle of which InfluxDB goes away is not settled, and nothing of it is set aside', async () => {
  let requests = 0;
  const write = async () => {
    requests += 1;
    return requests < 3 ? failure('refused', `400 ${unparsed}`) : failure('unreachable', 'ECONNRESET');
  };
  expect(await deliver(readings(10), write, new Set())).toMatchObject({
    done: false,
    failure: { kind: 'unreachable' },
  });
});
