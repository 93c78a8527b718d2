import { afterAll, beforeAll, expect, test } from 'vitest';
import { z } from 'zod';
import { hasChromium } from '../chromium.ts';
import { optional } from '../optional.ts';
import { home, leaveSeat, openRoom, type Pager, type Room, type Seat } from './room.ts';

optional('Chromium', hasChromium)('the wall of the duty room', () => {
  let room: Room;
  let wall: Seat;
  let pager: Pager;
  beforeAll(async () => {
    room = await openRoom();
    await room
      .api()
      .post('/users', { username: 'wall', password: room.passwordOf('wall'), role: 'viewer' }, z.unknown());
    pager = await room.pager('pager-501', '501');
    await room.api().put(
      '/households/h-501',
      {
        place: 'h-501',
        warnings: ['dementia'],
        residents: [{ name: '王秀英', health: '高血压' }],
        contacts: [{ name: '王芳', relation: '女儿', phone: '13800001234', hasKey: true }],
      },
      z.unknown(),
    );
    wall = await room.visit();
    await wall.page.goto(`${room.gateway().url}/wall`);
    await room.logIn(wall.page, 'wall');
  });
  afterAll(async () => {
    await leaveSeat(wall);
    await room?.leave();
  });

  test('says that all is calm, and of which building', async () => {
    await wall.page.getByText('没有险情').waitFor();
    await wall.page.locator('[data-place=b-3].calm').waitFor();
  });

  test('shows a building that is new to the street without being loaded anew', async () => {
    const path = [
      { kind: 'community', id: 'xingfu', name: '幸福社区' },
      { kind: 'building', id: 'b-9', name: '9栋' },
      { kind: 'household', id: 'h-901', name: '901' },
    ];
    await room
      .api()
      .post(
        '/devices',
        { id: 'smoke-901', type: 'smoke-alarm', place: { id: 'h-901', path, text: '幸福社区 9栋901' } },
        z.unknown(),
      );
    await wall.page.locator('[data-place=b-9].calm').waitFor();
  });

  test('shows where it rings, large, and no word of who lives there, what ails them or who has a key', async () => {
    await pager.press();
    const large = wall.page.locator('.large').filter({ hasText: home('501').text });
    await large.getByText('紧急呼叫').waitFor();
    await wall.page.locator('[data-place=b-3].rings').waitFor();
    const said = await wall.page.locator('body').innerText();
    for (const secret of ['王秀英', '王芳', '高血压', '失智', '13800001234', '钥匙'])
      expect(said).not.toContain(secret);
  });

  test('does not count as having been shown: nobody sits at a wall', async () => {
    const { alerts } = await room
      .api()
      .get(
        '/alerts?open=true',
        z.object({ alerts: z.array(z.object({ id: z.string(), firstShownAt: z.number().optional() })) }),
      );
    expect(alerts.map(({ firstShownAt }) => firstShownAt)).toEqual([undefined]);
  });

  test('moves what was taken from what rings to what is in hand', async () => {
    const { alerts } = await room
      .api()
      .get('/alerts?open=true', z.object({ alerts: z.array(z.object({ id: z.string() })) }));
    await room.api().post(`/alerts/${alerts[0]?.id}/take`, {}, z.unknown());
    await wall.page.locator('.in-hand').getByText(home('501').text).waitFor();
    await expect.poll(() => wall.page.locator('.large').count()).toBe(0);
  });
});
