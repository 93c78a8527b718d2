import type { Page } from 'playwright-core';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { z } from 'zod';
import { hasChromium } from '../chromium.ts';
import { optional } from '../optional.ts';
import { home, leaveSeat, openRoom, type Room } from './room.ts';

// Runs in the page. A browser that is driven believes every page to be in front: the page is told otherwise as a desk would tell it.
const putBehind = (behind: boolean): string => `(() => {
  Object.defineProperty(document, 'visibilityState', { configurable: true, get: () => '${behind ? 'hidden' : 'visible'}' });
  Object.defineProperty(document, 'hidden', { configurable: true, get: () => ${behind} });
  document.dispatchEvent(new Event('visibilitychange'));
})()`;

// Runs in the page: what it tells the desktop, and whether that was taken back.
const noteNotices = `(() => {
  const Real = Notification;
  globalThis.notices = [];
  globalThis.Notification = class extends Real {
    constructor(title, options) {
      super(title, options);
      this.noted = { title, body: options.body, closed: false };
      globalThis.notices.push(this.noted);
    }
    close() {
      this.noted.closed = true;
      super.close();
    }
  };
})()`;

const Open = z.object({
  alerts: z.array(z.object({ id: z.string(), firstShownAt: z.number().optional() })),
});
const soundOf = (page: Page): Promise<string | null> => page.locator('html').getAttribute('data-sound');

optional('Chromium', hasChromium)('a watch of twelve hours', () => {
  let room: Room;
  beforeAll(async () => {
    room = await openRoom();
  });
  afterAll(() => room?.leave());

  const openOf = async (device: string) =>
    (await room.api().get(`/alerts?device=${device}&open=true`, Open)).alerts[0];

  test('is told of a press also behind another window: on the desktop and in the title, without a word of who lives there; it counts as shown only once somebody looks', async () => {
    const seat = await room.visit();
    const { page, context } = seat;
    await context.grantPermissions(['notifications']);
    await page.addInitScript(noteNotices);
    await page.reload();
    await room.logIn(page, 'li');
    await page.locator('[data-health=live]').waitFor();
    const pager = await room.pager('pager-101', '101');
    await room
      .api()
      .put(
        '/households/h-101',
        { place: 'h-101', warnings: [], residents: [{ name: '王秀英' }], contacts: [] },
        z.unknown(),
      );
    await page.evaluate(putBehind(true));
    await pager.press();
    await expect.poll(() => page.title()).toBe('‼ 紧急 (1) 值守 · 值班台');
    await expect
      .poll(() => page.evaluate('globalThis.notices'))
      .toEqual([{ title: '紧急：紧急呼叫', body: home('101').text, closed: false }]);
    await seat.call('101').waitFor();
    expect((await openOf('pager-101'))?.firstShownAt).toBeUndefined();

    await page.evaluate(putBehind(false));
    await expect.poll(async () => (await openOf('pager-101'))?.firstShownAt).toEqual(expect.any(Number));
    await seat.call('101').getByRole('button', { name: '接警' }).click();
    await expect.poll(() => page.evaluate('globalThis.notices.map(({ closed }) => closed)')).toEqual([true]);
    await expect.poll(() => page.title()).not.toContain('‼');
    await leaveSeat(seat);
  });

  test('has two windows at one desk that ring once between them, also when the one that rings is closed', async () => {
    const seat = await room.takeSeat('zhao');
    const second = await seat.context.newPage();
    await second.goto(room.gateway().url);
    await second.locator('[data-health=live]').waitFor();
    for (const page of [seat.page, second])
      await page.locator('header.strip').click({ position: { x: 2, y: 2 } });
    await (await room.pager('pager-102', '102')).press();
    await second.locator('aside.panel').getByText(home('102').text, { exact: true }).waitFor();
    await expect
      .poll(async () => [await soundOf(seat.page), await soundOf(second)].sort())
      .toEqual(['', 'sos']);
    const [loud, other] = (await soundOf(seat.page)) === 'sos' ? [seat.page, second] : [second, seat.page];
    await loud.close();
    await expect.poll(() => soundOf(other)).toBe('sos');
    await other.locator('aside.panel').getByRole('button', { name: '接警' }).click();
    await expect.poll(() => soundOf(other)).toBe('');
    await leaveSeat(seat);
  });

  test('reads out what gas asks for before any question, sees it in red beside a press, and has the address at hand for whoever is sent', async () => {
    const seat = await room.takeSeat('li');
    const { detail } = seat;
    const gas = await room.device('gas-103', 'gas-detector', '103');
    const pager = await room.pager('pager-103', '103');
    await gas.measure({ gas_lel: 25 });
    await pager.press();
    const press = seat.call('103').filter({ hasText: '紧急呼叫' });
    await press.getByRole('button', { name: '接警' }).click();
    await detail.locator('[data-hazard=gas]').getByText('同一户还有燃气泄漏').waitFor();
    await detail.locator('[data-first-words]').getByText('别碰任何开关，别点火').waitFor();
    for (const [who, opening] of [
      ['120', '需要一辆救护车'],
      ['119', '报火警 / 燃气险情'],
      ['110', '需要民警到场'],
    ] as const) {
      await detail.locator(`[data-script="${who}"]`).click();
      const script = detail.locator(`[data-script-of="${who}"]`);
      await script.getByText(opening).waitFor();
      await script.getByText(home('103').text, { exact: true }).waitFor();
      await script.getByText('燃气泄漏').waitFor();
      await script.getByText('请对方复述地址，再挂电话').waitFor();
    }
    await leaveSeat(seat);
  });

  test('can have the seat installed as a program of the desk', async () => {
    const seat = await room.takeSeat('li');
    const line = await seat.context.newCDPSession(seat.page);
    const { url, errors } = await line.send('Page.getAppManifest');
    expect([url, errors]).toEqual([`${room.gateway().url}/manifest.webmanifest`, []]);
    const { installabilityErrors } = await line.send('Page.getInstallabilityErrors');
    // A window that forgets everything, as a test's is, installs nothing.
    expect(installabilityErrors.map(({ errorId }) => errorId).filter((id) => id !== 'in-incognito')).toEqual(
      [],
    );
    await leaveSeat(seat);
  });
});
