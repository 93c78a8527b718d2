import { pino } from 'pino';
import { expect, test } from 'vitest';
import type { Archive, ReadingPoint } from '../../../src/gateway/ports.ts';
import { withOlderReadings } from '../../../src/store/influx/older-readings.ts';

const dayMs = 86_400_000;
const now = 1_000 * dayMs;

/** What each was asked for, and what comes of it, where our record goes back to `since`. */
const asking = async (
  since: number,
  query: { readonly from: number; readonly to: number; readonly points: number },
  theirs: () => Promise<readonly ReadingPoint[]> = async () => [[query.from, 1]],
) => {
  const asked: { own?: unknown; old?: unknown } = {};
  const archive = {
    readings: async (own: object) => {
      asked.own = own;
      return [[since, 2]] as const;
    },
  } as unknown as Archive;
  const shipping = {
    readOld: (old: object) => {
      asked.old = old;
      return theirs();
    },
  };
  const both = withOlderReadings(archive, shipping, () => since, pino({ level: 'silent' }));
  const answer = await both.readings({ device: 'air-1', measurement: 'co2', ...query });
  return { asked, answer };
};

test('a span of which we have all is asked of us alone', async () => {
  const query = { from: now - dayMs, to: now, points: 500 };
  const { asked, answer } = await asking(now - 2 * dayMs, query);
  expect(asked.old).toBeUndefined();
  expect(asked.own).toMatchObject(query);
  expect(answer).toEqual([[now - 2 * dayMs, 2]]);
});

test('of a longer span each gives its part, with its share of the points', async () => {
  const since = now - 200 * dayMs;
  const { asked, answer } = await asking(since, { from: now - 400 * dayMs, to: now, points: 2_000 });
  expect(asked.old).toMatchObject({ from: now - 400 * dayMs, to: since, points: 1_000 });
  expect(asked.own).toMatchObject({ from: since, to: now, points: 1_000 });
  expect(answer.map(([, value]) => value)).toEqual([1, 2]);
});

test('a record that has just begun is not thinned to a few points for the sake of the years before it', async () => {
  const since = now - dayMs;
  const { asked } = await asking(since, { from: now - 400 * dayMs, to: now, points: 2_000 });
  expect(asked.old).toMatchObject({ points: 1_500 });
  expect(asked.own).toMatchObject({ points: 500 });
});

test('a span from before our record is asked of InfluxDB alone, and where that does not answer the answer is what we have', async () => {
  const since = now - dayMs;
  const before = { from: now - 9 * dayMs, to: now - 3 * dayMs, points: 100 };
  const { asked, answer } = await asking(since, before);
  expect(asked.own).toBeUndefined();
  expect(asked.old).toMatchObject(before);
  expect(answer).toEqual([[before.from, 1]]);
  const dead = await asking(since, { ...before, to: now }, () => Promise.reject(new Error('away')));
  expect(dead.answer).toEqual([[since, 2]]);
});
