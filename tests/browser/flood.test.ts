import mqtt, { type MqttClient } from 'mqtt';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { z } from 'zod';
import type { Place } from '../../src/model/place.ts';
import { hasChromium } from '../chromium.ts';
import { optional } from '../optional.ts';
import { leaveSeat, openRoom, type Room, type Seat } from './room.ts';

const buildings = 12;
const homesEach = 14;
const alerts = buildings * homesEach;

const homeOf = (building: number, door: number): Place => ({
  id: `h-${building}-${door}`,
  path: [
    { kind: 'community', id: 'xingfu', name: '幸福社区' },
    { kind: 'building', id: `b-${building}`, name: `${building}栋` },
    { kind: 'household', id: `h-${building}-${door}`, name: String(door) },
  ],
  text: `幸福社区 ${building}栋${door}`,
});

optional('Chromium', hasChromium)(`a flood of ${alerts} open alerts`, () => {
  let room: Room;
  let seat: Seat;
  let hub: MqttClient;
  beforeAll(async () => {
    room = await openRoom();
    const { secret } = await room
      .api()
      .post(
        '/devices',
        { id: 'hub-1', type: 'hub', place: homeOf(1, 101) },
        z.object({ secret: z.string() }),
      );
    const ids: string[] = [];
    for (let building = 1; building <= buildings; building += 1)
      for (let door = 1; door <= homesEach; door += 1) {
        const id = `door-${building}-${door}`;
        ids.push(id);
        await room
          .api()
          .post(
            '/devices',
            { id, type: 'door-sensor', hub: 'hub-1', place: homeOf(building, 100 + door) },
            z.unknown(),
          );
      }
    hub = await mqtt.connectAsync(room.gateway().mqttUrl, {
      username: 'hub-1',
      password: secret,
      clientId: 'hub-1',
    });
    for (const id of ids)
      await hub.publishAsync(
        `zhishou/v1/hubs/hub-1/devices/${id}/events`,
        JSON.stringify({ event: 'tamper' }),
        {
          qos: 1,
        },
      );
    seat = await room.takeSeat('li');
    await seat.page.locator('[data-banner=flood]').waitFor();
  });
  afterAll(async () => {
    await leaveSeat(seat);
    hub?.end(true);
    await room?.leave();
  });

  test('is folded by building, with how many each has', async () => {
    const folds = seat.board.locator('[data-building]');
    await expect.poll(() => folds.count()).toBe(buildings);
    await seat.board.getByText(`中 ${homesEach} 起`).first().waitFor();
    expect(await seat.board.locator('.row').count()).toBe(0);
  });

  test('is unfolded building by building, and the keyboard walks through all of it while only what is on the screen is drawn', async () => {
    await seat.page.evaluate(
      'for (const fold of document.querySelectorAll("[data-building] .fold[aria-expanded=false]")) fold.click()',
    );
    await expect
      .poll(() => seat.board.locator('.board-line').last().getAttribute('aria-setsize'))
      .toBe(String(1 + buildings + alerts));
    expect(await seat.board.locator('.row').count()).toBeLessThan(60);
    const seen = new Set<string>();
    for (let step = 0; step < alerts; step += 1) {
      await seat.page.keyboard.press('j');
      const at = await seat.board.locator('.row:has(.title:focus)').getAttribute('data-alert');
      if (at !== null) seen.add(at);
    }
    expect(seen.size).toBe(alerts);
  });

  test('is walked back through row by row also where the keys come faster than the machine draws', async () => {
    const seen = await seat.page.evaluate<readonly string[]>(`(() => {
      const seen = [document.activeElement.closest('.row').dataset.alert];
      for (let step = 1; step < ${alerts}; step += 1) {
        document.activeElement.dispatchEvent(new KeyboardEvent('keydown', { key: 'k', bubbles: true }));
        seen.push(document.activeElement.closest('.row').dataset.alert);
      }
      return seen;
    })()`);
    expect(new Set(seen).size).toBe(alerts);
    await seat.page.keyboard.press('Escape');
  });

  test('does not hide a press: it comes up over everything and sounds', async () => {
    const pager = await room.pager('pager-1', '901');
    await pager.press();
    await seat.call('901').getByRole('button', { name: '接警' }).waitFor();
    await seat.sounds('sos');
  });
});
