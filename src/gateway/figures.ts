import {
  type AlertKind,
  type Disposition,
  emergencyKinds,
  type Priority,
  personKinds,
  priorities,
} from '../model/alert.ts';
import { type AnswerTimes, answerTargets, type Figures, type StaleAlert } from '../model/figures.ts';
import { floodsAmong } from './flood.ts';

/** What figures need to know of an alert. Times in epoch ms. */
export type CountedAlert = {
  readonly id: string;
  readonly kind: AlertKind;
  readonly priority: Priority;
  readonly device: string;
  readonly test: boolean;
  /** Nobody is called for it: another explains it, or its device is out of service. */
  readonly quiet: boolean;
  readonly raisedAt: number;
  readonly receivedAt: number;
  /** Since when it has been as it was last; when that was over, null = it still is. */
  readonly activeSince: number;
  readonly activeUntil: number | null;
  /** When it was taken last, and by whom. */
  readonly takenAt: number | null;
  readonly holder: string | null;
  readonly disposition: Disposition | null;
};

/** When somebody first took or acknowledged an emergency, sound first flowed both ways, and a call was first asked for; null = never. */
export type Answering = {
  readonly takenAt: number | null;
  readonly voiceAt: number | null;
  readonly askedAt: number | null;
};

/** What figures need to know of a voice call. */
export type CountedCall = {
  readonly direction: 'in' | 'out';
  readonly state: string;
  readonly connected: boolean;
  readonly missed: boolean;
};

const tenMinutes = 600_000;
const hourMs = 3_600_000;
const dayMs = 24 * hourMs;

/** Active for longer than this (ms), an alert is stale. */
export const staleAfterMs = dayMs;

/** How many of the worst are named. */
const mostNamed = 20;

/** Whether figures tell how soon an alert was answered. */
export const mustBeAnswered = ({
  kind,
  test,
  quiet,
}: Pick<CountedAlert, 'kind' | 'test' | 'quiet'>): boolean =>
  !test && !quiet && (emergencyKinds.has(kind) || personKinds.has(kind));

type Waited = { readonly ms: number; readonly answered: boolean; readonly byVoice: boolean };

const waitedOf = (receivedAt: number, { takenAt, voiceAt, askedAt }: Answering, now: number): Waited => {
  const byVoice = askedAt !== null && (takenAt === null || askedAt <= takenAt);
  const at = byVoice ? voiceAt : takenAt;
  return {
    ms: Math.max(0, (at ?? now) - receivedAt),
    answered: at !== null,
    byVoice: byVoice && at !== null,
  };
};

/** The smallest that at least this share of the sorted do not exceed. */
const percentile = (sorted: readonly number[], share: number): number | null =>
  sorted[Math.max(0, Math.ceil(share * sorted.length) - 1)] ?? null;

const answerTimesOf = (waited: readonly Waited[]): AnswerTimes => {
  const times = waited
    .filter(({ answered }) => answered)
    .map(({ ms }) => ms)
    .sort((a, b) => a - b);
  return {
    count: waited.length,
    answered: times.length,
    waiting: waited.length - times.length,
    byVoice: waited.filter(({ byVoice }) => byVoice).length,
    targets: answerTargets.map(({ withinMs, share: target }) => {
      const judged = waited.filter(({ ms, answered }) => answered || ms > withinMs);
      const inTime = judged.filter(({ ms }) => ms <= withinMs).length;
      return {
        withinMs,
        target,
        share: judged.length === 0 ? null : inTime / judged.length,
        of: judged.length,
      };
    }),
    p50Ms: percentile(times, 0.5),
    p90Ms: percentile(times, 0.9),
    p99Ms: percentile(times, 0.99),
    longestMs: times.at(-1) ?? null,
  };
};

/** Counts by key. */
const makeTally = <K>() => {
  const counts = new Map<K, number>();
  return {
    add: (key: K): void => void counts.set(key, (counts.get(key) ?? 0) + 1),
    most: (): readonly (readonly [K, number])[] => [...counts].sort(([, a], [, b]) => b - a),
    of: (key: K): number => counts.get(key) ?? 0,
  };
};

const callsOf = (calls: Iterable<CountedCall>): Figures['calls'] => {
  const sums = { in: 0, out: 0, connected: 0, missed: 0, failed: 0, cancelled: 0 };
  for (const { direction, state, connected, missed } of calls) {
    sums[direction] += 1;
    if (connected) sums.connected += 1;
    if (missed) sums.missed += 1;
    if (state === 'failed') sums.failed += 1;
    if (state === 'cancelled') sums.cancelled += 1;
  }
  return sums;
};

/** Sums up a span; pure. `alerts` come in the order in which they were raised; `answeringOf` is asked of those that `mustBeAnswered`; `staleNow` are the stale of this moment, oldest first; `offsetAt` is by how much (ms) the street's clock is ahead of UTC at a moment. */
export const figuresOf = (parts: {
  readonly from: number;
  readonly to: number;
  readonly now: number;
  readonly alerts: Iterable<CountedAlert>;
  readonly answeringOf: (alert: CountedAlert) => Answering;
  readonly calls: Iterable<CountedCall>;
  readonly staleNow: readonly StaleAlert[];
  readonly offsetAt: (at: number) => number;
  readonly complete: () => boolean;
}): Figures => {
  const { from, to, now, offsetAt } = parts;
  const end = Math.max(from, Math.min(to, now));
  const local = (at: number): number => at + offsetAt(at);

  let [real, tests, stale] = [0, 0, 0];
  const callingAt: number[] = [];
  const people: Waited[] = [];
  const emergencies: Waited[] = [];
  const byPriority = makeTally<Priority>();
  const byDevice = makeTally<string>();
  const byOutcome = new Map<AlertKind, ReturnType<typeof makeTally<Disposition | null>>>();
  const byHolder = new Map<string, ReturnType<typeof makeTally<number>>>();
  const byDay = new Map<number, Record<Priority, number>>();
  const hours = Array.from({ length: 24 }, () => 0);

  for (const alert of parts.alerts) {
    if (alert.test) {
      tests += 1;
      continue;
    }
    real += 1;
    const { kind, priority, raisedAt, holder } = alert;
    if (!alert.quiet) callingAt.push(raisedAt);
    if (mustBeAnswered(alert)) {
      const waited = waitedOf(alert.receivedAt, parts.answeringOf(alert), now);
      if (personKinds.has(kind)) people.push(waited);
      if (emergencyKinds.has(kind)) emergencies.push(waited);
    }
    if ((alert.activeUntil ?? now) - alert.activeSince > staleAfterMs) stale += 1;
    byPriority.add(priority);
    byDevice.add(alert.device);
    const outcomes = byOutcome.get(kind) ?? makeTally();
    byOutcome.set(kind, outcomes);
    outcomes.add(alert.disposition);
    if (holder !== null) {
      const slots = byHolder.get(holder) ?? makeTally();
      byHolder.set(holder, slots);
      slots.add(Math.floor((alert.takenAt ?? raisedAt) / tenMinutes));
    }
    const at = local(raisedAt);
    const hour = Math.floor((at % dayMs) / hourMs);
    hours[hour] = (hours[hour] ?? 0) + 1;
    const ofDay = byDay.get(Math.floor(at / dayMs)) ?? { critical: 0, high: 0, medium: 0, low: 0 };
    byDay.set(Math.floor(at / dayMs), ofDay);
    ofDay[priority] += 1;
  }

  const slots = makeTally<number>();
  for (const at of callingAt) slots.add(Math.floor(at / tenMinutes));
  const [worst] = slots.most();
  const floods = floodsAmong(callingAt, end);
  const flooded = floods.reduce((sum, flood) => sum + flood.to - flood.from, 0);

  const days: Figures['days'] = [];
  if (end > from)
    for (let day = Math.floor(local(from) / dayMs); day <= Math.floor(local(end - 1) / dayMs); day += 1)
      days.push({
        day: new Date(day * dayMs).toISOString().slice(0, 10),
        ...(byDay.get(day) ?? { critical: 0, high: 0, medium: 0, low: 0 }),
      });

  return {
    from,
    to: end,
    complete: parts.complete(),
    alerts: real,
    calling: callingAt.length,
    tests,
    answers: { people: answerTimesOf(people), emergencies: answerTimesOf(emergencies) },
    calls: callsOf(parts.calls),
    load: {
      perTenMinutes: end > from ? callingAt.length / ((end - from) / tenMinutes) : 0,
      most: worst?.[1] ?? 0,
      mostAt: worst === undefined ? null : worst[0] * tenMinutes,
      floods: floods.length,
      floodShare: end > from ? flooded / (end - from) : 0,
    },
    holders: [...byHolder]
      .map(([user, taken]) => {
        const busy = taken.most();
        const alerts = busy.reduce((sum, [, count]) => sum + count, 0);
        return { user, alerts, perTenMinutes: alerts / busy.length, most: busy[0]?.[1] ?? 0 };
      })
      .sort((a, b) => b.alerts - a.alerts),
    stale: {
      now: parts.staleNow.length,
      during: stale,
      alerts: parts.staleNow.slice(0, mostNamed).map((alert) => ({ ...alert })),
    },
    talkers: byDevice
      .most()
      .slice(0, mostNamed)
      .map(([device, alerts]) => ({ device, alerts, share: alerts / real })),
    priorities: priorities.map((priority) => ({ priority, alerts: byPriority.of(priority) })),
    dispositions: [...byOutcome]
      .flatMap(([kind, outcomes]) =>
        outcomes.most().map(([disposition, alerts]) => ({ kind, disposition, alerts })),
      )
      .sort((a, b) => b.alerts - a.alerts),
    days,
    hours,
  };
};
