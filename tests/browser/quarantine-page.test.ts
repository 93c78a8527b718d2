import mqtt from 'mqtt';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { z } from 'zod';
import { Device } from '../../src/model/device.ts';
import { hasChromium } from '../chromium.ts';
import { optional } from '../optional.ts';
import { violationsOf } from './axe.ts';
import { home, leaveSeat, openRoom, type Room } from './room.ts';

optional('Chromium', hasChromium)('the page of quarantine', () => {
  let room: Room;
  beforeAll(async () => {
    room = await openRoom();
    const { secret } = await room
      .api()
      .post('/devices', { id: 'hub-1', type: 'hub', place: home('501') }, z.object({ secret: z.string() }));
    const hub = await mqtt.connectAsync(room.gateway().mqttUrl, {
      username: 'hub-1',
      password: secret,
      clientId: 'hub-1',
    });
    const say = (device: string, payload: string | Buffer) =>
      hub.publishAsync(`zhishou/v1/hubs/hub-1/devices/${device}/readings`, payload, { qos: 1 });
    await say('kitchen', '{"values":{"smoke":false}}');
    await say('kitchen', '<img src="x" onerror="document.title=1">\u202e'.repeat(20));
    await say('kitchen', Buffer.from([0, 255, 16]));
    await hub.endAsync();
    await room
      .api()
      .post(
        '/users',
        { username: 'sun', name: '孙组长', password: room.passwordOf('sun'), role: 'supervisor' },
        z.unknown(),
      );
  });
  afterAll(() => room?.leave());

  test('says why in words, shows what was sent without running it, and folds what is long', async () => {
    const seat = await room.takeSeat('sun');
    const { page } = seat;
    await page.keyboard.press('8');
    const rows = page.locator('.quarantine-page tr.ant-table-row');
    await rows.first().waitFor();
    expect(await rows.count()).toBe(3);
    expect(await violationsOf(page)).toEqual([]);
    expect(await rows.nth(0).textContent()).toMatch(/不是 UTF-8 文本.*00 ff 10/);
    const long = rows.nth(1);
    expect(await long.textContent()).toContain('不是 JSON');
    const shown = (): Promise<number> => long.locator('pre').evaluate((pre) => pre.textContent?.length ?? 0);
    const folded = await shown();
    await long.getByRole('button', { name: '展开全部' }).click();
    expect(await shown()).toBeGreaterThan(folded * 2);
    // What would turn the line round is written out, and no part of it has become an element.
    expect(await long.locator('pre').textContent()).toContain('\\u{202e}');
    expect(await long.locator('img').count()).toBe(0);
    // Whoever may not register sees who does.
    const register = rows.nth(2).getByRole('button', { name: '登记这台设备' });
    expect(await register.isDisabled()).toBe(true);
    expect(await register.getAttribute('title')).toContain('管理员');
    await leaveSeat(seat);
  });

  test('leads an admin to registering the stranger under its hub, filled in', async () => {
    const seat = await room.takeSeat('admin');
    const { page } = seat;
    await page.evaluate("location.hash = '#/quarantine'");
    await page.getByRole('button', { name: '登记这台设备' }).click();
    const sheet = page.locator('.desk-sheet');
    expect(await sheet.getByLabel('编号', { exact: false }).first().inputValue()).toBe('kitchen');
    expect(await violationsOf(page)).toEqual([]);
    await sheet.getByLabel('类型').click();
    await page.getByTitle('烟雾报警器').last().click();
    await sheet.getByLabel('不定').check();
    await sheet.getByRole('button', { name: '保存' }).click();
    await sheet.getByText('kitchen 已登记').waitFor();
    expect(await room.api().get('/devices/kitchen', Device)).toMatchObject({
      hub: 'hub-1',
      address: 'kitchen',
      type: 'smoke-alarm',
    });
    await leaveSeat(seat);
  });

  test('tries a message again, tells what came of it, and takes away what took effect', async () => {
    const seat = await room.takeSeat('sun');
    const { page } = seat;
    await page.evaluate("location.hash = '#/quarantine'");
    const rows = page.locator('.quarantine-page tr.ant-table-row');
    await rows.first().waitFor();
    await rows.nth(1).getByRole('button', { name: '再试一次' }).click();
    await page.getByText('什么都没有生效。仍有 1 处存疑').waitFor();
    expect(await rows.count()).toBe(3);
    // Its device was registered meanwhile.
    await rows.nth(2).getByRole('button', { name: '再试一次' }).click();
    await page.getByText('1 个读数生效。这条报文已移出').waitFor();
    expect(await rows.count()).toBe(2);
    expect(await violationsOf(page)).toEqual([]);
    expect((await room.api().get('/devices/kitchen', Device)).latest.smoke?.value).toBe(false);
    await leaveSeat(seat);
  });

  test('is not for an operator', async () => {
    const seat = await room.takeSeat('li');
    await seat.page.evaluate("location.hash = '#/quarantine'");
    await seat.page.getByText('由值班长和管理员查看').waitFor();
    await leaveSeat(seat);
  });
});
