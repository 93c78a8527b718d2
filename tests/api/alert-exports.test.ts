import { get, type IncomingMessage } from 'node:http';
import { afterEach, beforeEach, describe, expect, onTestFinished, test } from 'vitest';
import { streetMoment } from '../../src/api/street-clock.ts';
import type { AlertQuery } from '../../src/gateway/ports.ts';
import type { Alert } from '../../src/model/alert.ts';
import { type Caller, type DutyRoom, home301, homeElsewhere, openDutyRoom } from './duty-room.ts';

let room: DutyRoom;
beforeEach(async () => {
  room = await openDutyRoom();
});
afterEach(() => room[Symbol.asyncDispose]());

const press = async (device: string, place = home301): Promise<string> => {
  await room.register(device, 'call-button', place);
  room.press(device);
  await room.settled();
  room.clock.at += 1000;
  return room.alertOf(device);
};
const exporting = (query: string, who: Caller = room.admin) => who.call('GET', `/alerts/export?${query}`);
const linesOf = async (query: string, who?: Caller): Promise<string[]> => {
  const { status, body } = await exporting(query, who);
  expect([query, status]).toEqual([query, 200]);
  return String(body.text).split(/\r?\n/).slice(0, -1);
};
const devicesIn = async (query: string, who?: Caller): Promise<string[]> =>
  (await linesOf(`format=ndjson&${query}`, who)).map((line) => (JSON.parse(line) as Alert).device);
const journalOf = async () =>
  ((await room.admin.call('GET', '/journal?limit=1000')).body.entries as { event: string }[]).filter(
    ({ event }) => event === 'alerts.exported',
  );
const turn = (): Promise<unknown> => new Promise(setImmediate);
const until = async (condition: () => boolean | Promise<boolean>): Promise<void> => {
  const deadline = performance.now() + 20_000;
  while (!(await condition())) {
    if (performance.now() > deadline) throw new Error(`waited in vain for ${condition}`);
    await turn();
  }
};

describe('a file of alerts', () => {
  test('has what fits the filter, open and closed, newest first, as the list has it', async () => {
    const first = await press('p1');
    await press('p2');
    await press('far', homeElsewhere);
    await room.admin.call('POST', `/alerts/${first}/close`, { disposition: 'pressed-by-mistake' });
    for (const [query, expected] of [
      ['', ['far', 'p2', 'p1']],
      ['open=true', ['far', 'p2']],
      ['open=false', ['p1']],
      ['state=closed', ['p1']],
      ['kind=sos', ['far', 'p2', 'p1']],
      ['kind=smoke', []],
      ['kind=smoke&open=true', []],
      ['place=c1', ['p2', 'p1']],
      ['device=p2', ['p2']],
      ['stale=true', []],
    ] as const) {
      expect([query, await devicesIn(query)]).toEqual([query, expected]);
      const { body } = await room.admin.call('GET', `/alerts?${query}`);
      expect((body.alerts as Alert[]).map(({ device }) => device)).toEqual(expected);
    }
  });

  test('as CSV says the times by the street’s clock, and how long somebody waited', async () => {
    room.clock.at = Date.UTC(2026, 0, 5, 20, 0, 0);
    const id = await press('p1', { ...home301, text: '=cmd|"1"' });
    room.clock.at += 500;
    await room.admin.call('POST', `/alerts/${id}/take`, {});
    const [head = '', line = ''] = await linesOf('format=csv&bom=1');
    expect(head.startsWith('\uFEFFid,priority,kind,state,')).toBe(true);
    expect(line).toContain(`${id},critical,sos,latched-acknowledged,`);
    expect(line).toContain(`"'=cmd|""1"""`);
    expect(line).toContain('2026-01-06T04:00:00.000+08:00,2026-01-06T04:00:01.500+08:00,1.5,admin,admin');
    expect((await linesOf('format=csv'))[0]?.startsWith('id,')).toBe(true);
  });

  test('holds nothing that was read or written about people, and is noted in the journal', async () => {
    const id = await press('p1');
    await room.admin.call('POST', `/alerts/${id}/take`, {});
    await room.admin.call('POST', `/alerts/${id}/comment`, { note: '张秀英摔倒了' });
    const li = await room.person('li', 'viewer', ['c1']);
    const text = `${await linesOf('format=ndjson', li)}${await linesOf('format=csv&open=true&place=b1', li)}`;
    expect(text).not.toContain('张秀英');
    expect(text).not.toContain('evidence');
    expect(await journalOf()).toMatchObject([
      { actor: 'user:li', subject: 'user:li', data: { format: 'ndjson' } },
      { actor: 'user:li', subject: 'user:li', data: { format: 'csv', open: true, place: 'b1' } },
    ]);
  });

  test('is what whoever asks may see, and no more', async () => {
    await press('p1');
    await press('far', homeElsewhere);
    const li = await room.person('li', 'viewer', ['c1']);
    for (const query of ['', 'open=true', 'place=st', 'kind=sos'])
      expect(await devicesIn(query, li)).toEqual(['p1']);
    expect((await exporting('format=csv', room.anybody)).status).toBe(401);
    for (const query of ['', 'format=xlsx', 'format=ndjson&bom=1', 'format=csv&kind=weather'])
      expect([query, (await exporting(query)).body.error?.code]).toEqual([query, 'bad-request']);
    room.core.setHealth({ ok: false, since: room.clock.at, error: 'full' });
    expect((await exporting('format=csv')).body.error?.code).toBe('store-unavailable');
    room.core.setHealth({ ok: true });
  });
});

describe('a long file of alerts', () => {
  /** Puts an archive without an end in place of the store; counts what it was asked for. */
  const generate = (sample: Alert) => {
    const source = { asked: 0 };
    const alerts = async ({ limit }: AlertQuery): Promise<readonly Alert[]> => {
      source.asked += 1;
      return Array.from({ length: limit }, (_, index) => ({
        ...sample,
        id: `${1e9 - source.asked}-${1000 - index}`,
      }));
    };
    Object.assign(room.store.archive, { alerts });
    return source;
  };
  const connect = async (): Promise<IncomingMessage> => {
    const port = await room.port();
    const answer = await new Promise<IncomingMessage>((resolve, reject) => {
      get(
        {
          port,
          host: '127.0.0.1',
          path: '/api/v1/alerts/export?format=ndjson',
          agent: false,
          headers: { authorization: `Bearer ${room.admin.token}` },
        },
        resolve,
      ).on('error', reject);
    });
    answer.on('error', () => undefined);
    onTestFinished(() => void answer.destroy());
    return answer;
  };
  const sampleOf = async (): Promise<Alert> => {
    const alert = room.core.duty.committed.alerts.get(await press('p1'));
    if (alert === undefined) throw new Error('nothing rings');
    return alert;
  };

  test('is read no faster than it is taken, and no further once its client has gone', async () => {
    const source = generate(await sampleOf());
    const answer = await connect();
    // It takes nothing: a gateway that read on would never come to an end.
    await until(() => source.asked > 2);
    let before = -1;
    await until(async () => {
      const still = before === source.asked;
      before = source.asked;
      for (let turns = 0; turns < 2_000; turns += 1) await turn();
      return still;
    });
    const { asked } = source;
    for (let turns = 0; turns < 2_000; turns += 1) await turn();
    expect(source.asked).toBe(asked);
    answer.destroy();
    // Both places of this user are free again.
    await until(async () => {
      const one = await connect();
      const two = await connect();
      const free = one.statusCode === 200 && two.statusCode === 200;
      const third = await connect();
      // Only then: a place may become free between the second and the third.
      if (free) expect(third.statusCode).toBe(429);
      for (const each of [one, two, third]) each.destroy();
      return free;
    });
  });

  test('breaks off before its end when whoever asked signs out', async () => {
    const source = generate(await sampleOf());
    const answer = await connect();
    await until(() => source.asked > 2);
    await room.admin.call('DELETE', '/session');
    let failed = false;
    try {
      for await (const _ of answer);
    } catch {
      failed = true;
    }
    expect([failed, answer.complete]).toEqual([true, false]);
  });
});

test('a moment is said with the offset that the zone had then', () => {
  const berlin = streetMoment('Europe/Berlin');
  expect(berlin(Date.UTC(2026, 2, 29, 0, 59, 59, 999))).toBe('2026-03-29T01:59:59.999+01:00');
  expect(berlin(Date.UTC(2026, 2, 29, 1))).toBe('2026-03-29T03:00:00.000+02:00');
  expect(streetMoment('America/St_Johns')(Date.UTC(2026, 0, 1))).toBe('2025-12-31T20:30:00.000-03:30');
  expect(streetMoment('UTC')(0)).toBe('1970-01-01T00:00:00.000+00:00');
});
