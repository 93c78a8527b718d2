import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { Writable } from 'node:stream';
import { MessageChannel } from 'node:worker_threads';
import { pino } from 'pino';
import { describe, expect, onTestFinished, test } from 'vitest';
import type { ShipStatus } from '../../../src/store/influx/ship.ts';
import {
  type FromShipper,
  runShipper,
  type ShipperSetup,
  usualTimes,
} from '../../../src/store/influx/shipper.ts';
import { type Shipping, startShipping } from '../../../src/store/influx/shipping.ts';
import { optional } from '../../optional.ts';
import { openProxy } from '../../proxy.ts';
import { canMount, openSmallDisk } from '../../small-disk.ts';
import { arraySource, readingsUntil } from './owed.ts';
import {
  countPoints,
  hasInfluxd,
  hasVictoria,
  openInfluxd,
  openVictoria,
  query,
  targetOf,
  temporary,
  until,
} from './servers.ts';
import type { ThreadSetup } from './shipper-thread.ts';

const journeyMs = 120_000;
const last = Date.now() - 60_000;

/** Shipping in a thread of its own, as the gateway does it, over a source made up of so many readings. */
const ship = (
  url: string,
  owed: Omit<ThreadSetup, 'shipper' | 'last'>,
  settings: Partial<ShipperSetup> = {},
): Shipping & {
  readonly log: readonly string[];
  readonly seen: readonly ShipStatus[];
  readonly refused: string;
} => {
  const dir = temporary();
  const log: string[] = [];
  const seen: ShipStatus[] = [];
  const refused = join(dir, 'influx-refused.ndjson');
  const setup: ThreadSetup = {
    ...owed,
    last,
    shipper: {
      target: targetOf(url),
      keepDays: 90,
      backFillPerSecond: 50_000,
      refused,
      hours: join(dir, 'influx-owed-hours.json'),
      writeWithinMs: 10_000,
      readWithinMs: 5_000,
      askWithinMs: 10_000,
      ...settings,
    },
  };
  const sink = new Writable({
    write: (line, _, done) => {
      log.push(String((JSON.parse(String(line)) as { readonly msg: string }).msg));
      done();
    },
  });
  const shipping = startShipping(
    new URL('./shipper-thread.ts', import.meta.url),
    setup,
    pino(sink),
    (status) => seen.push(status),
  );
  onTestFinished(shipping.close);
  return { ...shipping, log, seen, refused };
};

const allThere = (shipping: Shipping, count: number, withinMs = 60_000) =>
  until(() => {
    const { shipped, backlog, state } = shipping.status();
    return shipped === count && backlog === 0 && state === 'ok' ? true : null;
  }, withinMs);

/** Every point of ours, as InfluxDB has it: no more, no less, and each with its value. */
const expectAll = async (influxd: { readonly url: string }, count: number): Promise<void> => {
  expect(await countPoints(influxd)).toBe(count);
  const rows = await query(influxd, 'SELECT * FROM "zhishou"."exact"./.*/');
  const found = new Map(
    rows.map(({ measured, device, time, value, flag, text }) => [
      `${measured} ${device} ${time}`,
      [value, flag, text].find((field) => field !== null && field !== undefined),
    ]),
  );
  for (const { device, measurement, at, value } of readingsUntil(last, count))
    expect(found.get(`${measurement} ${device} ${at}`)).toBe(value);
};

optional('influxdb', hasInfluxd)('readings on their way to InfluxDB', { timeout: journeyMs }, () => {
  test('are there, as many as ours and each with its value, what is new and what is past', async () => {
    const influxd = await openInfluxd();
    const shipping = ship(`${influxd.url}/zhishou`, { fresh: 10_000, past: 20_000 });
    await allThere(shipping, 30_000);
    await expectAll(influxd, 30_000);
    expect(shipping.log).toEqual([]);
    const span = { from: last - 600_000, to: last + 1 };
    expect(
      await shipping.readOld({ device: 'air-0', measurement: 'temperature', points: 10, ...span }),
    ).toHaveLength(10);
    await shipping.close();
    await expect(
      shipping.readOld({ device: 'air-0', measurement: 'temperature', points: 10, ...span }),
    ).rejects.toMatchObject({ reason: 'unreachable' });
  });

  test('wait while InfluxDB is killed under load, again and again, and none is lost or there twice', async () => {
    const influxd = await openInfluxd();
    const shipping = ship(
      `${influxd.url}/zhishou`,
      {
        fresh: 12_000,
        past: 30_000,
        arrivals: { everyMs: 10, each: 20 },
      },
      { backFillPerSecond: 6_000 },
    );
    for (const _ of [1, 2]) {
      const before = shipping.status().shipped;
      await until(() => (shipping.status().shipped > before + 3_000 ? true : null));
      await influxd.kill();
      await until(() => (shipping.status().state === 'failing' ? true : null));
      await influxd.start();
      await until(() => (shipping.status().state === 'ok' ? true : null));
    }
    await allThere(shipping, 42_000);
    await expectAll(influxd, 42_000);
    expect(
      shipping.log.filter((text) => text.includes('wait and are sent later')).length,
    ).toBeGreaterThanOrEqual(2);
    expect(existsSync(shipping.refused)).toBe(false);
  });

  test('wait while somebody mends the login, and nothing is set aside', async () => {
    const influxd = await openInfluxd({ auth: true });
    await query(influxd, "CREATE USER root WITH PASSWORD 'secret' WITH ALL PRIVILEGES");
    const { host } = new URL(influxd.url);
    const wrong = ship(`http://root:wrong@${host}/zhishou`, { fresh: 500, past: 500 });
    await until(() => (wrong.status().state === 'refused' ? true : null));
    expect(wrong.status()).toMatchObject({
      error: '401 authorization failed',
      shipped: 0,
      quarantined: 0,
      backlog: 1_000,
    });
    expect(wrong.log).toEqual([
      'InfluxDB refuses readings: the address, the login or the database is wrong; they wait',
    ]);
    await wrong.close();
    // The gateway is started again with the right one.
    const right = ship(`http://root:secret@${host}/zhishou`, { fresh: 500, past: 500 });
    await allThere(right, 1_000);
    expect(await countPoints(influxd, 'exact', { user: 'root', password: 'secret' })).toBe(1_000);
    expect(existsSync(right.refused)).toBe(false);
  });

  test('are set up for again when somebody drops the database', async () => {
    const influxd = await openInfluxd();
    const shipping = ship(`${influxd.url}/zhishou`, {
      fresh: 6_000,
      past: 0,
      arrivals: { everyMs: 20, each: 20 },
    });
    await until(() => (shipping.status().shipped > 500 ? true : null));
    const before = shipping.status().shipped;
    await query(influxd, 'DROP DATABASE zhishou');
    await allThere(shipping, 6_000);
    expect(await query(influxd, 'SHOW RETENTION POLICIES ON zhishou')).toHaveLength(3);
    // What was in the database is gone with it, and all that was shipped later is there.
    const found = await countPoints(influxd);
    expect(found).toBeLessThanOrEqual(6_000 - before);
    expect(found).toBeGreaterThan(2_000);
  });

  test.each(['mute', 'cut-answers', 'half-answers', 'refuse'] as const)(
    'pass a network that is %s for a while: what was written and not confirmed is not there twice',
    async (mood) => {
      const influxd = await openInfluxd();
      const proxy = await openProxy(() => influxd.port);
      const shipping = ship(
        `${proxy.url}/zhishou`,
        {
          fresh: 6_000,
          past: 10_000,
          arrivals: { everyMs: 10, each: 20 },
        },
        { writeWithinMs: 400, askWithinMs: 400 },
      );
      await until(() => (shipping.status().shipped > 1_000 ? true : null));
      proxy.be(mood);
      await until(() => (shipping.status().state === 'failing' ? true : null));
      proxy.be('good');
      await allThere(shipping, 16_000);
      await expectAll(influxd, 16_000);
      expect(shipping.status()).toMatchObject({ quarantined: 0, expired: 0 });
    },
  );

  test('pass a slow network, and nobody waits for them', async () => {
    const influxd = await openInfluxd();
    const proxy = await openProxy(() => influxd.port);
    proxy.delay(150);
    const shipping = ship(`${proxy.url}/zhishou`, {
      fresh: 3_000,
      past: 6_000,
      arrivals: { everyMs: 10, each: 20 },
    });
    await allThere(shipping, 9_000);
    await expectAll(influxd, 9_000);
  });

  test('whose measurement has another type there are set aside, each with its reason, and all others arrive', async () => {
    const influxd = await openInfluxd();
    await query(influxd, 'CREATE DATABASE zhishou WITH DURATION 90d NAME "exact"');
    // Somebody else wrote whole numbers under the same name, in the same days.
    await fetch(`${influxd.url}/write?db=zhishou&precision=ms&rp=exact`, {
      method: 'POST',
      body: `temperature,device=other value=1i ${last}`,
    });
    const shipping = ship(`${influxd.url}/zhishou`, { fresh: 3_000, past: 3_000 });
    await until(() => (shipping.status().backlog === 0 && shipping.status().shipped > 0 ? true : null));
    const { shipped, quarantined } = shipping.status();
    expect([shipped, quarantined]).toEqual([4_000, 2_000]);
    const lines = readFileSync(shipping.refused, 'utf8').trimEnd().split('\n');
    expect(lines).toHaveLength(2_000);
    const aside = lines.map(
      (line) =>
        JSON.parse(line) as { error: string; reading: { measurement: string; at: number; device: string } },
    );
    expect(new Set(aside.map(({ reading }) => reading.measurement))).toEqual(new Set(['temperature']));
    expect(new Set(aside.map(({ reading: { device, at } }) => `${device} ${at}`)).size).toBe(2_000);
    expect(aside[0]?.error).toContain('field type conflict');
    // What is somebody else's is there, too.
    expect(await countPoints(influxd)).toBe(4_001);
  });

  test('that come late are in the minutes and hours as well', async () => {
    const influxd = await openInfluxd();
    const source = arraySource();
    const old = readingsUntil(Date.now() - 6 * 3_600_000, 30_000);
    source.recall(old);
    const { port1, port2 } = new MessageChannel();
    const said: FromShipper[] = [];
    port2.on('message', (message: FromShipper) => said.push(message));
    const dir = temporary();
    // A clock of pauses that runs fifty times as fast, so that an hour is quiet soon.
    runShipper(
      {
        target: targetOf(`${influxd.url}/zhishou`),
        keepDays: 90,
        backFillPerSecond: 5_000,
        refused: join(dir, 'refused.ndjson'),
        hours: join(dir, 'hours.json'),
        ...usualTimes,
      },
      source,
      port1,
      {
        now: Date.now,
        monotonicMs: () => performance.now() * 50,
        random: Math.random,
        wait: (ms) => new Promise((resolve) => setTimeout(resolve, ms / 50)),
      },
    );
    const countIn = async (policy: string) =>
      (await query(influxd, `SELECT sum("count") AS "sum" FROM "zhishou"."${policy}"."temperature"`))[0]
        ?.sum ?? null;
    const wanted = old.filter(({ measurement }) => measurement === 'temperature').length;
    await until(async () => ((await countIn('hour').catch(() => null)) === wanted ? true : null));
    expect(await countIn('minute')).toBe(wanted);
    // An hour is struck off once InfluxDB has answered, and it has what we ask for before that.
    await expect.poll(() => JSON.parse(readFileSync(join(dir, 'hours.json'), 'utf8'))).toEqual([]);
    port2.postMessage({ what: 'close' });
    await until(() => (said.some(({ what }) => what === 'closed') ? true : null));
    port2.close();
    expect(source.closed()).toBe(true);
    expect(said.filter(({ what }) => what === 'log')).toEqual([]);
  });

  test('older than InfluxDB keeps are over, and the others arrive', async () => {
    const influxd = await openInfluxd();
    await query(influxd, 'CREATE DATABASE zhishou WITH DURATION 1h NAME "exact"');
    // 30,000 readings a tenth of a second apart: most of an hour, and two shards.
    await query(influxd, 'ALTER RETENTION POLICY "exact" ON zhishou DURATION 1h SHARD DURATION 1h');
    const shipping = ship(`${influxd.url}/zhishou`, { fresh: 1_000, past: 59_000 });
    await until(() => {
      const { shipped, expired, backlog } = shipping.status();
      return backlog === 0 && shipped + expired === 60_000 ? true : null;
    }, 60_000);
    const { shipped, expired, quarantined } = shipping.status();
    expect(expired).toBeGreaterThan(20_000);
    expect(quarantined).toBe(0);
    expect(await countPoints(influxd)).toBe(shipped);
  });
});

optional('influxdb', hasInfluxd)('while the disk of InfluxDB is full', { timeout: journeyMs }, () => {
  optional('the right to mount a small disk', canMount)('and then has room', () => {
    test('readings wait, and follow once there is room and InfluxDB was started again', async () => {
      const disk = openSmallDisk('16m');
      const influxd = await openInfluxd({ dir: join(disk.dir, 'influxdb') });
      const shipping = ship(`${influxd.url}/zhishou`, {
        fresh: 12_000,
        past: 0,
        arrivals: { everyMs: 10, each: 20 },
      });
      await until(() => (shipping.status().shipped > 1_000 ? true : null));
      disk.fill();
      await until(() => (shipping.status().state === 'failing' ? true : null));
      await expect.poll(() => shipping.status().error).toContain('no space left on device');
      disk.makeRoom();
      // InfluxDB 1.6 goes on saying so, room or not, until it is started again: its writer remembers the error.
      await influxd.kill();
      await influxd.start();
      await allThere(shipping, 12_000);
      await expectAll(influxd, 12_000);
      expect(shipping.status().quarantined).toBe(0);
    });
  });
});

optional('victoria-metrics', hasVictoria)(
  'readings on their way to VictoriaMetrics',
  { timeout: journeyMs },
  () => {
    test('are there, numbers and flags, each with its value', async () => {
      const victoria = await openVictoria();
      const shipping = ship(`${victoria.url}/zhishou`, { fresh: 2_000, past: 4_000 });
      await allThere(shipping, 6_000);
      const wanted = readingsUntil(last, 6_000).filter(({ value }) => typeof value !== 'string');
      const found = await until(async () => {
        const response = await fetch(`${victoria.url}/api/v1/export`, {
          method: 'POST',
          body: new URLSearchParams({ 'match[]': '{db="zhishou"}' }),
        });
        const series = (await response.text())
          .split('\n')
          .filter((line) => line !== '')
          .map(
            (line) =>
              JSON.parse(line) as {
                metric: Record<string, string>;
                values: number[];
                timestamps: number[];
              },
          );
        const samples = new Map(
          series
            .filter(({ metric }) => metric.__name__?.endsWith('_text') === false)
            .flatMap(({ metric, values, timestamps }) =>
              timestamps.map(
                (at, index) => [`${metric.__name__} ${metric.device} ${at}`, values[index]] as const,
              ),
            ),
        );
        return samples.size === wanted.length ? samples : null;
      });
      for (const { device, measurement, at, value } of wanted)
        expect(
          found.get(`${measurement}_${typeof value === 'number' ? 'value' : 'flag'} ${device} ${at}`),
        ).toBe(Number(value));
      expect(shipping.log).toEqual([
        'InfluxDB could not be set up as wished; readings are written all the same',
      ]);
    });

    test('wait while it is killed, and follow', async () => {
      const victoria = await openVictoria();
      const shipping = ship(`${victoria.url}/zhishou`, {
        fresh: 6_000,
        past: 0,
        arrivals: { everyMs: 10, each: 20 },
      });
      await until(() => (shipping.status().shipped > 300 ? true : null));
      await victoria.kill();
      await until(() => (shipping.status().state === 'failing' ? true : null));
      await victoria.start();
      await allThere(shipping, 6_000);
    });
  },
);

describe('a thread that ends by itself', () => {
  test('is started again, and says so; the gateway goes on', async () => {
    const shipping = ship('http://127.0.0.1:9/zhishou', { fresh: 1, past: 0, dies: true });
    await until(() => (shipping.log.filter((text) => text.includes('thread')).length >= 2 ? true : null));
    expect(shipping.status()).toMatchObject({ state: 'failing', error: expect.stringContaining('ended') });
    const span = { from: 0, to: 1, points: 5 };
    await expect(shipping.readOld({ device: 'a', measurement: 'b', ...span })).rejects.toMatchObject({
      name: 'OldReadingsError',
      reason: 'unreachable',
    });
    await shipping.close();
  });
});
