import { afterAll, beforeAll, expect, test } from 'vitest';
import { z } from 'zod';
import { User } from '../../src/model/user.ts';
import { hasChromium } from '../chromium.ts';
import { optional } from '../optional.ts';
import { violationsOf } from './axe.ts';
import { leaveSeat, openRoom, type Room } from './room.ts';

optional('Chromium', hasChromium)('the page of people', () => {
  let room: Room;
  const person = (id: string): Promise<User> => room.api().get(`/users/${id}`, User);
  beforeAll(async () => {
    room = await openRoom();
    await room.pager('pager-501', '501');
  });
  afterAll(() => room?.leave());

  test('lets an admin make somebody with a role and a place, who can log in, and keeps a disabled one out', async () => {
    const seat = await room.takeSeat('admin');
    const { page } = seat;
    await page.keyboard.press('9');
    const rows = page.locator('.people-page tr.ant-table-row');
    await rows.first().waitFor();
    expect(await violationsOf(page)).toEqual([]);
    await page.getByRole('button', { name: '新增人员' }).click();
    const sheet = page.locator('.desk-sheet');
    await sheet.getByRole('button', { name: '保存' }).click();
    await sheet.getByText('必填').first().waitFor();
    expect(await violationsOf(page)).toEqual([]);
    await sheet.getByLabel('用户名', { exact: false }).fill('sun');
    await sheet.getByLabel('姓名').fill('孙组长');
    await sheet.getByLabel('值班长', { exact: false }).check();
    await sheet.getByLabel('看得到的地点', { exact: false }).fill('3栋');
    await page.locator('.ant-select-tree-title', { hasText: '3栋' }).click();
    await sheet.getByLabel('密码', { exact: false }).fill(room.passwordOf('sun'));
    await sheet.getByRole('button', { name: '保存' }).click();
    await page.getByText('已保存：孙组长').waitFor();
    expect(await person('sun')).toMatchObject({ name: '孙组长', role: 'supervisor', places: ['b-3'] });
    const other = await room.takeSeat('sun');
    await leaveSeat(other);

    const row = rows.filter({ hasText: '孙组长' });
    await row.getByRole('button', { name: '停用' }).click();
    await page.getByRole('button', { name: '确定' }).click();
    await row.getByText('已停用').waitFor();
    expect(await person('sun')).toMatchObject({ disabled: true });
    await row.getByRole('button', { name: '删除' }).click();
    await page.getByRole('button', { name: '确定' }).last().click();
    await page.getByText('已删除：孙组长').waitFor();
    await expect.poll(() => rows.count()).toBe(3);
    await leaveSeat(seat);
  });

  test('says why the last admin stays', async () => {
    const seat = await room.takeSeat('admin');
    const { page } = seat;
    await page.evaluate("location.hash = '#/people'");
    const row = page.locator('.people-page tr.ant-table-row').filter({ hasText: '管理员' });
    await row.getByRole('button', { name: '停用' }).click();
    await page.getByRole('button', { name: '确定' }).click();
    await page.getByRole('alert').getByText('最后一位启用中的管理员').waitFor();
    expect(await person('admin')).toMatchObject({ disabled: false });
    await leaveSeat(seat);
  });

  test('is not for an operator, whatever the address says', async () => {
    const seat = await room.takeSeat('li');
    const { page } = seat;
    await page.evaluate("location.hash = '#/people'");
    await page.getByText('人员由管理员管理').waitFor();
    expect(await page.locator('.people-page button').count()).toBe(0);
    await leaveSeat(seat);
    expect(z.array(z.string()).parse(seat.broken)).toEqual([]);
  });
});
