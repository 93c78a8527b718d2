import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Locator } from 'playwright-core';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { z } from 'zod';
import { hasChromium } from '../chromium.ts';
import { optional } from '../optional.ts';
import { callShare } from './loudspeaker.ts';
import { leaveSeat, openRoom, type Room, type Seat } from './room.ts';
import { type TalkingPager, talkingPager } from './talking-pager.ts';
import { wavOf } from './wav.ts';

/** What counts as heard: this share of all power at the tone that was sent. */
const least = 0.97;
const seatHz = 1000;
const ringsAgain = /通话断过，.+起又在线等待/;
const patience = { timeout: 45_000, interval: 200 };

const names = { li: '李姐', zhao: '赵工' } as const;

const barOf = (seat: Seat): Locator => seat.page.locator('[data-call-bar]');

const take = (seat: Seat, door: string): Locator => seat.call(door).getByRole('button', { name: '接警' });

const bothHear = async (seat: Seat, pager: TalkingPager): Promise<void> => {
  await expect.poll(() => callShare(seat.page), patience).toBeGreaterThan(least);
  await expect.poll(() => pager.hears(seatHz), patience).toBeGreaterThan(least);
};

/** A click somewhere without a button: from then on the browser lets the page sound. */
const touch = (seat: Seat): Promise<void> => seat.strip.click({ position: { x: 2, y: 2 } });

const Alerts = z.object({
  alerts: z.array(z.object({ id: z.string(), count: z.number(), claimedBy: z.string().optional() })),
});

const Calls = z.object({
  calls: z.array(z.object({ state: z.string(), rings: z.number(), answeredBy: z.string().optional() })),
});

optional('Chromium', hasChromium)('trouble in a call', () => {
  let room: Room;
  let dir: string;
  beforeAll(async () => {
    dir = await mkdtemp(join(tmpdir(), 'zhishou-microphone-'));
    const microphone = join(dir, 'seat.wav');
    await writeFile(microphone, wavOf(seatHz, 5));
    room = await openRoom({ microphone });
  });
  afterAll(async () => {
    await room?.leave();
    await rm(dir, { recursive: true, force: true });
  });

  const alertsOf = async (device: string) =>
    (await room.api().get(`/alerts?device=${device}&open=true`, Alerts)).alerts;
  const callsOf = async (device: string) => (await room.api().get(`/calls?device=${device}`, Calls)).calls;

  /** Somebody presses and asks to speak; it rings at the seat. */
  const ringAt = async (door: string, ...seats: readonly Seat[]): Promise<TalkingPager> => {
    const pager = await talkingPager(room, `pager-${door}`, door);
    await pager.press();
    await pager.ask();
    for (const seat of seats) await seat.call(door).getByText('有人在等着通话').waitFor();
    return pager;
  };

  /** The alert is closed, and its call with it: the next test begins in a room where nothing rings. */
  const finish = async (pager: TalkingPager, door: string): Promise<void> => {
    for (const { id } of await alertsOf(`pager-${door}`))
      await room.api().post(`/alerts/${id}/close`, { disposition: 'test' }, z.unknown());
    await pager.leave();
  };

  test('when two seats reach for one call one of them has it, and the other stops ringing and reads who does', async () => {
    const seats = { li: await room.takeSeat('li'), zhao: await room.takeSeat('zhao') } as const;
    for (const seat of Object.values(seats)) await touch(seat);
    const pager = await ringAt('521', seats.li, seats.zhao);
    for (const seat of Object.values(seats)) {
      await seat.sounds('sos');
      await take(seat, '521').and(seat.page.locator(':not([aria-disabled=true])')).waitFor();
    }
    // The hand of whoever is too late may meet a button that has gone: that one is not waited for.
    for (const seat of Object.values(seats))
      take(seat, '521')
        .click()
        .catch(() => {});
    await expect.poll(async () => (await alertsOf('pager-521'))[0]?.claimedBy, patience).toBeDefined();
    const [alert] = await alertsOf('pager-521');
    const [winner, loser] = alert?.claimedBy === 'li' ? [seats.li, seats.zhao] : [seats.zhao, seats.li];
    await loser.panel.waitFor({ state: 'detached' });
    await loser.sounds('');
    await loser
      .row('521')
      .getByText(alert?.claimedBy === 'li' ? names.li : names.zhao)
      .waitFor();
    await barOf(winner).and(winner.page.locator('[data-call-state=connected]')).waitFor();
    await bothHear(winner, pager);
    expect(await barOf(loser).count()).toBe(0);
    expect(await callShare(loser.page)).toBe(0);
    expect(await callsOf('pager-521')).toMatchObject([
      { state: 'connected', rings: 1, answeredBy: alert?.claimedBy },
    ]);
    await finish(pager, '521');
    await leaveSeat(winner);
    await leaveSeat(loser);
  });

  test('a seat that dies in a call loses it: after its time to come back the call rings at the other seat, and is answered there', async () => {
    const [li, zhao] = [await room.takeSeat('li'), await room.takeSeat('zhao')];
    await touch(zhao);
    const pager = await ringAt('522', li, zhao);
    await take(li, '522').click();
    await bothHear(li, pager);
    await zhao.sounds('');
    await leaveSeat(li);
    // The seat has 15 s in which to come back.
    await zhao.call('522').getByText(ringsAgain).waitFor({ timeout: patience.timeout });
    await zhao.sounds('sos');
    await take(zhao, '522').click();
    await bothHear(zhao, pager);
    await zhao.row('522').getByText('我', { exact: true }).waitFor();
    expect(await alertsOf('pager-522')).toMatchObject([{ count: 1, claimedBy: 'zhao' }]);
    // What is heard is noted a moment later.
    await expect
      .poll(() => callsOf('pager-522'))
      .toMatchObject([{ state: 'connected', rings: 2, answeredBy: 'zhao' }]);
    await finish(pager, '522');
    await leaveSeat(zhao);
  });

  test('a gateway that is killed in a call forgets neither the alert nor the call: it rings again, and is answered with sound', async () => {
    const li = await room.takeSeat('li');
    const pager = await ringAt('523', li);
    await take(li, '523').click();
    await bothHear(li, pager);
    const before = await alertsOf('pager-523');
    await room.cutPower();
    await room.restart();
    await li.page.locator('[data-health=live]').waitFor();
    await li.call('523').getByText(ringsAgain).waitFor();
    await li.sounds('sos');
    await expect.poll(() => pager.told.at(-1), patience).toBe('ringing');
    await take(li, '523').click();
    await bothHear(li, pager);
    const [after] = await alertsOf('pager-523');
    expect(after).toMatchObject({ id: before[0]?.id, count: 1, claimedBy: 'li' });
    await expect.poll(() => callsOf('pager-523')).toMatchObject([{ state: 'connected', rings: 2 }]);
    await finish(pager, '523');
    await leaveSeat(li);
  });

  test('a microphone that the browser does not allow is named with what to do, the person is heard all the same, and once it is allowed the person hears', async () => {
    const li = await room.takeSeat('li', { forbidden: true });
    const pager = await ringAt('524', li);
    await take(li, '524').click();
    const trouble = barOf(li).locator('[data-trouble=denied]');
    await trouble.getByText('浏览器没有允许使用麦克风：对方听不到您').waitFor();
    await expect.poll(() => callShare(li.page), patience).toBeGreaterThan(least);
    await li.context.grantPermissions(['microphone']);
    await trouble.getByRole('button', { name: '重试' }).click();
    await trouble.waitFor({ state: 'detached' });
    await bothHear(li, pager);
    await finish(pager, '524');
    await leaveSeat(li);
  });

  test('a page over plain http, to which no browser gives a microphone, says so and how to help oneself; the person is heard all the same', async () => {
    const li = await room.takeSeat('li', { fromAfar: true });
    const pager = await ringAt('525', li);
    await take(li, '525').click();
    await barOf(li).locator('[data-trouble=insecure]').getByText('请改用 https:// 打开').waitFor();
    await expect.poll(() => callShare(li.page), patience).toBeGreaterThan(least);
    await finish(pager, '525');
    await leaveSeat(li);
  });
});
