import { readFile } from 'node:fs/promises';
import type { Page } from 'playwright-core';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { hasChromium } from '../chromium.ts';
import { optional } from '../optional.ts';
import { home, leaveSeat, openRoom, type Room } from './room.ts';

const minute = 60_000;

/** A reading a minute from three hours ago until a minute ago, but for the half hour in the middle; a spike to 8 %LEL 30 minutes ago. */
const threeHours = (now: number) =>
  Array.from({ length: 180 }, (_, index) => 180 - index)
    .filter((ago) => ago <= 60 || ago >= 90)
    .map((ago) => ({
      at: now - ago * minute,
      values: { gas_lel: ago === 30 ? 8 : 1, gas: false, valve: 'open', battery: 80 },
    }));

/** How often the page has asked for readings so far. */
const countQuestions = (page: Page) => {
  let asked = 0;
  page.on('request', (request) => {
    if (new URL(request.url()).pathname.endsWith('/readings')) asked += 1;
  });
  return () => asked;
};

/** Runs in the page: a wheel that is turned so many notches up over a point. */
const turnWheel = (notches: number, x: number, y: number): string => `(() => {
  const under = document.elementFromPoint(${x}, ${y});
  for (let notch = 0; notch < ${notches}; notch += 1)
    under.dispatchEvent(
      new WheelEvent('wheel', { deltaY: -240, clientX: ${x}, clientY: ${y}, bubbles: true, cancelable: true }),
    );
})()`;

optional('Chromium', hasChromium)('what a device measured', () => {
  let room: Room;
  beforeAll(async () => {
    room = await openRoom();
  });
  afterAll(() => room?.leave());

  test('is drawn with its gaps and limits, looked at closer and back, goes on with the time, and shows the alert it raised', async () => {
    const gas = await room.device('gas-701', 'gas-detector', '701');
    await gas.recall(threeHours(Date.now()));
    const seat = await room.takeSeat('li');
    const { page, strip, detail } = seat;
    const questions = countQuestions(page);

    await strip.getByRole('button', { name: '设备' }).click();
    await page.getByRole('link', { name: 'gas-701' }).click();
    const device = page.locator('main[data-device-page]');
    await device.getByRole('heading', { name: /燃气探测器.*gas-701/ }).waitFor();
    const values = device.getByRole('list', { name: '最新数值' });
    await values.getByRole('button', { name: /燃气浓度.*1 %LEL.*前/ }).waitFor();
    const curve = (said: RegExp) => device.getByRole('img', { name: said });
    await curve(/燃气浓度：151 点，最低 1 %LEL，最高 8 %LEL，最新 1 %LEL, 空档 1 处，最长 30 分钟/).waitFor();
    await curve(/燃气：出现 0 次，最新 否; 阀门：/).waitFor();
    await device.getByText('燃气浓度危险 ≥ 25 %LEL', { exact: true }).waitFor();
    // Battery and the like are drawn when somebody asks for them.
    expect(await curve(/电池/).count()).toBe(0);
    await values.getByRole('button', { name: /电池/ }).click();
    await curve(/电池：151 点/).waitFor();
    await values.getByRole('button', { name: /电池/ }).click();
    await curve(/电池/).waitFor({ state: 'detached' });

    const plots = device.getByRole('region', { name: '曲线' });
    await plots.press('ArrowLeft');
    await plots.getByRole('status').filter({ hasText: '燃气浓度：' }).waitFor({ state: 'attached' });

    const whole = page.url();
    const box = await plots.boundingBox();
    if (box === null) throw new Error('the curves are not drawn');
    await page.mouse.move(box.x + box.width - 20, box.y + 90);
    const before = questions();
    // In one go: on a busy machine the hand would seem to rest between two turns.
    await page.evaluate(turnWheel(6, box.x + box.width - 20, box.y + 90));
    await page.waitForURL(/[?&](last|from)=/);
    await curve(/燃气浓度：[1-9]\d? 点/).waitFor();
    // One question for the whole turn of the wheel.
    await expect.poll(() => questions() - before).toBe(1);
    await device.locator('[data-live=true]').waitFor();
    await page.goBack();
    await curve(/燃气浓度：151 点/).waitFor();
    expect(page.url()).toBe(whole);

    // The page goes on with the time without asking again.
    await device.locator('.chart[data-reading=false]').waitFor();
    const asked = questions();
    await gas.measure({ gas_lel: 3 });
    await curve(/燃气浓度：152 点.*最新 3 %LEL/).waitFor();
    await values.getByRole('button', { name: /燃气浓度.*3 %LEL/ }).waitFor();
    expect(questions()).toBe(asked);

    // What rings comes over the curves at once.
    await gas.measure({ gas_lel: 12 });
    await seat.call('701').getByText('燃气浓度偏高').waitFor();
    await seat.sounds('gas');
    await seat.call('701').getByRole('button', { name: '接警' }).click();
    await detail.getByRole('heading', { name: home('701').text }).waitFor();
    await seat.panel.waitFor({ state: 'detached' });
    await page.keyboard.press('Escape');
    await detail.waitFor({ state: 'detached' });
    await device
      .getByRole('list', { name: '警情' })
      .getByRole('button', { name: /高.*燃气浓度偏高/ })
      .click();
    await detail.getByRole('link', { name: 'gas-701' }).waitFor();
    await page.keyboard.press('Escape');

    await device.getByText('数据表').click();
    await device.getByRole('row', { name: /^燃气浓度 153 .* 12 %LEL/ }).waitFor();
    const [download] = await Promise.all([
      page.waitForEvent('download'),
      device.getByRole('link', { name: 'CSV' }).click(),
    ]);
    expect(download.suggestedFilename()).toMatch(/gas-701.*\.csv$/);
    const rows = (await readFile(await download.path(), 'utf8')).trim().split('\n');
    // Every reading of the three curves, and the two of the concentration since; battery is not drawn.
    expect(rows).toHaveLength(1 + 3 * 151 + 2);
    expect(rows.filter((row) => row.includes(',battery,'))).toEqual([]);

    await page.goBack();
    await page.getByRole('main', { name: '设备' }).getByRole('link', { name: 'gas-701' }).waitFor();
    await leaveSeat(seat);
  });

  test('is there at the first look at an address that somebody sent, and what is not there is said plainly', async () => {
    const air = await room.device('air-702', 'air-monitor', '702');
    const seat = await room.takeSeat('zhao');
    const { page } = seat;
    const address = (hash: string): string => `${room.gateway().url}/${hash}`;
    await page.goto(address('#/devices/air-702?last=7d'));
    const device = page.locator('main[data-device-page]');
    await device.getByText(/还没有发来过数值/).waitFor();
    await device.getByRole('button', { name: '7 天', pressed: true }).waitFor();
    await air.measure({ co2: 612, temperature: 21.5 });
    await device.getByRole('img', { name: /CO₂：1 点.*最新 612 ppm/ }).waitFor();

    await device.getByRole('button', { name: '1 小时' }).click();
    await page.goto(address('#/devices/air-702?from=1700000000000&to=1700003600000'));
    await device.getByText('这段时间没有读数').waitFor();
    await device.getByRole('button', { name: '到现在' }).click();
    await device.getByRole('img', { name: /CO₂：1 点/ }).waitFor();

    await page.goto(address('#/devices/nobody'));
    await page.getByRole('heading', { name: '找不到这台设备' }).waitFor();
    await leaveSeat(seat);
  });

  test('stands small beside its neighbours on the page of the building, and leads to the large picture', async () => {
    const water = await room.device('water-801', 'water-monitor', '801');
    await room.pager('pager-801', '801');
    const now = Date.now();
    await water.recall(
      [50, 40, 30, 20, 10].map((ago) => ({
        at: now - ago * minute,
        values: { water_pressure: 0.25 + ago / 1_000, water_total: 100 },
      })),
    );
    const seat = await room.takeSeat('zhao');
    const { page } = seat;
    const places = page.getByRole('main', { name: '楼栋' });
    await page.keyboard.press('4');
    await places.getByRole('link', { name: /3栋/ }).click();
    const family = places.getByRole('region', { name: home('801').text });
    const tile = family.getByRole('link', { name: /用水|水务/ });
    await tile.getByText('0.26 MPa', { exact: true }).waitFor();
    await tile.getByRole('img', { name: '近 24 小时: 0.26 至 0.3 MPa' }).waitFor();
    await family
      .getByRole('link', { name: /紧急呼叫器/ })
      .getByText('只报事件，没有曲线')
      .waitFor();
    await water.measure({ water_pressure: 0.22 });
    await tile.getByText('0.22 MPa', { exact: true }).waitFor();
    await tile.getByRole('img', { name: '近 24 小时: 0.22 至 0.3 MPa' }).waitFor();

    await tile.click();
    await page.getByRole('img', { name: /水压：6 点/ }).waitFor();
    await page.goBack();
    await tile.waitFor();
    await places.getByRole('link', { name: home('801').text }).click();
    await places.getByRole('heading', { name: '801', exact: true }).waitFor();
    await leaveSeat(seat);
  });
});
