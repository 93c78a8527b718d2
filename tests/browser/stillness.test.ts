import { afterAll, beforeAll, expect, test } from 'vitest';
import { hasChromium } from '../chromium.ts';
import { optional } from '../optional.ts';
import { home, leaveSeat, openRoom, type Room, type Seat } from './room.ts';

const sections = (seat: Seat): Promise<readonly (string | null)[]> =>
  seat.board
    .locator('[data-section]')
    .evaluateAll((parts) => parts.map((part) => part.getAttribute('data-section')));

optional('Chromium', hasChromium)('the list under a hand', () => {
  let room: Room;
  beforeAll(async () => {
    room = await openRoom();
  });
  afterAll(() => room?.leave());

  test('moves on as soon as the mouse has gone, also where what was under the mouse went first', async () => {
    const pager = await room.pager('pager-203', '203');
    const seat = await room.takeSeat('zhao');
    await seat.board.getByText('没有警情', { exact: true }).hover();
    await pager.press();
    await seat.call('203').getByRole('button', { name: '接警' }).click();
    await seat.detail.getByLabel('误按').check();
    await seat.detail.getByLabel('已和本人说上话').check();
    await seat.detail.getByRole('button', { name: '结案', exact: true }).click();
    await seat.board.getByText('没有警情', { exact: true }).waitFor();
    await leaveSeat(seat);
  });

  test('stands still, moves on once the mouse was left lying there, and then takes no click that meets another row', async () => {
    const [low, medium] = [await room.pager('pager-201', '201'), await room.pager('pager-202', '202')];
    await low.measure({ battery: 15 });
    const seat = await room.takeSeat('li', { ownClock: true });
    const { page, board, detail } = seat;
    await seat.row('201').hover();
    await medium.say('tamper');
    await board.getByRole('status').getByText('列表已为您的操作停住').waitFor();
    expect(await sections(seat)).toEqual(['low', 'arrivals']);

    await page.clock.fastForward(61_000);
    await expect.poll(() => sections(seat)).toEqual(['medium', 'low']);
    await page.mouse.down();
    await page.mouse.up();
    await board.getByRole('status').getByText('这一下没有算').waitFor();
    expect(await detail.count()).toBe(0);
    await page.mouse.down();
    await page.mouse.up();
    await detail.getByRole('heading', { name: home('202').text }).waitFor();
    await leaveSeat(seat);
  });

  test('takes no click that was made on the picture before, while a busy page had already laid its rows anew', async () => {
    const [low, medium] = [await room.pager('pager-204', '204'), await room.pager('pager-205', '205')];
    await low.measure({ battery: 15 });
    const seat = await room.takeSeat('li');
    const { page, board, detail } = seat;
    const title = seat.row('204').locator('.title');
    await title.waitFor();
    await seat.strip.hover({ position: { x: 2, y: 2 } });
    const { x, y, height } = (await title.boundingBox()) ?? { x: 0, y: 0, height: 0 };
    // The page stands still between laying out the row that comes and drawing it, until it has been pressed.
    await page.evaluate(`new MutationObserver((_, observer) => {
      if (!document.querySelector('.board').textContent.includes('205')) return;
      observer.disconnect();
      console.log('laid out');
      const until = performance.now() + 10_000;
      while (performance.now() < until && !navigator.scheduling.isInputPending());
    }).observe(document.querySelector('.board'), { childList: true, subtree: true, characterData: true })`);
    const hand = await seat.context.newCDPSession(page);
    const laidOut = page.waitForEvent('console', (message) => message.text() === 'laid out');
    await medium.say('tamper');
    await laidOut;
    const at = { x: x + 8, y: y + height / 2 };
    const press = { ...at, button: 'left', clickCount: 1 } as const;
    await Promise.all([
      hand.send('Input.dispatchMouseEvent', { type: 'mouseMoved', ...at }),
      hand.send('Input.dispatchMouseEvent', { type: 'mousePressed', ...press }),
      hand.send('Input.dispatchMouseEvent', { type: 'mouseReleased', ...press }),
    ]);
    await board
      .getByRole('status')
      .getByText('这一下没有算')
      .or(detail.getByRole('heading', { name: '幸福社区' }))
      .waitFor();
    expect(await detail.getByRole('heading', { name: '幸福社区' }).allTextContents()).toEqual([]);
    await title.click();
    await detail.getByRole('heading', { name: home('204').text }).waitFor();
    await leaveSeat(seat);
  });
});
