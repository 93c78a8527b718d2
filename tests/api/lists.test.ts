import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { z } from 'zod';
import { Alert } from '../../src/model/alert.ts';
import { Device } from '../../src/model/device.ts';
import { ChainedEntry } from '../../src/model/journal.ts';
import { Quarantined } from '../../src/model/quarantine.ts';
import { type Caller, type DutyRoom, home301, homeElsewhere, openDutyRoom } from './duty-room.ts';

let room: DutyRoom;
beforeEach(async () => {
  room = await openDutyRoom();
});
afterEach(() => room[Symbol.asyncDispose]());

const ids = async (caller: Caller, url: string, what: string): Promise<string[]> => {
  const { status, body } = await caller.call('GET', url);
  expect([url, status]).toEqual([url, 200]);
  return (body[what] as { id: string; device?: string }[]).map(({ id, device }) => device ?? id);
};

const pressAll = async (...devices: string[]): Promise<void> => {
  for (const device of devices) {
    await room.register(device, 'call-button', device.startsWith('far') ? homeElsewhere : home301);
    room.press(device);
    await room.settled();
    room.clock.at += 1000;
  }
};

describe('the alerts', () => {
  test('are listed newest first, open and closed, as their schema says', async () => {
    await pressAll('p1', 'p2', 'far1');
    await room.admin.call('POST', `/alerts/${room.alertOf('p1')}/close`, { disposition: 'test' });
    expect(await ids(room.admin, '/alerts', 'alerts')).toEqual(['far1', 'p2', 'p1']);
    expect(await ids(room.admin, '/alerts?open=true', 'alerts')).toEqual(['far1', 'p2']);
    expect(await ids(room.admin, '/alerts?open=false', 'alerts')).toEqual(['p1']);
    const { body } = await room.admin.call('GET', '/alerts');
    for (const alert of z.array(Alert).parse(body.alerts)) expect(alert.committedAt).toBeGreaterThan(0);
  });

  test('are filtered by place with all that lies below it, by device, priority and span', async () => {
    await pressAll('p1', 'p2', 'far1');
    const [first, second] = [
      room.core.duty.committed.alerts.get(room.alertOf('p1')),
      room.core.duty.committed.alerts.get(room.alertOf('p2')),
    ];
    for (const open of ['', '&open=true']) {
      expect(await ids(room.admin, `/alerts?place=c1${open}`, 'alerts')).toEqual(['p2', 'p1']);
      expect(await ids(room.admin, `/alerts?place=st${open}`, 'alerts')).toEqual(['far1', 'p2', 'p1']);
      expect(await ids(room.admin, `/alerts?device=p2${open}`, 'alerts')).toEqual(['p2']);
      expect(await ids(room.admin, `/alerts?priority=low${open}`, 'alerts')).toEqual([]);
      expect(
        await ids(room.admin, `/alerts?from=${first?.raisedAt}&to=${second?.raisedAt}${open}`, 'alerts'),
      ).toEqual(['p1']);
    }
    expect((await room.admin.call('GET', '/alerts?priority=huge')).body.error).toMatchObject({
      code: 'bad-request',
      details: { problems: [{ path: 'querystring.priority' }] },
    });
  });

  test('come in pages that neither repeat nor leave out, also where rights hide some', async () => {
    await pressAll('p1', 'far1', 'p2', 'far2', 'p3');
    const near = await room.person('near', 'viewer', ['c1']);
    for (const [caller, open, expected] of [
      [room.admin, '', ['p3', 'far2', 'p2', 'far1', 'p1']],
      [room.admin, '&open=true', ['p3', 'far2', 'p2', 'far1', 'p1']],
      [near, '', ['p3', 'p2', 'p1']],
      [near, '&open=true', ['p3', 'p2', 'p1']],
    ] as const) {
      const seen: string[] = [];
      let after = '';
      for (;;) {
        const { body } = await caller.call('GET', `/alerts?limit=2${open}${after}`);
        seen.push(...(body.alerts as { device: string }[]).map(({ device }) => device));
        if (body.next === undefined) break;
        after = `&after=${body.next}`;
      }
      expect(seen).toEqual(expected);
    }
  });
});

describe('the devices', () => {
  test('are listed by id, filtered and in pages, thousands of them in one piece', async () => {
    for (let i = 0; i < 600; i += 1)
      room.core.duty.registerDevice(
        'admin',
        { id: `d${String(i).padStart(4, '0')}`, type: 'call-button', place: home301 },
        'x',
      );
    await room.settled();
    await room.register('gas1', 'gas-detector', homeElsewhere);
    const { body } = await room.admin.call('GET', '/devices');
    const all = z.array(z.strictObject(Device.shape)).parse(body.devices);
    expect(all).toHaveLength(601);
    expect(all.map(({ id }) => id)).toEqual([...all.map(({ id }) => id)].sort());
    expect(body.next).toBeUndefined();
    expect(await ids(room.admin, '/devices?type=gas-detector', 'devices')).toEqual(['gas1']);
    expect(await ids(room.admin, '/devices?place=c2', 'devices')).toEqual(['gas1']);
    const page = await room.admin.call('GET', '/devices?limit=2&after=d0598');
    expect((page.body.devices as { id: string }[]).map(({ id }) => id)).toEqual(['d0599', 'gas1']);
    expect(page.body.next).toBeUndefined();
    expect((await room.admin.call('GET', '/devices?limit=2')).body.next).toBe('d0001');
  });

  test('have readings with their unit; a measurement that they do not have is refused', async () => {
    await room.register('gas1', 'gas-detector');
    const at = room.clock.at;
    room.send('gas1', 'readings', { at, values: { gas_lel: 3 } });
    room.send('gas1', 'readings', { at: at + 1, values: { gas_lel: 4, gas: false } });
    await room.settled();
    room.clock.at += 10;
    expect((await room.admin.call('GET', '/devices/gas1/readings?measurement=gas_lel')).body).toEqual({
      unit: '%LEL',
      points: [
        [at, 3],
        [at + 1, 4],
      ],
    });
    expect(
      (await room.admin.call('GET', `/devices/gas1/readings?measurement=gas_lel&from=${at}&to=${at + 1}`))
        .body.points,
    ).toEqual([[at, 3]]);
    expect((await room.admin.call('GET', '/devices/gas1/readings?measurement=gas')).body).toEqual({
      unit: null,
      points: [[at + 1, false]],
    });
    expect((await room.admin.call('GET', '/devices/gas1/readings?measurement=ph')).status).toBe(422);
    expect((await room.admin.call('GET', '/devices/none/readings?measurement=ph')).status).toBe(404);
    expect((await room.admin.call('GET', '/devices/gas1/readings')).status).toBe(400);
  });
});

describe('the other lists', () => {
  test('the journal is read in order after a number, each entry chained to the one before', async () => {
    await pressAll('p1');
    const { body } = await room.admin.call('GET', '/journal?after=0&limit=3');
    const entries = z.array(z.strictObject(ChainedEntry.shape)).parse(body.entries);
    expect(entries.map(({ seq }) => seq)).toEqual([1, 2, 3]);
    expect(entries[1]?.prev).toBe(entries[0]?.hash);
    const rest = await room.admin.call('GET', '/journal?after=3');
    expect((rest.body.entries as { seq: number }[])[0]?.seq).toBe(4);
  });

  test('what could not take effect is in quarantine with its reason', async () => {
    await room.register('p1');
    room.send('p1', 'events', { event: 'dance' });
    await room.settled();
    const { body } = await room.admin.call('GET', '/quarantine');
    expect(z.array(Quarantined).parse(body.quarantine)).toMatchObject([
      { sender: 'p1', reason: 'unknown-event' },
    ]);
  });

  test('rules, device types and places are there for the console to draw from', async () => {
    await room.register('p1');
    expect((await room.admin.call('GET', '/rules')).body.rules).toMatchObject([
      { id: 'smoke', kind: 'flag' },
    ]);
    const { types, dialects } = (await room.admin.call('GET', '/device-types')).body as {
      types: { name: string; measurements: Record<string, unknown> }[];
      dialects: string[];
    };
    expect(types.find(({ name }) => name === 'gas-detector')?.measurements.gas_lel).toMatchObject({
      kind: 'number',
      unit: '%LEL',
    });
    expect(dialects).toEqual(expect.arrayContaining(['native', 'zigbee2mqtt']));
    expect(await ids(room.admin, '/places', 'places')).toEqual(
      expect.arrayContaining(['st', 'c1', 'b1', 'h301']),
    );
  });

  test('alive, ready, figures: without a login', async () => {
    const get = async (url: string) => room.api.app.inject({ url });
    expect((await get('/healthz')).json()).toEqual({ ok: true });
    expect((await get('/readyz')).json()).toEqual({ ok: true, warnings: [] });
    room.problems.push('the store cannot commit: disk full');
    const red = await get('/readyz');
    expect([red.statusCode, red.json()]).toEqual([
      503,
      { ok: false, problems: ['the store cannot commit: disk full'], warnings: [] },
    ]);
    const figures = await get('/metrics');
    expect(figures.headers['content-type']).toContain('text/plain; version=0.0.4');
    expect(figures.body).toBe('zhishou_up 1\n');
  });
});
