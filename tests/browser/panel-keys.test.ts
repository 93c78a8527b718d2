import type { Locator } from 'playwright-core';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { z } from 'zod';
import { hasChromium } from '../chromium.ts';
import { optional } from '../optional.ts';
import { home, leaveSeat, openRoom, type Room, type Seat } from './room.ts';

const doors = ['801', '802', '803'] as const;

/** Which call Enter would answer, by what can be seen: the one with a frame, where there is exactly one. */
const framed = async ({ panel }: Seat): Promise<string | undefined> => {
  const all = await panel
    .locator('.call')
    .evaluateAll((calls) =>
      calls
        .filter((call) => call.ownerDocument.defaultView?.getComputedStyle(call).outlineStyle === 'solid')
        .map((call) => call.querySelector('.place')?.textContent ?? ''),
    );
  return all.length === 1 ? doors.find((door) => all[0]?.includes(home(door).text)) : undefined;
};

const linesOf = (text: Locator): Promise<number> =>
  text.evaluate((element) => {
    const range = element.ownerDocument.createRange();
    range.selectNodeContents(element);
    return new Set([...range.getClientRects()].map(({ top }) => Math.round(top))).size;
  });

const ready = (seat: Seat, door: string): Promise<void> =>
  seat.call(door).locator('[data-take][aria-disabled=false]').waitFor();

optional('Chromium', hasChromium)('the keys over what rings', () => {
  let room: Room;
  beforeAll(async () => {
    room = await openRoom({ env: { ZHISHOU_EMERGENCY_ESCALATE_AFTER_MS: '1000' } });
  });
  afterAll(() => room?.leave());

  test('walk its calls and answer the one that is framed, also where a click has left the keyboard nowhere, and nothing behind it', async () => {
    const tampered = await room.pager('pager-804', '804');
    const seat = await room.takeSeat('li');
    const { page, detail, panel } = seat;
    await tampered.say('tamper');
    await seat.row('804').waitFor();
    for (const door of doors) {
      await (await room.pager(`pager-${door}`, door)).press();
      await seat.call(door).waitFor();
    }
    // What grows when it is late and escalated may move its button, which then waits until it can be meant again.
    for (const door of doors) {
      await seat.call(door).locator('[data-late=true]').waitFor();
      await seat.call(door).getByText('已升级').first().waitFor();
    }
    await expect.poll(() => framed(seat)).toBe('801');
    for (const [key, door] of [
      ['j', '802'],
      ['j', '803'],
      ['k', '802'],
    ] as const) {
      await page.keyboard.press(key);
      await expect.poll(() => framed(seat)).toBe(door);
    }
    await ready(seat, '802');
    await page.keyboard.press('Enter');
    await detail.getByRole('heading', { name: home('802').text }).waitFor();
    await seat.call('802').waitFor({ state: 'detached' });

    // Beside the open detail there is little room: overdue in one line, escalated said once.
    for (const door of ['801', '803']) {
      const call = seat.call(door);
      await call.locator('[data-late=true]').waitFor();
      await expect.poll(() => call.getByText('已升级').count()).toBe(1);
      await expect.poll(() => linesOf(call.locator('.hint'))).toBe(1);
    }

    await detail.getByRole('button', { name: '关闭窗口 (Esc)' }).click();
    await panel.locator('h2').click();
    await expect.poll(() => framed(seat)).toBe('801');
    await page.keyboard.press('j');
    await panel.locator('h2').click();
    await expect.poll(() => framed(seat)).toBe('803');
    await ready(seat, '803');
    await page.keyboard.press('Enter');
    await detail.getByRole('heading', { name: home('803').text }).waitFor();
    await seat.call('801').waitFor();
    const tamper = await room
      .api()
      .get(
        '/alerts?device=pager-804',
        z.object({ alerts: z.array(z.object({ acknowledged: z.boolean() })) }),
      );
    expect(tamper.alerts).toEqual([{ acknowledged: false }]);
    await leaveSeat(seat);
  });
});
