import type { Page } from 'playwright-core';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { z } from 'zod';
import { hasChromium } from '../chromium.ts';
import { optional } from '../optional.ts';
import { tone } from './loudspeaker.ts';
import { leaveSeat, openRoom, type Room } from './room.ts';

const Numbered = z.object({ type: z.literal('change'), seq: z.number() });

/** Keeps the number of every change that comes over any line of the page, and whether a line began with a snapshot. */
const followLines = (page: Page) => {
  const lines: { readonly url: string; readonly types: string[] }[] = [];
  const changes: number[] = [];
  page.on('websocket', (socket) => {
    const types: string[] = [];
    lines.push({ url: socket.url(), types });
    socket.on('framereceived', ({ payload }) => {
      const message: unknown = JSON.parse(String(payload));
      types.push(z.object({ type: z.string() }).parse(message).type);
      const change = Numbered.safeParse(message);
      if (change.success) changes.push(change.data.seq);
    });
  });
  return { lines, changes };
};

optional('Chromium', hasChromium)('a seat whose gateway dies', () => {
  let room: Room;
  beforeAll(async () => {
    room = await openRoom();
  });
  afterAll(() => room?.leave());

  test('says within 5 s that it may be stale, sounds and calls itself blind after 15 s, and shows what happened meanwhile once it is back, nothing twice', async () => {
    const [before, meanwhile] = [await room.pager('pager-101', '101'), await room.pager('pager-102', '102')];
    const seat = await room.visit();
    const { page, board } = seat;
    const { lines, changes } = followLines(page);
    await room.logIn(page, 'li');
    await page.locator('[data-health=live]').waitFor();
    await before.press();
    await seat.call('101').getByRole('button', { name: '接警' }).click();
    await seat.panel.waitFor({ state: 'detached' });
    await seat.sounds('');

    await room.cutPower();
    const cutAt = performance.now();
    await page.getByRole('alert').filter({ hasText: '列表可能不是最新' }).waitFor({ timeout: 5_000 });
    // Nothing that it said before is taken for the state of things now.
    const stands = seat.strip.locator('[data-room]');
    expect(await stands.textContent()).toMatch(/席位未知.*录音未知.*网关状态未知/);
    expect(await stands.locator('.good, .bad').count()).toBe(0);
    const pressed = meanwhile.press();
    await page.getByRole('alert').filter({ hasText: '看不到警情' }).waitFor({ timeout: 20_000 });
    // The last word of the gateway was at most as old as a tick is long when it died.
    expect(performance.now() - cutAt).toBeGreaterThan(9_000);
    await seat.sounds('blind');
    await tone(page);
    await seat.row('101').waitFor();

    await room.restart();
    await pressed;
    await page.locator('[data-health=live]').waitFor();
    await seat.call('102').waitFor();
    await seat.sounds('sos');
    await page.locator('[data-banner]').waitFor({ state: 'detached' });
    await stands.locator('[data-gateway=well], [data-gateway=warned]').waitFor();
    for (const door of ['101', '102']) expect(await seat.row(door).count()).toBe(1);
    expect(await board.getByText(/\d 次/).count()).toBe(0);
    expect(new Set(changes).size).toBe(changes.length);
    const resumed = lines.at(-1);
    expect(resumed?.url).toContain('after=');
    expect(resumed?.types).not.toContain('snapshot');
    await leaveSeat(seat);
  });

  test('says so within 5 s also where the line falls silent without closing, and takes it back with the next word', async () => {
    const seat = await room.takeSeat('li', { lateFeed: true, ownClock: true });
    await seat.page.locator('[data-health=live]').waitFor();
    seat.feed.hold();
    await seat.page.clock.runFor(5_000);
    await seat.page.locator('[data-banner=stale]').waitFor();
    seat.feed.release();
    await seat.page.locator('[data-health=live]').waitFor();
    await seat.page.locator('[data-banner=stale]').waitFor({ state: 'detached' });
    await leaveSeat(seat);
  });
});
