import type { Page } from 'playwright-core';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { z } from 'zod';
import { hasChromium } from '../chromium.ts';
import { optional } from '../optional.ts';
import { tone } from './loudspeaker.ts';
import { leaveSeat, openRoom, type Room } from './room.ts';

/** Resolves when the page has told the gateway that it shows an emergency, and that its browser does not let it sound. */
const toldByItself = (page: Page): Promise<void> =>
  new Promise((resolve) => {
    const awaited = new Set(['"shown"', '"suspended"']);
    page.on('websocket', (socket) =>
      socket.on('framesent', ({ payload }) => {
        for (const word of awaited) if (String(payload).includes(word)) awaited.delete(word);
        if (awaited.size === 0) resolve();
      }),
    );
  });

optional('Chromium', hasChromium)('a seat and who sits there', () => {
  let room: Room;
  beforeAll(async () => {
    room = await openRoom();
  });
  afterAll(() => room?.leave());

  test('is told in words that the password is wrong, and gets in with the right one', async () => {
    const seat = await room.visit();
    const { page } = seat;
    await page.getByLabel('用户名', { exact: true }).fill('li');
    await page.getByLabel('密码', { exact: true }).fill('not the password of li');
    await page.getByRole('button', { name: '登录', exact: true }).click();
    await page.getByRole('alert').filter({ hasText: '用户名或密码不对' }).waitFor();
    await room.logIn(page, 'li');
    await page.locator('[data-health=live]').waitFor();
    await seat.strip.getByText('李姐').waitFor();
    await leaveSeat(seat);
  });

  test('is told that the session has ended, keeps what was typed, and goes on after the login', async () => {
    const pager = await room.pager('pager-401', '401');
    const seat = await room.takeSeat('zhao', { ownClock: true });
    const { page, detail } = seat;
    await pager.press();
    await seat.call('401').getByRole('button', { name: '接警' }).click();
    const note = detail.getByLabel('对方说什么');
    await note.pressSequentially('有人应门');
    // From here on the page's clock goes only as far as it is told to: whoever types does not pause, however slow the machine is.
    await page.clock.pauseAt(Date.now() + 5_000);
    await room.api().patch('/users/zhao', { password: room.passwordOf('zhao') }, z.unknown());
    const login = page.getByRole('region', { name: '值班登录' });
    await login.getByText('登录已过期').waitFor();
    await login.getByText('页面上已经写的内容都还在').waitFor();
    await page.keyboard.type('，是女儿');
    // Once nobody types any more the login has the keyboard, and knows whose it is.
    await page.clock.runFor(2_000);
    await expect.poll(() => page.locator(':focus').getAttribute('name')).toBe('password');
    expect(await login.getByLabel('用户名', { exact: true }).inputValue()).toBe('zhao');
    // Nothing is said of a gateway that is well, however long it takes.
    await page.clock.runFor(15_000);
    await page.locator('[data-health=blind]').waitFor();
    expect(await page.locator('[data-banner]').count()).toBe(0);
    expect(await seat.strip.textContent()).toContain('登录已过期');
    expect(await page.getByText(/看不到警情|连接中断|与网关的连接断了/).count()).toBe(0);
    await seat.sounds('blind');
    await page.keyboard.type(room.passwordOf('zhao'));
    await page.keyboard.press('Enter');
    await login.waitFor({ state: 'detached' });
    // The clock stands, so the line has not tried again by itself.
    await page.locator('[data-health=live]').waitFor();
    await page.clock.resume();
    expect(await note.inputValue()).toBe('有人应门，是女儿');
    await detail.getByRole('button', { name: '保存记录' }).click();
    await detail.getByRole('list', { name: '经过' }).getByText('有人应门，是女儿').waitFor();
    await leaveSeat(seat);
  });

  test('is there again by itself where its page was loaded anew while the gateway did not answer', async () => {
    const seat = await room.takeSeat('li');
    const { page } = seat;
    await page.route('**/api/v1/session', (route) => route.abort());
    await page.reload();
    const login = page.getByRole('region', { name: '值班登录' });
    await login.waitFor();
    await page.unroute('**/api/v1/session');
    await login.waitFor({ state: 'detached' });
    await page.locator('[data-health=live]').waitFor();
    await leaveSeat(seat);
  });

  test('is not sent away again by an answer that was on its way while the session was over', async () => {
    const pager = await room.pager('pager-403', '403');
    const seat = await room.takeSeat('zhao');
    const { page, detail } = seat;
    const held = Promise.withResolvers<void>();
    await page.route(
      /\/api\/v1\/alerts\/[^/]+$/,
      async (route) => {
        await held.promise;
        const error = { code: 'not-signed-in', message: 'nobody is signed in here' };
        await route.fulfill({ status: 401, json: { error } });
      },
      { times: 1 },
    );
    await pager.press();
    await seat.call('403').getByRole('button', { name: '详情' }).click();
    await detail.waitFor();
    await room.api().patch('/users/zhao', { password: room.passwordOf('zhao') }, z.unknown());
    const login = page.getByRole('region', { name: '值班登录' });
    await login.getByText('登录已过期').waitFor();
    await room.logIn(page, 'zhao');
    await login.waitFor({ state: 'detached' });
    await page.locator('[data-health=live]').waitFor();
    const late = page.waitForResponse(
      (response) => response.status() === 401 && /\/alerts\/[^/]+$/.test(response.url()),
    );
    held.resolve();
    await late;
    await detail.getByRole('list', { name: '经过' }).getByRole('listitem').first().waitFor();
    expect(await login.count()).toBe(0);
    await leaveSeat(seat);
  });

  test('stays where the gateway did not hear that somebody leaves, and says so', async () => {
    const seat = await room.takeSeat('li');
    const { page } = seat;
    await page.route('**/session?leaving=seat', (route) => route.abort());
    const go = seat.strip.getByRole('button', { name: '退出' });
    await go.click();
    const told = page.getByRole('alertdialog', { name: '没能退出' });
    await told.getByText('网关联系不上').waitFor();
    await told.getByRole('button', { name: '留下' }).click();
    await seat.strip.getByText('李姐').waitFor();
    await page.unroute('**/session?leaving=seat');
    await go.click();
    await page.getByRole('region', { name: '值班登录' }).waitFor();
    await leaveSeat(seat);
  });

  test('that the browser opens by itself says that it cannot be heard, until somebody clicks', async () => {
    const pager = await room.pager('pager-402', '402');
    const seat = await room.takeSeat('li');
    await pager.press();
    await seat.call('402').waitFor();
    // One window of a seat sounds: the first makes room for the one that nobody has touched yet.
    await seat.page.close();
    const page = await seat.context.newPage();
    // Every question put to a page counts for the browser as a click there: none before the seat is drawn and has tried to sound.
    const told = toldByItself(page);
    await page.goto(room.gateway().url);
    await told;
    const strip = page.locator('header.strip');
    await strip.getByText('声音未开').waitFor();
    await page.getByRole('button', { name: '点这里打开声音' }).click();
    await strip.getByText('声音正常').waitFor();
    await tone(page);
    // The bar is gone, and the keyboard is where it was: on what rings.
    await page.locator('aside.panel [data-take][aria-disabled=false]:focus').waitFor();
    await page.keyboard.press('Enter');
    await page.locator('section.detail').waitFor();
    await leaveSeat(seat);
  });
});
