import { afterEach, beforeEach, expect, test } from 'vitest';
import { type DutyRoom, home301, homeElsewhere, openDutyRoom } from './duty-room.ts';

let room: DutyRoom;
beforeEach(async () => {
  room = await openDutyRoom();
  await room.register('gas1', 'gas-detector', home301);
  await room.register('smoke1', 'smoke-alarm', homeElsewhere);
  const at = room.clock.at;
  for (const [later, gas] of [3, 4, 5].entries())
    room.send('gas1', 'readings', { at: at + later, values: { gas_lel: gas, valve: 'open' } });
  room.send('smoke1', 'readings', { at, values: { smoke: true, temperature: 21.5 } });
  await room.settled();
  room.clock.at += 10;
});
afterEach(() => room[Symbol.asyncDispose]());

const ask = (query: string) => room.admin.call('GET', `/readings?${query}`);

test('several series come in the order in which they were asked for, each as by itself', async () => {
  const at = room.clock.at - 10;
  const { status, headers, body } = await ask(
    `series=smoke1:temperature&series=gas1:valve&series=gas1:gas_lel&series=smoke1:smoke&series=gas1:battery&from=${at}&to=${at + 2}`,
  );
  expect([status, headers['content-type']]).toEqual([200, 'application/json; charset=utf-8']);
  expect(body).toEqual({
    series: [
      { device: 'smoke1', measurement: 'temperature', unit: '°C', points: [[at, 21.5]] },
      {
        device: 'gas1',
        measurement: 'valve',
        unit: null,
        points: [
          [at, 'open'],
          [at + 1, 'open'],
        ],
      },
      {
        device: 'gas1',
        measurement: 'gas_lel',
        unit: '%LEL',
        points: [
          [at, 3],
          [at + 1, 4],
        ],
      },
      { device: 'smoke1', measurement: 'smoke', unit: null, points: [[at, true]] },
      { device: 'gas1', measurement: 'battery', unit: '%', points: [] },
    ],
  });
});

test('without a span it is the last day, and `points` counts for each series', async () => {
  const { body } = await ask('series=gas1:gas_lel&series=gas1:valve&points=2');
  expect((body.series as { points: unknown[] }[]).map(({ points }) => points.length)).toEqual([2, 2]);
  room.clock.at += 25 * 3_600_000;
  const later = await room.person('late', 'viewer');
  expect((await later.call('GET', '/readings?series=gas1:gas_lel')).body.series).toMatchObject([
    { points: [] },
  ]);
});

test('what cannot be answered is refused by name, and as a whole', async () => {
  const many = (count: number) => Array.from({ length: count }, () => 'series=gas1:gas_lel').join('&');
  for (const [query, status, code, words] of [
    ['', 400, 'bad-request', 'series'],
    ['series=gas1', 400, 'bad-request', 'series.0: must be <device>:<measurement>'],
    ['series=gas1:gas_lel&series=:gas_lel', 400, 'bad-request', 'series.1'],
    ['series=gas1:gas_lel:x', 400, 'bad-request', 'series.0'],
    [many(65), 400, 'bad-request', 'series'],
    ['series=gas1:gas_lel&series=nobody:gas_lel', 404, 'not-found', 'nobody'],
    ['series=gas1:gas_lel&series=gas1:ph', 422, 'invalid', 'gas-detector does not measure ph'],
    ['series=gas1:constructor', 422, 'invalid', 'constructor'],
    ['series=gas1:__proto__', 422, 'invalid', '__proto__'],
    ['series=gas1:gas_lel&from=5&to=5', 400, 'bad-request', '`from`'],
    ['series=gas1:gas_lel&from=x', 400, 'bad-request', 'from'],
    ['series=gas1:gas_lel&points=5001', 400, 'bad-request', 'points'],
    [`${many(21)}&points=5000`, 400, 'bad-request', '100000'],
  ] as const) {
    const answer = await ask(query);
    expect([query, answer.status, answer.body.error?.code]).toEqual([query, status, code]);
    expect(answer.body.error?.message).toContain(words);
  }
  expect((await ask(`${many(20)}&points=5000`)).status).toBe(200);
  expect((await ask(many(64))).status).toBe(200);
});

test('whoever may see part of the street learns nothing of the rest', async () => {
  const li = await room.person('li', 'viewer', ['c1']);
  expect((await li.call('GET', '/readings?series=gas1:gas_lel')).status).toBe(200);
  const hidden = await li.call('GET', '/readings?series=gas1:gas_lel&series=smoke1:smoke');
  const unknown = await li.call('GET', '/readings?series=gas1:gas_lel&series=smoke2:smoke');
  expect([hidden.status, hidden.body.error?.message]).toEqual([404, 'There is no device smoke1.']);
  expect([unknown.status, unknown.body.error?.message]).toEqual([404, 'There is no device smoke2.']);
});

test('a store that cannot answer is an error, and not half an answer', async () => {
  Object.assign(room.store.archive, { readings: () => Promise.reject(new Error('disk gone')) });
  const { status, body } = await ask('series=gas1:gas_lel&series=gas1:valve');
  expect([status, body.error?.code]).toEqual([500, 'internal']);
});

test('a span is given in milliseconds or as a person writes a moment, and means the same', async () => {
  const at = room.clock.at - 10;
  const series = 'series=gas1:gas_lel';
  const expected = (await ask(`${series}&from=${at}&to=${at + 2}`)).body;
  expect(expected).toMatchObject({
    series: [
      {
        points: [
          [at, 3],
          [at + 1, 4],
        ],
      },
    ],
  });
  const utc = (moment: number): string => new Date(moment).toISOString();
  const east = (moment: number, plus: string): string =>
    utc(moment + 8 * 3_600_000).replace('Z', `${plus}08:00`);
  for (const [from, to] of [
    [utc(at), utc(at + 2)],
    [east(at, '%2B'), east(at + 2, '%2B')],
    // As a script sends it that does not know what + means in a query string.
    [east(at, '+'), String(at + 2)],
  ])
    expect([from, (await ask(`${series}&from=${from}&to=${to}`)).body]).toEqual([from, expected]);
});

test.each(['2026-03-01', '2026-03-01T08:00:00', '2026-02-30T08:00:00Z', 'yesterday', '-1', '1.5'])(
  'a span from %s is refused with what a moment looks like, wherever one is asked for',
  async (from) => {
    for (const path of [
      '/readings?series=gas1:gas_lel&',
      '/devices/gas1/readings?measurement=gas_lel&',
      '/readings/export?format=csv&device=gas1&',
      '/alerts?',
      '/alerts/export?format=csv&',
      '/calls?',
      '/figures?to=5&',
    ]) {
      const { status, body } = await room.admin.call('GET', `${path}from=${from}`);
      expect([path, status, body.error?.message]).toEqual([
        path,
        400,
        expect.stringContaining('querystring.from: must be milliseconds since 1970, or ISO 8601'),
      ]);
    }
  },
);
