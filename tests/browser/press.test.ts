import { afterAll, beforeAll, expect, test } from 'vitest';
import { z } from 'zod';
import { hasChromium } from '../chromium.ts';
import { optional } from '../optional.ts';
import { tone } from './loudspeaker.ts';
import { home, leaveSeat, openRoom, type Room } from './room.ts';

/** The minute that the street's clocks show. */
const streetMinute = (): string =>
  new Intl.DateTimeFormat('en-GB', { timeZone: 'Asia/Shanghai', timeStyle: 'short' }).format();

optional('Chromium', hasChromium)('a press at the seat', () => {
  let room: Room;
  beforeAll(async () => {
    room = await openRoom();
  });
  afterAll(() => room?.leave());

  test('comes up over everything with place and household, sounds until it is taken with the one big button, and is gone when it is closed with what was done', async () => {
    const pager = await room.pager('pager-501', '501');
    await room.api().put(
      '/households/h-501',
      {
        place: 'h-501',
        warnings: ['deaf'],
        residents: [{ name: '王秀英', born: 1941 }],
        contacts: [{ name: '王芳', relation: '女儿', phone: '13800001234', hasKey: true }],
      },
      z.unknown(),
    );
    const seat = await room.takeSeat('li');
    const { page, panel, board, detail, strip } = seat;
    await board.getByText('没有警情', { exact: true }).waitFor();
    await strip.getByText('声音正常').waitFor();

    await pager.press();
    const call = seat.call('501');
    for (const said of [home('501').text, '紧急呼叫', '王秀英', '听不见', '有钥匙'])
      await call.getByText(said, { exact: true }).waitFor();
    const [over, under] = [await panel.boundingBox(), await board.boundingBox()];
    expect(over).toEqual(under);
    await seat.sounds('sos');
    await tone(page);

    await call.getByRole('button', { name: '接警' }).click();
    await detail.getByText('处理中', { exact: true }).waitFor();
    await panel.waitFor({ state: 'detached' });
    await seat.sounds('');

    await detail.getByLabel('对方说什么').fill('跌倒，右腿疼');
    await detail.getByLabel('人怎么样').fill('清醒，起不来');
    await detail.getByLabel('约定什么').fill('邻居去开门');
    await detail.getByRole('button', { name: '保存记录' }).click();
    await detail
      .getByRole('list', { name: '经过' })
      .getByText('对方说什么：跌倒，右腿疼 人怎么样：清醒，起不来 约定什么：邻居去开门')
      .waitFor();
    const saved = detail.locator('.comment').getByRole('status');
    await saved.getByText(/✓ 已保存 \d\d:\d\d/).waitFor();
    await saved.getByText('对方说什么：跌倒，右腿疼 人怎么样：清醒，起不来 约定什么：邻居去开门').waitFor();
    await detail.getByLabel('对方说什么').fill('右');
    await saved.locator('blockquote').waitFor({ state: 'detached' });
    await detail.getByLabel('对方说什么').fill('');
    const neighbour = detail.locator('.dispatch').getByRole('listitem').filter({ hasText: '邻居' });
    await neighbour.getByRole('button', { name: '已出发' }).click();
    await detail.getByText('已派', { exact: true }).waitFor();
    await neighbour.getByRole('button', { name: '已到场' }).click();
    await detail.locator('header').getByText('待核实', { exact: true }).waitFor();
    const finish = detail.getByRole('button', { name: '结案', exact: true });
    await detail.getByLabel('已提供帮助').check();
    await detail.getByLabel('没说上话，但有人当面见到本人').check();
    await detail.getByLabel('谁见到的').fill('邻居老李');
    await finish.and(page.locator(':disabled')).waitFor();
    const seenAt = streetMinute();
    await detail.getByLabel('几点见到').fill(seenAt);
    await finish.click();
    await detail
      .getByRole('list', { name: '经过' })
      .getByText(`邻居老李 于 ${seenAt} 当面见到本人`)
      .waitFor();
    await detail.locator('header').getByText('已结', { exact: true }).waitFor();
    await board.getByText('没有警情', { exact: true }).waitFor();

    await expect.poll(() => pager.told).toEqual(['sos-received', 'sos-accepted', 'help-dispatched']);
    const { alerts } = await room
      .api()
      .get('/alerts?device=pager-501', z.object({ alerts: z.array(z.unknown()) }));
    expect(alerts).toMatchObject([
      {
        count: 1,
        claimedBy: 'li',
        disposition: 'assistance-given',
        firstShownAt: expect.any(Number),
        takenAt: expect.any(Number),
        dispatchedAt: expect.any(Number),
        onSiteAt: expect.any(Number),
        closedAt: expect.any(Number),
      },
    ]);
    await leaveSeat(seat);
  });

  test('leaves whoever is typing a note the keyboard and every letter', async () => {
    const [first, second] = [await room.pager('pager-301', '301'), await room.pager('pager-302', '302')];
    const seat = await room.takeSeat('li');
    const { page, detail } = seat;
    await first.press();
    await seat.call('301').getByRole('button', { name: '接警' }).click();
    const note = detail.getByLabel('对方说什么');
    await note.pressSequentially('她说摔倒了，');
    await second.press();
    await seat.call('302').waitFor();
    await seat.sounds('sos');
    // Straight to the keyboard: whatever has the focus gets it, and outside a field these letters are commands.
    await page.keyboard.type('不能动\n');
    await page.keyboard.type('邻居在 m t 1 2');
    await detail.locator('textarea[name=says]:focus').waitFor();
    expect(await note.inputValue()).toBe('她说摔倒了，不能动\n邻居在 m t 1 2');
    await page.keyboard.press('Control+Enter');
    await detail.getByRole('list', { name: '经过' }).getByText('她说摔倒了，不能动').waitFor();
    await expect.poll(() => note.inputValue()).toBe('');

    await seat.call('302').getByRole('button', { name: '接警' }).click();
    await detail.getByRole('heading', { name: home('302').text }).waitFor();
    await seat.panel.waitFor({ state: 'detached' });
    await leaveSeat(seat);
  });

  test('is taken by one of two seats, and the other’s button says who has it', async () => {
    const pager = await room.pager('pager-601', '601');
    const [li, zhao] = [await room.takeSeat('li'), await room.takeSeat('zhao', { lateFeed: true })];
    await pager.press();
    for (const seat of [li, zhao]) await seat.call('601').waitFor();
    zhao.feed.hold();
    await li.call('601').getByRole('button', { name: '接警' }).click();
    await li.detail.getByText('处理中', { exact: true }).waitFor();
    await zhao.call('601').getByRole('button', { name: '接警' }).click();
    await zhao.call('601').getByText('李姐 已经接了').waitFor();
    zhao.feed.release();
    await zhao.panel.waitFor({ state: 'detached' });
    await zhao.sounds('');
    await zhao.row('601').getByText('李姐', { exact: true }).waitFor();
    expect(await zhao.row('601').getByRole('button', { name: '接警' }).count()).toBe(0);
    await leaveSeat(li);
    await leaveSeat(zhao);
  });
});
