import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import type { Failure } from '../../../src/store/influx/connection.ts';
import type { Refused } from '../../../src/store/influx/deliver.ts';
import { openOwedHours } from '../../../src/store/influx/owed-hours.ts';
import type { Prepared } from '../../../src/store/influx/prepare.ts';
import {
  largestBatch,
  makeShip,
  pauseAfter,
  probeBatch,
  type ShipSays,
  type ShipStatus,
} from '../../../src/store/influx/ship.ts';
import { arraySource, readingsUntil } from './owed.ts';
import { temporary } from './servers.ts';

const start = Date.UTC(2026, 10, 20);
const failure = (kind: Failure['kind'], error: string, retryAfterMs: number | null = null): Failure => ({
  ok: false,
  kind,
  error,
  denied: false,
  timedOut: false,
  retryAfterMs,
});
const down = failure('unreachable', 'connect ECONNREFUSED');
const prepared: Prepared = {
  ok: true,
  layout: {
    policy: 'exact',
    keptMs: null,
    aggregates: new Map([
      ['minute', null],
      ['hour', null],
    ]),
    answers: true,
  },
  left: [],
};

type Sent = {
  readonly at: number;
  readonly size: number;
  readonly first: number;
  readonly policy: string | null;
};

/** A loop with a clock that moves by its own pauses only. */
const openLoop = (backFillPerSecond = 5_000, requestMs = 10) => {
  const source = arraySource();
  const sent: Sent[] = [];
  const said: ShipSays[] = [];
  const asideOf: Refused[] = [];
  const hoursMade: number[] = [];
  let ms = 0;
  let outcome: (points: number, first: number) => { ok: true } | Failure = () => ({ ok: true });
  let preparing: () => Prepared = () => prepared;
  let stopAt = 0;
  let prepares = 0;
  const events: { readonly at: number; readonly happen: () => void }[] = [];
  const hours = openOwedHours(join(temporary(), 'hours.json'));
  const ship = makeShip({
    source,
    write: async (points, policy) => {
      const first = Number(points[0]?.timestamp);
      sent.push({ at: ms, size: points.length, first, policy });
      ms += requestMs;
      return outcome(points.length, first);
    },
    prepare: async () => {
      prepares += 1;
      ms += 10;
      return preparing();
    },
    aggregate: async (_, hour) => {
      hoursMade.push(hour);
      return { ok: true };
    },
    hours,
    setAside: (refused) => asideOf.push(...refused),
    clock: {
      now: () => start + ms,
      monotonicMs: () => ms,
      random: () => 1,
      wait: async (pause) => {
        ms += pause;
        while ((events[0]?.at ?? Number.POSITIVE_INFINITY) <= ms) events.shift()?.happen();
        if (ms >= stopAt) ship.stop();
      },
    },
    tell: (message) => said.push(message),
    backFillPerSecond,
  });
  return {
    source,
    sent,
    said,
    asideOf,
    hours,
    hoursMade,
    prepares: () => prepares,
    ship,
    answer: (next: typeof outcome) => {
      outcome = next;
    },
    prepareWith: (next: typeof preparing) => {
      preparing = next;
    },
    at: (at: number, happen: () => void) => {
      events.push({ at, happen });
    },
    /** Lets it go on until so long after the start, and end. */
    runUntil: async (end: number) => {
      stopAt = end;
      await ship.run();
    },
    statuses: () => said.flatMap((message): ShipStatus[] => (message.what === 'status' ? [message] : [])),
    logs: () => said.flatMap((message) => (message.what === 'log' ? [message.text] : [])),
  };
};

describe('while InfluxDB takes readings', () => {
  test('what is new goes first and as it comes, then the past, to our policy', async () => {
    const loop = openLoop();
    loop.source.recall(readingsUntil(start - 86_400_000, 300));
    loop.source.arrive(readingsUntil(start, 40));
    await loop.runUntil(3_000);
    expect(loop.source.settled).toHaveLength(340);
    expect(loop.sent.map(({ size, policy }) => [size, policy])).toEqual([
      [40, 'exact'],
      [300, 'exact'],
    ]);
    expect(loop.statuses().at(-1)).toMatchObject({ state: 'ok', shipped: 340, quarantined: 0, backlog: 0 });
    expect(loop.source.closed()).toBe(true);
  });

  test('the past goes no faster than it may, and what comes meanwhile does not wait for it', async () => {
    const loop = openLoop(1_000);
    loop.source.recall(readingsUntil(start - 86_400_000, 60_000));
    await loop.runUntil(20_000);
    const shipped = loop.source.settled.length;
    expect(shipped).toBeLessThanOrEqual(20_000);
    expect(shipped).toBeGreaterThan(18_000);
    for (const { size } of loop.sent) expect(size).toBeLessThanOrEqual(1_000);
  });

  test('a rate above the largest batch is kept too', async () => {
    const loop = openLoop(20_000);
    loop.source.recall(readingsUntil(start - 86_400_000, 90_000));
    await loop.runUntil(4_000);
    expect(loop.source.settled.length).toBeLessThanOrEqual(80_000);
    expect(loop.source.settled.length).toBeGreaterThan(60_000);
    expect(Math.max(...loop.sent.map(({ size }) => size))).toBe(largestBatch);
  });

  test('the past has its turn however much is new, and no more than that', async () => {
    const loop = openLoop(5_000, 100);
    loop.source.arrive(readingsUntil(start, 200_000));
    loop.source.recall(readingsUntil(start - 86_400_000, 4_000));
    await loop.runUntil(4_500);
    const order = loop.sent.map(({ first }) => (first < start - 80_000_000 ? 'past' : 'new'));
    expect(order).toContain('past');
    expect(order.lastIndexOf('new')).toBeGreaterThan(order.indexOf('past'));
    expect(loop.source.settled).toHaveLength(204_000);
  });
});

describe('while InfluxDB is down', () => {
  test('it is asked ever more rarely, with little, and nothing is settled', async () => {
    const loop = openLoop();
    loop.source.arrive(readingsUntil(start, 12_000));
    loop.answer(() => down);
    await loop.runUntil(600_000);
    expect(loop.source.settled).toEqual([]);
    const [first, ...probes] = loop.sent;
    expect(first?.size).toBe(largestBatch);
    expect(new Set(probes.map(({ size }) => size))).toEqual(new Set([probeBatch]));
    const pauses = loop.sent.slice(1).map(({ at }, index) => at - (loop.sent[index]?.at ?? 0) - 10);
    expect(pauses.slice(0, 8)).toEqual([500, 1_000, 2_000, 4_000, 8_000, 16_000, 32_000, 60_000]);
    expect(Math.max(...pauses)).toBe(60_000);
    expect(loop.statuses().at(-1)).toMatchObject({
      state: 'failing',
      since: start + 20,
      error: 'connect ECONNREFUSED',
      backlog: 12_000,
    });
    // Said once, not at every try.
    expect(loop.logs()).toHaveLength(1);
  });

  test('and back again, everything follows, the batches growing from the probe', async () => {
    const loop = openLoop();
    loop.source.arrive(readingsUntil(start, 12_000));
    let tries = 0;
    loop.answer(() => {
      tries += 1;
      return tries <= 4 ? down : { ok: true };
    });
    await loop.runUntil(20_000);
    expect(loop.source.settled).toHaveLength(12_000);
    expect(loop.sent.slice(4).map(({ size }) => size)).toEqual([
      100, 200, 400, 800, 1_600, 3_200, 5_000, 700,
    ]);
    expect(loop.statuses().at(-1)).toMatchObject({ state: 'ok', error: null, shipped: 12_000 });
    expect(loop.logs()).toEqual([
      'InfluxDB does not take readings now; they wait and are sent later',
      'InfluxDB takes readings again',
    ]);
  });

  test('Retry-After counts where it is longer than our own pause', async () => {
    const loop = openLoop();
    loop.source.arrive(readingsUntil(start, 10));
    let tries = 0;
    loop.answer(() => {
      tries += 1;
      return tries === 1 ? failure('unreachable', '429 too many', 7_000) : { ok: true };
    });
    await loop.runUntil(10_000);
    expect((loop.sent[1]?.at ?? 0) - (loop.sent[0]?.at ?? 0)).toBe(7_010);
  });

  test('already at the start it is set up when it comes', async () => {
    const loop = openLoop();
    loop.source.arrive(readingsUntil(start, 10));
    loop.prepareWith(() => (loop.prepares() < 4 ? down : prepared));
    await loop.runUntil(10_000);
    expect(loop.prepares()).toBe(4);
    expect(loop.source.settled).toHaveLength(10);
    expect(loop.statuses().some(({ state }) => state === 'failing')).toBe(true);
    expect(loop.statuses().at(-1)?.state).toBe('ok');
  });

  test('for old times only, new readings go on arriving', async () => {
    const loop = openLoop();
    loop.source.recall(readingsUntil(start - 86_400_000, 500));
    loop.source.arrive(readingsUntil(start, 40));
    loop.answer((_, first) =>
      first < start - 80_000_000 ? failure('unreachable', '500 shard') : { ok: true },
    );
    await loop.runUntil(30_000);
    expect(loop.source.settled).toHaveLength(40);
    expect(loop.statuses().at(-1)).toMatchObject({ state: 'failing', error: '500 shard', backlog: 500 });
    expect(loop.sent.length).toBeLessThan(10);
  });

  test('the pause is left to chance by half, so that not everybody comes back at once', () => {
    expect(pauseAfter(1, 0)).toBe(250);
    expect(pauseAfter(1, 1)).toBe(500);
    expect(pauseAfter(3, 1)).toBe(2_000);
    expect(pauseAfter(1_000, 1)).toBe(60_000);
  });
});

describe('while a setting is wrong', () => {
  test('it is said, and tried slowly: nothing is settled or set aside', async () => {
    const loop = openLoop();
    loop.source.arrive(readingsUntil(start, 10));
    loop.prepareWith(() => failure('misconfigured', '401 authorization failed'));
    await loop.runUntil(600_000);
    expect(loop.prepares()).toBeLessThan(20);
    expect(loop.source.settled).toEqual([]);
    expect(loop.asideOf).toEqual([]);
    expect(loop.statuses().at(-1)).toMatchObject({ state: 'refused', error: '401 authorization failed' });
    expect(loop.logs()).toEqual([
      'InfluxDB refuses readings: the address, the login or the database is wrong; they wait',
    ]);
  });

  test('and somebody dropped the database, it is set up again at once', async () => {
    const loop = openLoop();
    loop.answer(() =>
      loop.prepares() < 2 ? failure('misconfigured', '404 database not found') : { ok: true },
    );
    loop.at(120_000, () => loop.source.arrive(readingsUntil(start, 10)));
    await loop.runUntil(125_000);
    expect(loop.prepares()).toBe(2);
    expect(loop.source.settled).toHaveLength(10);
    expect((loop.sent[1]?.at ?? 0) - (loop.sent[0]?.at ?? 0)).toBeLessThan(100);
  });

  test('a database that is dropped again and again makes no storm', async () => {
    const loop = openLoop();
    loop.source.arrive(readingsUntil(start, 10));
    loop.answer(() => failure('misconfigured', '404 database not found'));
    await loop.runUntil(600_000);
    expect(loop.sent.length).toBeLessThan(20);
  });
});

describe('what InfluxDB never takes', () => {
  test('is set aside, and the rest arrives', async () => {
    const loop = openLoop();
    const all = readingsUntil(start, 50);
    loop.source.arrive([
      ...all,
      { device: 'air-1', measurement: 'temperature', at: start, value: Number.NaN },
    ]);
    await loop.runUntil(2_000);
    expect(loop.asideOf).toMatchObject([{ error: 'not-a-number' }]);
    expect(loop.source.settled).toHaveLength(51);
    expect(loop.statuses().at(-1)).toMatchObject({ state: 'ok', shipped: 50, quarantined: 1 });
  });
});

describe('aggregates of late readings', () => {
  test('are made again for their hours, once the hours are quiet, and a restart forgets none', async () => {
    const loop = openLoop();
    const hour = start - 5 * 3_600_000;
    loop.source.recall([
      { device: 'air-1', measurement: 'temperature', at: hour + 1, value: 1 },
      { device: 'air-1', measurement: 'temperature', at: hour + 3_600_000, value: 1 },
    ]);
    loop.source.arrive([{ device: 'air-1', measurement: 'temperature', at: start, value: 1 }]);
    await loop.runUntil(30_000);
    expect(loop.source.settled).toHaveLength(3);
    expect(loop.hoursMade).toEqual([]);
    expect(loop.hours.count()).toBe(2);
    const again = openLoop();
    again.source.recall([
      { device: 'air-1', measurement: 'temperature', at: hour + 1, value: 1 },
      { device: 'air-1', measurement: 'temperature', at: hour + 3_600_000, value: 1 },
    ]);
    await again.runUntil(70_000);
    expect(again.hoursMade).toEqual([hour, hour + 3_600_000]);
    expect(again.hours.count()).toBe(0);
  });

  test('that were owed when the power went are owed after it', () => {
    const path = join(temporary(), 'hours.json');
    openOwedHours(path).touch([3_600_000, 3_700_000, 7_200_001], 0);
    const hours = openOwedHours(path);
    expect(hours.count()).toBe(2);
    expect(hours.due(0, 60_000)).toBe(3_600_000);
    hours.done(3_600_000);
    expect(openOwedHours(path).due(0, 60_000)).toBe(7_200_000);
  });
});

test('a source that cannot be read for a while is read again', async () => {
  const loop = openLoop();
  loop.source.arrive(readingsUntil(start, 10));
  let reads = 0;
  const said: ShipSays[] = [];
  let ms = 0;
  const ship = makeShip({
    source: {
      ...loop.source,
      fresh: (limit) => {
        reads += 1;
        if (reads < 4) throw new Error('SQLITE_IOERR');
        return loop.source.fresh(limit);
      },
    },
    write: async () => ({ ok: true }),
    prepare: async () => prepared,
    aggregate: async () => ({ ok: true }),
    hours: loop.hours,
    setAside: () => undefined,
    clock: {
      now: () => start,
      monotonicMs: () => ms,
      random: () => 1,
      wait: async (pause) => {
        ms += pause;
        if (ms > 10_000) ship.stop();
      },
    },
    tell: (message) => said.push(message),
    backFillPerSecond: 1_000,
  });
  await ship.run();
  expect(loop.source.settled).toHaveLength(10);
  expect(said.filter(({ what }) => what === 'log')).toMatchObject([
    { fields: { error: 'Error: SQLITE_IOERR' } },
  ]);
});
