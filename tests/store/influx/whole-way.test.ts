import { pino } from 'pino';
import { expect, onTestFinished, test } from 'vitest';
import type { Reading } from '../../../src/model/reading.ts';
import { openStore, type Store } from '../../../src/store/store.ts';
import { optional } from '../../optional.ts';
import { temporaryDirectory } from '../record-room.ts';
import { countPoints, hasInfluxd, openInfluxd, query, targetOf, until } from './servers.ts';

const dayMs = 86_400_000;

/** A store that ships to an InfluxDB and moves readings as soon as it may. */
const openShippingStore = async (dir: string, url: string): Promise<Store> => {
  const store = await openStore({
    dir,
    log: pino({ level: 'silent' }),
    version: 'test',
    moveReadingsAfterMs: 1_000,
    influx: { target: targetOf(`${url}/zhishou`), keepDays: 0, backFillPerSecond: 50_000 },
    onHealth: () => undefined,
    onFatal: (error) => {
      throw error;
    },
  });
  onTestFinished(store.close);
  return store;
};

const commit = (store: Store, readings: readonly Reading[]): Promise<number> =>
  new Promise((done) =>
    store.journal.write({ entries: [], changes: [], readings, puts: [], messageIds: [] }, done),
  );

/** So many batches of readings of 50 devices, some of them a day or a week late; each at a time of its own. */
const batchesFrom = (start: number, many: number): Reading[][] =>
  Array.from({ length: many }, (_, batch) =>
    Array.from({ length: 50 }, (_none, device) => {
      const lateMs = device % 10 === 0 ? 7 * dayMs : device % 10 === 1 ? dayMs : 0;
      const receivedAt = start + batch * 10;
      return {
        device: `air-${device}`,
        measurement: 'temperature',
        value: batch + device / 10,
        at: receivedAt - lateMs,
        receivedAt,
      };
    }),
  );

optional('influxd', hasInfluxd)('the whole way of readings to InfluxDB', () => {
  test('as many points stand there as readings here, though InfluxDB is killed in between and the gateway starts again', {
    timeout: 120_000,
  }, async () => {
    const influxd = await openInfluxd();
    const dir = temporaryDirectory();
    const start = Date.now() - 60_000;
    const batches = batchesFrom(start, 600);
    const first = await openShippingStore(dir, influxd.url);
    for (const batch of batches.slice(0, 200)) await commit(first, batch);
    await until(() => ((first.shipping()?.shipped ?? 0) > 0 ? true : null));
    await influxd.kill();
    for (const batch of batches.slice(200, 400)) await commit(first, batch);
    await until(() => (first.shipping()?.state === 'failing' ? true : null));
    await first.close();
    const second = await openShippingStore(dir, influxd.url);
    for (const batch of batches.slice(400)) await commit(second, batch);
    await influxd.start();
    await until(async () => ((await countPoints(influxd).catch(() => 0)) === 30_000 ? true : null), 60_000);
    await until(() => (second.shipping()?.backlog === 0 ? true : null), 30_000);
    expect(await countPoints(influxd)).toBe(30_000);
    const [late] = await query(
      influxd,
      `SELECT count("value"), sum("value") FROM "zhishou"."exact"."temperature" WHERE "device" = 'air-10'`,
    );
    expect(late).toMatchObject({ count: 600 });
    expect(Number(late?.sum)).toBeCloseTo((600 * 599) / 2 + 600, 3);
  });

  test('a question for more than our record holds is answered from both, each point once', async () => {
    const influxd = await openInfluxd();
    const store = await openShippingStore(temporaryDirectory(), influxd.url);
    const now = Date.now();
    await commit(store, batchesFrom(now - 60_000, 20).flat());
    await until(async () => ((await countPoints(influxd).catch(() => 0)) === 1_000 ? true : null));
    const longAgo = now - 400 * dayMs;
    await fetch(`${influxd.url}/write?db=zhishou&rp=exact&precision=ms`, {
      method: 'POST',
      body: [1, 2, 3]
        .map((value) => `temperature,device=air-2 value=${value} ${longAgo + value * 60_000}`)
        .join('\n'),
    });
    const points = await store.archive.readings({
      device: 'air-2',
      measurement: 'temperature',
      from: longAgo,
      to: now + 1,
      points: 2_000,
    });
    expect(points).toHaveLength(23);
    expect(points.slice(0, 3).map(([at]) => at)).toEqual([1, 2, 3].map((value) => longAgo + value * 60_000));
    await influxd.kill();
    const own = await store.archive.readings({
      device: 'air-2',
      measurement: 'temperature',
      from: longAgo,
      to: now + 1,
      points: 2_000,
    });
    expect(own).toHaveLength(20);
  });
});
