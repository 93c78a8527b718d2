import { afterAll, beforeAll, expect, test } from 'vitest';
import { hasChromium } from '../chromium.ts';
import { optional } from '../optional.ts';
import { home, leaveSeat, openRoom, type Room } from './room.ts';

optional('Chromium', hasChromium)('a note that is typed and not saved', () => {
  let room: Room;
  beforeAll(async () => {
    room = await openRoom();
  });
  afterAll(() => room?.leave());

  test('is there again with its alert after a reload, is saved before the alert is closed, and where it cannot be saved nothing is closed', async () => {
    const pager = await room.pager('pager-901', '901');
    const seat = await room.takeSeat('li');
    const { page, detail } = seat;
    await pager.press();
    await seat.call('901').getByRole('button', { name: '接警' }).click();
    await detail.getByLabel('对方说什么').fill('头晕');
    await detail.getByLabel('约定什么').fill('女儿马上到');
    await detail.getByLabel('已提供帮助').check();
    await detail.getByLabel('已和本人说上话').check();
    await page.reload();
    await detail.getByRole('heading', { name: home('901').text }).waitFor();
    expect(await detail.getByLabel('对方说什么').inputValue()).toBe('头晕');
    expect(await detail.getByLabel('约定什么').inputValue()).toBe('女儿马上到');
    expect(await detail.getByLabel('已提供帮助').isChecked()).toBe(true);
    expect(await page.evaluate('JSON.stringify(localStorage)')).not.toContain('头晕');

    const close = detail.getByRole('button', { name: '结案', exact: true });
    await page.route('**/comment', (route) => route.abort());
    await close.click();
    await detail.getByText('记录没有保存，所以没有结案。 网关联系不上').waitFor();
    expect(await detail.getByLabel('对方说什么').inputValue()).toBe('头晕');
    expect(await detail.getAttribute('data-state')).not.toBe('closed');

    await page.unroute('**/comment');
    await close.click();
    await detail.getByText('已结案：已提供帮助').waitFor();
    await detail
      .getByRole('list', { name: '经过' })
      .getByText('对方说什么：头晕 约定什么：女儿马上到')
      .waitFor();
    await expect.poll(() => page.evaluate('JSON.stringify(sessionStorage)')).not.toContain('头晕');
    await leaveSeat(seat);
  });
});
