import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { Figures } from '../../src/model/figures.ts';
import { type Caller, type DutyRoom, home301, homeElsewhere, openDutyRoom } from './duty-room.ts';

let room: DutyRoom;
beforeEach(async () => {
  room = await openDutyRoom();
});
afterEach(() => room[Symbol.asyncDispose]());

const lately = () => `from=${room.clock.at - 3_600_000}&to=${room.clock.at + 3_600_000}`;
const figuresFor = async (caller: Caller, more = ''): Promise<Figures> => {
  const { status, body } = await caller.call('GET', `/figures?${lately()}${more}`);
  expect(status).toBe(200);
  return Figures.parse(body);
};

describe('the figures', () => {
  test('say how soon presses were answered, and who took them to whoever leads the room or is that person', async () => {
    const [li, lead, screen] = [
      await room.person('li', 'operator'),
      await room.person('lead', 'supervisor'),
      await room.person('screen', 'viewer'),
    ];
    await room.register('pager-1');
    room.press('pager-1');
    await room.settled();
    room.clock.at += 20_000;
    expect((await li.call('POST', `/alerts/${room.alertOf('pager-1')}/take`)).status).toBe(200);
    const figures = await figuresFor(lead);
    expect(figures).toMatchObject({ alerts: 1, tests: 0, complete: true });
    expect(figures.answers.people).toMatchObject({ count: 1, answered: 1, p50Ms: 20_000 });
    expect(figures.answers.people.targets[0]).toEqual({ withinMs: 60_000, target: 0.975, share: 1, of: 1 });
    expect(figures.holders).toMatchObject([{ user: 'li', alerts: 1 }]);
    expect((await figuresFor(li)).holders).toMatchObject([{ user: 'li', alerts: 1 }]);
    expect((await figuresFor(screen)).holders).toEqual([]);
  });

  test('are of what whoever asks may see', async () => {
    const here = await room.person('here', 'supervisor', ['c1']);
    await room.register('pager-1', 'call-button', home301);
    await room.register('pager-2', 'call-button', homeElsewhere);
    room.press('pager-1');
    room.press('pager-2');
    await room.settled();
    expect((await figuresFor(room.admin)).alerts).toBe(2);
    expect((await figuresFor(room.admin, '&place=b1')).alerts).toBe(1);
    expect((await figuresFor(here)).alerts).toBe(1);
    expect((await here.call('GET', `/figures?${lately()}&place=nowhere`)).body.error?.code).toBe(
      'unknown-place',
    );
  });

  test.each(['', 'from=5&to=5', 'from=5&to=4', 'from=0&to=31708800000', 'from=x&to=1'])(
    'are not made of the span %j',
    async (query) => {
      expect((await room.admin.call('GET', `/figures?${query}`)).status).toBe(400);
    },
  );
});
