import { afterAll, beforeAll, expect, test } from 'vitest';
import { hasChromium } from '../chromium.ts';
import { optional } from '../optional.ts';
import { leaveSeat, openRoom, type Room } from './room.ts';

optional('Chromium', hasChromium)('whoever has taken an emergency', () => {
  let room: Room;
  beforeAll(async () => {
    room = await openRoom();
  });
  afterAll(() => room?.leave());

  test('sees until when something must be done, is warned before leaving, and sees at once that it is closed', async () => {
    const pager = await room.pager('pager-701', '701');
    const seat = await room.takeSeat('li');
    const { page, detail } = seat;
    await pager.press();
    await seat.call('701').getByRole('button', { name: '接警' }).click();
    await detail.getByText('内请记录或派人').waitFor();
    await seat.row('701').getByText('内请记录或派人').waitFor();
    await detail.locator('.dispatch').getByRole('button', { name: '已出发' }).first().click();
    await detail.getByText('内请记录或派人').waitFor({ state: 'detached' });
    await detail.getByRole('list', { name: '经过' }).getByText('李姐').first().waitFor();

    await page.getByRole('button', { name: '退出' }).click();
    const warning = page.getByRole('alertdialog', { name: '您手上还有 1 起已接的紧急警情' });
    await warning.getByRole('button', { name: '留下处理' }).click();
    await warning.waitFor({ state: 'detached' });

    for (const fumes of ['误报：做饭油烟', '误报：水汽', '误报：灰尘'])
      expect(await detail.getByLabel(fumes).count()).toBe(0);
    await detail.getByLabel('误按').check();
    await detail.getByLabel('已和本人说上话').check();
    await detail.getByRole('button', { name: '结案', exact: true }).click();
    const ended = detail.getByText('已结案：误按');
    await ended.waitFor();
    await expect.poll(() => detail.evaluate((pane) => pane.scrollTop)).toBe(0);
    await page.getByRole('button', { name: '退出' }).click();
    await page.getByRole('button', { name: '登录', exact: true }).waitFor();
    await leaveSeat(seat);
  });

  test('sees of what is set aside until when, by whom and why', async () => {
    const pager = await room.pager('pager-703', '703');
    const seat = await room.takeSeat('li');
    const { board, detail } = seat;
    await pager.say('tamper');
    await seat.row('703').getByRole('button', { name: '设备被拆' }).click();
    await detail.getByLabel('为什么搁置').fill('换电池时拆开过');
    await detail.getByRole('button', { name: '30 分钟' }).click();
    await board.getByRole('button', { name: '搁置 / 抑制 / 停用' }).click();
    await seat
      .row('703')
      .getByText(/李姐 搁置至 \d\d:\d\d · 换电池时拆开过/)
      .waitFor();
    await leaveSeat(seat);
  });

  test('a button that has only just come under the hand takes nothing and does not look as if it did', async () => {
    const pager = await room.pager('pager-702', '702');
    const seat = await room.takeSeat('zhao', { ownClock: true });
    const { page, detail } = seat;
    // So much later that the page has not come to it before it hears of it.
    await page.clock.pauseAt(Date.now() + 5_000);
    await pager.press();
    const button = seat.call('702').locator('[data-take]');
    const seen = await button.evaluate((one) => ({
      waits: one.getAttribute('aria-disabled'),
      ground: one.ownerDocument.defaultView?.getComputedStyle(one).backgroundColor,
    }));
    expect(seen).toEqual({ waits: 'true', ground: 'rgba(0, 0, 0, 0)' });
    await button.focus();
    await page.keyboard.press('Enter');
    await page.clock.runFor(700);
    expect(await button.getAttribute('aria-disabled')).toBe('true');
    expect(await detail.count()).toBe(0);
    await page.clock.runFor(200);
    await button.and(page.locator('[aria-disabled=false]')).waitFor();
    await page.keyboard.press('Enter');
    await detail.waitFor();
    await leaveSeat(seat);
  });
});

optional('Chromium', hasChromium)('a browser that asks for English', () => {
  let room: Room;
  beforeAll(async () => {
    room = await openRoom();
  });
  afterAll(() => room?.leave());

  test('gets the page in English, and in Chinese from then on once somebody has chosen that', async () => {
    const seat = await room.visit({ locale: 'en-GB' });
    const { page } = seat;
    await page.getByRole('button', { name: 'Log in', exact: true }).waitFor();
    await page.getByRole('button', { name: '中文' }).click();
    await page.reload();
    await page.getByRole('button', { name: '登录', exact: true }).waitFor();
    await leaveSeat(seat);
  });
});
