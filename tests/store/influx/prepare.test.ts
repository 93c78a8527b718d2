import { expect, test } from 'vitest';
import { durationMs, prepare } from '../../../src/store/influx/prepare.ts';
import { aggregateInto, quoteName, tiers } from '../../../src/store/influx/statements.ts';
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
const settings = { keepDays: 90, withinMs: 10_000 };

const setUp = (server: Server, { path = '/zhishou', login = '', keepDays = 90 } = {}) => {
  const target = targetOf(`${server.url.replace('//', `//${login}`)}${path}`);
  return prepare(connectTo(target), target, { ...settings, keepDays });
};
const policiesOf = async (server: Server, database = 'zhishou') =>
  Object.fromEntries(
    (await query(server, `SHOW RETENTION POLICIES ON ${quoteName(database)}`)).map(
      ({ name, duration, default: is }) => [name, `${duration}${is === true ? ' default' : ''}`],
    ),
  );
const queriesOf = async (server: Server) =>
  (await query(server, 'SHOW CONTINUOUS QUERIES'))
    .filter(({ measured }) => measured === 'zhishou')
    .map(({ name }) => name);

optional('influxdb', hasInfluxd)('InfluxDB', () => {
  test('that is empty gets a database, policies for readings, minutes and hours, and what fills them', async () => {
    const influxd = await openInfluxd();
    const first = await setUp(influxd);
    expect(first).toEqual({
      ok: true,
      layout: {
        policy: 'exact',
        keptMs: 90 * dayMs,
        aggregates: new Map([
          ['minute', 1_095 * dayMs],
          ['hour', null],
        ]),
        answers: true,
      },
      left: [],
    });
    const policies = await policiesOf(influxd);
    expect(policies).toEqual({ exact: '2160h0m0s default', minute: '26280h0m0s', hour: '0s' });
    expect(await queriesOf(influxd)).toEqual(['exact_to_minute', 'exact_to_hour']);
    // A second time nothing changes.
    expect(await setUp(influxd)).toEqual(first);
    expect(await policiesOf(influxd)).toEqual(policies);
    expect(await queriesOf(influxd)).toHaveLength(2);
  });

  test('that has a database of somebody else’s keeps its default policy', async () => {
    const influxd = await openInfluxd();
    await query(influxd, 'CREATE DATABASE zhishou');
    expect(await setUp(influxd, { keepDays: 0 })).toMatchObject({
      ok: true,
      layout: { keptMs: null },
      left: [],
    });
    expect(await policiesOf(influxd)).toEqual({
      autogen: '0s default',
      exact: '0s',
      minute: '26280h0m0s',
      hour: '0s',
    });
  });

  test('whose policy keeps less or more than the setting says is left so, and it is said', async () => {
    const influxd = await openInfluxd();
    await setUp(influxd);
    expect(await setUp(influxd, { keepDays: 30 })).toMatchObject({
      ok: true,
      layout: { keptMs: 90 * dayMs },
      left: ['policy exact keeps 90 days, not what keepDays says, and stays so'],
    });
    expect((await policiesOf(influxd)).exact).toBe('2160h0m0s default');
  });

  test('takes names that are words of its own, and any other', async () => {
    const influxd = await openInfluxd();
    for (const name of ['select', "o'hara", 'a "b" c', '值守']) {
      const path = `/${encodeURIComponent(name)}?rp=${encodeURIComponent('exact"; DROP DATABASE _internal --')}`;
      expect(await setUp(influxd, { path }), name).toMatchObject({ ok: true, left: [] });
      expect(Object.keys(await policiesOf(influxd, name))).toEqual([
        'exact"; DROP DATABASE _internal --',
        'minute',
        'hour',
      ]);
    }
  });

  test('that lets us only write is written to all the same', async () => {
    const influxd = await openInfluxd({ auth: true });
    const admin = { user: 'root', password: 'secret' };
    await query(influxd, "CREATE USER root WITH PASSWORD 'secret' WITH ALL PRIVILEGES");
    await query(influxd, "CREATE USER duty WITH PASSWORD 'duty'", admin);
    // No database, and no right to make one.
    expect(await setUp(influxd, { login: 'duty:duty@' })).toMatchObject({
      ok: true,
      layout: { policy: null },
    });
    await query(influxd, 'CREATE DATABASE zhishou', admin);
    await query(influxd, 'GRANT WRITE ON zhishou TO duty', admin);
    const writing = await setUp(influxd, { login: 'duty:duty@' });
    expect(writing).toMatchObject({ ok: true, layout: { policy: null, aggregates: new Map() } });
    expect(writing.ok && writing.left.length).toBe(1);
    // May read, too: the policies cannot be made, but one that an admin made is found.
    await query(influxd, 'GRANT ALL ON zhishou TO duty', admin);
    expect(await setUp(influxd, { login: 'duty:duty@' })).toMatchObject({
      ok: true,
      layout: { policy: null },
    });
    expect(await setUp(influxd, { login: 'root:secret@' })).toMatchObject({ ok: true, left: [] });
    expect(await setUp(influxd, { login: 'duty:duty@' })).toMatchObject({
      ok: true,
      layout: { policy: 'exact' },
    });
    // A wrong login is no lack of rights.
    expect(await setUp(influxd, { login: 'duty:wrong@' })).toMatchObject({
      ok: false,
      kind: 'misconfigured',
    });
  });

  test('that is down cannot be set up yet', async () => {
    const influxd = await openInfluxd();
    await influxd.kill();
    expect(await setUp(influxd)).toMatchObject({ ok: false, kind: 'unreachable' });
  });

  test('aggregates minutes and hours of every measurement, a late reading included', async () => {
    const influxd = await openInfluxd();
    await setUp(influxd);
    const target = targetOf(`${influxd.url}/zhishou`);
    const connection = connectTo(target);
    const hour = Math.floor(Date.now() / 3_600_000 - 30) * 3_600_000;
    const write = (at: number, value: number) =>
      connection.write(
        [{ measurement: 'temperature', tags: { device: 'air-1' }, fields: { value }, timestamp: String(at) }],
        'exact',
      );
    for (const [at, value] of [
      [hour, 1],
      [hour + 30_000, 4],
      [hour + 60_000, 10],
    ] as const)
      expect(await write(at, value)).toEqual({ ok: true });
    const aggregate = async () => {
      for (const tier of tiers) {
        const statement = aggregateInto('zhishou', 'exact', tier, { from: hour, to: hour + 3_600_000 });
        expect(await connection.ask(statement, { withinMs: 10_000, change: true })).toMatchObject({
          ok: true,
        });
      }
    };
    await aggregate();
    const ofMinutes = () => query(influxd, 'SELECT * FROM "zhishou"."minute"."temperature"');
    expect(await ofMinutes()).toMatchObject([
      { time: hour, device: 'air-1', min: 1, mean: 2.5, max: 4, count: 2, last: 4 },
      { time: hour + 60_000, device: 'air-1', min: 10, mean: 10, max: 10, count: 1, last: 10 },
    ]);
    await write(hour + 15_000, 40);
    await aggregate();
    expect(await ofMinutes()).toMatchObject([{ min: 1, mean: 15, max: 40, count: 3, last: 4 }, { count: 1 }]);
    expect(await query(influxd, 'SELECT * FROM "zhishou"."hour"."temperature"')).toMatchObject([
      { time: hour, device: 'air-1', min: 1, mean: 13.75, max: 40, count: 4, last: 10 },
    ]);
  });
});

optional('victoria-metrics', hasVictoria)('VictoriaMetrics', () => {
  test('knows no policies, and is written to all the same', async () => {
    expect(await setUp(await openVictoria())).toEqual({
      ok: true,
      layout: { policy: null, keptMs: null, aggregates: new Map(), answers: false },
      left: ['the server knows no retention policies'],
    });
  });
});

test('durations as InfluxDB writes them', () => {
  expect(durationMs('2160h0m0s')).toBe(90 * dayMs);
  expect(durationMs('0s')).toBeNull();
  expect(durationMs('1w1d1h1m1s1ms')).toBe(8 * dayMs + 3_661_001);
});
