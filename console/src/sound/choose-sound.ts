import type { Alert, AlertKind } from '../../../src/model/alert.ts';
import type { Call } from '../../../src/model/call.ts';
import { heardElsewhere, type Seat } from '../../../src/model/seat.ts';
import { isRinging, isWaiting, sectionOf } from '../board/order.ts';

/** The sounds that loop, most urgent first. */
export const loops = ['sos', 'fire', 'gas', 'critical', 'call'] as const;
export type Loop = (typeof loops)[number];

const loopOf = (kind: AlertKind): Loop => {
  if (kind === 'sos' || kind === 'unregistered-sos') return 'sos';
  if (kind === 'smoke') return 'fire';
  return kind === 'gas' || kind === 'co' ? 'gas' : 'critical';
};

/** This seat's ears are covered until `until` (epoch ms), but only for what rang when they were: `of` names it. */
export type Silence = { readonly until: number; readonly of: ReadonlySet<string> };

/** The longest silence of a seat, in ms. */
export const longestSilenceMs = 60_000;

/** The name of one ringing of an alert: a further press, or its coming back, is another one. */
export const ringingOf = (alert: Alert, announced: number): string =>
  `${alert.id}/${alert.count}/${announced}`;

/** The name of one ringing of a call that no alert sounds for. */
const ringingOfCall = ({ id, rings }: Call): string => `call ${id}/${rings}`;

/** The loops that must sound now, most urgent first, each once; `calls` are those that wait beside the alerts. */
export const loopsNow = (
  alerts: Iterable<Alert>,
  announced: ReadonlyMap<string, number>,
  silence: Silence | null,
  now: number,
  calls: Iterable<Call> = [],
): readonly Loop[] => {
  const wanted = new Set<Loop>();
  const covers = (name: string): boolean => silence !== null && now < silence.until && silence.of.has(name);
  for (const alert of alerts) {
    if (!isRinging(alert)) continue;
    if (!covers(ringingOf(alert, announced.get(alert.id) ?? 0))) wanted.add(loopOf(alert.kind));
  }
  for (const call of calls) if (!covers(ringingOfCall(call))) wanted.add('call');
  return loops.filter((loop) => wanted.has(loop));
};

/** Silence for what rings now, `forMs` long (60 s at the most). */
export const silenceFor = (
  alerts: Iterable<Alert>,
  announced: ReadonlyMap<string, number>,
  now: number,
  forMs: number,
  calls: Iterable<Call> = [],
): Silence => ({
  until: now + Math.min(forMs, longestSilenceMs),
  of: new Set([
    ...[...alerts].filter(isRinging).map((alert) => ringingOf(alert, announced.get(alert.id) ?? 0)),
    ...[...calls].map(ringingOfCall),
  ]),
});

/** How long a silence still lasts at `now`, in ms; 0 = it is over, also where a clock was put back and it would last longer than any. */
export const silenceLeftMs = (silence: Silence | null, now: number): number => {
  const left = silence === null ? 0 : silence.until - now;
  // The page's clock wavers by seconds where it is busy; that is no clock put back.
  return left > 0 && left <= 2 * longestSilenceMs ? left : 0;
};

/** Whether this seat (its page is `console`) may be silent: all that rings would be heard at another desk that answers for it. */
export const mayBeSilent = (
  alerts: Iterable<Alert>,
  seats: readonly Seat[],
  console: string | null,
): boolean =>
  console !== null &&
  [...alerts].filter(isRinging).every(({ place }) => heardElsewhere(seats, console, place));

/** The alerts that sound three times when they come: high ones that wait and do not loop. */
export const chimes = (alerts: Iterable<Alert>): readonly string[] =>
  [...alerts]
    .filter((alert) => isWaiting(alert) && sectionOf(alert) === 'high')
    .map((alert) => `${alert.id}/${alert.count}`);
