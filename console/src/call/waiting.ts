import { type Alert, type Priority, priorities } from '../../../src/model/alert.ts';
import type { Call } from '../../../src/model/call.ts';
import { isRinging } from '../board/order.ts';

const isWaiting = ({ state }: Call): boolean => state === 'requested' || state === 'ringing';

/** Whether a person waits for somebody to answer; also one who was called from here and whose call was lost. */
export const rings = (call: Call): boolean => isWaiting(call) && call.answeredBy === undefined;

/** Whether nobody has answered it for 60 s since it rings, this time. */
export const isMissed = ({ missedAt, ringingAt }: Call): boolean =>
  missedAt !== undefined && missedAt >= (ringingAt ?? 0);

/** Whether an operator calls, and the person has not picked up yet. */
export const isCalling = (call: Call): boolean => isWaiting(call) && call.answeredBy !== undefined;

/** Whether both sides speak in it, or are about to. */
export const isSpoken = ({ state }: Call): boolean => state === 'answered' || state === 'connected';

/** The ids of the alerts for which a person waits on the line. */
export const voicesWaiting = (calls: ReadonlyMap<string, Call>): ReadonlySet<string> =>
  new Set([...calls.values()].filter(rings).flatMap(({ alert }) => alert ?? []));

/** The calls of one user: spoken, or placed and not picked up yet; oldest first. */
export const callsOf = (calls: ReadonlyMap<string, Call>, user: string | null): readonly Call[] =>
  [...calls.values()]
    .filter((call) => call.answeredBy === user && (isSpoken(call) || isCalling(call)))
    .sort((a, b) => a.requestedAt - b.requestedAt);

/** The one of a user's calls `mine` that the key for hanging up ends: the live one, where none is live the only one; null = none of them, for a call on hold must not end by a key. */
export const hungUpByKey = (mine: readonly Call[], active: string | null): string | null =>
  active ?? (mine.length === 1 ? (mine[0]?.id ?? null) : null);

/** The call of an alert that is under way: one that rings before one that is spoken. */
export const callOfAlert = (calls: ReadonlyMap<string, Call>, alert: string): Call | null => {
  const all = [...calls.values()].filter((call) => call.alert === alert);
  return all.find(rings) ?? all[0] ?? null;
};

const priorityOf = (call: Call, alerts: ReadonlyMap<string, Alert>): Priority =>
  (call.alert === undefined ? undefined : alerts.get(call.alert))?.priority ?? 'high';

/** The calls that ring, in the order in which they are to be answered: by the priority of their alert, then by who asked first. */
export const waitingCalls = (
  calls: ReadonlyMap<string, Call>,
  alerts: ReadonlyMap<string, Alert>,
): readonly Call[] =>
  [...calls.values()]
    .filter(rings)
    .sort(
      (a, b) =>
        priorities.indexOf(priorityOf(a, alerts)) - priorities.indexOf(priorityOf(b, alerts)) ||
        a.requestedAt - b.requestedAt ||
        (a.id < b.id ? -1 : 1),
    );

/** Those of them that no ringing alert brings up over everything anyway: the alert is taken, or not critical, and a person waits all the same. */
export const waitingBeside = (
  calls: ReadonlyMap<string, Call>,
  alerts: ReadonlyMap<string, Alert>,
): readonly Call[] =>
  waitingCalls(calls, alerts).filter((call) => {
    const alert = call.alert === undefined ? undefined : alerts.get(call.alert);
    return alert === undefined || !isRinging(alert);
  });
