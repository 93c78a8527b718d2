import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, test } from 'vitest';
import { z } from 'zod';
import { hasChromium } from '../chromium.ts';
import { optional } from '../optional.ts';
import { openAlbum, sizes } from './album.ts';
import { openRoom, type Room, type Seat } from './room.ts';
import { talkingPager } from './talking-pager.ts';
import { wavOf } from './wav.ts';

const barOf = (seat: Seat, call?: string) =>
  seat.page.locator(call === undefined ? '[data-call-bar]' : `[data-call-bar="${call}"]`);

optional('Chromium', hasChromium)('a call, in both languages and both looks', () => {
  let room: Room;
  let dir: string;
  beforeAll(async () => {
    dir = await mkdtemp(join(tmpdir(), 'zhishou-microphone-'));
    const microphone = join(dir, 'seat.wav');
    await writeFile(microphone, wavOf(1000, 5));
    room = await openRoom({ microphone, env: { ZHISHOU_VOICE_RECORDING: 'true' } });
  });
  afterAll(async () => {
    await room?.leave();
    await rm(dir, { recursive: true, force: true });
  });

  test('from the ringing to the recording, also with a second one beside it and with the line cut', async () => {
    const album = await openAlbum();
    const [hers, his] = [
      await talkingPager(room, 'pager-521', '521'),
      await talkingPager(room, 'pager-522', '522'),
    ];
    for (const door of ['521', '522'])
      await room.api().put(
        `/households/h-${door}`,
        {
          place: `h-${door}`,
          warnings: ['lives-alone'],
          residents: [{ name: '王秀英', born: 1941, phone: '13900001234', recordingConsent: true }],
          contacts: [{ name: '王芳', relation: '女儿', phone: '13800001234', hasKey: true }],
        },
        z.unknown(),
      );
    await room.api().put('/places/b-3/site', { at: [121.47, 31.23] }, z.unknown());
    const [li, zhao] = [await room.takeSeat('li'), await room.takeSeat('zhao')];
    // Its sound may be heard: somebody has clicked at this seat.
    await zhao.strip.click({ position: { x: 2, y: 2 } });
    await hers.press();
    const first = await hers.ask();
    await li.call('521').getByText('有人在等着通话').waitFor();
    await album.picture(li, 'call-ringing', li.panel.locator('.household'));

    await li.call('521').getByRole('button', { name: '接警' }).click();
    const bar = barOf(li);
    await bar.and(li.page.locator('[data-call-state=connected]')).waitFor();
    await album.picture(li, 'call-speaking', bar.locator('button'), [sizes.desk, sizes.large]);
    await bar.getByRole('button', { name: '转接', exact: true }).click();
    await album.picture(li, 'call-handing-over', bar.locator('.transfer'));
    await li.page.keyboard.press('u');
    await album.picture(li, 'call-muted', bar.locator('.muted-now'));
    await li.page.keyboard.press('u');

    await his.press();
    await his.ask();
    await album.picture(li, 'call-beside', li.panel.locator('.household'));
    await zhao.call('522').getByRole('button', { name: '接警' }).click();
    await barOf(zhao).and(zhao.page.locator('[data-call-state=connected]')).waitFor();
    await bar.getByLabel('转接给').selectOption('zhao');
    await bar.locator('.transfer').getByRole('button', { name: '转接' }).click();
    await album.picture(zhao, 'call-held', barOf(zhao, first).locator('[data-handed-over=li]'));

    await barOf(zhao, first).getByRole('button', { name: '切换到这个通话' }).click();
    await zhao.page.locator('[data-call-devices]').click();
    await album.picture(zhao, 'call-devices', zhao.page.getByRole('dialog'));
    await zhao.page.keyboard.press('Escape');
    await zhao.row('521').locator('.title').click();
    const recording = zhao.detail.locator('.timeline [data-recording]');
    // Before the device has gone: of one that is lost the call fails by itself, and nobody could hang it up.
    await room.api().post(`/calls/${first}/hang-up`, {}, z.unknown());
    await hers.leave();
    await recording.scrollIntoViewIfNeeded();
    await album.picture(zhao, 'call-recorded', recording);

    await room.cutPower();
    await album.picture(zhao, 'call-line-cut', zhao.page.locator('[data-banner=blind]'));
    await his.leave();
    album.goodNow();
  }, 400_000);
});
