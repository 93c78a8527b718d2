import { afterAll, beforeAll, expect, test } from 'vitest';
import { z } from 'zod';
import { Shift } from '../../src/model/shift.ts';
import { hasChromium } from '../chromium.ts';
import { optional } from '../optional.ts';
import { violationsOf } from './axe.ts';
import { tone } from './loudspeaker.ts';
import { home, leaveSeat, openRoom, type Room, type Seat } from './room.ts';

const Shifts = z.object({ current: Shift.nullable(), shifts: z.array(Shift) });

optional('Chromium', hasChromium)('a shift', () => {
  let room: Room;
  beforeAll(async () => {
    room = await openRoom();
  });
  afterAll(() => room?.leave());

  const openShift = (seat: Seat): Promise<void> =>
    seat.strip.getByRole('button', { name: '交接班', exact: true }).click();
  const critical = (seat: Seat, door: string) =>
    seat.page.locator('[data-critical]').filter({ hasText: home(door).text });

  test('is begun, tested for sound, and handed over by name from one seat to another, signed by both', async () => {
    const [one, two] = [await room.pager('pager-501', '501'), await room.pager('pager-502', '502')];
    const li = await room.takeSeat('li');
    await openShift(li);
    await li.page.locator('[data-shift=none]').waitFor();
    await li.page.getByRole('button', { name: '上岗', exact: true }).click();
    await li.page.locator('[data-shift=mine]').waitFor();

    await li.page.locator('[data-sound-state=untested]').waitFor();
    const heard = tone(li.page);
    await li.strip.locator('[data-test-sound]').click();
    await heard;
    await li.strip.locator('[data-heard]').click();
    await li.page.locator('[data-sound-state=heard]').waitFor();

    await one.press();
    await li.call('501').getByRole('button', { name: '接警' }).click();
    await two.press();
    await li.call('502').waitFor();

    const zhao = await room.takeSeat('zhao');
    await openShift(zhao);
    await zhao.page.locator('[data-shift=another]').filter({ hasText: '李姐' }).waitFor();
    // It is not the successor's to hand over.
    expect(await zhao.page.getByLabel('接班人密码').count()).toBe(0);

    // The room's emergency lies over the page until somebody has it; shrunk, the page can be read under it.
    await li.page.keyboard.press('Escape');
    await critical(li, '501').getByRole('checkbox').check();
    await li.page.getByText('还有 1 起险情或呼救没有逐条接收').waitFor();
    expect(await li.page.getByRole('button', { name: '双方签字，完成交接' }).isDisabled()).toBe(true);
    await critical(li, '502').getByRole('checkbox').check();
    await li.page.getByLabel('接班人用户名').fill('zhao');
    await li.page.getByLabel('接班人密码').fill('not the password of zhao');
    await li.page.getByLabel('交班备注（可不填）').fill('501 的女儿在路上');
    await li.page.getByRole('button', { name: '双方签字，完成交接' }).click();
    await li.page.getByText('用户名或密码不对').waitFor();
    await li.page.getByLabel('接班人密码').fill(room.passwordOf('zhao'));
    await li.page.getByRole('button', { name: '双方签字，完成交接' }).click();

    await zhao.page.locator('[data-shift=mine]').waitFor();
    await li.page.locator('[data-shift=another]').filter({ hasText: '赵工' }).waitFor();
    await critical(zhao, '501').filter({ hasText: '赵工' }).waitFor();
    await critical(zhao, '502').filter({ hasText: '赵工' }).waitFor();
    await zhao.sounds('');
    await zhao.page.getByRole('cell', { name: '501 的女儿在路上' }).waitFor();

    const { current, shifts } = await room.api().get('/shifts', Shifts);
    expect(current).toMatchObject({ operator: 'zhao', after: shifts[1]?.id, soundTests: [] });
    const ended = shifts[1];
    expect(ended).toMatchObject({ operator: 'li', soundTests: [{ by: 'li', heard: true }] });
    expect(ended?.handOver).toMatchObject({ by: 'li', to: 'zhao', note: '501 的女儿在路上' });
    expect(ended?.handOver?.taken).toHaveLength(2);
    expect(ended?.handOver?.takenAt).toBeGreaterThanOrEqual(ended?.handOver?.givenAt ?? Number.NaN);
    expect(await violationsOf(zhao.page, '[data-page=shift]')).toEqual([]);

    // Nobody leaves with an emergency in hand: it is given back, and rings.
    await zhao.strip.locator('[data-leave]').click();
    const sheet = zhao.page.getByRole('alertdialog');
    await sheet.getByText(home('501').text).waitFor();
    await sheet.locator('[data-give-back]').click();
    await zhao.page.getByRole('region', { name: '值班登录' }).waitFor();
    await li.call('501').waitFor();
    await li.call('502').waitFor();
    await leaveSeat(zhao);
    await leaveSeat(li);
  }, 240_000);

  test('is handed over at one desk: the successor sits down there, and the giver is signed out', async () => {
    const pager = await room.pager('pager-503', '503');
    const seat = await room.takeSeat('li');
    await pager.press();
    const calls = seat.panel.getByRole('button', { name: '接警' });
    await seat.call('503').waitFor();
    while ((await calls.count()) > 0) await calls.first().click();
    await openShift(seat);
    // Of somebody who has gone the button says so.
    await seat.page.getByRole('button', { name: /上岗$/ }).click();
    await seat.page.locator('[data-shift=mine]').waitFor();
    for (const box of await seat.page.locator('[data-critical]').getByRole('checkbox').all())
      await box.check();
    await seat.page.getByLabel('接班人用户名').fill('zhao');
    await seat.page.getByLabel('接班人密码').fill(room.passwordOf('zhao'));
    await seat.page.getByRole('button', { name: '双方签字，完成交接' }).click();
    await seat.page.getByText('接班人还没有登录').waitFor();
    await seat.page.getByLabel('接班人密码').fill(room.passwordOf('zhao'));
    await seat.page.getByLabel('接班人就坐本席').check();
    await seat.page.getByRole('button', { name: '双方签字，完成交接' }).click();
    await seat.strip.getByText('赵工').waitFor();
    await seat.page.locator('[data-shift=mine]').waitFor();
    await critical(seat, '503').filter({ hasText: '赵工' }).waitFor();
    await leaveSeat(seat);
  }, 180_000);
});

optional('Chromium', hasChromium)('the seats of a room', () => {
  let room: Room;
  beforeAll(async () => {
    room = await openRoom();
  });
  afterAll(() => room?.leave());

  test('know of each other, and the last that can be heard does not fall silent', async () => {
    const pager = await room.pager('pager-601', '601');
    const li = await room.takeSeat('li');
    const silence = (seat: Seat) => seat.strip.locator('[data-silence]');
    await pager.press();
    await li.call('601').waitFor();
    await li.sounds('sos');
    await li.strip.locator('[data-desks="1"]').waitFor();
    expect(await silence(li).isDisabled()).toBe(true);
    await li.page.keyboard.press('m');
    await li.sounds('sos');

    const zhao = await room.takeSeat('zhao');
    await li.strip.locator('[data-desks="2"]').waitFor();
    await silence(li).click();
    await li.sounds('');
    // The other one has to go on.
    await zhao.strip.getByText('仅本席').waitFor();
    expect(await silence(zhao).isDisabled()).toBe(true);
    await zhao.sounds('sos');

    // With that one gone nobody would hear it.
    await leaveSeat(zhao);
    await li.sounds('sos');
    await tone(li.page);
    await leaveSeat(li);
  }, 180_000);
});
