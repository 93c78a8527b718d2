import { readFile } from 'node:fs/promises';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { z } from 'zod';
import { hasChromium } from '../chromium.ts';
import { optional } from '../optional.ts';
import { violationsOf } from './axe.ts';
import { leaveSeat, openRoom, type Room } from './room.ts';

const Open = z.object({ alerts: z.array(z.object({ id: z.string(), device: z.string() })) });

optional('Chromium', hasChromium)('the page of figures', () => {
  let room: Room;
  beforeAll(async () => {
    room = await openRoom();
  });
  afterAll(() => room?.leave());

  test('says that there is nothing yet, then how soon presses were answered, and gives it all as a file', async () => {
    const seat = await room.takeSeat('li');
    const { page, strip } = seat;
    const figures = page.getByRole('main', { name: '统计' });
    await strip.getByRole('button', { name: '更多' }).click();
    await strip.getByRole('button', { name: '统计' }).click();
    await figures.getByRole('heading', { name: '这段时间没有警情' }).waitFor();

    const pagers = await Promise.all(['301', '302'].map((door) => room.pager(`pager-${door}`, door)));
    for (const pager of pagers) await pager.press();
    const open = (await room.api().get('/alerts?open=true', Open)).alerts;
    for (const { id } of open) {
      await room.api().post(`/alerts/${id}/take`, {}, z.unknown());
      await room.api().post(`/alerts/${id}/close`, { disposition: 'pressed-by-mistake' }, z.unknown());
    }
    const [asked] = await Promise.all([
      page.waitForRequest(/\/figures\?/),
      figures.getByRole('button', { name: '刷新' }).click(),
    ]);
    // The gateway knows until when there are figures; a page that is late to hear of the time would leave out the last press.
    expect(Number(new URL(asked.url()).searchParams.get('to'))).toBeGreaterThan(Date.now());
    const answers = figures.getByRole('region', { name: '呼救应答' });
    await answers.getByText('100 %').first().waitFor();
    expect(await answers.getByText('✓ 达标').count()).toBe(2);
    await answers.getByText('目标 97.5 % · 共 2 次').waitFor();
    await figures.getByRole('region', { name: '优先级构成' }).getByText('✕ 偏多').waitFor();
    await figures
      .getByRole('region', { name: '误报' })
      .getByRole('row', { name: /一键呼叫 误按 2/ })
      .waitFor();
    await figures.getByRole('img', { name: /每天的警情: 共 2，最多 2/ }).waitFor();
    await figures.getByRole('img', { name: /一天里各小时的警情: 共 2/ }).waitFor();
    // Whom others took is the business of whoever leads the room.
    await figures.getByRole('region', { name: '各人接警' }).getByText('没有').waitFor();
    for (const theme of ['light', 'dark']) {
      await page.locator('html').evaluate((root, look) => {
        root.dataset.theme = look;
      }, theme);
      await page.getByRole('img', { name: /每天的警情: 共 2/ }).waitFor();
      expect(await violationsOf(page, '.desk-page')).toEqual([]);
    }

    const [download] = await Promise.all([
      page.waitForEvent('download'),
      figures.getByRole('button', { name: '导出 CSV' }).click(),
    ]);
    expect(download.suggestedFilename()).toMatch(/^zhishou-.*\.csv$/);
    const rows = (await readFile(await download.path(), 'utf8')).split('\r\n');
    expect(rows).toContain('呼救应答,60 秒内,1,比例,0.975');
    expect(rows).toContain('处理结果,一键呼叫: 误按,2,次,');
    await leaveSeat(seat);
  });

  test('is of the span and place that its address says, and names everybody to whoever leads the room', async () => {
    const seat = await room.takeSeat('admin');
    const { page } = seat;
    const figures = page.getByRole('main', { name: '统计' });
    await page.goto(`${room.gateway().url}/#/figures?from=1700000000000&to=1700086400000`);
    await figures.getByRole('heading', { name: '这段时间没有警情' }).waitFor();
    await figures.getByText('30 天', { exact: true }).click();
    await page.waitForURL(/span=30/);
    await figures
      .getByRole('region', { name: '各人接警' })
      .getByRole('row', { name: /admin 2/ })
      .waitFor();
    const place = figures.getByRole('combobox', { name: '地点' });
    await place.fill('302');
    // Enter takes what is found, and the places may come later than what is typed.
    await page.locator('.ant-select-item-option-active', { hasText: '302' }).waitFor();
    await place.press('Enter');
    await page.waitForURL(/place=h-302/);
    await figures.getByRole('img', { name: /每天的警情: 共 1，/ }).waitFor();
    await page.goBack();
    await figures.getByRole('img', { name: /每天的警情: 共 2，/ }).waitFor();
    await leaveSeat(seat);
  });
});
