import type { Alert } from '../model/alert.ts';
import { priorities } from '../model/alert.ts';
import type { Refusal, Result } from '../model/fault.ts';
import type { AlertOperation } from '../model/operation.ts';
import { covers, type Place } from '../model/place.ts';
import { isHandedOverByName, type Shift, type ShiftSummary } from '../model/shift.ts';
import type { User } from '../model/user.ts';
import type { Committed, HandingOver } from './doors.ts';
import type { Ledger } from './ledger.ts';
import { isOutOfService } from './repairs.ts';
import { systemDevice } from './system-alerts.ts';

/** As many sound tests a shift keeps, newest last. */
const soundTestsKept = 20;

/** The shifts of the duty room: one runs for each set of rights. */
export type ShiftBook = {
  /** A shift for the user's own rights begins; `already-running` where one does and its operator is on line. */
  readonly begin: (user: string, isOnLine: (user: string) => boolean, now: number) => Result<Shift>;
  /** What came of playing the tune at the user's seat. */
  readonly soundTested: (user: string, id: string, heard: boolean, now: number) => Result<Shift>;
  /** The shift ends and the successor's begins, which is answered. `not-all-taken` names what the successor has not taken. Whatever the giver holds becomes the successor's, and what of the critical nobody holds as well. */
  readonly handOver: (giver: string, id: string, wanted: HandingOver, now: number) => Result<Shift>;
  /** What lies before whoever takes over `places` now; `shift` is theirs, where one runs. */
  readonly summary: (places: readonly string[], shift: Shift | null, now: number) => ShiftSummary;
};

/** A set of rights in the form in which shifts are compared. */
export const scopeOf = (places: readonly string[]): readonly string[] => [...new Set(places)].sort();

const keyOf = (places: readonly string[]): string => scopeOf(places).join(' ');

/** Whether rights reach over all of a shift's places. `places` are those that are known. */
export const reachesOver = (
  rights: readonly string[],
  scope: readonly string[],
  places: readonly Place[],
): boolean =>
  rights.length === 0 ||
  (scope.length > 0 &&
    scope.every((id) => {
      const place = places.find((known) => known.id === id);
      return rights.includes(id) || (place !== undefined && covers(rights, place));
    }));

/** The running shift of a user: the one that they answer for, else the one of their own rights. */
export const shiftOf = (
  shifts: Iterable<Shift>,
  { id, places }: Pick<User, 'id' | 'places'>,
): Shift | null => {
  const running = [...shifts].filter(({ endedAt }) => endedAt === undefined);
  return (
    running.find((shift) => shift.operator === id && keyOf(shift.places) === keyOf(places)) ??
    running.find(({ operator }) => operator === id) ??
    running.find((shift) => keyOf(shift.places) === keyOf(places)) ??
    null
  );
};

const refuse = (code: Refusal['code'], message: string, details?: Refusal['details']): Result<never> => ({
  ok: false,
  refusal: details === undefined ? { code, message } : { code, message, details },
});

const moreUrgentFirst = (a: Alert, b: Alert): number =>
  priorities.indexOf(a.priority) - priorities.indexOf(b.priority) || a.receivedAt - b.receivedAt;

/** Makes the book from what was stored. `alert` is an open alert as it is now, committed or not; `perform` carries out an operator's command to one. */
export const createShiftBook = (parts: {
  readonly stored: readonly Shift[];
  readonly ledger: Ledger;
  readonly committed: Committed;
  readonly user: (id: string) => User | undefined;
  readonly isSignedIn: (user: string, now: number) => boolean;
  readonly alert: (id: string) => Alert | undefined;
  readonly perform: (user: string, operation: AlertOperation) => Result<Alert>;
  readonly newId: () => string;
}): ShiftBook => {
  const { ledger, committed, newId } = parts;
  const running = new Map<string, Shift>();
  for (const shift of parts.stored) if (shift.endedAt === undefined) running.set(shift.id, shift);

  const write = (
    shift: Shift,
    event: 'began' | 'handed-over' | 'sound-tested' | 'lapsed',
    user: string,
    at: number,
    facts: Readonly<Record<string, unknown>>,
  ): void => {
    const data = { shift: shift.id, places: shift.places, ...facts };
    const seq = ledger.enter(at, `user:${user}`, `shift.${event}`, `shift:${shift.id}`, null, data);
    ledger.tell({ seq, at, what: 'system', event: `shift-${event}`, by: `user:${user}`, data });
    ledger.put('shift', shift.id, shift);
    if (shift.endedAt === undefined) running.set(shift.id, shift);
    else running.delete(shift.id);
  };

  const start = (operator: string, places: readonly string[], before: Shift | null, now: number): Shift => {
    const shift: Shift = {
      id: newId(),
      places: [...places],
      operator,
      beganAt: now,
      ...(before === null ? {} : { after: before.id }),
      soundTests: [],
    };
    write(shift, 'began', operator, now, before === null ? {} : { after: before.id });
    return shift;
  };

  const within = (scope: readonly string[]): readonly Alert[] =>
    [...committed.alerts.values()].filter(({ place }) => covers(scope, place)).sort(moreUrgentFirst);

  const summary: ShiftBook['summary'] = (scope, shift, now) => {
    const alerts = within(scope);
    const real = alerts.filter(({ test }) => !test);
    const count = (priority: Alert['priority']): number =>
      real.filter((alert) => alert.priority === priority).length;
    const known = new Map(committed.places().map((place) => [place.id, place]));
    const devices = [...committed.deviceIds()].flatMap((id) => committed.device(id) ?? []);
    const tested = shift?.soundTests.at(-1);
    return {
      at: now,
      critical: alerts.filter(isHandedOverByName).map(({ id }) => id),
      open: { critical: count('critical'), high: count('high'), medium: count('medium'), low: count('low') },
      shelved: alerts.filter(({ state }) => state === 'shelved').map(({ id }) => id),
      outOfService: devices
        .filter((device) => isOutOfService(device, now) && covers(scope, device.place))
        .map(({ id }) => id),
      testModes: [...committed.testModes.values()]
        .filter(({ endedAt, place }) => endedAt === undefined && covers(scope, known.get(place) ?? null))
        .map(({ id }) => id),
      floods: committed.floods().filter(({ places }) => scope.length === 0 || keyOf(places) === keyOf(scope))
        .length,
      faults: alerts
        .filter(({ device, kind }) => device === systemDevice && kind === 'system')
        .map(({ id }) => id),
      sound: tested === undefined ? 'untested' : tested.heard ? 'heard' : 'not-heard',
    };
  };

  /** What the giver holds goes along; what is critical and nobody has is taken; what a colleague has stays with that colleague. */
  const passOn = (giver: string, to: string, shift: Shift): void => {
    for (const { id } of within(shift.places)) {
      const now = parts.alert(id);
      if (now === undefined) continue;
      if (now.claimedBy === giver) parts.perform(giver, { verb: 'hand-over', alert: id, to });
      const holder = parts.alert(id)?.claimedBy;
      if (isHandedOverByName(now) && (holder === undefined || (holder === to && !now.acknowledged)))
        parts.perform(to, { verb: 'take', alert: id });
    }
  };

  return {
    summary,
    begin: (user, isOnLine, now) => {
      const operator = parts.user(user);
      if (operator === undefined) return refuse('unknown-user', `no user ${user}`);
      const places = scopeOf(operator.places);
      const before = [...running.values()].find((shift) => keyOf(shift.places) === keyOf(places)) ?? null;
      if (before !== null) {
        if (before.operator === user || isOnLine(before.operator))
          return refuse('already-running', `the shift of ${before.operator} is running`, {
            shift: before.id,
            operator: before.operator,
          });
        write({ ...before, endedAt: now, lapsed: true }, 'lapsed', user, now, { operator: before.operator });
      }
      return { ok: true, value: start(user, places, before, now) };
    },
    soundTested: (user, id, heard, now) => {
      const shift = running.get(id);
      if (shift === undefined) return refuse('not-found', `no shift ${id} is running`);
      const soundTests = [...shift.soundTests, { at: now, by: user, heard }].slice(-soundTestsKept);
      const tested: Shift = { ...shift, soundTests };
      write(tested, 'sound-tested', user, now, { heard });
      return { ok: true, value: tested };
    },
    handOver: (giver, id, wanted, now) => {
      const { to, givenAt, takenAt, taken, note } = wanted;
      const shift = running.get(id);
      if (shift === undefined) return refuse('not-found', `no shift ${id} is running`);
      if (shift.operator !== giver)
        return refuse('not-allowed', `the shift is that of ${shift.operator}, who hands it over`);
      if (to === giver) return refuse('same-person', 'nobody hands over to themselves');
      const heir = parts.user(to);
      if (heir === undefined || heir.disabled || heir.role === 'viewer')
        return refuse('unknown-user', `${to} cannot take over`);
      if (!reachesOver(heir.places, shift.places, committed.places()))
        return refuse('unknown-user', `the rights of ${to} do not reach over this shift`);
      if (!wanted.seat && !parts.isSignedIn(to, now))
        return refuse('successor-absent', `${to} is signed in nowhere, and does not sit down here`);
      const before = summary(shift.places, shift, now);
      const missing = before.critical.filter((alert) => !taken.includes(alert));
      if (missing.length > 0)
        return refuse('not-all-taken', `${missing.length} critical alerts are not taken by name`, {
          missing,
        });
      passOn(giver, to, shift);
      const ended: Shift = {
        ...shift,
        endedAt: now,
        handOver: {
          by: giver,
          givenAt,
          to,
          takenAt,
          taken: [...before.critical],
          summary: before,
          ...(note === undefined ? {} : { note }),
        },
      };
      write(ended, 'handed-over', giver, now, {
        to,
        givenAt,
        takenAt,
        taken: before.critical,
        summary: before,
        noted: note !== undefined,
      });
      return { ok: true, value: start(to, shift.places, ended, now) };
    },
  };
};
