import type { Locator } from 'playwright-core';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { z } from 'zod';
import { hasChromium } from '../chromium.ts';
import { optional } from '../optional.ts';
import { home, leaveSeat, openRoom, type Pager, type Room, type Seat } from './room.ts';

const doors = ['101', '102', '103', '104', '105', '106', '107', '108'] as const;

/** Of each take button of what rings: whether it lies whole within the screen and what is scrolled into view, and whether a click on its middle meets it. */
const buttons = (panel: Locator): Promise<readonly { readonly seen: boolean; readonly met: boolean }[]> =>
  panel.locator('[data-take]').evaluateAll((all) =>
    all.map((button) => {
      const { top, bottom, left, right } = button.getBoundingClientRect();
      const page = button.ownerDocument;
      const view = button.closest('.calls')?.getBoundingClientRect();
      const seen =
        view !== undefined &&
        top >= view.top - 1 &&
        bottom <= view.bottom + 1 &&
        bottom <= page.documentElement.clientHeight &&
        right <= page.documentElement.clientWidth;
      const hit = page.elementFromPoint((left + right) / 2, (top + bottom) / 2);
      return { seen, met: hit !== null && button.contains(hit) };
    }),
  );

/** How many the panel says are out of sight; asked at one go, as the bar that says it may go at any time. */
const announced = ({ panel }: Seat): Promise<number> =>
  panel
    .locator('.out-of-sight')
    .evaluateAll((bars) =>
      bars.reduce(
        (all, bar) => all + Number(bar.getAttribute('data-above')) + Number(bar.getAttribute('data-below')),
        0,
      ),
    );

/** Every button can be clicked where it is, or is counted among those out of sight. */
const nothingIsHidden = async (seat: Seat, ringing: number): Promise<void> => {
  await expect
    .poll(async () => {
      const all = await buttons(seat.panel);
      const seen = all.filter((one) => one.seen);
      return {
        ringing: all.length,
        covered: seen.filter((one) => !one.met).length,
        unannounced: all.length - seen.length - (await announced(seat)),
      };
    })
    .toEqual({ ringing, covered: 0, unannounced: 0 });
};

optional('Chromium', hasChromium)('eight calls for help and a flood', () => {
  let room: Room;
  let seat: Seat;
  beforeAll(async () => {
    room = await openRoom();
    const pagers: Pager[] = [];
    for (const [at, door] of doors.entries()) {
      pagers.push(await room.pager(`pager-${door}`, door));
      await room.api().put(
        `/households/h-${door}`,
        {
          place: `h-${door}`,
          warnings: ['dementia', 'lives-alone'],
          residents: [{ name: `王秀英${at + 1}`, born: 1941 }],
          contacts: [{ name: '王芳', relation: '女儿', phone: '13800001234', hasKey: true }],
        },
        z.unknown(),
      );
    }
    seat = await room.takeSeat('li');
    for (const pager of pagers) await pager.press();
    for (const door of ['201', '202', '203']) await (await room.pager(`pager-${door}`, door)).say('tamper');
    await seat.page.locator('[data-banner=flood]').waitFor();
  });
  afterAll(async () => {
    await leaveSeat(seat);
    await room?.leave();
  });

  test('are all on the screen of a small monitor, each with its place, who lives there, what must be known and a button that nothing covers', async () => {
    await nothingIsHidden(seat, doors.length);
    for (const [at, door] of doors.entries()) {
      const call = seat.call(door);
      for (const said of [home(door).text, `王秀英${at + 1}`, '失智', '独居'])
        await call.getByText(said, { exact: true }).waitFor();
    }
    // Also with the last card, which makes its call higher: they stand closer from the next picture on.
    await expect
      .poll(async () => (await buttons(seat.panel)).filter(({ seen }) => seen).length)
      .toBe(doors.length);
  });

  test('are counted, and reached by a click or two, where they cannot all be on the screen', async () => {
    await seat.page.setViewportSize({ width: 1366, height: 420 });
    await nothingIsHidden(seat, doors.length);
    const out = await announced(seat);
    expect(out).toBeGreaterThan(0);
    await seat.panel.getByRole('button', { name: `还有 ${out} 起在下方` }).waitFor();
    for (const [name, last] of [
      ['起在下方', -1],
      ['起在上方', 0],
    ] as const) {
      const on = seat.panel.getByRole('button', { name });
      while ((await on.count()) > 0) {
        const before = await on.allTextContents();
        await on.click();
        await expect.poll(() => on.allTextContents()).not.toEqual(before);
        await nothingIsHidden(seat, doors.length);
      }
      expect((await buttons(seat.panel)).at(last)).toEqual({ seen: true, met: true });
    }
    await seat.page.setViewportSize({ width: 1366, height: 768 });
  });

  test('stay on the screen beside an alert that is being dealt with, and the flood can be waved away', async () => {
    await seat.call('101').getByRole('button', { name: '接警' }).click();
    await seat.detail.getByRole('heading', { name: home('101').text }).waitFor();
    await nothingIsHidden(seat, doors.length - 1);
    await seat.page.keyboard.press('Escape');
    await seat.panel.and(seat.page.locator('.shrunk')).waitFor();
    await nothingIsHidden(seat, doors.length - 1);
    const flood = seat.page.locator('[data-banner=flood]');
    await flood.getByText('先看紧急的').waitFor();
    // The desk that saw it begin at ten says the same as one that comes later, and as the wall.
    const late = await room.takeSeat('zhao');
    const wall = await late.context.newPage();
    await wall.goto(`${room.gateway().url}/wall`);
    for (const page of [seat.page, late.page, wall])
      await page.locator('[data-banner=flood]').getByText('现有 11 起未结').waitFor();
    await leaveSeat(late);
    for (const door of doors.slice(1, -1)) {
      await seat
        .call(door)
        .getByRole('button', { name: '接警' })
        .and(seat.page.locator('[aria-disabled=false]'))
        .click();
      await seat.call(door).waitFor({ state: 'detached' });
    }
    await seat
      .call('108')
      .getByRole('button', { name: '接警' })
      .and(seat.page.locator('[aria-disabled=false]'))
      .click();
    await flood.getByText('紧急的都已接').waitFor();
    await flood.getByRole('button', { name: '知道了' }).click();
    await flood.waitFor({ state: 'detached' });
  });
});
