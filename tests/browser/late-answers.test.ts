import { afterAll, beforeAll, expect, test } from 'vitest';
import { z } from 'zod';
import { hasChromium } from '../chromium.ts';
import { optional } from '../optional.ts';
import { home, leaveSeat, openRoom, type Room } from './room.ts';

optional('Chromium', hasChromium)('a seat whose answers come late, or not at all', () => {
  let room: Room;
  beforeAll(async () => {
    room = await openRoom();
  });
  afterAll(() => room?.leave());

  test('asks again by itself for the card of the home and for what happened, which it could not read when the call was opened', async () => {
    const pager = await room.pager('pager-101', '101');
    await room
      .api()
      .put(
        '/households/h-101',
        { place: 'h-101', warnings: [], residents: [{ name: '张桂芳' }], contacts: [] },
        z.unknown(),
      );
    const seat = await room.takeSeat('li');
    const { page, detail } = seat;
    const read = /\/api\/v1\/(alerts|households)\/[^/?]+$/;
    await page.route(read, (route) => route.abort());
    await pager.press();
    await seat.call('101').getByRole('button', { name: '接警' }).click();
    await detail.getByRole('heading', { name: home('101').text }).waitFor();
    await detail.locator('.household.absent').waitFor();
    await page.unroute(read);
    await detail.locator('.household').getByText('张桂芳').waitFor();
    await detail.getByRole('list', { name: '经过' }).getByText('李姐').first().waitFor();
    await leaveSeat(seat);
  });

  test('shows what the feed told last of an open call, whatever an older answer says', async () => {
    const pager = await room.pager('pager-102', '102');
    const seat = await room.takeSeat('li');
    const { page, detail } = seat;
    await pager.press();
    await seat.call('102').getByRole('button', { name: '接警' }).click();
    await detail.getByRole('list', { name: '经过' }).getByText('李姐').first().waitFor();
    const { alerts } = await room
      .api()
      .get('/alerts?device=pager-102', z.object({ alerts: z.array(z.object({ id: z.string() })) }));
    const id = alerts[0]?.id ?? '';
    const held = Promise.withResolvers<void>();
    await page.route(`**/api/v1/alerts/${id}`, async (route) => {
      await held.promise;
      await route.continue();
    });
    await room.api().post(`/alerts/${id}/family-informed`, {}, z.unknown());
    await detail.locator('[data-verb=family-informed].done').waitFor();
    held.resolve();
    await page.unrouteAll({ behavior: 'wait' });
    await leaveSeat(seat);
  });

  test('saves a note once, however often its key is pressed before the answer, and leaves nothing of it to be saved again in a detail that was opened meanwhile', async () => {
    const pager = await room.pager('pager-103', '103');
    const seat = await room.takeSeat('li');
    const { page, detail } = seat;
    await pager.press();
    await seat.call('103').getByRole('button', { name: '接警' }).click();
    const field = detail.getByLabel('对方说什么');
    await field.fill('头晕');
    let saved = 0;
    const held = Promise.withResolvers<void>();
    await page.route('**/comment', async (route) => {
      saved += 1;
      await held.promise;
      await route.continue();
    });
    await field.focus();
    await page.keyboard.down('Control');
    for (let times = 0; times < 3; times += 1) await page.keyboard.down('Enter');
    await page.keyboard.up('Enter');
    await page.keyboard.up('Control');
    await detail.getByRole('button', { name: '发送中' }).waitFor();
    await detail.getByRole('button', { name: '关闭' }).click();
    await seat.row('103').locator('.title').click();
    await field.waitFor();
    held.resolve();
    await detail.getByRole('list', { name: '经过' }).getByText('对方说什么：头晕').waitFor();
    await expect.poll(() => field.inputValue()).toBe('');
    await page.unrouteAll({ behavior: 'wait' });
    expect(saved).toBe(1);
    await leaveSeat(seat);
  });

  test('takes a key that is held down for one press', async () => {
    const seat = await room.takeSeat('li');
    const { page } = seat;
    await page.locator('body').press('Escape');
    for (let times = 0; times < 2; times += 1) await page.keyboard.down('?');
    await page.keyboard.up('?');
    await page.locator('.sheet').waitFor();
    await page.locator('body').press('?');
    await page.locator('.sheet').waitFor({ state: 'detached' });
    await leaveSeat(seat);
  });

  test('keeps what is typed for a hand-over when the session ends under it', async () => {
    const seat = await room.takeSeat('li');
    const { page } = seat;
    await seat.strip.getByRole('button', { name: '交接班', exact: true }).click();
    await page.getByRole('button', { name: '上岗', exact: true }).click();
    const note = page.getByLabel('交班备注（可不填）');
    await note.fill('101 的女儿在路上');
    const refused = page.waitForResponse(
      (response) => response.url().endsWith('/shifts') && response.status() === 401,
    );
    await room.api().patch('/users/li', { password: room.passwordOf('li') }, z.unknown());
    const login = page.getByRole('region', { name: '值班登录' });
    await login.getByText('登录已过期').waitFor();
    await refused;
    await room.logIn(page, 'li');
    await login.waitFor({ state: 'detached' });
    await page.locator('[data-health=live]').waitFor();
    await note.waitFor();
    expect(await note.inputValue()).toBe('101 的女儿在路上');
    await leaveSeat(seat);
  });

  test('shows what lies before a shift also where every answer takes longer than the next question', async () => {
    const seat = await room.takeSeat('li', { ownClock: true });
    const { page } = seat;
    let asked = 0;
    const held = Promise.withResolvers<void>();
    await page.route('**/shifts/current/summary', async (route) => {
      asked += 1;
      if (asked > 1) return;
      await held.promise;
      await route.continue();
    });
    await seat.strip.getByRole('button', { name: '交接班', exact: true }).click();
    await page.locator('[data-page=shift] h1').waitFor();
    await expect.poll(() => asked).toBeGreaterThanOrEqual(1);
    await page.clock.fastForward(10_500);
    // A line that such a leap has broken is another reason to ask.
    await expect.poll(() => asked).toBeGreaterThanOrEqual(2);
    held.resolve();
    await page.locator('dl.items').waitFor();
    await page.unrouteAll({ behavior: 'ignoreErrors' });
    await leaveSeat(seat);
  });
});
