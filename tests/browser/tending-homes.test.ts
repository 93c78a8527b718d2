import { afterAll, beforeAll, expect, test } from 'vitest';
import { z } from 'zod';
import { Household, Presence } from '../../src/model/household.ts';
import { TestMode } from '../../src/model/test-mode.ts';
import { hasChromium } from '../chromium.ts';
import { optional } from '../optional.ts';
import { violationsOf } from './axe.ts';
import { leaveSeat, openRoom, type Room, type Seat } from './room.ts';

optional('Chromium', hasChromium)('looking after homes', () => {
  let room: Room;
  beforeAll(async () => {
    room = await openRoom();
    await room.pager('pager-501', '501');
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

  const open = async (seat: Seat, place: string) => {
    await seat.page.evaluate(`location.hash = '#/places/${place}'`);
    await seat.page.getByRole('button', { name: '住户与演练' }).click();
    return seat.page.locator('.desk-sheet');
  };

  test('a supervisor writes the card: what to know first, who lives there, whom to call in which order', async () => {
    const seat = await room.takeSeat('sun');
    const sheet = await open(seat, 'h-501');
    const card = sheet.getByRole('region', { name: '住户档案' });
    await card.getByLabel('独居').check();
    await card.getByRole('button', { name: '加一位' }).first().click();
    const resident = card.getByRole('group', { name: '住的人 1' });
    await resident.getByLabel('姓名').fill('张秀英');
    await resident.getByLabel('出生年份').fill('1938');
    for (const [index, name] of ['刘梅', '张伟'].entries()) {
      await card.getByRole('button', { name: '加一位' }).last().click();
      const contact = card.getByRole('group', { name: `联系人 ${index + 1}` });
      await contact.getByLabel('姓名').fill(name);
      await contact.getByLabel('电话').fill(`1380000000${index}`);
    }
    const second = card.getByRole('group', { name: '联系人 2' });
    await second.getByLabel('有钥匙').check();
    await second.getByLabel('电话').fill('没有电话');
    await card.getByRole('button', { name: '保存' }).click();
    await second.getByText('3 到 15 位数字', { exact: false }).waitFor();
    await second.getByLabel('电话').fill('１３８００００００01');
    await second.getByRole('button', { name: '往前' }).click();
    await card.getByLabel('备注', { exact: false }).fill('门口有台阶');
    expect(await violationsOf(seat.page)).toEqual([]);
    await card.getByRole('button', { name: '保存' }).click();
    await card.getByText('已保存').waitFor();
    expect(await room.api().get('/households/h-501', Household)).toMatchObject({
      warnings: ['lives-alone'],
      residents: [{ name: '张秀英', born: 1938 }],
      contacts: [
        { name: '张伟', phone: '13800000001', hasKey: true },
        { name: '刘梅', phone: '13800000000', hasKey: false },
      ],
      note: '门口有台阶',
    });
    await leaveSeat(seat);
  });

  test('an operator says that somebody is in hospital, reads the card and cannot change it', async () => {
    const seat = await room.takeSeat('li');
    const sheet = await open(seat, 'h-501');
    await sheet.getByLabel('住院').check();
    await sheet.getByRole('region', { name: '家里有人吗' }).getByRole('button', { name: '保存' }).click();
    await sheet.getByText('现在：住院').waitFor();
    const presence = await room.api().get('/households/h-501/presence', Presence);
    expect(presence).toMatchObject({ state: 'hospital', by: 'li' });
    expect((presence.until ?? 0) - presence.since).toBeGreaterThan(6 * 86_400_000);
    const card = sheet.getByRole('region', { name: '住户档案' });
    expect(await card.getByLabel('姓名').first().isDisabled()).toBe(true);
    expect(await card.getByRole('button', { name: '保存' }).count()).toBe(0);
    await leaveSeat(seat);
  });

  test('a supervisor puts detectors of a building under test, and anybody ends it', async () => {
    const running = () => room.api().get('/test-modes', z.object({ testModes: z.array(TestMode) }));
    const seat = await room.takeSeat('sun');
    const sheet = await open(seat, 'b-3');
    await sheet.getByLabel('哪些设备').click();
    await seat.page.getByTitle('烟雾报警器').last().click();
    await seat.page.keyboard.press('Escape');
    await sheet.getByLabel('谁在现场').fill('老周');
    await sheet.getByRole('button', { name: '开始演练' }).click();
    await sheet.locator('[data-test-mode]').waitFor();
    expect((await running()).testModes).toMatchObject([
      { place: 'b-3', types: ['smoke-alarm'], onSite: '老周', by: 'sun' },
    ]);
    expect(await violationsOf(seat.page)).toEqual([]);
    await leaveSeat(seat);

    const operator = await room.takeSeat('zhao');
    // The home lies in the building: its test is told there too.
    const beside = await open(operator, 'h-501');
    expect(await beside.getByRole('button', { name: '开始演练' }).count()).toBe(0);
    await beside.getByRole('button', { name: '结束演练' }).click();
    await beside.getByText('这里没有演练').waitFor();
    expect((await running()).testModes).toEqual([]);
    await leaveSeat(operator);
  });
});
