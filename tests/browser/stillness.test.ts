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
});
