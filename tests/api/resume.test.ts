import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { ofType } from './console-client.ts';
import { type DutyRoom, openDutyRoom } from './duty-room.ts';

let room: DutyRoom;
beforeEach(async () => {
  room = await openDutyRoom({ liveTimes: { tickMs: 20 } });
  await room.register('p1');
});
afterEach(() => room[Symbol.asyncDispose]());

const snapshot = ofType('snapshot');

/** Each press is a change of the one open alert. */
const press = async (times: number): Promise<void> => {
  for (let i = 0; i < times; i += 1) {
    room.clock.at += 1;
    room.press('p1');
  }
  await room.settled();
};

/** Numbers of all committed changes after `after`. */
const committed = (after: number): number[] =>
  room.store.batches().flatMap(({ changes }) => changes.map(({ seq }) => seq).filter((seq) => seq > after));

const seq = (): number => room.core.duty.committed.seq();

describe('a console that resumes', () => {
  test('gets what it missed and what comes after, nothing twice and nothing not at all, and no snapshot', async () => {
    const from = seq();
    await press(40);
    const desk = await room.console(room.admin, `?after=${from}`);
    await press(10);
    await desk.met(() => desk.seqs().length >= 50);
    expect(desk.seqs()).toEqual(committed(from));
    expect(desk.messages.some(snapshot)).toBe(false);
  });

  test('misses nothing of what is committed while it is being brought up to date, however long that takes', async () => {
    const from = seq();
    await press(1200);
    // Between every page of the past and the next there is another burst, more than is held for a console.
    let bursts = 0;
    room.store.beforeChanges(async () => {
      bursts += 1;
      if (bursts <= 3) await press(700);
    });
    const desk = await room.console(room.admin, `?after=${from}`);
    await desk.met(() => desk.seqs().length >= 1200 + 3 * 700);
    await press(5);
    await desk.met(() => desk.seqs().length >= 1205 + 3 * 700);
    expect(desk.seqs()).toEqual(committed(from));
    expect(bursts).toBeGreaterThan(3);
  });

  test('is not promised by a tick what it has not got yet', async () => {
    const from = seq();
    await press(3);
    let letGo = (): void => undefined;
    room.store.beforeChanges(
      () =>
        new Promise((resolve) => {
          letGo = resolve;
        }),
    );
    const desk = await room.console(room.admin, `?after=${from}`);
    expect((await desk.until(ofType('tick'))).seq).toBe(from);
    letGo();
    await desk.met(() => desk.seqs().length === 3);
    await desk.met((messages) =>
      messages.some((message) => message.type === 'tick' && message.seq === seq()),
    );
  });

  test('has missed nothing when it has the last number', async () => {
    await press(1);
    const desk = await room.console(room.admin, `?after=${seq()}`);
    await press(1);
    await desk.met(() => desk.seqs().length === 1);
    expect(desk.messages.some(snapshot)).toBe(false);
  });

  test('gets a snapshot where its number is too old, from another run, or from the future', async () => {
    const from = seq();
    await press(3);
    room.store.forgetUpTo(seq());
    const feed = room.core.duty.committed.feed;
    for (const query of [
      () => `?after=${from}`,
      () => `?after=${seq()}&feed=another`,
      () => `?after=${seq() + 1}`,
      () => '',
    ]) {
      const desk = await room.console(room.admin, query());
      expect((await desk.until(snapshot)).seq).toBe(seq());
      expect(desk.seqs()).toEqual([]);
      await press(1);
      await desk.met(() => desk.seqs().length === 1);
    }
    const same = await room.console(room.admin, `?after=${seq()}&feed=${feed}`);
    await same.until(ofType('tick'));
    expect(same.messages.some(snapshot)).toBe(false);
  });

  test('sees what is open even when the past cannot be read', async () => {
    const from = seq();
    await press(3);
    room.store.beforeChanges(async () => {
      throw new Error('disk gone');
    });
    const desk = await room.console(room.admin, `?after=${from}`);
    expect((await desk.until(snapshot)).alerts).toHaveLength(1);
    await press(1);
    await desk.met(() => desk.seqs().length === 1);
  });

  test('must give a number that is one', async () => {
    await expect(room.console(room.admin, '?after=x')).rejects.toThrow('refused: 400');
  });
});

describe('a console that is too slow', () => {
  test('is closed with 4008 and resumes, while another gets everything', async () => {
    const slowRoom = await openDutyRoom({
      liveTimes: { outbox: { inSocketBytes: 64 * 1024, messages: 500, bytes: 1024 * 1024 }, closeMs: 60_000 },
    });
    try {
      await slowRoom.register('p1');
      const from = slowRoom.core.duty.committed.seq();
      const slow = await slowRoom.console(slowRoom.admin);
      const desk = await slowRoom.console(slowRoom.admin);
      await Promise.all([slow.until(snapshot), desk.until(snapshot)]);
      slow.socket.pause();
      let presses = 0;
      const sockets = slowRoom.api.app.websocketServer.clients;
      const stalled = () => [...sockets].some((socket) => socket.readyState === socket.CLOSING);
      while (!stalled() && presses < 100_000) {
        for (let i = 0; i < 100; i += 1) slowRoom.press('p1');
        presses += 100;
        await slowRoom.settled();
        await desk.met(() => desk.seqs().length >= presses);
      }
      expect(stalled()).toBe(true);
      slow.socket.resume();
      expect(await slow.closed).toBe(4008);
      const all = slowRoom.store
        .batches()
        .flatMap(({ changes }) => changes.map(({ seq: number }) => number).filter((number) => number > from));
      expect(desk.seqs()).toEqual(all);
      const last = slow.seqs().at(-1) ?? from;
      const back = await slowRoom.console(slowRoom.admin, `?after=${last}`);
      await back.met(() => slow.seqs().length + back.seqs().length >= all.length);
      expect([...slow.seqs(), ...back.seqs()]).toEqual(all);
    } finally {
      await slowRoom[Symbol.asyncDispose]();
    }
  });
});
