import type { Alert, AlertKind, Evidence, Priority } from '../model/alert.ts';
import { longestShelfMs, mayBeSuppressed, personKinds, stateOf } from '../model/alert.ts';
import type { AlertEvent, Note } from '../model/change.ts';
import type { Refusal, Result } from '../model/fault.ts';
import type { AlertOperation } from '../model/operation.ts';
import { type Place, samePlace } from '../model/place.ts';
import type { Active } from '../model/rule.ts';
import type { Text } from '../model/text.ts';
import { type LifeEvent, live, moreUrgent, type Registered, sameText } from './alert-life.ts';
import { climb, dueStep, type LadderTimes, rings, tending } from './ladder.ts';
import type { Ledger } from './ledger.ts';
import { indexOpenAlerts, pressKey, unregisteredPressKey } from './open-alerts.ts';
import { stepOf } from './operation-step.ts';
import type { AlertRecord, Ladder, Standing } from './ports.ts';

/** What every detection says. `subject` is the key under which alerts join beside the rule: a device's id, `place:<id>`, or what no id can be for a name that nobody registered; `device` is the one that brought it about. */
type Detected = {
  readonly kind: AlertKind;
  readonly priority: Priority;
  readonly latching: boolean;
  /** The rule itself is a rehearsal. */
  readonly test: boolean;
  /** A test mode covers it now; a call for help is never covered. */
  readonly testMode: boolean;
  readonly title: Text;
  readonly subject: string;
  readonly device: string;
  readonly place: Place | null;
  /** Whether the rule lets an operator shelve it. */
  readonly shelvable: boolean;
  /** Its device is out of service; of a combination no single device's repair counts, and a call for help is never covered. */
  readonly outOfService: boolean;
  readonly late: boolean;
  readonly receivedAt: number;
  /** From when its deadlines run, where that is not its receipt: nobody could know of it before. */
  readonly ringsFrom?: number;
  readonly evidence: Evidence;
  readonly reAlarmAfterMs: number | null;
  /** The active alert that explains this one, where there is one; an emergency is never explained away. */
  readonly explainedBy: string | null;
};

/** An edge: something occurred, and holds no longer than that. `key` says what joins: one open alert per subject and key. */
export type Raise = Detected & {
  /** An operator speaks with the person who pressed: it counts, and rings nobody. */
  readonly spokenWith?: boolean;
  readonly key: string;
  readonly rule: { readonly id: string; readonly version: string } | null;
};

/** A level: of (rule, subject) the branches in the bit mask `holding` now hold (0 = none), which makes it `level` (1 = the rule's mildest). Priority, latching and title are that level's; with `holding` 0 only rule and subject count. */
export type Hold = Detected & {
  readonly rule: { readonly id: string; readonly version: string };
  /** All devices that it concerns; the first is `device`. */
  readonly devices: readonly string[];
  readonly holding: number;
  readonly level: number;
};

/** The only writer of alerts. Every change of an alert is a line in the ledger, a row, and a change for the consoles, in one step. */
export type AlertBook = {
  readonly get: (id: string) => Alert | undefined;
  readonly openOf: (subject: string, key: string) => Alert | undefined;
  readonly open: () => Iterable<Alert>;
  /** The open alerts of a device alone; combinations that it brought about are not among them. */
  readonly openOfDevice: (device: string) => readonly Alert[];
  /** The branches of (rule, subject) that hold, as a bit mask; 0 = it is not active. */
  readonly holding: (rule: string, subject: string) => number;
  /** The active alerts of these rules, everywhere or within a place. */
  readonly active: (rules: readonly string[], within?: string) => readonly Active[];
  /** Whose alerts became active, or ceased to be, since the last call, whatever the cause; each (rule, device) once. */
  readonly takeTurned: () => readonly { readonly rule: string; readonly device: string }[];
  /** An edge raises a new alert, or joins the open one; answers the alert afterwards. */
  readonly raise: (raise: Raise, actor: string, now: number) => Alert;
  /** A level is held against what is open: it raises, joins, goes up or down, or returns. Answers the alert afterwards (it may be closed); null where nothing holds and nothing was open. */
  readonly hold: (hold: Hold, actor: string, now: number) => Alert | null;
  readonly befall: (
    id: string,
    step: LifeEvent,
    actor: string,
    data?: Readonly<Record<string, unknown>>,
  ) => Result<Alert>;
  /** Another alert explains these: they are suppressed by design as long as it is active, and it lists their devices. An emergency is not suppressed, and no circle is made. */
  readonly suppress: (explaining: string, members: readonly string[], now: number) => void;
  /** An incident groups these: each names it and goes on by itself, and it lists their devices. */
  readonly group: (incident: string, members: readonly string[], now: number) => void;
  /** What is open of these subjects is at another place from now on; an emergency rings there anew. Where it is there already nothing happens. */
  readonly move: (
    subjects: (subject: string) => boolean,
    place: Place | null,
    actor: string,
    now: number,
  ) => void;
  /** Who pressed under a name that nobody had registered is a device now: its call goes on as the device's own. */
  readonly recognise: (
    subject: string,
    as: Registered,
    place: Place | null,
    actor: string,
    now: number,
  ) => void;
  /** Test alerts that `covered` no longer covers and whose condition still holds become real and ring. */
  readonly endTests: (covered: (alert: Alert) => boolean, now: number) => void;
  readonly operate: (user: string, operation: AlertOperation, now: number) => Result<Alert>;
  /** A console has drawn it. */
  readonly shown: (user: string, id: string, version: number, now: number) => void;
  /** Everything whose time has come: ladders, the ends of shelves, the lists of what an alert explains. `watched` says whether somebody who may answer an alert is on line. */
  readonly tick: (now: number, watched: (alert: Alert) => boolean) => void;
  /** The wall clock was set by so many ms: the deadlines move along. */
  readonly shift: (byMs: number) => void;
  /** When its raising was committed. */
  readonly stamp: (id: string, committedAt: number) => void;
  readonly markHelpAnnounced: (id: string) => boolean;
};

/** Three changes between raised and returned within this time are called chattering (ms). */
const chatterWithinMs = 60_000;
const chatterTransitions = 3;

const standingOf = ({ priority, latching, title }: Detected, level: number): Standing => ({
  level,
  priority,
  latching,
  title,
});

const sameStanding = (a: Standing, b: Standing): boolean =>
  a.level === b.level && a.priority === b.priority && a.latching === b.latching && sameText(a.title, b.title);

const isHigher = (now: Standing, before: Standing): boolean =>
  now.level > before.level || (now.level === before.level && moreUrgent(now.priority, before.priority));

const isLower = (now: Standing, before: Standing): boolean => isHigher(before, now);

/** No test mode covers a person who asked to be heard. */
const underTest = ({ kind, testMode }: Detected): boolean => testMode && !personKinds.has(kind);

const stepOfDetection = (
  event: 'raised-again' | 'raised-higher',
  detected: Detected,
  standing: Standing,
  holds: boolean,
  at: number,
): LifeEvent => ({
  event,
  at,
  holds,
  standing,
  receivedAt: detected.ringsFrom ?? detected.receivedAt,
  late: detected.late,
  test: detected.test || underTest(detected),
  evidence: detected.evidence,
});

/** The alert with the deadlines that the consoles show. However often it is raised while it rings, the first that it was to be taken by stands. */
const withDeadlines = (before: Alert | null, alert: Alert, { escalateAt, tendBy }: Ladder): Alert => {
  const { takeBy: _takeBy, tendBy: _tendBy, ...rest } = alert;
  const takeBy = before !== null && rings(before) ? (before.takeBy ?? escalateAt) : escalateAt;
  return {
    ...rest,
    ...(rings(alert) && takeBy !== null ? { takeBy } : {}),
    ...(tendBy === null ? {} : { tendBy }),
  };
};

/** What of a record changes beside the alert's life. */
type Beside = Partial<Pick<AlertRecord, 'subject' | 'holding' | 'standing' | 'testMode' | 'reAlarmAfterMs'>>;

/** Makes the book. `newId` gives ids that sort by time; `raised` hears of every new alert. */
export const createAlertBook = (parts: {
  readonly stored: readonly AlertRecord[];
  readonly ledger: Ledger;
  readonly newId: () => string;
  readonly times: LadderTimes;
  readonly raised?: (alert: Alert, now: number) => void;
}): AlertBook => {
  const { ledger, newId, times } = parts;
  const records = indexOpenAlerts(parts.stored);
  /** Suppressed by an alert that was gone when the book was opened. */
  const unexplained = new Set<string>();
  /** Devices that an alert has still to list among its own. */
  const toList = new Map<string, Set<string>>();

  const listDevices = (id: string, devices: readonly string[]): void => {
    const known = records.get(id)?.alert.devices ?? [];
    const missing = devices.filter((device) => !known.includes(device));
    if (missing.length > 0) toList.set(id, new Set([...(toList.get(id) ?? []), ...missing]));
  };

  for (const { alert } of records.all()) {
    const { id, suppressedBy, incident, devices } = alert;
    if (suppressedBy !== undefined && records.get(suppressedBy)?.alert.active !== true) unexplained.add(id);
    for (const head of [suppressedBy, incident])
      if (head !== undefined && records.get(head)) listDevices(head, devices);
  }

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
    records.put(record);
    if (alert.state === 'closed') toList.delete(alert.id);
    // What only this alert explained has to stand for itself again.
    if (!alert.active)
      for (const member of records.explainedBy(alert.id))
        befall(member, { event: 'unsuppressed', at }, 'system');
  };

  /** A row that changed in nothing that anybody must hear of. */
  const writeQuietly = (record: AlertRecord): void => {
    ledger.put('alert', record.alert.id, record);
    records.put(record);
  };

  /** Presses of a button are no chatter: somebody presses. */
  const withTransition = (record: AlertRecord, at: number): AlertRecord => {
    if (record.alert.rule === null) return record;
    const transitions = [...record.transitions, at].slice(-chatterTransitions);
    const first = transitions[0] ?? at;
    const chattering = transitions.length === chatterTransitions && at - first <= chatterWithinMs;
    const { chattering: _before, ...calm } = record.alert;
    return { ...record, transitions, alert: chattering ? { ...calm, chattering } : calm };
  };

  const befall = (
    id: string,
    step: LifeEvent,
    actor: string,
    data: Readonly<Record<string, unknown>> = {},
    note: Note | null = null,
    beside: Beside = {},
  ): Result<Alert> => {
    const before = records.get(id);
    if (before === undefined) return refused('not-found', `no open alert ${id}`);
    const done = live(before.alert, step);
    if (!done.ok) return done;
    // A note is worth a line of its own even where the step itself changes nothing.
    const happened = done.happened ?? (note ? 'commented' : null);
    const changed: AlertRecord = { ...before, ...beside, alert: done.alert };
    if (happened === null) {
      if (Object.keys(beside).length > 0) writeQuietly(changed);
      return { ok: true, value: done.alert };
    }
    const climbed = climb(before, done.alert, step, times, changed.reAlarmAfterMs, () =>
      records.othersAtHome(done.alert),
    );
    const did = note ? { by: note.by, at: step.at } : tending(step);
    const ladder = note && did && !rings(done.alert) ? { ...climbed, tendBy: null, tended: did } : climbed;
    const settled: AlertRecord = {
      ...changed,
      alert: withDeadlines(before.alert, done.alert, ladder),
      holding: done.alert.active ? changed.holding : 0,
      testMode: changed.testMode && done.alert.test,
      ladder,
    };
    const after =
      happened === 'raised-again' || happened === 'returned' ? withTransition(settled, step.at) : settled;
    write(after, happened, step.at, actor, data, note);
    const { alert, standing } = after;
    // What is done for a home is done for all that the same operator has there.
    if (did !== null && step.event !== 'home-tended')
      for (const { alert: other } of records.othersAtHome(alert))
        if (other.claimedBy === did.by && other.tendBy !== undefined)
          befall(other.id, { event: 'home-tended', ...did }, actor, { alert: id });
    // The higher priority was kept only until somebody knew of it; nobody chose to lower it.
    if (alert.active && alert.acknowledged && !before.alert.acknowledged)
      return befall(id, { event: 'lowered', at: step.at, standing }, 'system', { level: standing.level });
    return { ok: true, value: alert };
  };

  const after = (result: Result<Alert>, before: Alert): Alert => (result.ok ? result.value : before);

  /** Whether `explaining` may suppress `member`: it is active and real, and is not explained by what it would explain. */
  const mayExplain = (explaining: string, member: Pick<Alert, 'id' | 'kind'>): boolean => {
    const head = records.get(explaining)?.alert;
    if (!mayBeSuppressed(member) || !head?.active || head.test) return false;
    for (let next: string | undefined = explaining; next !== undefined; )
      if (next === member.id) return false;
      else next = records.get(next)?.alert.suppressedBy;
    return true;
  };

  const suppress = (explaining: string, members: readonly string[], now: number): void => {
    for (const id of members) {
      const member = records.get(id)?.alert;
      if (member === undefined || !mayExplain(explaining, member)) continue;
      befall(id, { event: 'suppressed', at: now, suppressedBy: explaining }, 'system', { by: explaining });
      listDevices(explaining, member.devices);
    }
  };

  const bear = (
    detected: Detected,
    rule: Alert['rule'],
    devices: readonly string[],
    holding: number,
    level: number,
    actor: string,
    now: number,
  ): Alert => {
    const id = newId();
    const standing = standingOf(detected, level);
    const mode = underTest(detected);
    const { kind, explainedBy } = detected;
    const explaining =
      explainedBy !== null && mayExplain(explainedBy, { id, kind }) ? { suppressedBy: explainedBy } : {};
    const facts = {
      active: holding !== 0,
      acknowledged: false,
      latching: detected.latching,
      reset: false,
      outOfService: detected.outOfService && detected.subject === detected.device && !personKinds.has(kind),
      ...explaining,
    };
    const alert: Alert = {
      id,
      version: 1,
      rule,
      kind,
      device: detected.device,
      devices: [...devices],
      place: detected.place,
      priority: detected.priority,
      ...facts,
      state: stateOf(facts, now),
      count: 1,
      raisedAt: now,
      lastAt: now,
      receivedAt: detected.receivedAt,
      committedAt: 0,
      deviceTime: detected.evidence.at,
      test: detected.test || mode,
      late: detected.late,
      ...(detected.shelvable ? {} : { shelvable: false }),
      title: detected.title,
      evidence: [detected.evidence],
    };
    const { reAlarmAfterMs, subject } = detected;
    const step = stepOfDetection('raised-again', detected, standing, holding !== 0, now);
    const ladder = climb(null, alert, step, times, reAlarmAfterMs);
    const record: AlertRecord = {
      alert: withDeadlines(null, alert, ladder),
      ladder,
      reAlarmAfterMs,
      subject,
      holding,
      standing,
      testMode: mode && !detected.test,
      transitions: [],
    };
    const born = withTransition(record, now);
    write(born, 'raised', now, actor, { kind, device: alert.device, ...explaining }, null);
    if (alert.suppressedBy !== undefined) listDevices(alert.suppressedBy, devices);
    parts.raised?.(born.alert, now);
    return born.alert;
  };

  const moveOne = (
    { alert }: AlertRecord,
    place: Place | null,
    actor: string,
    now: number,
    as?: Registered,
    subject?: string,
  ): void => {
    befall(
      alert.id,
      { event: 'moved', at: now, place, ...(as ? { as } : {}) },
      actor,
      {
        from: alert.place?.id ?? null,
        to: place?.id ?? null,
        ...(as ? { device: as.device } : {}),
      },
      null,
      subject === undefined ? {} : { subject },
    );
  };

  /** What is open of what was detected, at the place where it was detected: a place of many devices stays what it is. */
  const openAt = (
    { subject, place }: Detected,
    key: string,
    actor: string,
    now: number,
  ): AlertRecord | undefined => {
    const open = records.of(subject, key);
    if (open === undefined || subject.startsWith('place:') || samePlace(open.alert.place, place)) return open;
    moveOne(open, place, actor, now);
    return records.of(subject, key);
  };

  /** Something more is detected on an alert that is open and not active. */
  const join = (
    open: AlertRecord,
    detected: Detected,
    holding: number,
    level: number,
    actor: string,
    now: number,
    spokenWith = false,
  ): Alert => {
    const { alert } = open;
    if (detected.explainedBy !== null) suppress(detected.explainedBy, [alert.id], now);
    const standing = standingOf(detected, level);
    const step: LifeEvent = {
      ...stepOfDetection('raised-again', detected, standing, holding !== 0, now),
      ...(spokenWith ? { spokenWith } : {}),
    };
    const joined = befall(alert.id, step, actor, {}, null, {
      holding,
      standing,
      testMode: underTest(detected) && !detected.test,
      reAlarmAfterMs: detected.reAlarmAfterMs,
    });
    return after(joined, alert);
  };

  /** A level is held against an alert that is active. */
  const compare = (open: AlertRecord, hold: Hold, actor: string, now: number): Alert => {
    const { alert } = open;
    if (!hold.test && !underTest(hold)) befall(alert.id, { event: 'test-ended', at: now }, 'system');
    if (hold.explainedBy !== null) suppress(hold.explainedBy, [alert.id], now);
    const standing = standingOf(hold, hold.level);
    const { reAlarmAfterMs } = hold;
    if (isHigher(standing, open.standing)) {
      const step = stepOfDetection('raised-higher', hold, standing, true, now);
      const holding = hold.late ? open.holding | hold.holding : hold.holding;
      return after(
        befall(alert.id, step, actor, { level: hold.level }, null, { holding, standing, reAlarmAfterMs }),
        alert,
      );
    }
    // What comes too late says nothing against what holds now.
    if (hold.late) return records.get(alert.id)?.alert ?? alert;
    const { holding } = hold;
    if (isLower(standing, open.standing)) {
      const step: LifeEvent = { event: 'lowered', at: now, standing };
      return after(
        befall(alert.id, step, actor, { level: hold.level }, null, { holding, standing, reAlarmAfterMs }),
        alert,
      );
    }
    const known = records.get(alert.id);
    if (known && (known.holding !== holding || !sameStanding(known.standing, standing)))
      writeQuietly({ ...known, holding, standing });
    return known?.alert ?? alert;
  };

  return {
    get: (id) => records.get(id)?.alert,
    openOf: (subject, key) => records.of(subject, key)?.alert,
    open: function* () {
      for (const { alert } of records.all()) yield alert;
    },
    openOfDevice: (device) => records.ofSubject(device).map(({ alert }) => alert),
    holding: (rule, subject) => records.of(subject, rule)?.holding ?? 0,
    active: records.active,
    takeTurned: records.takeTurned,
    raise: (raise, actor, now) => {
      const open = openAt(raise, raise.key, actor, now);
      return open
        ? join(open, raise, 0, 1, actor, now, raise.spokenWith)
        : bear(raise, raise.rule, [raise.device], 0, 1, actor, now);
    },
    hold: (hold, actor, now) => {
      if (hold.holding === 0) {
        const open = records.of(hold.subject, hold.rule.id);
        return open ? after(befall(open.alert.id, { event: 'returned', at: now }, actor), open.alert) : null;
      }
      const open = openAt(hold, hold.rule.id, actor, now);
      if (open === undefined)
        return bear(hold, hold.rule, hold.devices, hold.holding, hold.level, actor, now);
      if (!open.alert.active) {
        const joined = join(open, hold, hold.holding, hold.level, actor, now);
        listDevices(joined.id, hold.devices);
        return joined;
      }
      listDevices(open.alert.id, hold.devices);
      return compare(open, hold, actor, now);
    },
    befall: (id, step, actor, data) => befall(id, step, actor, data),
    suppress,
    group: (incident, members, now) => {
      if (!records.get(incident)) return;
      for (const id of members) {
        const member = records.get(id)?.alert;
        if (member === undefined || id === incident) continue;
        befall(id, { event: 'joined-incident', at: now, incident }, 'system', { incident });
        listDevices(incident, member.devices);
      }
    },
    move: (subjects, place, actor, now) => {
      for (const record of [...records.all()])
        if (subjects(record.subject) && !samePlace(record.alert.place, place))
          moveOne(record, place, actor, now);
    },
    recognise: (subject, as, place, actor, now) => {
      const record = records.of(subject, unregisteredPressKey);
      if (record === undefined) return;
      // Two open calls of one device stay two: each was somebody who pressed.
      if (records.of(as.device, pressKey)) moveOne(record, place, actor, now);
      else moveOne(record, place, actor, now, as, as.device);
    },
    endTests: (covered, now) => {
      for (const { alert, testMode } of [...records.all()])
        if (testMode && !covered(alert)) befall(alert.id, { event: 'test-ended', at: now }, 'system');
    },
    operate: (user, operation, now) => {
      const record = records.get(operation.alert);
      if (record === undefined) return refused('not-found', `no open alert ${operation.alert}`);
      if (operation.version !== undefined && operation.version !== record.alert.version) {
        return refused('stale-version', `the alert is at version ${record.alert.version}`, {
          version: record.alert.version,
        });
      }
      if (operation.verb === 'shelve') {
        if (operation.until <= now) return refused('invalid', 'until lies in the past');
        if (operation.until > now + longestShelfMs)
          return refused('invalid', 'an alert lies on the shelf for 8 h at most');
      }
      const { note: text } = operation;
      const seen = operation.verb === 'close' && operation.reached?.how === 'seen' ? operation.reached : null;
      if (seen !== null) {
        const called = Math.min(record.alert.raisedAt, record.alert.receivedAt);
        if (seen.at > now) return refused('invalid', 'the person was seen at a time that has not come yet');
        if (seen.at < called - 60_000)
          return refused('invalid', 'the person was seen before they called for help', { called });
      }
      const note: Note | null =
        text === undefined && seen === null
          ? null
          : {
              id: newId(),
              alert: operation.alert,
              at: now,
              by: user,
              text: text ?? '',
              ...(seen === null ? {} : { seenBy: seen.by }),
            };
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
      for (const id of unexplained) befall(id, { event: 'unsuppressed', at: now }, 'system');
      unexplained.clear();
      for (const [id, devices] of toList)
        befall(id, { event: 'grouped', at: now, devices: [...devices] }, 'system', {
          devices: [...devices],
        });
      toList.clear();
      // With nobody watching an escalation may come before its own deadline, at that of the announcement.
      for (const id of records.due(now)) {
        for (let record = records.get(id); record; record = records.get(id)) {
          const step = dueStep(record, now, watched(record.alert));
          if (step === null) break;
          befall(
            id,
            step,
            'system',
            step.event === 'escalated' ? { reason: reasonOf(record.alert, watched(record.alert)) } : {},
          );
          // A step that changes nothing would stay due for ever.
          if (records.get(id) === record) break;
        }
      }
    },
    shift: (byMs) => {
      const moved = (at: number | null): number | null => (at === null ? null : at + byMs);
      for (const record of [...records.all()]) {
        const { ladder, alert } = record;
        const { shelvedUntil, takeBy, tendBy } = alert;
        const { tended } = ladder;
        writeQuietly({
          ...record,
          alert: {
            ...alert,
            ...(shelvedUntil === undefined ? {} : { shelvedUntil: shelvedUntil + byMs }),
            ...(takeBy === undefined ? {} : { takeBy: takeBy + byMs }),
            ...(tendBy === undefined ? {} : { tendBy: tendBy + byMs }),
          },
          ladder: {
            ...ladder,
            announceAt: moved(ladder.announceAt),
            escalateAt: moved(ladder.escalateAt),
            tendBy: moved(ladder.tendBy),
            reAlarmAt: moved(ladder.reAlarmAt),
            ...(tended === undefined ? {} : { tended: { ...tended, at: tended.at + byMs } }),
          },
          transitions: record.transitions.map((at) => at + byMs),
        });
      }
    },
    stamp: (id, committedAt) => {
      const record = records.get(id);
      if (record?.alert.committedAt === 0)
        records.put({ ...record, alert: { ...record.alert, committedAt } });
    },
    markHelpAnnounced: (id) => {
      const record = records.get(id);
      if (record === undefined || record.ladder.helpAnnounced) return false;
      const announced = { ...record, ladder: { ...record.ladder, helpAnnounced: true } };
      writeQuietly(announced);
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
