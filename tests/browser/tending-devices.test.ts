import { readFileSync } from 'node:fs';
import mqtt from 'mqtt';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { z } from 'zod';
import { Device } from '../../src/model/device.ts';
import { hasChromium } from '../chromium.ts';
import { optional } from '../optional.ts';
import { violationsOf } from './axe.ts';
import { misfitsOf } from './fit.ts';
import { leaveSeat, openRoom, type Room } from './room.ts';

optional('Chromium', hasChromium)('looking after devices', () => {
  let room: Room;
  const device = (id: string): Promise<Device> => room.api().get(`/devices/${id}`, Device);
  beforeAll(async () => {
    room = await openRoom();
    await room.device('smoke-501', 'smoke-alarm', '501');
    await room
      .api()
      .post(
        '/users',
        { username: 'sun', name: '孙组长', password: room.passwordOf('sun'), role: 'supervisor' },
        z.unknown(),
      );
  });
  afterAll(() => room?.leave());

  test('an admin registers one in a new home, and the secret that is shown lets it in', async () => {
    const seat = await room.takeSeat('admin');
    const { page } = seat;
    await page.keyboard.press('3');
    await page.getByRole('button', { name: '登记设备' }).click();
    const sheet = page.locator('.desk-sheet');
    await sheet.getByLabel('编号', { exact: false }).fill('pager-701');
    await sheet.getByLabel('类型').click();
    await page.getByTitle('紧急呼叫器').last().click();
    await sheet.getByLabel('新地点').check();
    await sheet.getByLabel('在哪里的下一级', { exact: false }).fill('3栋');
    await page.locator('.ant-select-tree-title', { hasText: '3栋' }).click();
    await sheet.getByLabel('是什么').click();
    await page.getByTitle('住户').last().click();
    await sheet.getByLabel('叫什么', { exact: false }).fill('701');
    await sheet.getByLabel('地点编号').fill('h-701');
    expect(await violationsOf(page)).toEqual([]);
    await sheet.getByRole('button', { name: '保存' }).click();
    await sheet.getByText('pager-701 已登记').waitFor();
    const secret = await sheet.locator('[data-secret]').textContent();
    expect(await violationsOf(page)).toEqual([]);
    expect((await device('pager-701')).place).toMatchObject({
      id: 'h-701',
      path: [{ id: 'xingfu' }, { id: 'b-3' }, { kind: 'household', id: 'h-701', name: '701' }],
    });
    const client = await mqtt.connectAsync(room.gateway().mqttUrl, {
      username: 'pager-701',
      password: secret ?? '',
      clientId: 'pager-701',
    });
    await client.endAsync();
    // A second time the id is taken, and that is said in words.
    await sheet.getByRole('button', { name: '再登记一台' }).click();
    await sheet.getByLabel('编号', { exact: false }).fill('pager-701');
    await sheet.getByLabel('类型').click();
    await page.getByTitle('紧急呼叫器').last().click();
    await sheet.getByLabel('不定').check();
    await sheet.getByRole('button', { name: '保存' }).click();
    await sheet.getByText('这个编号已经有人用了').waitFor();
    await leaveSeat(seat);
  });

  test.each([
    ['zh', '拒绝登录：密码不对，'],
    ['en', 'was refused: wrong secret, '],
  ])(
    'a pager with a wrong secret is told in the list and on its page in %s, live, until it comes rightly',
    async (language, words) => {
      const id = `pager-${language}`;
      const { secret } = await room
        .api()
        .post('/devices', { id, type: 'call-button' }, z.object({ secret: z.string() }));
      const seat = await room.takeSeat('admin');
      const { page } = seat;
      if (language === 'en') await page.getByRole('button', { name: 'English' }).click();
      await page.evaluate("location.hash = '#/devices'");
      const row = page.locator(`tr[data-device=${id}]`);
      await row.waitFor();
      expect(await page.locator('[data-login-refused]').count()).toBe(0);
      const connect = (password: string): Promise<mqtt.MqttClient> =>
        mqtt.connectAsync(room.gateway().mqttUrl, { username: id, password, reconnectPeriod: 0 }, false);
      await expect(connect('a slip of the pen')).rejects.toMatchObject({ code: 5 });
      await row.locator('[data-login-refused]').waitFor();
      expect(await row.locator('[data-login-refused]').textContent()).toMatch(
        new RegExp(`^${words}\\d\\d:\\d\\d$`),
      );
      expect(await misfitsOf(page)).toEqual([]);
      expect(await violationsOf(page)).toEqual([]);
      await row.locator('a', { hasText: id }).click();
      const mark = page.locator('.device-page [data-login-refused]');
      await mark.waitFor();
      expect(await mark.textContent()).toMatch(new RegExp(`^${words}`));
      expect(await misfitsOf(page)).toEqual([]);
      expect(await violationsOf(page)).toEqual([]);
      const pager = await connect(secret);
      await mark.waitFor({ state: 'detached' });
      await pager.endAsync();
      await leaveSeat(seat);
    },
  );

  test('an admin imports a file: its faults are told by line, and the secrets can be taken away once', async () => {
    const seat = await room.takeSeat('admin');
    const { page } = seat;
    await page.evaluate("location.hash = '#/devices'");
    await page.getByRole('button', { name: '导入' }).click();
    const sheet = page.locator('.desk-sheet');
    const choose = (csv: string): Promise<void> =>
      sheet
        .locator('input[type=file]')
        .setInputFiles({ name: 'devices.csv', mimeType: 'text/csv', buffer: Buffer.from(csv) });
    await choose('\ufeffid;type;hub\nsmoke-8;smoke-alarm;hub-8\nhub-8;teapot;');
    await sheet.getByRole('button', { name: '检查' }).click();
    await sheet.getByText('2 处有问题，什么都没有登记', { exact: false }).waitFor();
    expect(await sheet.locator('tr.ant-table-row').nth(1).textContent()).toMatch(/^3type没有这种设备类型/);
    expect(await violationsOf(page)).toEqual([]);
    await choose('id;type;building\nsmoke-8;smoke-alarm;8栋\ngas-8;gas-detector;８ 栋');
    await sheet.getByRole('button', { name: '检查' }).click();
    await sheet.getByText('1 个新地点与另一处只差空格或全角半角', { exact: false }).waitFor();
    expect(await sheet.getByRole('listitem').first().textContent()).toContain('“８ 栋” 像 “8栋”');
    expect(await violationsOf(page)).toEqual([]);
    await choose('id;type;hub;building;household\nsmoke-8;smoke-alarm;hub-8;8栋;801\nhub-8;hub;;8栋;');
    await sheet.getByRole('button', { name: '检查' }).click();
    await sheet.getByText('没有问题：2 台可以登记').waitFor();
    expect(await sheet.getByRole('listitem').allTextContents()).toEqual([
      expect.stringContaining('8栋 801'),
      expect.stringContaining('8栋'),
    ]);
    expect(await violationsOf(page)).toEqual([]);
    await sheet.getByRole('button', { name: '登记这 2 台' }).click();
    await sheet.getByText('2 台已登记').waitFor();
    const [download] = await Promise.all([
      page.waitForEvent('download'),
      sheet.getByRole('button', { name: '下载密码表' }).click(),
    ]);
    const told = readFileSync(await download.path(), 'utf8')
      .trimEnd()
      .split('\r\n');
    expect(told).toHaveLength(3);
    const client = await mqtt.connectAsync(room.gateway().mqttUrl, {
      username: 'hub-8',
      password: told[2]?.split(',').at(-1) ?? '',
      clientId: 'hub-8',
    });
    await client.endAsync();
    expect(await violationsOf(page)).toEqual([]);
    await page.locator('tr[data-device=smoke-8]').waitFor();
    await leaveSeat(seat);
  });

  test('a supervisor takes one out for repair and puts it back; registering stays with the admin', async () => {
    const seat = await room.takeSeat('sun');
    const { page } = seat;
    await page.evaluate("location.hash = '#/devices/smoke-501'");
    await page.getByRole('button', { name: '管理设备' }).click();
    const sheet = page.locator('.desk-sheet');
    await sheet.getByLabel('原因').fill('等电池');
    await sheet.getByLabel('谁在现场', { exact: false }).fill('老周');
    expect(await violationsOf(page, '.desk-sheet')).toEqual([]);
    await sheet.getByRole('button', { name: '停用', exact: true }).click();
    await sheet.getByText('原因：等电池（孙组长），现场：老周').waitFor();
    expect((await device('smoke-501')).outOfService).toMatchObject({ reason: '等电池', onSite: '老周' });
    await sheet.getByRole('button', { name: '恢复使用' }).click();
    await sheet.getByLabel('原因').waitFor();
    expect((await device('smoke-501')).outOfService).toBeNull();
    expect(await sheet.getByText('由管理员操作').count()).toBe(1);
    expect(await sheet.getByRole('button', { name: '删除设备' }).count()).toBe(0);
    await page.evaluate("location.hash = '#/devices'");
    await page.locator('.devices tr[data-device]').first().waitFor();
    expect(await page.getByRole('button', { name: '登记设备' }).count()).toBe(0);
    await leaveSeat(seat);
  });

  test('an admin changes its name, gives it a new secret and removes it', async () => {
    const seat = await room.takeSeat('admin');
    const { page } = seat;
    await page.evaluate("location.hash = '#/devices/smoke-501'");
    await page.getByRole('button', { name: '管理设备' }).click();
    const sheet = page.locator('.desk-sheet');
    await sheet.getByLabel('名称（可不填）').fill('厨房烟感');
    await sheet.getByRole('button', { name: '保存' }).click();
    await sheet.getByText('已保存').waitFor();
    expect(await device('smoke-501')).toMatchObject({ name: '厨房烟感', place: { id: 'h-501' } });
    await sheet.getByRole('button', { name: '换新密码' }).click();
    await page.getByRole('button', { name: '确定' }).click();
    await sheet.locator('[data-secret]').waitFor();
    expect(await violationsOf(page, '.desk-sheet')).toEqual([]);
    await sheet.getByRole('button', { name: '删除设备' }).click();
    await page.getByRole('button', { name: '确定' }).last().click();
    await expect.poll(() => page.evaluate('location.hash')).toBe('#/devices');
    await expect(device('smoke-501')).rejects.toThrow('404');
    await leaveSeat(seat);
  });
});
