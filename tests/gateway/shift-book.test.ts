import { describe, expect, test } from 'vitest';
import type { HandingOver } from '../../src/gateway/doors.ts';
import { reachesOver, shiftOf } from '../../src/gateway/shift-book.ts';
import type { Place } from '../../src/model/place.ts';
import type { Shift } from '../../src/model/shift.ts';
import type { Role } from '../../src/model/user.ts';
import { homeIn, openStreet, rule, type Street } from './core.ts';

const smoke = rule('smoke', 'flag', ['smoke-alarm'], { measurement: 'smoke', is: true });
const battery = rule(
  'battery',
  'flag',
  ['smoke-alarm'],
  { measurement: 'battery_low', is: true },
  {
    priority: 'medium',
    latching: false,
    alert: { kind: 'battery', test: false, title: { zh: '电量低', en: 'Battery low' } },
  },
);

const join = (street: Street, id: string, role: Role = 'operator', places: readonly string[] = []): void => {
  const user = { id, username: id, name: id, role, places: [...places], disabled: false, passwordHash: 'x' };
  street.gateway.duty.putUser('admin', user, true);
  signIn(street, id);
};

const signIn = (street: Street, user: string): void => {
  street.gateway.duty.openSession({
    id: `session of ${user}`,
    user,
    createdAt: street.now(),
    expiresAt: street.now() + 3_600_000,
  });
  street.pass(200);
};

/** A room with pagers in homes 1 and 2 of building b1 and 1 of b2, and the people li, zhao and wang. */
const openRoom = (): Street => {
  const street = openStreet({ rules: [smoke, battery] });
  street.register('pager-1', 'call-button', { place: homeIn('b1', 1) });
  street.register('pager-2', 'call-button', { place: homeIn('b1', 2) });
  street.register('pager-9', 'call-button', { place: homeIn('b2', 1) });
  street.register('smoke-1', 'smoke-alarm', { place: homeIn('b1', 1) });
  for (const id of ['li', 'zhao', 'wang']) join(street, id);
  return street;
};

const everybody = () => true;
const nobody = () => false;

const begin = (street: Street, user = 'li', isOnLine = everybody): Shift => {
  const begun = street.gateway.duty.shifts.begin(user, isOnLine);
  if (!begun.ok) throw new Error(begun.refusal.message);
  street.pass(200);
  return begun.value;
};

const hand = (street: Street, shift: Shift, more: Partial<HandingOver> = {}) => {
  const result = street.gateway.duty.shifts.handOver(shift.operator, shift.id, {
    to: 'zhao',
    givenAt: street.now() - 500,
    takenAt: street.now(),
    taken: street.gateway.duty.shifts.summary(shift.places, shift).critical,
    seat: false,
    ...more,
  });
  street.pass(200);
  return result;
};

const of = (street: Street, device: string) => {
  const found = street.open().find((alert) => alert.device === device);
  if (found === undefined) throw new Error(`nothing is open of ${device}`);
  return found;
};

const entries = (street: Street) => street.batches.flatMap((batch) => batch.entries);
const linesOf = (street: Street, event: string) => entries(street).filter((entry) => entry.event === event);

describe('a shift begins', () => {
  test('with the operator’s own rights, is committed, and is in the record', () => {
    const street = openRoom();
    const shift = begin(street);
    expect(street.gateway.duty.committed.shifts.get(shift.id)).toEqual(shift);
    expect(shift).toMatchObject({ operator: 'li', places: [], beganAt: street.now() - 200, soundTests: [] });
    const [line] = linesOf(street, 'shift.began');
    expect(line).toMatchObject({ actor: 'user:li', subject: `shift:${shift.id}` });
    expect(street.changes.some(({ event }) => event === 'shift-began')).toBe(true);
  });

  test('once for each set of rights: a second is refused and told whose is running', () => {
    const street = openRoom();
    const shift = begin(street);
    expect(street.gateway.duty.shifts.begin('zhao', everybody)).toMatchObject({
      ok: false,
      refusal: { code: 'already-running', details: { shift: shift.id, operator: 'li' } },
    });
    expect(street.gateway.duty.shifts.begin('li', nobody)).toMatchObject({ ok: false });
    join(street, 'chen', 'operator', ['b2', 'b1', 'b2']);
    expect(begin(street, 'chen').places).toEqual(['b1', 'b2']);
  });

  test('over that of somebody who is gone and did not hand over: it lapsed, and says so', () => {
    const street = openRoom();
    const left = begin(street);
    const next = begin(street, 'zhao', nobody);
    expect(next.after).toBe(left.id);
    const over = street.gateway.duty.committed.shifts.get(left.id);
    expect(over).toMatchObject({ lapsed: true, endedAt: next.beganAt });
    expect(over?.handOver).toBeUndefined();
    expect(linesOf(street, 'shift.lapsed')).toHaveLength(1);
  });

  test('with a sound test: heard or not, by whom and when', () => {
    const street = openRoom();
    const shift = begin(street);
    const { shifts } = street.gateway.duty;
    const sound = () => shifts.summary([], street.gateway.duty.committed.shifts.get(shift.id) ?? null).sound;
    expect(sound()).toBe('untested');
    shifts.soundTested('li', shift.id, false);
    street.pass(200);
    expect(sound()).toBe('not-heard');
    shifts.soundTested('li', shift.id, true);
    street.pass(200);
    expect(sound()).toBe('heard');
    expect(linesOf(street, 'shift.sound-tested').map(({ data }) => data.heard)).toEqual([false, true]);
    expect(shifts.soundTested('li', 'no-shift', true)).toMatchObject({ refusal: { code: 'not-found' } });
  });
});

describe('what lies before whoever takes over', () => {
  test('is what is committed and within the shift’s places: nothing of a rehearsal, and shelved, covered and broken things by name', () => {
    const street = openRoom();
    street.event('pager-1', 'sos');
    street.event('pager-9', 'sos');
    street.readings('smoke-1', { battery_low: true });
    const { duty } = street.gateway;
    duty.perform('li', {
      verb: 'shelve',
      alert: of(street, 'smoke-1').id,
      note: '已派人换电池',
      until: street.now() + 60_000,
      once: false,
    });
    duty.takeOutOfService('li', 'smoke-1', { until: street.now() + 3_600_000, reason: '换底座' });
    const mode = duty.startTestMode('li', {
      place: 'b1',
      types: ['smoke-alarm'],
      until: street.now() + 60_000,
      onSite: '王师傅',
    });
    street.gateway.raiseFault(
      { id: 'disk', priority: 'high', title: { zh: '磁盘快满', en: 'Disk' } },
      'nearly full',
    );
    street.pass(200);
    expect(duty.shifts.summary([], null)).toEqual({
      at: street.now(),
      critical: [of(street, 'pager-1').id, of(street, 'pager-9').id],
      open: { critical: 2, high: 1, medium: 1, low: 0 },
      shelved: [],
      outOfService: ['smoke-1'],
      testModes: [mode.ok ? mode.value.id : ''],
      floods: 0,
      faults: [of(street, 'system').id],
      sound: 'untested',
    });
    expect(duty.shifts.summary(['b2'], null)).toMatchObject({
      critical: [of(street, 'pager-9').id],
      outOfService: [],
      testModes: [],
    });
    duty.putInService('li', 'smoke-1');
    street.pass(200);
    expect(duty.shifts.summary([], null).shelved).toEqual([of(street, 'smoke-1').id]);
  });

  test('does not count what is not on the disk yet', () => {
    const street = openRoom();
    street.holdDisk(true);
    street.event('pager-1', 'sos');
    expect(street.gateway.duty.shifts.summary([], null).critical).toEqual([]);
    street.holdDisk(false);
    expect(street.gateway.duty.shifts.summary([], null).critical).toHaveLength(1);
  });
});

describe('a hand-over', () => {
  test('is refused until every critical alert is taken by name, and names those that are not', () => {
    const street = openRoom();
    const shift = begin(street);
    street.event('pager-1', 'sos');
    street.event('pager-2', 'sos');
    const [one, two] = [of(street, 'pager-1').id, of(street, 'pager-2').id];
    expect(hand(street, shift, { taken: [one] })).toMatchObject({
      ok: false,
      refusal: { code: 'not-all-taken', details: { missing: [two] } },
    });
    expect(of(street, 'pager-1').claimedBy).toBeUndefined();
    expect(street.gateway.duty.committed.shifts.get(shift.id)?.endedAt).toBeUndefined();
  });

  test('gives the successor what the giver held and what nobody had, and leaves a colleague’s alone', () => {
    const street = openRoom();
    const shift = begin(street);
    for (const pager of ['pager-1', 'pager-2', 'pager-9']) street.event(pager, 'sos');
    street.readings('smoke-1', { battery_low: true });
    const { duty } = street.gateway;
    duty.perform('li', { verb: 'take', alert: of(street, 'pager-1').id });
    duty.perform('wang', { verb: 'take', alert: of(street, 'pager-2').id });
    duty.perform('li', { verb: 'claim', alert: of(street, 'smoke-1').id });
    street.pass(200);
    const done = hand(street, shift);
    expect(done.ok).toBe(true);
    expect(of(street, 'pager-1')).toMatchObject({ claimedBy: 'zhao', acknowledgedBy: 'li' });
    expect(of(street, 'pager-2')).toMatchObject({ claimedBy: 'wang' });
    expect(of(street, 'pager-9')).toMatchObject({ claimedBy: 'zhao', acknowledgedBy: 'zhao' });
    expect(of(street, 'smoke-1').claimedBy).toBe('zhao');
    expect(linesOf(street, 'alert.handed-over')).toHaveLength(2);
    // Whoever pressed hears that somebody has it.
    expect(street.sent.map(({ payload }) => payload).join()).toContain('sos-accepted');
  });

  test('leaves what was noted or sent for tended, and gives the successor a minute for the rest', () => {
    const street = openRoom();
    const shift = begin(street);
    for (const pager of ['pager-1', 'pager-2', 'pager-9']) street.event(pager, 'sos');
    const { duty } = street.gateway;
    for (const pager of ['pager-1', 'pager-2', 'pager-9'])
      duty.perform('li', { verb: 'take', alert: of(street, pager).id });
    duty.perform('li', { verb: 'comment', alert: of(street, 'pager-1').id, note: '女儿在路上' });
    duty.perform('li', { verb: 'dispatch', alert: of(street, 'pager-2').id, who: '120', confirmed: true });
    duty.perform('li', { verb: 'arrived', alert: of(street, 'pager-2').id, who: '120' });
    street.pass(55_000);
    const signedAt = street.now();
    expect(hand(street, shift).ok).toBe(true);
    const tendBy = () => ['pager-1', 'pager-2', 'pager-9'].map((pager) => of(street, pager).tendBy);
    expect(tendBy()).toEqual([undefined, undefined, signedAt + 60_000]);
    street.pass(61_000);
    expect(linesOf(street, 'alert.untended').map(({ subject }) => subject)).toEqual([
      `alert:${of(street, 'pager-9').id}`,
    ]);
  });

  test('is signed by both, keeps what was open in the record, and its note out of the journal', () => {
    const street = openRoom();
    const shift = begin(street);
    street.event('pager-1', 'sos');
    const alert = of(street, 'pager-1').id;
    const at = street.now();
    const done = hand(street, shift, { note: '张奶奶的女儿在路上' });
    const ended = street.gateway.duty.committed.shifts.get(shift.id);
    expect(ended).toMatchObject({
      endedAt: at,
      handOver: {
        by: 'li',
        givenAt: at - 500,
        to: 'zhao',
        takenAt: at,
        taken: [alert],
        summary: { critical: [alert], open: { critical: 1 } },
        note: '张奶奶的女儿在路上',
      },
    });
    if (!done.ok) throw new Error(done.refusal.message);
    expect(done.value).toMatchObject({ operator: 'zhao', after: shift.id, beganAt: at, soundTests: [] });
    const [line] = linesOf(street, 'shift.handed-over');
    expect(line?.data).toMatchObject({ to: 'zhao', taken: [alert], noted: true });
    expect(JSON.stringify([entries(street), street.changes])).not.toContain('张奶奶');
  });

  test('goes to nobody who could not answer for it', () => {
    const street = openRoom();
    const shift = begin(street);
    join(street, 'wall', 'viewer');
    join(street, 'chen', 'operator', ['b1']);
    const refusal = (to: string, more: Partial<HandingOver> = {}) => {
      const result = hand(street, shift, { to, ...more });
      return result.ok ? 'done' : result.refusal.code;
    };
    expect(refusal('li')).toBe('same-person');
    expect(refusal('nobody')).toBe('unknown-user');
    expect(refusal('wall')).toBe('unknown-user');
    expect(refusal('chen')).toBe('unknown-user');
    street.gateway.duty.endSession('session of zhao');
    expect(refusal('zhao')).toBe('successor-absent');
    expect(refusal('zhao', { seat: true })).toBe('done');
    expect(refusal('wang')).toBe('not-found');
  });

  test('is the giver’s to make', () => {
    const street = openRoom();
    const shift = begin(street);
    const { shifts } = street.gateway.duty;
    expect(
      shifts.handOver('wang', shift.id, { to: 'zhao', givenAt: 1, takenAt: 1, taken: [], seat: false }),
    ).toMatchObject({ refusal: { code: 'not-allowed' } });
  });

  test('of a shift of some places may go to somebody with wider rights, and keeps its places', () => {
    const street = openRoom();
    join(street, 'chen', 'operator', ['b1']);
    const shift = begin(street, 'chen');
    street.event('pager-9', 'sos');
    const done = hand(street, shift);
    if (!done.ok) throw new Error(done.refusal.message);
    expect(done.value.places).toEqual(['b1']);
    // Another building's press is not part of it.
    expect(of(street, 'pager-9').claimedBy).toBeUndefined();
  });

  test('stands after a restart, and so does the shift that runs', () => {
    const street = openRoom();
    const shift = begin(street);
    const done = hand(street, shift);
    if (!done.ok) throw new Error(done.refusal.message);
    const again = openStreet({ rules: [smoke, battery], state: street.stored(), at: street.now() });
    expect([...again.gateway.duty.committed.shifts.values()]).toMatchObject([
      { id: shift.id, handOver: { to: 'zhao' } },
      { id: done.value.id, operator: 'zhao' },
    ]);
    expect(again.gateway.duty.shifts.begin('zhao', everybody)).toMatchObject({
      refusal: { code: 'already-running' },
    });
  });
});

describe('rights', () => {
  const places: readonly Place[] = [homeIn('b1', 1), homeIn('b2', 1)];

  test('reach over a shift where they cover each of its places', () => {
    expect(reachesOver([], [], places)).toBe(true);
    expect(reachesOver([], ['b1'], places)).toBe(true);
    expect(reachesOver(['b1'], [], places)).toBe(false);
    expect(reachesOver(['b1'], ['b1-1'], places)).toBe(true);
    expect(reachesOver(['b1'], ['b1-1', 'b2-1'], places)).toBe(false);
    expect(reachesOver(['b9'], ['b9'], places)).toBe(true);
  });

  test('of the user choose the running shift: their own before that of the room', () => {
    const shift = (
      id: string,
      operator: string,
      own: readonly string[],
      more: Partial<Shift> = {},
    ): Shift => ({
      id,
      operator,
      places: [...own],
      beganAt: 1,
      soundTests: [],
      ...more,
    });
    const shifts = [
      shift('over', 'li', [], { endedAt: 2 }),
      shift('street', 'zhao', []),
      shift('building', 'li', ['b1']),
    ];
    expect(shiftOf(shifts, { id: 'li', places: [] })?.id).toBe('building');
    expect(shiftOf(shifts, { id: 'wang', places: [] })?.id).toBe('street');
    expect(shiftOf(shifts, { id: 'wang', places: ['b1', 'b1'] })?.id).toBe('building');
    expect(shiftOf(shifts, { id: 'wang', places: ['b2'] })).toBeNull();
  });
});
