import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import type { Seat } from '../../src/model/seat.ts';
import { ofType } from './console-client.ts';
import type { Caller, DutyRoom } from './duty-room.ts';
import { openDutyRoom } from './duty-room.ts';

let room: DutyRoom;
let li: Caller;
beforeEach(async () => {
  room = await openDutyRoom({ liveTimes: { seatsMs: 20 } });
  li = await room.person('li', 'operator');
});
afterEach(() => room[Symbol.asyncDispose]());

const ask = async (): Promise<readonly Seat[]> =>
  (await room.admin.call('GET', '/seats')).body.seats as Seat[];

describe('the seats on line', () => {
  test('are told with their pages, and what each says of its screen and sound', async () => {
    expect(await ask()).toEqual([]);
    const page = await room.console(li, '?console=page-1');
    expect((await page.until(ofType('hello'))).console).toBe('page-1');
    const [silent] = await ask();
    expect(silent).toMatchObject({
      user: 'li',
      name: 'li',
      role: 'operator',
      places: [],
      since: room.clock.at,
      consoles: [{ id: 'page-1', visible: false, audio: 'unknown', silenced: false }],
    });
    page.say({ type: 'seat', visible: true, audio: 'running', silenced: false });
    await page.met((messages) =>
      messages.some(
        (message) => message.type === 'seats' && message.seats[0]?.consoles[0]?.audio === 'running',
      ),
    );
    expect((await ask())[0]?.consoles).toMatchObject([
      { id: 'page-1', visible: true, audio: 'running', silenced: false },
    ]);
  });

  test('share a desk where they share a sign-in, and not where they do not', async () => {
    const again = await room.anybody.call('POST', '/session', {
      username: 'li',
      password: 'correct horse battery',
    });
    await room.console(li, '?console=a');
    await room.console(li, '?console=b');
    await room.console({ ...li, token: String(again.body.token) }, '?console=c');
    const [seat, ...others] = await ask();
    expect(others).toEqual([]);
    const [a, b, c] = seat?.consoles ?? [];
    expect(a?.seat).toBe(b?.seat);
    expect(c?.seat).not.toBe(a?.seat);
    expect(JSON.stringify(seat)).not.toContain(li.token);
  });

  test('come and go on the feed of those at the desks, and not on a wall’s', async () => {
    const wall = await room.console(await room.person('wall', 'viewer'));
    const mine = await room.console(li);
    const other = await room.console(await room.person('zhao', 'operator'));
    const people = (seats: readonly Seat[]): string => seats.map(({ user }) => user).join(' ');
    await mine.met((messages) =>
      messages.some((message) => message.type === 'seats' && people(message.seats) === 'li zhao'),
    );
    other.socket.close();
    await mine.met((messages) => {
      const last = messages.filter(ofType('seats')).at(-1);
      return last !== undefined && people(last.seats) === 'li';
    });
    expect(wall.messages.some(ofType('seats'))).toBe(false);
    expect((await (await room.person('wall2', 'viewer')).call('GET', '/seats')).status).toBe(403);
  });

  test('that are what they were are not told again', async () => {
    const page = await room.console(li);
    await page.until(ofType('seats'));
    for (let time = 0; time < 3; time += 1)
      page.say({ type: 'seat', visible: true, audio: 'running', silenced: false });
    page.say({ type: 'seat', visible: true, audio: 'missing', silenced: false });
    await page.met((messages) =>
      messages.some(
        (message) => message.type === 'seats' && message.seats[0]?.consoles[0]?.audio === 'missing',
      ),
    );
    expect(page.messages.filter(ofType('seats')).length).toBeLessThanOrEqual(3);
  });
});

describe('the health of the gateway', () => {
  test('is told at a desk as /readyz tells it, with whether calls are recorded', async () => {
    expect((await room.anybody.call('GET', '/health')).status).toBe(401);
    expect((await li.call('GET', '/health')).body).toEqual({
      ok: true,
      problems: [],
      warnings: [],
      recording: false,
    });
    room.problems.push('the store cannot commit: disk full');
    const { status, body } = await li.call('GET', '/health');
    expect(status).toBe(200);
    expect(body).toMatchObject({ ok: false, problems: ['the store cannot commit: disk full'] });
  });
});
