import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { z } from 'zod';
import { hasChromium } from '../chromium.ts';
import { optional } from '../optional.ts';
import { callShare, callShareOfTenSeconds } from './loudspeaker.ts';
import { home, leaveSeat, openRoom, type Room, type Seat } from './room.ts';
import { type TalkingPager, talkingPager } from './talking-pager.ts';
import { wavOf } from './wav.ts';

/** What counts as heard: this share of all power at the tone that was sent. */
const least = 0.97;
const seatHz = 1000;
const patience = { timeout: 20_000, interval: 200 };

// Runs in the page: the buttons of the call bar that something else lies over, and `bar` where its content is higher than itself.
const outOfReach = `(() => {
  const bar = document.querySelector('[data-call-bar]');
  const dock = bar.closest('[data-call-dock]');
  const buttons = [...bar.querySelectorAll('button')];
  if (buttons.length === 0) return ['no button'];
  const missed = buttons.filter((button) => {
    const { x, y, width, height } = button.getBoundingClientRect();
    const met = document.elementFromPoint(x + width / 2, y + height / 2);
    return met === null || !button.contains(met);
  });
  const content = Math.max(bar.scrollHeight, ...buttons.map((button) => button.getBoundingClientRect().height));
  const high = bar.getBoundingClientRect().height >= content && dock.scrollHeight <= dock.clientHeight + 1;
  return [...missed.map((button) => button.textContent), ...(high ? [] : ['bar'])];
})()`;

const barOf = (seat: Seat) => seat.page.locator('[data-call-bar]');

const bothHear = async (seat: Seat, pager: TalkingPager): Promise<void> => {
  await expect.poll(() => callShare(seat.page), patience).toBeGreaterThan(least);
  await expect.poll(() => pager.hears(seatHz), patience).toBeGreaterThan(least);
};

optional('Chromium', hasChromium)('a call at the seat', () => {
  let room: Room;
  let dir: string;
  beforeAll(async () => {
    dir = await mkdtemp(join(tmpdir(), 'zhishou-microphone-'));
    const microphone = join(dir, 'seat.wav');
    await writeFile(microphone, wavOf(seatHz, 5));
    room = await openRoom({ microphone, env: { ZHISHOU_VOICE_RECORDING: 'true' } });
  });
  afterAll(async () => {
    await room?.leave();
    await rm(dir, { recursive: true, force: true });
  });

  test('is answered by the one big button, heard on both sides, stays on every page, is muted, and ends at the second press of the key while the alert stands', async () => {
    const pager = await talkingPager(room, 'pager-511', '511');
    await room.api().put(
      '/households/h-511',
      {
        place: 'h-511',
        warnings: [],
        residents: [{ name: '王秀英', recordingConsent: true }],
        contacts: [],
      },
      z.unknown(),
    );
    await room.api().put('/places/b-3/site', { at: [121.47, 31.23] }, z.unknown());
    const seat = await room.takeSeat('li');
    const { page } = seat;
    await pager.press();
    await pager.ask();
    await seat.call('511').getByText('有人在等着通话').waitFor();
    await seat.call('511').getByRole('button', { name: '接警' }).click();
    const bar = barOf(seat);
    await bar.and(page.locator('[data-call-state=connected]')).waitFor();
    await bar.getByText(home('511').text).waitFor();
    await bothHear(seat, pager);
    await bar.getByRole('button', { name: '转接' }).waitFor();
    await bar.getByText('录音中').waitFor();
    expect(await z.array(z.string()).parseAsync(await page.evaluate(outOfReach))).toEqual([]);
    await seat.detail.getByRole('list', { name: '经过' }).getByText('双方听得到').waitFor();

    await seat.detail.getByRole('img', { name: '3栋 在地图上的位置' }).waitFor();

    await page.getByRole('button', { name: '设备', exact: true }).click();
    await bar.getByText('通话中').waitFor();
    await page.locator('body').press('u');
    await bar.getByText('您已静音，对方听不到').waitFor();
    await expect.poll(() => pager.hears(seatHz), patience).toBeLessThan(0.1);
    await page.locator('body').press('u');
    await bothHear(seat, pager);

    // A hand that lies on the key, and one that presses twice while the page stands still, is asked and no more.
    const question = bar.getByRole('button', { name: '确定挂断？' });
    for (let times = 0; times < 3; times += 1) await page.keyboard.down('h');
    await page.keyboard.up('h');
    await question.waitFor();
    await question.waitFor({ state: 'detached' });
    const hand = await page.context().newCDPSession(page);
    const key = { key: 'h', code: 'KeyH', text: 'h' };
    await Promise.all([
      page.evaluate('{ const until = performance.now() + 2_000; while (performance.now() < until); }'),
      ...(['keyDown', 'keyUp', 'keyDown', 'keyUp'] as const).map((type) =>
        hand.send('Input.dispatchKeyEvent', { type, ...key }),
      ),
    ]);
    await bar.locator('[data-asked-at]').waitFor();
    await question.waitFor({ state: 'detached' });
    await bar.locator('[data-hang-up]').dblclick();
    await question.waitFor();
    await question.waitFor({ state: 'detached' });
    await bar.and(page.locator('[data-call-state=connected]')).waitFor();

    await page.locator('body').press('h');
    await bar.locator('[data-asked-at]').waitFor();
    await page.locator('body').press('h');
    await bar.waitFor({ state: 'detached' });
    await expect.poll(() => pager.told.at(-1), patience).toBe('ended');
    const { alerts } = await room
      .api()
      .get('/alerts?device=pager-511&open=true', z.object({ alerts: z.array(z.unknown()) }));
    expect(alerts).toMatchObject([{ claimedBy: 'li', voiceConnectedAt: expect.any(Number) }]);
    await pager.leave();

    // Whoever spoke can hear it again, where the timeline tells of the call.
    const recording = seat.detail.getByRole('list', { name: '经过' }).locator('[data-recording]');
    await recording.getByText(/通话录音 \d:\d\d/).waitFor();
    const player = recording.locator('audio');
    const heard = await player.evaluate(
      (audio) =>
        new Promise((resolve, reject) => {
          audio.addEventListener('timeupdate', () => {
            if (audio.currentTime > 0.3) resolve(audio.duration > 1 ? 'heard' : `only ${audio.duration} s`);
          });
          audio.addEventListener('error', () => reject(new Error(audio.error?.message ?? 'no sound')));
          audio.play().catch(reject);
        }),
    );
    expect(heard).toBe('heard');
    await leaveSeat(seat);
    const other = await room.takeSeat('zhao');
    await other.row('511').locator('.title').click();
    await other.detail.locator('[data-recording]').getByText('只有值班长和接电话的人可以听').waitFor();
    expect(await other.detail.locator('audio').count()).toBe(0);
    await leaveSeat(other);
  });

  test('is heard for ten seconds on both sides, handed over to another seat, noted and closed there, and every time is stored', async () => {
    const pager = await talkingPager(room, 'pager-513', '513');
    const [li, zhao] = [await room.takeSeat('li'), await room.takeSeat('zhao')];
    // Its sound may be heard: somebody has clicked at this seat.
    await zhao.strip.click({ position: { x: 2, y: 2 } });
    await pager.press();
    const call = await pager.ask();
    await li.call('513').getByRole('button', { name: '接警' }).click();
    await bothHear(li, pager);
    // Ten in a row, whichever they are: a machine that stands still for a second garbles that one.
    const heard: number[] = [];
    await expect
      .poll(
        async () => {
          heard.push(await pager.hears(seatHz));
          const last = heard.slice(-10);
          const ofTen = last.length < 10 ? 0 : last.reduce((all, share) => all + share, 0) / 10;
          return Math.min(ofTen, await callShareOfTenSeconds(li.page));
        },
        { timeout: 75_000, interval: 1_000 },
      )
      .toBeGreaterThan(least);

    await barOf(li).getByRole('button', { name: '转接', exact: true }).click();
    await barOf(li).getByLabel('转接给').selectOption('zhao');
    await barOf(li).locator('.transfer').getByRole('button', { name: '转接' }).click();
    await bothHear(zhao, pager);
    await barOf(li).waitFor({ state: 'detached' });
    await zhao.row('513').getByText('我', { exact: true }).waitFor();

    await zhao.row('513').locator('.title').click();
    await zhao.detail.getByLabel('对方说什么').fill('头晕，已坐下');
    await zhao.detail.getByRole('button', { name: '保存记录' }).click();
    await zhao.detail.getByRole('list', { name: '经过' }).getByText('头晕，已坐下').waitFor();
    await zhao.detail.getByLabel('已提供帮助').check();
    // Sound went both ways, and still only a person says that somebody was spoken with.
    const spoke = zhao.detail.getByLabel('已和本人说上话');
    expect(await spoke.isChecked()).toBe(false);
    await zhao.detail
      .getByRole('button', { name: '结案', exact: true })
      .and(zhao.page.locator(':disabled'))
      .waitFor();
    await spoke.check();
    await zhao.detail.getByRole('button', { name: '结案', exact: true }).click();
    await zhao.detail.locator('header').getByText('已结', { exact: true }).waitFor();
    await barOf(zhao).waitFor({ state: 'detached' });
    await expect.poll(() => pager.told.at(-1), patience).toBe('ended');

    const time = expect.any(Number);
    const answer = await room.api().get('/calls?device=pager-513', z.object({ calls: z.array(z.unknown()) }));
    expect(answer.calls).toMatchObject([
      {
        id: call,
        state: 'ended',
        answeredBy: 'zhao',
        requestedAt: time,
        ringingAt: time,
        answeredAt: time,
        connectedAt: time,
        endedAt: time,
      },
    ]);
    const { alerts } = await room
      .api()
      .get('/alerts?device=pager-513', z.object({ alerts: z.array(z.unknown()) }));
    expect(alerts).toMatchObject([
      {
        disposition: 'assistance-given',
        firstShownAt: time,
        takenAt: time,
        voiceConnectedAt: time,
        closedAt: time,
      },
    ]);
    await pager.leave();
    await leaveSeat(li);
    await leaveSeat(zhao);
  });

  test('that is handed over to a seat which is speaking waits there, with its line up, until that seat goes over to it', async () => {
    const [hers, his] = [
      await talkingPager(room, 'pager-514', '514'),
      await talkingPager(room, 'pager-515', '515'),
    ];
    const [li, zhao] = [await room.takeSeat('li'), await room.takeSeat('zhao')];
    await zhao.strip.click({ position: { x: 2, y: 2 } });
    await his.press();
    await his.ask();
    await zhao.call('515').getByRole('button', { name: '接警' }).click();
    await bothHear(zhao, his);
    await hers.press();
    const call = await hers.ask();
    await li.call('514').getByRole('button', { name: '接警' }).click();
    await barOf(li).and(li.page.locator('[data-call-state=connected]')).waitFor();
    await expect.poll(() => hers.hears(seatHz), patience).toBeGreaterThan(least);
    await barOf(li).getByRole('button', { name: '转接', exact: true }).click();
    await barOf(li).getByLabel('转接给').selectOption('zhao');
    await barOf(li).locator('.transfer').getByRole('button', { name: '转接' }).click();

    const waits = zhao.page.locator(`[data-call-bar="${call}"]`);
    await waits.locator('[data-handed-over=li]').getByText('对方在线上等您说话').waitFor();
    await waits.getByText('保持中').waitFor();
    // The gateway has let go of whoever gave it: silence comes from the heir.
    await barOf(li).waitFor({ state: 'detached' });
    await expect.poll(() => hers.hears(seatHz), patience).toBeLessThan(0.1);
    await expect.poll(() => his.hears(seatHz), patience).toBeGreaterThan(least);

    await waits.getByRole('button', { name: '切换到这个通话' }).click();
    await expect.poll(() => hers.hears(seatHz), patience).toBeGreaterThan(least);
    await expect.poll(() => his.hears(seatHz), patience).toBeLessThan(0.1);
    await expect.poll(() => waits.getByText('对方在线上等您说话').count()).toBe(0);
    // Nothing of it rings in the next test.
    const { alerts } = await room
      .api()
      .get('/alerts?open=true', z.object({ alerts: z.array(z.object({ id: z.string() })) }));
    for (const { id } of alerts)
      await room.api().post(`/alerts/${id}/close`, { disposition: 'test' }, z.unknown());
    await hers.leave();
    await his.leave();
    await leaveSeat(li);
    await leaveSeat(zhao);
  }, 120_000);

  test('goes on at a page that is loaded again, and says when nothing is heard any more', async () => {
    const pager = await talkingPager(room, 'pager-512', '512');
    const seat = await room.takeSeat('li');
    const { page } = seat;
    await pager.press();
    await pager.ask();
    await seat.call('512').getByRole('button', { name: '接警' }).click();
    await bothHear(seat, pager);
    await page.reload();
    const bar = barOf(seat);
    await bar.waitFor();
    // A page that was only loaded may not sound before somebody has clicked.
    await seat.strip.click({ position: { x: 2, y: 2 } });
    await bothHear(seat, pager);
    pager.fallSilent();
    await bar.locator('[data-trouble=silent]').waitFor();
    await pager.leave();
    await leaveSeat(seat);
  });
});
