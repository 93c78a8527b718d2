import type { Alert, AlertKind, Evidence, Priority } from '../model/alert.ts';
import { stateOf } from '../model/alert.ts';
import type { AlertEvent, Note } from '../model/change.ts';
import type { Refusal } from '../model/fault.ts';
import type { AlertOperation } from '../model/operation.ts';
import type { Place } from '../model/place.ts';
import type { Text } from '../model/text.ts';
import { type LifeEvent, live, personKinds } from './alert-life.ts';
import type { Result } from './doors.ts';
import { climb, dueStep, type LadderTimes, nextDeadline, rings } from './ladder.ts';
import type { Ledger } from './ledger.ts';
import type { AlertRecord } from './ports.ts';

/** What is to be raised. `key` says what joins: one open alert per device and key. */
export type Raise = {
  readonly key: string;
  readonly rule: { readonly id: string; readonly version: string } | null;
  readonly kind: AlertKind;
  readonly priority: Priority;
  readonly latching: boolean;
  readonly test: boolean;
  readonly title: Text;
  readonly device: string;
  readonly place: Place | null;
  readonly outOfService: boolean;
  /** The condition holds as a level; false for an event. */
  readonly holds: boolean;
  readonly late: boolean;
  readonly receivedAt: number;
  readonly evidence: Evidence;
  readonly reAlarmAfterMs: number | null;
};

/** The only writer of alerts. Every change of an alert is a line in the ledger, a row, and a change for the consoles, in one step. */
export type AlertBook = {
  readonly get: (id: string) => Alert | undefined;
  readonly openOf: (device: string, key: string) => Alert | undefined;
  readonly open: () => Iterable<Alert>;
  readonly openOfDevice: (device: string) => readonly Alert[];
  /** Whether the condition of (rule, device) is known to hold. */
  readonly isActive: (rule: string, device: string) => boolean;
  /** Raises a new alert, or joins the open one; answers the alert afterwards. */
  readonly raise: (raise: Raise, actor: string, now: number) => Alert;
  readonly befall: (
    id: string,
    step: LifeEvent,
    actor: string,
    data?: Readonly<Record<string, unknown>>,
  ) => Result<Alert>;
  readonly operate: (user: string, operation: AlertOperation, now: number) => Result<Alert>;
  /** A console has drawn it. */
  readonly shown: (user: string, id: string, version: number, now: number) => void;
  /** Everything of the ladders whose time has come. */
  readonly tick: (now: number, watched: boolean) => void;
  /** The wall clock was set by so many ms: the ladders' deadlines move along. */
  readonly shift: (byMs: number) => void;
  /** When its raising was committed. */
  readonly stamp: (id: string, committedAt: number) => void;
  readonly markHelpAnnounced: (id: string) => boolean;
};

/** The key under which presses of one device join; a rehearsal never joins the real thing. */
export const pressKey = 'press';

const keyOf = (alert: Alert): string => alert.rule?.id ?? pressKey;

/** Makes the book. `newId` gives ids that sort by time. */
export const createAlertBook = (parts: {
  readonly stored: readonly AlertRecord[];
  readonly ledger: Ledger;
  readonly newId: () => string;
  readonly times: LadderTimes;
}): AlertBook => {
  const { ledger, newId, times } = parts;
  const records = new Map<string, AlertRecord>();
  const byDevice = new Map<string, Map<string, string>>();
  const deadlines = new Map<string, number>();

  const index = (record: AlertRecord): void => {
    const { alert } = record;
    const key = keyOf(alert);
    if (alert.state === 'closed') {
      records.delete(alert.id);
      deadlines.delete(alert.id);
      const open = byDevice.get(alert.device);
      if (open?.get(key) === alert.id) open.delete(key);
      if (open?.size === 0) byDevice.delete(alert.device);
      return;
    }
    records.set(alert.id, record);
    const next = nextDeadline(record.ladder);
    if (next === null) deadlines.delete(alert.id);
    else deadlines.set(alert.id, next);
    let open = byDevice.get(alert.device);
    if (open === undefined) {
      open = new Map();
      byDevice.set(alert.device, open);
    }
    open.set(key, alert.id);
  };
  for (const record of parts.stored) index(record);

  const openOf = (device: string, key: string): Alert | undefined => {
    const id = byDevice.get(device)?.get(key);
    return id === undefined ? undefined : records.get(id)?.alert;
  };

  /** Puts a change of an alert down: line, row and change. */
  const write = (
    record: AlertRecord,
    event: AlertEvent,
    at: number,
    actor: string,
    data: Readonly<Record<string, unknown>>,
    note: Note | null,
  ): void => {
    const { alert } = record;
    const facts: Record<string, unknown> = {
      state: alert.state,
      priority: alert.priority,
      count: alert.count,
      ...data,
    };
    if (alert.claimedBy !== undefined) facts.claimedBy = alert.claimedBy;
    if (alert.disposition !== undefined) facts.disposition = alert.disposition;
    if (note) facts.note = note.id;
    const seq = ledger.enter(at, actor, `alert.${event}`, `alert:${alert.id}`, alert.version, facts);
    const change = { seq, at, what: 'alert' as const, event, by: actor, data, alert };
    ledger.tell(note ? { ...change, note } : change);
    ledger.put('alert', alert.id, record);
    index(record);
  };

  const befall = (
    id: string,
    step: LifeEvent,
    actor: string,
    data: Readonly<Record<string, unknown>> = {},
    note: Note | null = null,
  ): Result<Alert> => {
    const before = records.get(id);
    if (before === undefined) return refused('not-found', `no open alert ${id}`);
    const done = live(before.alert, step);
    if (!done.ok) return done;
    // A note is worth a line of its own even where the step itself changes nothing.
    const happened = done.happened ?? (note ? 'commented' : null);
    if (happened === null) return { ok: true, value: done.alert };
    const ladder = climb(before, done.alert, step, times, before.reAlarmAfterMs);
    const after: AlertRecord = {
      ...before,
      alert: done.alert,
      ladder: note ? { ...ladder, tendBy: null } : ladder,
    };
    write(after, happened, step.at, actor, data, note);
    return { ok: true, value: done.alert };
  };

  return {
    get: (id) => records.get(id)?.alert,
    openOf,
    open: function* () {
      for (const { alert } of records.values()) yield alert;
    },
    openOfDevice: (device) =>
      [...(byDevice.get(device)?.values() ?? [])].flatMap((id) => {
        const record = records.get(id);
        return record ? [record.alert] : [];
      }),
    isActive: (rule, device) => openOf(device, rule)?.active === true,
    raise: (raise, actor, now) => {
      const open = openOf(raise.device, raise.key);
      if (open) {
        const again = befall(
          open.id,
          {
            event: 'raised-again',
            at: now,
            receivedAt: raise.receivedAt,
            holds: raise.holds,
            late: raise.late,
            evidence: raise.evidence,
          },
          actor,
        );
        return again.ok ? again.value : open;
      }
      const facts = {
        active: raise.holds,
        acknowledged: false,
        latching: raise.latching,
        reset: false,
        outOfService: raise.outOfService && !personKinds.has(raise.kind),
      };
      const alert: Alert = {
        id: newId(),
        version: 1,
        rule: raise.rule,
        kind: raise.kind,
        device: raise.device,
        devices: [raise.device],
        place: raise.place,
        priority: raise.priority,
        ...facts,
        state: stateOf(facts, now),
        count: 1,
        raisedAt: now,
        lastAt: now,
        receivedAt: raise.receivedAt,
        committedAt: 0,
        deviceTime: raise.evidence.at,
        test: raise.test,
        late: raise.late,
        title: raise.title,
        evidence: [raise.evidence],
      };
      const step: LifeEvent = {
        event: 'raised-again',
        at: now,
        receivedAt: raise.receivedAt,
        holds: raise.holds,
        late: raise.late,
        evidence: raise.evidence,
      };
      const ladder = climb(null, alert, step, times, raise.reAlarmAfterMs);
      write(
        { alert, ladder, reAlarmAfterMs: raise.reAlarmAfterMs },
        'raised',
        now,
        actor,
        { kind: alert.kind, device: alert.device },
        null,
      );
      return alert;
    },
    befall: (id, step, actor, data) => befall(id, step, actor, data),
    operate: (user, operation, now) => {
      const record = records.get(operation.alert);
      if (record === undefined) return refused('not-found', `no open alert ${operation.alert}`);
      if (operation.version !== undefined && operation.version !== record.alert.version) {
        return refused('stale-version', `the alert is at version ${record.alert.version}`, {
          version: record.alert.version,
        });
      }
      const noteId = operation.note === undefined ? null : newId();
      const note: Note | null =
        noteId === null || operation.note === undefined
          ? null
          : { id: noteId, alert: operation.alert, at: now, by: user, text: operation.note };
      const { step, data } = stepOf(user, operation, now);
      const result = befall(operation.alert, step, `user:${user}`, data, note);
      if (result.ok && note) ledger.put('note', note.id, note);
      return result;
    },
    shown: (user, id, version, now) => {
      const record = records.get(id);
      if (record === undefined || version < record.alert.version) return;
      const first = record.alert.firstShownAt === undefined;
      if (!first && record.ladder.announceAt === null) return;
      if (!first && !rings(record.alert)) return;
      befall(id, { event: 'shown', at: now, by: user }, `user:${user}`);
    },
    tick: (now, watched) => {
      // With nobody watching an escalation may come before its own deadline, at that of the announcement.
      const due = [...deadlines].filter(([, at]) => at <= now).sort((a, b) => a[1] - b[1]);
      for (const [id] of due) {
        for (let record = records.get(id); record; record = records.get(id)) {
          const step = dueStep(record, now, watched);
          if (step === null) break;
          befall(
            id,
            step,
            'system',
            step.event === 'escalated' ? { reason: reasonOf(record.alert, watched) } : {},
          );
          // A step that changes nothing would stay due for ever.
          if (records.get(id) === record) break;
        }
      }
    },
    shift: (byMs) => {
      const moved = (at: number | null): number | null => (at === null ? null : at + byMs);
      for (const record of [...records.values()]) {
        const { ladder } = record;
        const after: AlertRecord = {
          ...record,
          ladder: {
            ...ladder,
            announceAt: moved(ladder.announceAt),
            escalateAt: moved(ladder.escalateAt),
            tendBy: moved(ladder.tendBy),
            reAlarmAt: moved(ladder.reAlarmAt),
          },
        };
        index(after);
        ledger.put('alert', after.alert.id, after);
      }
    },
    stamp: (id, committedAt) => {
      const record = records.get(id);
      if (record?.alert.committedAt === 0)
        records.set(id, { ...record, alert: { ...record.alert, committedAt } });
    },
    markHelpAnnounced: (id) => {
      const record = records.get(id);
      if (record === undefined || record.ladder.helpAnnounced) return false;
      const after = { ...record, ladder: { ...record.ladder, helpAnnounced: true } };
      records.set(id, after);
      ledger.put('alert', id, after);
      return true;
    },
  };
};

const refused = (code: Refusal['code'], message: string, details?: Refusal['details']): Result<never> => ({
  ok: false,
  refusal: details === undefined ? { code, message } : { code, message, details },
});

/** Why somebody outside the room must be told. */
const reasonOf = (alert: Alert, watched: boolean): string =>
  watched ? (alert.firstShownAt === undefined ? 'not-shown' : 'not-taken') : 'no-console';

/** The step of an alert's life that an operator's command stands for, and what the record says beside it. */
const stepOf = (
  by: string,
  operation: AlertOperation,
  at: number,
): { readonly step: LifeEvent; readonly data: Readonly<Record<string, unknown>> } => {
  switch (operation.verb) {
    case 'take':
      return { step: { event: 'taken', at, by }, data: {} };
    case 'acknowledge':
      return { step: { event: 'acknowledged', at, by }, data: {} };
    case 'claim':
      return { step: { event: 'claimed', at, by }, data: {} };
    case 'release':
      return { step: { event: 'released', at, by }, data: {} };
    case 'hand-over':
      return { step: { event: 'handed-over', at, by, to: operation.to }, data: { to: operation.to } };
    case 'reset':
      return { step: { event: 'reset', at, by }, data: {} };
    case 'comment':
      return { step: { event: 'commented', at, by }, data: {} };
    case 'dispatch':
      return {
        step: { event: 'dispatched', at, by },
        data: { who: operation.who, confirmed: operation.confirmed },
      };
    case 'close':
      return { step: { event: 'closed', at, by, disposition: operation.disposition }, data: {} };
  }
};
