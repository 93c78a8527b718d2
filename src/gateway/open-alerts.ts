import type { Alert } from '../model/alert.ts';
import type { Active } from '../model/rule.ts';
import { nextDeadline } from './ladder.ts';
import type { AlertRecord } from './ports.ts';

/** The key under which presses of one device join; a rehearsal never joins the real thing. */
export const pressKey = 'press';

/** The same for presses under a name that nobody registered: they join nothing that a device raised. */
export const unregisteredPressKey = 'unregistered press';

/** The key under which requests to speak of one device join. */
export const callRequestKey = 'call request';

const keyOf = ({ rule, kind }: Alert): string => {
  if (rule !== null) return rule.id;
  if (kind === 'call-request') return callRequestKey;
  return kind === 'unregistered-sos' ? unregisteredPressKey : pressKey;
};

/** The home in which it is; null where it is somewhere else. */
const homeOf = ({ place }: Alert): string | null =>
  place?.path.at(-1)?.kind === 'household' ? place.id : null;

/** The open alerts, found by all that the book asks of them. Nothing here decides. */
export type OpenAlerts = {
  readonly get: (id: string) => AlertRecord | undefined;
  /** The one that is open of a subject under a key. */
  readonly of: (subject: string, key: string) => AlertRecord | undefined;
  readonly ofSubject: (subject: string) => readonly AlertRecord[];
  readonly all: () => Iterable<AlertRecord>;
  /** The active ones of these rules, everywhere or within a place. */
  readonly active: (rules: readonly string[], within?: string) => readonly Active[];
  /** The others in the same home; none where it is in no home. */
  readonly othersAtHome: (alert: Alert) => readonly AlertRecord[];
  /** Those that it suppresses. */
  readonly explainedBy: (id: string) => readonly string[];
  /** Those whose next deadline has come, the longest overdue first. */
  readonly due: (now: number) => readonly string[];
  /** Whose alerts became active, or ceased to be, since the last call; each (rule, device) once. */
  readonly takeTurned: () => readonly { readonly rule: string; readonly device: string }[];
  /** Takes it as it is now; one that is closed is forgotten. */
  readonly put: (record: AlertRecord) => void;
};

/** What an alert stored by an earlier version lacks. */
const filledIn = (record: AlertRecord): AlertRecord => {
  const { alert } = record;
  const { priority, latching, title } = alert;
  return {
    ...record,
    subject: record.subject ?? alert.device,
    holding: record.holding ?? (alert.active ? 1 : 0),
    standing: record.standing ?? { level: 1, priority, latching, title },
    testMode: record.testMode ?? false,
    transitions: record.transitions ?? [],
  };
};

/** Finds its way among what was stored and all that is put later. */
export const indexOpenAlerts = (stored: readonly AlertRecord[]): OpenAlerts => {
  const records = new Map<string, AlertRecord>();
  const bySubject = new Map<string, Map<string, string>>();
  /** The active alerts of each rule, and of each rule in each place around them: with thousands active at once nobody looks through them all. */
  const activeOfRule = new Map<string, Set<string>>();
  const activeIn = new Map<string, Set<string>>();
  const deadlines = new Map<string, number>();
  /** By the explaining alert: those it suppresses. */
  const explained = new Map<string, Set<string>>();
  const turned = new Map<string, { readonly rule: string; readonly device: string }>();

  const noteActive = ({ id, rule, device, place }: Alert, active: boolean): void => {
    if (rule === null) return;
    const those = activeOfRule.get(rule.id) ?? new Set();
    if (those.has(id) === active) return;
    if (active) those.add(id);
    else those.delete(id);
    activeOfRule.set(rule.id, those);
    for (const step of place?.path ?? []) {
      const key = `${rule.id} ${step.id}`;
      const there = activeIn.get(key) ?? new Set();
      if (active) activeIn.set(key, there.add(id));
      else if (there.delete(id) && there.size === 0) activeIn.delete(key);
    }
    turned.set(`${rule.id} ${device}`, { rule: rule.id, device });
  };

  const noteExplained = (id: string, before: string | undefined, now: string | undefined): void => {
    if (before === now) return;
    if (before !== undefined) {
      const those = explained.get(before);
      those?.delete(id);
      if (those?.size === 0) explained.delete(before);
    }
    if (now !== undefined) explained.set(now, (explained.get(now) ?? new Set()).add(id));
  };

  const put = (record: AlertRecord): void => {
    const { alert, subject } = record;
    const key = keyOf(alert);
    const open = alert.state !== 'closed';
    const before = records.get(alert.id);
    // Where it was, and as whose it was known, is forgotten.
    if (before && before.alert.place !== alert.place) noteActive(before.alert, false);
    if (before && (before.subject !== subject || keyOf(before.alert) !== key)) {
      const known = bySubject.get(before.subject);
      if (known?.get(keyOf(before.alert)) === alert.id) known.delete(keyOf(before.alert));
      if (known?.size === 0) bySubject.delete(before.subject);
    }
    noteActive(alert, open && alert.active);
    noteExplained(alert.id, before?.alert.suppressedBy, open ? alert.suppressedBy : undefined);
    const keys = bySubject.get(subject) ?? new Map<string, string>();
    if (!open) {
      records.delete(alert.id);
      deadlines.delete(alert.id);
      if (keys.get(key) === alert.id) keys.delete(key);
      if (keys.size === 0) bySubject.delete(subject);
      return;
    }
    records.set(alert.id, record);
    const next = nextDeadline(record);
    if (next === null) deadlines.delete(alert.id);
    else deadlines.set(alert.id, next);
    bySubject.set(subject, keys.set(key, alert.id));
  };

  for (const record of stored) put(filledIn(record));
  turned.clear();

  const known = (ids: Iterable<string>): readonly AlertRecord[] =>
    [...ids].flatMap((id) => records.get(id) ?? []);

  return {
    get: (id) => records.get(id),
    of: (subject, key) => {
      const id = bySubject.get(subject)?.get(key);
      return id === undefined ? undefined : records.get(id);
    },
    ofSubject: (subject) => known(bySubject.get(subject)?.values() ?? []),
    all: () => records.values(),
    active: (rules, within) =>
      rules.flatMap((rule) =>
        known((within === undefined ? activeOfRule.get(rule) : activeIn.get(`${rule} ${within}`)) ?? []).map(
          ({ alert, subject }) => ({
            alert: alert.id,
            rule,
            subject,
            device: alert.device,
            place: alert.place,
          }),
        ),
      ),
    othersAtHome: (alert) => {
      const home = homeOf(alert);
      return home === null
        ? []
        : [...records.values()].filter(({ alert: other }) => other.id !== alert.id && homeOf(other) === home);
    },
    explainedBy: (id) => [...(explained.get(id) ?? [])],
    due: (now) =>
      [...deadlines]
        .filter(([, at]) => at <= now)
        .sort((a, b) => a[1] - b[1])
        .map(([id]) => id),
    takeTurned: () => {
      const all = [...turned.values()];
      turned.clear();
      return all;
    },
    put,
  };
};
