import { afterAll, beforeAll, expect, test } from 'vitest';
import { hasChromium } from '../chromium.ts';
import { optional } from '../optional.ts';
import { leaveSeat, openRoom, type Room } from './room.ts';

optional('Chromium', hasChromium)('the strip', () => {
  let room: Room;
  beforeAll(async () => {
    room = await openRoom();
  });
  afterAll(() => room?.leave());

  test.each([
    ['zh-CN', 'li', '更多', ['统计', '规则']],
    ['en-GB', 'admin', 'More', ['Figures', 'Rules', 'Quarantine', 'People']],
  ])('fits a small screen in %s and offers only what this seat may see', async (locale, who, more, names) => {
    const seat = await room.visit({ locale });
    const { page, strip } = seat;
    await page.locator('input[name=username]').fill(who);
    await page.locator('input[name=password]').fill(room.passwordOf(who));
    await page.locator('button[type=submit]').click();
    await page.locator('[data-health=live]').waitFor();
    // A long name and a long age need their room too.
    const cut = await strip.evaluate((element) => {
      const parts = [...element.querySelectorAll('button, .lamp, .brand')].filter(
        (part) => part.getClientRects().length > 0,
      );
      return parts
        .filter((part) => {
          const box = part.getBoundingClientRect();
          return part.scrollWidth > part.clientWidth + 1 || box.right > element.clientWidth;
        })
        .map((part) => part.textContent);
    });
    expect(cut).toEqual([]);
    const button = strip.getByRole('button', { name: more });
    await button.focus();
    await page.keyboard.press('Enter');
    await expect.poll(() => strip.locator('.more li').allTextContents()).toEqual(names);
    await page.keyboard.press('ArrowDown');
    expect(await page.locator(':focus').textContent()).toBe(names[0]);
    await page.keyboard.press('Escape');
    expect(await button.getAttribute('aria-expanded')).toBe('false');
    expect(await button.evaluate((element) => element === element.ownerDocument.activeElement)).toBe(true);
    await page.keyboard.press('ArrowDown');
    await page.keyboard.press('Enter');
    await expect.poll(() => page.evaluate('location.hash')).toBe('#/figures');
    expect(await button.textContent()).toContain(names[0]);
    await leaveSeat(seat);
  });

  test('says in words what its signs mean where it has no room for them, to the pointer, to a reader and on the sheet of keys', async () => {
    const seat = await room.takeSeat('li');
    const { page, strip } = seat;
    await page.getByRole('button', { name: 'English' }).click();
    for (const [sign, words] of [
      ['[data-recording]', 'not recording'],
      ['[data-gateway]', 'gateway well'],
      ['[data-sound]', 'Sound on'],
    ] as const) {
      const part = strip.locator(sign);
      await part.and(page.getByTitle(words, { exact: true })).waitFor();
      expect(await part.ariaSnapshot()).toContain(words);
    }
    await page.getByRole('button', { name: /1 desk.*not recording.*gateway well/ }).waitFor();
    await page.keyboard.press('?');
    const told = await page.locator('.sheet [data-signs]').textContent();
    for (const sign of await strip.locator('[data-room] i, [data-sound] i').allTextContents())
      expect(told).toContain(sign);
    await page.keyboard.press('Escape');
    await leaveSeat(seat);
  });

  test('has its digits in the order of its pages, says so on the sheet of keys, and heeds none of a page that this seat may not see', async () => {
    const seat = await room.takeSeat('li');
    const { page, strip } = seat;
    const hash = (): Promise<unknown> => page.evaluate('location.hash');
    const inBar = await strip.locator('nav > button').allTextContents();
    expect(inBar).toEqual(['值班', '警情', '设备', '楼栋', '交接班']);
    for (const [index, name] of inBar.entries()) {
      await page.keyboard.press(String(index + 1));
      await strip
        .locator('[aria-current=page]')
        .and(page.getByText(name, { exact: true }))
        .waitFor();
    }
    await page.keyboard.press('?');
    const sheet = page.getByRole('dialog', { name: '快捷键' });
    await sheet.getByText('1 值班 · 2 警情 · 3 设备 · 4 楼栋 · 5 交接班 · 6 统计 · 7 规则').waitFor();
    expect(await sheet.getByText('存疑报文').count()).toBe(0);
    await page.keyboard.press('Escape');
    await sheet.waitFor({ state: 'detached' });
    await page.keyboard.press('2');
    await expect.poll(hash).toBe('#/alerts');
    await page.keyboard.press('9');
    await page.keyboard.press('7');
    await expect.poll(hash).toBe('#/rules');
    await page.goBack();
    await expect.poll(hash).toBe('#/alerts');
    await leaveSeat(seat);
  });
});
