import { readFile } from 'node:fs/promises';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { z } from 'zod';
import { hasChromium } from '../chromium.ts';
import { optional } from '../optional.ts';
import { violationsOf } from './axe.ts';
import { home, leaveSeat, openRoom, type Room } from './room.ts';

optional('Chromium', hasChromium)('the page of alerts', () => {
  let room: Room;
  const ofDevice = async (device: string): Promise<string> => {
    const { alerts } = await room
      .api()
      .get(`/alerts?device=${device}`, z.object({ alerts: z.array(z.object({ id: z.string() })) }));
    return alerts[0]?.id ?? '';
  };
  beforeAll(async () => {
    room = await openRoom();
    const first = await room.pager('pager-501', '501');
    const second = await room.pager('pager-601', '601');
    const smoke = await room.device('smoke-701', 'smoke-alarm', '701');
    await first.press();
    const closed = await ofDevice('pager-501');
    await room.api().post(`/alerts/${closed}/take`, {}, z.unknown());
    await room
      .api()
      .post(
        `/alerts/${closed}/close`,
        { disposition: 'pressed-by-mistake', note: '电话里的话' },
        z.unknown(),
      );
    await second.press();
    await room.api().post(`/alerts/${await ofDevice('pager-601')}/take`, {}, z.unknown());
    await smoke.say('tamper');
    await room
      .api()
      .post(
        `/alerts/${await ofDevice('smoke-701')}/shelve`,
        { until: Date.now() + 3_600_000, note: '等配件' },
        z.unknown(),
      );
  });
  afterAll(() => room?.leave());

  test('lists what fits, opens it, keeps its filter in the address, and has no barrier', async () => {
    const seat = await room.takeSeat('li');
    const { page, detail } = seat;
    await page.keyboard.press('2');
    const rows = page.locator('.alerts-page tbody tr.ant-table-row');
    await rows.first().waitFor();
    expect(await rows.count()).toBe(3);
    expect(await rows.filter({ hasText: home('501').text }).textContent()).toMatch(/已结.*紧急呼叫.*误按/);
    expect(await violationsOf(page)).toEqual([]);
    for (const other of ['English', '中文']) {
      const middles = await page
        .locator('.desk-filters:not(.alert-views) > *')
        .evaluateAll((parts) =>
          parts.map((part) => part.getBoundingClientRect()).map(({ top, bottom }) => (top + bottom) / 2),
        );
      expect(Math.max(...middles) - Math.min(...middles)).toBeLessThan(10);
      await page.getByRole('button', { name: other }).click();
    }

    await page.locator('[data-view=shelved]').click();
    await expect.poll(() => rows.count()).toBe(1);
    expect(await rows.textContent()).toContain(home('701').text);
    await expect.poll(() => page.evaluate('location.hash')).toBe('#/alerts?view=shelved');
    await rows.locator('[data-open]').click();
    await detail.getByText('等配件').first().waitFor();
    // Nobody has put its building on the map.
    expect(await detail.locator('[data-small-map]').count()).toBe(0);
    await page.keyboard.press('Escape');

    // Sent to somebody, the address shows the same; a place is chosen from the tree, with all below it.
    await page.evaluate("location.hash = '#/alerts?view=closed&kind=sos'");
    await expect.poll(() => rows.allTextContents()).toEqual([expect.stringContaining(home('501').text)]);
    await page.locator('[data-view=all]').click();
    await page.getByRole('combobox', { name: '地点' }).fill('601');
    await page.locator('.ant-select-tree-title', { hasText: '601' }).click();
    await expect.poll(() => rows.count()).toBe(1);
    await expect.poll(() => page.evaluate('location.hash')).toBe('#/alerts?kind=sos&place=h-601');
    for (const look of ['light', 'dark']) {
      await page.evaluate(`document.documentElement.dataset.theme = '${look}'`);
      expect([look, await violationsOf(page)]).toEqual([look, []]);
    }
    await leaveSeat(seat);
  });

  test('says and takes times by the street’s clock, wherever the desk’s machine believes to stand', async () => {
    const seat = await room.takeSeat('li', { timeZone: 'America/New_York' });
    const { page, detail } = seat;
    const { alerts } = await room
      .api()
      .get(
        '/alerts?device=pager-501',
        z.object({ alerts: z.array(z.object({ id: z.string(), raisedAt: z.number() })) }),
      );
    const raisedAt = alerts[0]?.raisedAt ?? 0;
    // Shanghai knows no summer time.
    const inStreet = new Date(raisedAt + 8 * 3_600_000).toISOString();
    const [day, time] = [inStreet.slice(0, 10), inStreet.slice(11, 19)];
    await page.evaluate("location.hash = '#/alerts?view=closed'");
    const row = page.locator('.alerts-page tbody tr.ant-table-row');
    await row.getByText(`${day} ${time}`).waitFor();
    await row.locator('[data-open]').click();
    await detail
      .getByRole('list', { name: '经过' })
      .getByRole('listitem')
      .filter({ hasText: time })
      .first()
      .waitFor();
    await page.keyboard.press('Escape');
    // What is typed is the street's time: a minute later there is nothing to show.
    const next = new Date(raisedAt + 8 * 3_600_000 + 60_000).toISOString().slice(0, 16);
    await page.getByLabel('从', { exact: true }).fill(inStreet.slice(0, 16));
    await row.waitFor();
    expect(await page.evaluate('location.hash')).toContain(`from=${Math.floor(raisedAt / 60_000) * 60_000}`);
    await page.getByLabel('从', { exact: true }).fill(next);
    await expect.poll(() => row.count()).toBe(0);
    await leaveSeat(seat);
  });

  test('gives what is filtered as a file that a spreadsheet can read', async () => {
    const seat = await room.takeSeat('zhao');
    const { page } = seat;
    await page.evaluate("location.hash = '#/alerts?view=closed'");
    await page.locator('.alerts-page tbody tr.ant-table-row').first().waitFor();
    const [download] = await Promise.all([
      page.waitForEvent('download'),
      page.getByRole('link', { name: 'CSV', exact: true }).click(),
    ]);
    expect(download.suggestedFilename()).toMatch(/^zhishou-alerts-\d{4}-\d\d-\d\d\.csv$/);
    const text = await readFile(await download.path(), 'utf8');
    expect(text.startsWith('\uFEFFid,')).toBe(true);
    expect(text.trim().split('\r\n')).toHaveLength(2);
    expect(text).toContain(home('501').text);
    expect(text).toContain('pressed-by-mistake');
    expect(text).not.toContain('电话里的话');
    await leaveSeat(seat);
  });

  test('counts what is new instead of moving its rows, and says of a row what became of it', async () => {
    const seat = await room.takeSeat('li');
    const { page } = seat;
    await page.evaluate("location.hash = '#/alerts?view=open'");
    const rows = page.locator('.alerts-page tbody tr.ant-table-row');
    await rows.first().waitFor();
    expect(await rows.count()).toBe(2);
    const before = await rows.evaluateAll((all) => all.map((row) => row.getAttribute('data-row-key')));
    const third = await room.pager('pager-801', '801');
    await third.press();
    const again = page.getByRole('button', { name: '又来了 1 条' });
    await again.waitFor();
    expect(await rows.evaluateAll((all) => all.map((row) => row.getAttribute('data-row-key')))).toEqual(
      before,
    );
    await room
      .api()
      .post(`/alerts/${await ofDevice('pager-601')}/close`, { disposition: 'assistance-given' }, z.unknown());
    await expect.poll(() => rows.filter({ hasText: home('601').text }).textContent()).toContain('已结');
    // The panel may lie over the page: it is an emergency.
    await page.keyboard.press('Escape');
    await again.focus();
    await page.keyboard.press('Enter');
    await expect.poll(() => rows.first().textContent()).toContain(home('801').text);
    expect(await rows.count()).toBe(2);
    await leaveSeat(seat);
  });
});
