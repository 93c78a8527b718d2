import { afterEach, beforeEach, expect, test } from 'vitest';
import { type DutyRoom, home301, homeElsewhere, openDutyRoom } from './duty-room.ts';

let room: DutyRoom;
beforeEach(async () => {
  room = await openDutyRoom();
  await room.register('pager', 'call-button', home301);
  await room.register('other', 'call-button', homeElsewhere);
});
afterEach(() => room[Symbol.asyncDispose]());

const corner = { at: [121.47, 31.23] };

test('a place that somebody puts on the map stands there, is moved, and is taken off again', async () => {
  const { status, body } = await room.admin.call('PUT', '/places/b1/site', corner);
  expect([status, body]).toMatchObject([200, { place: 'b1', ...corner }]);
  const drawn = {
    at: [121.48, 31.24],
    outline: [
      [121.47, 31.23],
      [121.48, 31.23],
      [121.48, 31.24],
    ],
  };
  await room.admin.call('PUT', '/places/b1/site', drawn);
  expect((await room.admin.call('GET', '/sites')).body.sites).toEqual([{ place: 'b1', ...drawn }]);
  expect((await room.admin.call('DELETE', '/places/b1/site')).status).toBe(204);
  expect((await room.admin.call('GET', '/sites')).body.sites).toEqual([]);
  expect((await room.admin.call('DELETE', '/places/b1/site')).status).toBe(404);
  const written = room.store.batches().flatMap(({ entries }) => entries.map(({ event }) => event));
  expect(written.filter((event) => event.startsWith('site.'))).toEqual([
    'site.put',
    'site.put',
    'site.removed',
  ]);
});

test.each([
  ['a place that nobody knows', '/places/nowhere/site', corner, 404],
  ['a point that is not on this earth', '/places/b1/site', { at: [721, 31] }, 400],
  [
    'an outline of two corners',
    '/places/b1/site',
    {
      ...corner,
      outline: [
        [1, 1],
        [2, 2],
      ],
    },
    400,
  ],
  ['no point', '/places/b1/site', {}, 400],
])('%s is refused', async (_what, path, site, refusal) => {
  expect((await room.admin.call('PUT', path, site)).status).toBe(refusal);
});

test('whoever may see only one building sees only that on the map', async () => {
  await room.admin.call('PUT', '/places/b1/site', corner);
  const there = homeElsewhere.path.find(({ kind }) => kind === 'building')?.id ?? homeElsewhere.id;
  await room.admin.call('PUT', `/places/${there}/site`, corner);
  const li = await room.person('li', 'supervisor', ['b1']);
  expect((await li.call('GET', '/sites')).body.sites).toEqual([{ place: 'b1', ...corner }]);
  expect((await li.call('PUT', `/places/${there}/site`, corner)).status).toBe(404);
});

test('pages may fetch pictures of the ground from the server that the gateway names, and from no other', async () => {
  const url = 'https://tiles.example/{z}/{x}/{y}.png';
  await using named = await openDutyRoom({ tiles: { url, attribution: '© 街道' } });
  const answer = await named.admin.call('GET', '/sites');
  expect(answer.body.tiles).toEqual({ url, attribution: '© 街道' });
  const policyOf = async (of: DutyRoom): Promise<string | null> =>
    (await fetch(`http://127.0.0.1:${await of.port()}/healthz`)).headers.get('content-security-policy');
  expect(await policyOf(named)).toContain("img-src 'self' data: https://tiles.example;");
  expect(await policyOf(room)).toContain("img-src 'self' data:;");
  expect((await room.admin.call('GET', '/sites')).body.tiles).toBeUndefined();
});
