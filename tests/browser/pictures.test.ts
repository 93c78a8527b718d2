import mqtt, { type MqttClient } from 'mqtt';
import type { Locator } from 'playwright-core';
import { afterAll, beforeAll, test } from 'vitest';
import { z } from 'zod';
import type { Place } from '../../src/model/place.ts';
import { hasChromium } from '../chromium.ts';
import { optional } from '../optional.ts';
import { type Album, openAlbum, sizes } from './album.ts';
import { leaveSeat, openRoom, type Room, type Seat } from './room.ts';

const { desk, large, huge } = sizes;

const buildings = [1, 2, 4, 5, 6];
const homesEach = 9;
const minute = 60_000;

const homeOf = (building: number, door: number): Place => ({
  id: `h-${building}-${door}`,
  path: [
    { kind: 'community', id: 'xingfu', name: '幸福社区' },
    { kind: 'building', id: `b-${building}`, name: `${building}栋` },
    { kind: 'household', id: `h-${building}-${door}`, name: String(door) },
  ],
  text: `幸福社区 ${building}栋${door}`,
});

const Open = z.object({ alerts: z.array(z.object({ id: z.string(), device: z.string() })) });

optional('Chromium', hasChromium)('every page, in both languages and both looks', () => {
  let room: Room;
  let seat: Seat;
  let wall: Seat;
  let hub: MqttClient;
  let album: Album;

  beforeAll(async () => {
    album = await openAlbum();
    room = await openRoom();
  });
  afterAll(async () => {
    hub?.end(true);
    await room?.leave();
  });

  const go = (where: string): Promise<unknown> => seat.page.evaluate(`location.hash = '#/${where}'`);
  const main = (): Locator => seat.page.locator('main');
  const rows = (): Locator => main().locator('tr.ant-table-row');

  test('before anything has happened', async () => {
    seat = await room.visit();
    await album.picture(seat, 'login', seat.page.locator('section.login'));
    await room.logIn(seat.page, 'admin');
    await seat.page.locator('[data-health=live]').waitFor();
    await album.picture(seat, 'watch-empty', main().locator('.empty'), [desk, large]);
    await go('alerts');
    await album.picture(seat, 'alerts-empty', main().locator('.ant-empty, .nothing, .ant-table-placeholder'));
    await go('devices');
    await album.picture(seat, 'devices-empty', main());
    await go('places');
    await album.picture(seat, 'places-empty', main().locator('.nothing'));
    await go('figures');
    await album.picture(seat, 'figures-empty', main().locator('.nothing'));
    await go('quarantine');
    await album.picture(seat, 'quarantine-empty', main().locator('.desk-head'));
    await go('shift');
    await album.picture(seat, 'shift-none', main().locator('[data-shift=none]'));
    wall = await room.visit();
    await wall.page.goto(`${room.gateway().url}/wall`);
    await room.logIn(wall.page, 'zhao');
    await album.picture(wall, 'wall-empty', wall.page.locator('.nothing-rings'), [large]);
    album.goodNow();
  }, 400_000);

  test('on a busy night', async () => {
    const api = room.api();
    await api.post(
      '/users',
      { username: 'sun', name: '孙组长', password: room.passwordOf('sun'), role: 'supervisor', places: [] },
      z.unknown(),
    );
    const { secret } = await api.post(
      '/devices',
      { id: 'hub-1', type: 'hub', place: homeOf(1, 101) },
      z.object({ secret: z.string() }),
    );
    for (const building of buildings)
      await Promise.all(
        Array.from({ length: homesEach }, (_, door) =>
          api.post(
            '/devices',
            {
              id: `door-${building}-${door + 1}`,
              type: 'door-sensor',
              hub: 'hub-1',
              place: homeOf(building, 101 + door),
            },
            z.unknown(),
          ),
        ),
      );
    hub = await mqtt.connectAsync(room.gateway().mqttUrl, {
      username: 'hub-1',
      password: secret,
      clientId: 'hub-1',
    });
    const one = await room.pager('pager-501', '501');
    const two = await room.pager('pager-502', '502');
    const gas = await room.device('gas-501', 'gas-detector', '501');
    const smoke = await room.device('smoke-301', 'smoke-alarm', '301');
    const air = await room.device('air-201', 'air-monitor', '201');
    const water = await room.device('water-401', 'water-monitor', '401');
    const circuit = await room.device('circuit-102', 'circuit-monitor', '102');
    for (const [place, warnings] of [
      ['h-501', ['deaf', 'lives-alone', 'oxygen']],
      ['h-502', ['dementia']],
    ] as const)
      await api.put(
        `/households/${place}`,
        {
          place,
          warnings,
          residents: [
            { name: '王秀英', born: 1941, health: '高血压，右耳听不见', phone: '13900001234' },
            { name: '李建国', born: 1938 },
          ],
          contacts: [
            { name: '王芳', relation: '女儿', phone: '13800001234', hasKey: true },
            { name: '李建国', relation: '邻居', phone: '13800005678', hasKey: false },
          ],
          note: '门口有台阶',
        },
        z.unknown(),
      );
    const [east, north] = [121.47, 31.231];
    const [wide, deep] = [0.0004, 0.00015];
    for (const [index, building] of [1, 2, 3, 4, 5, 6].entries()) {
      const [x, y] = [east + (index % 3) * 0.0007, north - Math.floor(index / 3) * 0.0005];
      const outline = [
        [x, y],
        [x + wide, y],
        [x + wide, y + deep],
        [x, y + deep],
      ];
      await api.put(`/places/b-${building}/site`, { at: [x + wide / 2, y + deep / 2], outline }, z.unknown());
    }
    const now = Date.now();
    await gas.recall(
      Array.from({ length: 120 }, (_, index) => ({
        at: now - (120 - index) * minute,
        values: { gas_lel: index === 90 ? 8 : 1 + (index % 3), gas: false, valve: 'open', battery: 80 },
      })),
    );
    await air.measure({ co2: 2600, pm25: 12, temperature: 21.5, humidity: 60 });
    await circuit.measure({ residual_current: 480, voltage: 221, current: 4.2, cable_temperature: 31 });
    await smoke.measure({ smoke: false, temperature: 20, battery: 14 });
    await water.say('tamper');
    await two.press();
    await hub.publishAsync('zhishou/v1/hubs/hub-1/devices/kitchen/readings', '{"values":{"smoke":false}}', {
      qos: 1,
    });
    await hub.publishAsync('zhishou/v1/hubs/hub-1/devices/door-1-1/readings', 'open=1;battery=80', {
      qos: 1,
    });
    const open = (await api.get('/alerts?open=true', Open)).alerts;
    const of = (device: string): string => open.find((alert) => alert.device === device)?.id ?? device;
    await api.post(`/alerts/${of('pager-502')}/take`, {}, z.unknown());
    await api.post(
      `/alerts/${of('water-401')}/shelve`,
      { until: now + 30 * minute, note: '门锁在换' },
      z.unknown(),
    );

    await go('shift');
    await seat.page.getByRole('button', { name: '上岗', exact: true }).click();
    await go('');
    await one.press();
    await one.press();
    await gas.measure({ gas_lel: 14 });
    await seat.call('501').first().waitFor();
    await album.picture(seat, 'panel', seat.page.locator('.panel .call.full .household'));
    await album.picture(wall, 'wall-busy', wall.page.locator('.large'), [large, desk, huge]);
    await seat.page.keyboard.press('Escape');
    await album.picture(seat, 'watch-ringing', seat.page.locator('.panel.shrunk'));
    for (const { id, device } of (await api.get('/alerts?open=true', Open)).alerts)
      if (['gas-501', 'pager-501', 'pager-502'].includes(device)) {
        await api.post(`/alerts/${id}/take`, {}, z.unknown());
        // Else it rings again a minute after it was taken.
        await api.post(`/alerts/${id}/comment`, { note: '跌倒，右腿疼' }, z.unknown());
      }
    await seat.panel.waitFor({ state: 'detached' });
    await album.picture(seat, 'watch-busy', main().locator('.row'), [desk, large]);
    await seat.row('501').filter({ hasText: '紧急呼叫' }).locator('.title').click();
    await album.picture(seat, 'alert', seat.detail.locator('.timeline'));
    await seat.detail.evaluate((detail) => {
      detail.scrollTop = detail.scrollHeight;
    });
    await album.picture(seat, 'alert-end', seat.detail.locator('.timeline'));
    await seat.page.keyboard.press('Escape');
    await seat.detail.waitFor({ state: 'detached' });
    for (const [name, where, ready] of [
      ['alerts', 'alerts', rows()],
      ['shift', 'shift', main().locator('[data-shift=mine]')],
      ['figures', 'figures', main().locator('.cards')],
      ['rules', 'rules', rows()],
      ['rules-edit', 'rules/edit?file=gas.yaml&rule=gas-level', main().locator('textarea')],
      ['rules-try', 'rules/try', main().locator('[role=tabpanel]')],
      ['quarantine', 'quarantine', rows()],
      ['people', 'people', rows()],
      ['devices', 'devices', main().locator('[data-device]')],
      ['device', 'devices/gas-501', main().locator('.chart[data-reading=false]')],
      ['places', 'places', main().locator('.street-map a')],
      ['building', 'places/b-3', main().locator('.section, .floor, svg, .tile')],
      ['home', 'places/h-501', main()],
    ] as const) {
      await go(where);
      await album.picture(seat, name, ready);
    }
    album.goodNow();
  }, 400_000);

  test('in a flood', async () => {
    for (const building of buildings)
      for (let door = 1; door <= homesEach; door += 1)
        await hub.publishAsync(
          `zhishou/v1/hubs/hub-1/devices/door-${building}-${door}/events`,
          JSON.stringify({ event: 'tamper' }),
          { qos: 1 },
        );
    await go('');
    await seat.page.locator('[data-banner=flood]').waitFor();
    await album.picture(seat, 'watch-flood', main().locator('[data-building]'), [desk, large]);
    await seat.page.evaluate("document.querySelector('[data-building] .fold').click()");
    await album.picture(seat, 'watch-flood-unfolded', main().locator('.row'));
    for (let door = 1; door <= 7; door += 1) await (await room.pager(`pager-60${door}`, `60${door}`)).press();
    await album.picture(seat, 'panel-flood', seat.page.locator('.panel .call:nth-child(7)'));
    await album.picture(wall, 'wall-flood', wall.page.locator('.beyond'), [large, desk]);
    await seat.page.keyboard.press('Escape');
    await go('places');
    await album.picture(seat, 'places-flood', main().locator('.street-map a'));
    album.goodNow();
    await leaveSeat(wall);
    await leaveSeat(seat);
  }, 400_000);
});
