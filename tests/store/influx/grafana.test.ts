import { readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { describe, expect, test } from 'vitest';
import { z } from 'zod';
import type { OwedReading } from '../../../src/store/influx/owed.ts';
import { toPoint } from '../../../src/store/influx/points.ts';
import { prepare } from '../../../src/store/influx/prepare.ts';
import { aggregateInto, tiers } from '../../../src/store/influx/statements.ts';
import { optional } from '../../optional.ts';
import { connectTo, hasInfluxd, openInfluxd, query, targetOf } from './servers.ts';

const Source = z.object({ type: z.literal('influxdb'), uid: z.literal('$' + '{datasource}') });
const Dashboard = z.object({
  title: z.string(),
  uid: z.string(),
  schemaVersion: z.number().int().min(36),
  templating: z.object({
    list: z.array(z.object({ name: z.string(), type: z.enum(['datasource', 'query']), query: z.string() })),
  }),
  panels: z.array(
    z.object({
      id: z.number().int(),
      type: z.enum(['timeseries', 'stat', 'state-timeline']),
      title: z.string(),
      datasource: Source,
      gridPos: z.object({ x: z.number(), y: z.number(), w: z.number().max(24), h: z.number() }),
      targets: z
        .array(
          z.object({
            datasource: Source,
            refId: z.string(),
            query: z.string(),
            rawQuery: z.literal(true),
            resultFormat: z.literal('time_series'),
          }),
        )
        .min(1),
    }),
  ),
});
const dashboard = Dashboard.parse(
  JSON.parse(readFileSync(resolve(import.meta.dirname, '../../../docs/grafana-dashboard.json'), 'utf8')),
);
const variables = dashboard.templating.list;

describe('the dashboard', () => {
  test('has a data source to choose, devices and a measurement', () => {
    expect(variables.map(({ name, type }) => `${name}: ${type}`)).toEqual([
      'datasource: datasource',
      'device: query',
      'measurement: query',
    ]);
    expect(new Set(dashboard.panels.map(({ id }) => id)).size).toBe(dashboard.panels.length);
  });

  test('uses no variable that it does not have', () => {
    const known = new Set([...variables.map(({ name }) => name), 'timeFilter', '__interval']);
    for (const [, name] of JSON.stringify(
      dashboard.panels.map(({ targets }) => targets.map((target) => target.query)),
    ).matchAll(/\$\{?(\w+)/g))
      expect(known).toContain(name);
  });
});

optional('influxdb', hasInfluxd)('every question of the dashboard', () => {
  test('is answered from what was shipped', async () => {
    const influxd = await openInfluxd();
    const target = targetOf(`${influxd.url}/zhishou`);
    const connection = connectTo(target);
    const prepared = await prepare(connection, target, { keepDays: 90, withinMs: 10_000 });
    expect(prepared).toMatchObject({ ok: true, left: [] });
    const now = Date.now();
    const hour = Math.floor(now / 3_600_000 - 2) * 3_600_000;
    const readings = Array.from({ length: 600 }, (_, index): OwedReading[] => {
      const at = hour + index * 10_000;
      const device = index % 2 === 0 ? 'smoke-1' : 'smoke-2.a';
      return [
        { device, measurement: 'temperature', at, value: 20 + (index % 10) },
        { device, measurement: 'smoke', at, value: index % 100 === 50 },
        { device, measurement: 'door', at, value: index % 3 === 0 ? 'open' : 'shut' },
      ];
    }).flat();
    const points = readings.flatMap((reading) => {
      const made = toPoint(reading);
      return made.ok ? [made.point] : [];
    });
    expect(await connection.write(points, 'exact')).toEqual({ ok: true });
    for (const tier of tiers)
      await connection.ask(aggregateInto('zhishou', 'exact', tier, { from: hour, to: hour + 7_200_000 }), {
        withinMs: 10_000,
        change: true,
      });

    const chosen: Record<string, string> = { device: '(smoke-1|smoke-2\\.a)', measurement: 'temperature' };
    const filled = (text: string): string =>
      text
        .replaceAll('$timeFilter', `time >= ${now - 86_400_000}ms and time <= ${now}ms`)
        .replaceAll('$__interval', '1m')
        .replaceAll(/\$(\w+)/g, (_, name: string) => chosen[name] ?? '');
    const offered = async (name: string) =>
      (await query(influxd, filled(variables.find((variable) => variable.name === name)?.query ?? ''))).map(
        (row) => row.value ?? row.name,
      );
    expect(new Set(await offered('device'))).toEqual(new Set(['smoke-1', 'smoke-2.a']));
    expect(await offered('measurement')).toEqual(['door', 'smoke', 'temperature']);
    for (const { title, targets } of dashboard.panels)
      for (const { query: statement } of targets) {
        const rows = await query(influxd, filled(statement));
        expect(rows.length, `${title}: ${statement}`).toBeGreaterThan(0);
        const values = rows.flatMap(({ time: _, device: __, measured: ___, ...fields }) =>
          Object.values(fields),
        );
        expect(
          values.some((value) => value !== null),
          `${title}: ${statement}`,
        ).toBe(true);
      }
  });
});
