import { describe, expect, test } from 'vitest';
import { rings } from '../../src/gateway/ladder.ts';
import type { AlertRecord } from '../../src/gateway/ports.ts';
import { homeOf } from '../rules/street.ts';
import { openBook } from './book.ts';
import { homeIn } from './core.ts';

const minute = 60_000;
const hour = 3_600_000;
const low = { holding: 1, level: 1, priority: 'high', latching: false } as const;
const high = { holding: 3, level: 2, priority: 'critical', latching: true } as const;
const leak = {
  rule: { id: 'leak', version: '1' },
  kind: 'water',
  priority: 'medium',
  holding: 1,
} as const;

describe('the levels of one alert', () => {
  test('gas that rises makes the same alert critical, unacknowledged, and ring again without counting', () => {
    const room = openBook();
    const { id } = room.hold(low) ?? {};
    room.operate(String(id), 'take');
    expect(room.of().state).toBe('acknowledged');
    room.hold(high);
    expect(room.of()).toMatchObject({
      id,
      priority: 'critical',
      latching: true,
      count: 1,
      state: 'unacknowledged',
    });
    expect(rings(room.of())).toBe(true);
    expect(room.of().claimedBy).toBeUndefined();
    expect(room.events()).toEqual(['raised', 'taken', 'raised-higher']);
  });

  test('gas that falls below its latching level stays critical until somebody has acknowledged it, then follows', () => {
    const room = openBook();
    room.hold(high);
    room.hold(low);
    expect(room.of()).toMatchObject({ priority: 'critical', state: 'unacknowledged' });
    expect(room.book().holding('gas', 'gas-1')).toBe(1);
    room.restart();
    room.operate(room.of().id, 'acknowledge');
    expect(room.of()).toMatchObject({ priority: 'high', state: 'acknowledged', latching: true });
    expect(room.events()).toEqual(['raised', 'acknowledged', 'lowered']);
    room.hold({ ...low, holding: 0 });
    expect(room.of().state).toBe('latched-acknowledged');
  });

  test('a level that is not latching falls with what is measured', () => {
    const room = openBook();
    room.hold({ ...low, level: 2, priority: 'high' });
    room.hold({ ...low, level: 1, priority: 'medium' });
    expect(room.of()).toMatchObject({ priority: 'medium', state: 'unacknowledged' });
    expect(room.events()).toEqual(['raised', 'lowered']);
  });

  test('another branch of the same level is kept, and worth no line in the journal', () => {
    const room = openBook();
    room.hold({ ...low, holding: 1 });
    room.hold({ ...low, holding: 5 });
    expect(room.book().holding('gas', 'gas-1')).toBe(5);
    room.restart();
    expect(room.book().holding('gas', 'gas-1')).toBe(5);
    expect(room.events()).toEqual(['raised']);
  });

  test('a reading that comes too late raises the level and never lowers it', () => {
    const room = openBook();
    room.hold(low);
    room.hold({ ...high, holding: 2, late: true });
    expect(room.of()).toMatchObject({ priority: 'critical', late: true });
    expect(room.book().holding('gas', 'gas-1')).toBe(3);
    room.hold({ ...low, late: true });
    expect(room.book().holding('gas', 'gas-1')).toBe(3);
  });

  test('a condition that is over and comes back joins the open alert, counts, and waits again', () => {
    const room = openBook();
    room.hold(high);
    room.operate(room.of().id, 'take');
    expect(room.hold({ ...high, holding: 0 })).toMatchObject({ state: 'latched-acknowledged' });
    room.hold(low);
    expect(room.of()).toMatchObject({ count: 2, state: 'unacknowledged', priority: 'high' });
    expect(room.hold({ ...low, subject: 'gas-2', holding: 0 })).toBeNull();
  });

  test('an alert on the board of an older version is taken over with what it lacked', () => {
    const room = openBook();
    room.hold(high);
    room.restart((record) => {
      const { alert, ladder, reAlarmAfterMs } = record;
      return { alert, ladder, reAlarmAfterMs } as AlertRecord;
    });
    expect(room.of().state).toBe('unacknowledged');
    expect(room.book().holding('gas', 'gas-1')).toBe(1);
    expect(room.hold({ ...high, holding: 0 })).toMatchObject({ state: 'latched-unacknowledged' });
  });
});

describe('what combinations ask of the book', () => {
  test('it knows them by the place around them, and no longer once they are over, also after a restart', () => {
    const room = openBook();
    const upstairs = homeOf('tower', 'h2');
    room.hold({ ...low, place: homeOf('tower', 'h1') });
    room.hold({ ...low, subject: 'gas-2', device: 'gas-2', place: upstairs });
    room.hold({ ...low, subject: 'gas-3', device: 'gas-3', place: homeOf('barn', 'h3') });
    const within = (place: string): readonly string[] =>
      room
        .book()
        .active(['gas'], place)
        .map(({ device }) => device);
    expect(within('tower')).toEqual(['gas-1', 'gas-2']);
    expect(within('h2')).toEqual(['gas-2']);
    expect(within('elsewhere')).toEqual([]);
    room.hold({ ...low, subject: 'gas-2', device: 'gas-2', place: upstairs, holding: 0 });
    expect(within('tower')).toEqual(['gas-1']);
    room.restart();
    expect(within('tower')).toEqual(['gas-1']);
    expect(within('street')).toEqual(['gas-1', 'gas-3']);
  });

  test('it knows the active alerts of a rule, and who turned since it was last asked', () => {
    const room = openBook();
    room.hold(low);
    room.hold({ ...low, subject: 'gas-2', device: 'gas-2' });
    room.hold({ ...leak, subject: 'place:b1', device: 'water-7', devices: ['water-7', 'water-8'] });
    expect(
      room
        .book()
        .active(['gas', 'nothing'])
        .map(({ device }) => device),
    ).toEqual(['gas-1', 'gas-2']);
    expect(room.book().active(['leak'])).toMatchObject([{ rule: 'leak', device: 'water-7', place: null }]);
    expect(room.book().takeTurned()).toHaveLength(3);
    expect(room.book().takeTurned()).toEqual([]);
    room.hold({ ...low, holding: 0 });
    room.book().befall(room.of('gas-2').id, { event: 'returned', at: room.now() }, 'user:li');
    expect(room.book().takeTurned()).toEqual([
      { rule: 'gas', device: 'gas-1' },
      { rule: 'gas', device: 'gas-2' },
    ]);
    expect(room.book().holding('gas', 'gas-2')).toBe(0);
    room.restart();
    expect(room.book().active(['gas'])).toEqual([]);
    expect(room.book().active(['leak'])).toHaveLength(1);
    expect(room.book().takeTurned()).toEqual([]);
  });

  test('a combination is no alert of the device that brought it about, and no repair of that one covers it', () => {
    const room = openBook();
    room.hold({ ...leak, subject: 'place:b1', device: 'water-7', outOfService: true });
    expect(room.of('place:b1', 'leak').state).toBe('unacknowledged');
    expect(room.book().openOfDevice('water-7')).toEqual([]);
  });
});

describe('the shelf', () => {
  const shelve = (room: ReturnType<typeof openBook>, id: string, ms = hour, more: object = {}) =>
    room.operate(id, 'shelve', { until: room.now() + ms, note: 'sensor is wet', once: false, ...more });

  test('sets an alert aside with a reason, counts what comes meanwhile without ringing, and gives it back unacknowledged', () => {
    const room = openBook();
    const { id } = room.hold(leak) ?? {};
    expect(shelve(room, String(id))).toMatchObject({
      ok: true,
      value: { state: 'shelved', acknowledged: true, shelvedBy: 'li' },
    });
    room.hold({ ...leak, holding: 0 });
    room.hold(leak);
    expect(room.of('gas-1', 'leak')).toMatchObject({ state: 'shelved', count: 2 });
    room.pass(hour - 1);
    expect(room.of('gas-1', 'leak').state).toBe('shelved');
    room.restart();
    room.pass(1);
    const back = room.of('gas-1', 'leak');
    expect(back).toMatchObject({ id, state: 'unacknowledged', acknowledged: false });
    expect(back.shelvedUntil).toBeUndefined();
    expect(room.events()).toEqual(['raised', 'shelved', 'returned', 'raised-again', 'unshelved']);
  });

  test('closes what is over when its time is over', () => {
    const room = openBook();
    const { id } = room.hold(leak) ?? {};
    shelve(room, String(id));
    expect(room.hold({ ...leak, holding: 0 })?.state).toBe('shelved');
    room.pass(hour);
    expect(room.rows()[0]?.alert).toMatchObject({ state: 'closed', disposition: 'returned' });
  });

  test('for one time only ends with the first return', () => {
    const room = openBook();
    const { id } = room.hold(leak) ?? {};
    shelve(room, String(id), hour, { once: true });
    expect(room.hold({ ...leak, holding: 0 })).toMatchObject({ state: 'closed', disposition: 'returned' });
    expect(room.hold(leak)).toMatchObject({ state: 'unacknowledged', count: 1 });
  });

  test('is left by an operator’s word, and by gas that becomes critical', () => {
    const room = openBook();
    const { id } = room.hold(low) ?? {};
    expect(shelve(room, String(id)).ok).toBe(true);
    room.hold(high);
    expect(room.of()).toMatchObject({ state: 'unacknowledged', priority: 'critical' });
    expect(room.of().shelvedUntil).toBeUndefined();
    expect(shelve(room, String(id))).toMatchObject({ refusal: { code: 'not-shelvable' } });
    expect(room.operate(String(id), 'unshelve')).toMatchObject({ refusal: { code: 'not-shelved' } });
    room.hold({ ...leak });
    const water = room.of('gas-1', 'leak').id;
    shelve(room, water);
    expect(room.operate(water, 'unshelve')).toMatchObject({ value: { state: 'unacknowledged' } });
  });

  test('takes nothing for longer than 8 h, for a time that is over, or that its rule forbids', () => {
    const room = openBook();
    const { id } = room.hold(leak) ?? {};
    expect(shelve(room, String(id), 8 * hour + 1)).toMatchObject({ refusal: { code: 'invalid' } });
    expect(shelve(room, String(id), 0)).toMatchObject({ refusal: { code: 'invalid' } });
    expect(shelve(room, String(id), 8 * hour).ok).toBe(true);
    room.hold({ ...leak, subject: 'water-2', shelvable: false });
    expect(shelve(room, room.of('water-2', 'leak').id)).toMatchObject({
      refusal: { code: 'not-shelvable' },
    });
  });

  test('has its end moved along when the clock is set', () => {
    const room = openBook();
    const { id } = room.hold(leak) ?? {};
    shelve(room, String(id));
    room.book().shift(10 * hour);
    expect(room.of('gas-1', 'leak').shelvedUntil).toBe(room.now() + 11 * hour);
    room.pass(10 * hour);
    expect(room.of('gas-1', 'leak').state).toBe('shelved');
  });
});

describe('an alert that explains others', () => {
  const hubDown = {
    ...leak,
    rule: { id: 'hub', version: '1' },
    kind: 'silent',
    subject: 'hub-1',
    device: 'hub-1',
    devices: ['hub-1'],
  } as const;
  const silent = (device: string) =>
    ({
      ...leak,
      rule: { id: 'silent', version: '1' },
      kind: 'silent',
      subject: device,
      device,
      devices: [device],
    }) as const;

  test('suppresses them by design, lists their devices once, and lets them stand for themselves when it is over', () => {
    const room = openBook();
    room.hold(silent('d1'));
    const hub = room.hold(hubDown)?.id ?? '';
    room.book().suppress(hub, [room.of('d1', 'silent').id], room.now());
    for (const device of ['d2', 'd3']) room.hold({ ...silent(device), explainedBy: hub });
    expect(['d1', 'd2', 'd3'].map((device) => room.of(device, 'silent').state)).toEqual(
      Array.from({ length: 3 }, () => 'suppressed'),
    );
    room.pass(200);
    expect(room.of('hub-1', 'hub').devices).toEqual(['hub-1', 'd1', 'd2', 'd3']);
    expect(room.events().filter((event) => event === 'grouped')).toHaveLength(1);
    room.hold({ ...silent('d2'), holding: 0 });
    room.hold({ ...hubDown, holding: 0 });
    expect(room.of('d1', 'silent').state).toBe('unacknowledged');
    expect(room.book().openOf('d2', 'silent')).toBeUndefined();
  });

  test('explains nothing any more after a restart that it did not survive', () => {
    const room = openBook();
    const hub = room.hold(hubDown)?.id ?? '';
    room.hold({ ...silent('d1'), explainedBy: hub });
    room.restart((record) =>
      record.alert.id === hub ? { ...record, alert: { ...record.alert, state: 'closed' } } : record,
    );
    room.pass(200);
    expect(room.of('d1', 'silent').state).toBe('unacknowledged');
  });

  test('never explains away an emergency, nor what explains itself', () => {
    const room = openBook();
    const hub = room.hold(hubDown)?.id ?? '';
    expect(room.hold({ ...low, explainedBy: hub })?.state).toBe('unacknowledged');
    room.hold({ ...silent('d1'), explainedBy: hub });
    room.book().suppress(room.of('d1', 'silent').id, [hub], room.now());
    expect(room.of('hub-1', 'hub').state).toBe('unacknowledged');
  });

  test('an incident groups its members, and each goes on ringing by itself', () => {
    const room = openBook();
    const gas = room.hold(low)?.id ?? '';
    const incident = room.hold({ ...leak, kind: 'gas', subject: 'place:h1', device: 'gas-1' })?.id ?? '';
    room.book().group(incident, [gas], room.now());
    room.pass(200);
    expect(room.of()).toMatchObject({ incident, state: 'unacknowledged' });
    expect(rings(room.of())).toBe(true);
  });
});

describe('an alert under test', () => {
  const tested = { ...high, testMode: true } as const;

  test('becomes real and rings when the test mode ends while it still holds', () => {
    const room = openBook();
    room.hold(tested);
    expect(room.of().test).toBe(true);
    expect(rings(room.of())).toBe(false);
    room.operate(room.of().id, 'acknowledge');
    room.restart();
    room.book().endTests(() => true, room.now());
    expect(room.of().test).toBe(true);
    room.book().endTests(() => false, room.now());
    expect(room.of()).toMatchObject({ test: false, state: 'unacknowledged' });
    expect(rings(room.of())).toBe(true);
  });

  test('stays a test only if what joins it is under test too', () => {
    const room = openBook();
    room.hold(tested);
    room.hold({ ...tested, holding: 0 });
    room.hold(tested);
    expect(room.of()).toMatchObject({ test: true, count: 2 });
    room.hold({ ...tested, holding: 0 });
    room.hold(high);
    expect(room.of()).toMatchObject({ test: false, count: 3 });
    expect(rings(room.of())).toBe(true);
  });

  test('a real alert stays real, whatever is tested meanwhile, and a call for help is never a test', () => {
    const room = openBook();
    room.hold(high);
    room.hold({ ...high, holding: 0 });
    room.hold(tested);
    expect(room.of().test).toBe(false);
    const fall = {
      ...high,
      kind: 'sos',
      subject: 'fall-1',
      device: 'fall-1',
      outOfService: true,
      testMode: true,
    };
    expect(room.hold({ ...fall, kind: 'sos' })).toMatchObject({ test: false, state: 'unacknowledged' });
  });
});

describe('an alert that comes and goes', () => {
  test('three times within a minute is marked as chattering and goes on ringing', () => {
    const room = openBook();
    room.hold(low);
    room.pass(20_000);
    room.hold({ ...low, holding: 0 });
    expect(room.of().chattering).toBeUndefined();
    room.pass(20_000);
    room.restart();
    room.hold(low);
    expect(room.of()).toMatchObject({ chattering: true, state: 'unacknowledged' });
    expect(rings(room.of())).toBe(true);
    room.pass(2 * minute);
    room.hold({ ...low, holding: 0 });
    expect(room.of().chattering).toBeUndefined();
  });

  test('a button that is pressed again and again is no chatter', () => {
    const room = openBook();
    for (let press = 0; press < 5; press += 1) room.raise({ rule: null, kind: 'sos', latching: true });
    expect(room.of('gas-1', 'press')).toMatchObject({ count: 5 });
    expect(room.of('gas-1', 'press').chattering).toBeUndefined();
  });
});

describe('an alert whose device is found to be elsewhere', () => {
  test('counts among the active ones of the new place, and no more of the old, also after a restart', () => {
    const room = openBook();
    const [here, there] = [homeIn('A', 1), homeIn('B', 5)];
    room.hold({ ...low, place: here });
    const activeIn = (place: string) => room.book().active(['gas'], place).length;
    expect([activeIn('A'), activeIn('B')]).toEqual([1, 0]);
    room.hold({ ...low, place: there });
    expect([activeIn('A'), activeIn('B')]).toEqual([0, 1]);
    expect(room.events()).toEqual(['raised', 'moved']);
    room.restart();
    room.hold({ ...low, place: { ...there } });
    expect(room.events()).toEqual(['raised', 'moved']);
    room.hold({ ...low, holding: 0 });
    expect([activeIn('A'), activeIn('B')]).toEqual([0, 0]);
  });

  test('that is of a whole place stays there, whichever of its devices spoke last', () => {
    const room = openBook();
    const subject = 'place:A';
    room.hold({ ...low, subject, place: homeIn('A', 1) });
    room.hold({ ...high, subject, place: homeIn('A', 2) });
    expect(room.of(subject).place?.id).toBe('A-1');
  });

  test('and that is no emergency is put right without calling anybody again', () => {
    const room = openBook();
    room.hold({ ...leak, subject: 'leak-1', device: 'leak-1', place: homeIn('A', 1) });
    const { id } = room.of('leak-1', 'leak');
    room.operate(id, 'acknowledge');
    room.hold({ ...leak, subject: 'leak-1', device: 'leak-1', place: homeIn('B', 1) });
    expect(room.of('leak-1', 'leak')).toMatchObject({ place: { id: 'B-1' }, state: 'acknowledged' });
  });
});
