import type { IPoint } from 'influx';
import type { Connection, Failure } from './connection.ts';
import type { OwedReading } from './owed.ts';
import { fieldOf, toPoint } from './points.ts';

/** A reading that InfluxDB will never take, and why. */
export type Refused = { readonly reading: OwedReading; readonly error: string };

/** What became of a batch. Where it is not `done` nothing may be settled: parts of it may be there, and come again. `expired` were measured before what InfluxDB keeps. */
export type Delivery =
  | {
      readonly done: true;
      readonly written: number;
      readonly expired: number;
      readonly refused: readonly Refused[];
    }
  | { readonly done: false; readonly failure: Failure };

type Pair = { readonly reading: OwedReading; readonly point: IPoint };

/** InfluxDB refuses points of one kind at a time (a measurement whose field had another type before, say): these go by themselves until they pass again. */
export type Suspects = Set<string>;
const mostSuspects = 1_000;

const kindOfReading = ({ measurement, value }: OwedReading): string => `${measurement}\n${fieldOf(value)}`;

/** How many points InfluxDB says it dropped; null = it does not say. */
const droppedOf = (error: string): number | null => {
  const count = /dropped=(\d+)$/.exec(error)?.[1];
  return count === undefined ? null : Number(count);
};
const isExpired = (error: string): boolean => /points beyond retention policy/.test(error);
const isAboutPoints = (error: string): boolean =>
  /partial write|unable to parse|field type conflict|limit exceeded|invalid (number|boolean|field)/i.test(
    error,
  );

/** What is wrong is found by halves; in this order what is wrong for one reason stands together, since types belong to a measurement and a span of time. */
const inOrder = (pairs: readonly Pair[]): Pair[] =>
  pairs.toSorted((a, b) => {
    const [first, second] = [kindOfReading(a.reading), kindOfReading(b.reading)];
    return first < second ? -1 : first > second ? 1 : a.reading.at - b.reading.at;
  });

const halve = (pairs: readonly Pair[]): readonly [Pair[], Pair[]] => {
  const middle = Math.ceil(pairs.length / 2);
  return [pairs.slice(0, middle), pairs.slice(middle)];
};

const groupsOf = (pairs: readonly Pair[], suspects: Suspects): Pair[][] => {
  const groups = new Map<string, Pair[]>();
  for (const pair of pairs) {
    const kind = kindOfReading(pair.reading);
    const name = suspects.has(kind) ? kind : '';
    const group = groups.get(name);
    if (group === undefined) groups.set(name, [pair]);
    else group.push(pair);
  }
  return [...groups.values()];
};

/** Writes a batch, with as many requests as it takes to tell the points that InfluxDB refuses from the others. A point is at fault only where InfluxDB says so, or where others pass in its place; where nothing passes, the settings are at fault. */
export const deliver = async (
  readings: readonly OwedReading[],
  write: (points: readonly IPoint[]) => ReturnType<Connection['write']>,
  suspects: Suspects,
): Promise<Delivery> => {
  const refused: Refused[] = [];
  const unexplained: Refused[] = [];
  let written = 0;
  let expired = 0;
  const pairs: Pair[] = [];
  for (const reading of readings) {
    const made = toPoint(reading);
    if (made.ok) pairs.push({ reading, point: made.point });
    else refused.push({ reading, error: made.reason });
  }
  const suspect = ({ reading }: Pair): void => {
    if (suspects.size < mostSuspects) suspects.add(kindOfReading(reading));
  };
  const waiting = groupsOf(pairs, suspects);
  let asked = false;
  for (let group = waiting.shift(); group !== undefined; group = waiting.shift()) {
    const answer = await write(group.map(({ point }) => point));
    if (answer.ok) {
      written += group.length;
      const kinds = new Set(group.map(({ reading }) => kindOfReading(reading)));
      if (kinds.size === 1) for (const kind of kinds) suspects.delete(kind);
      continue;
    }
    const { kind, error } = answer;
    if (kind === 'unreachable' || kind === 'misconfigured') return { done: false, failure: answer };
    if (isExpired(error)) {
      const gone = droppedOf(error) ?? group.length;
      expired += gone;
      written += group.length - gone;
      continue;
    }
    const [only] = group;
    if (kind === 'too-large') {
      if (group.length === 1 && only !== undefined) refused.push({ reading: only.reading, error });
      else waiting.unshift(...halve(group));
      continue;
    }
    if (isAboutPoints(error)) {
      if (group.length === 1 || droppedOf(error) === group.length) {
        for (const pair of group) {
          suspect(pair);
          refused.push({ reading: pair.reading, error });
        }
      } else waiting.unshift(...halve(inOrder(group)));
      continue;
    }
    if (group.length === 1 && only !== undefined) {
      unexplained.push({ reading: only.reading, error });
      continue;
    }
    if (written === 0 && !asked) {
      // Before every point is asked for by itself: does any of them pass?
      asked = true;
      let passed = false;
      for (const index of [0, group.length >> 1, group.length - 1]) {
        const probe = group[index];
        if (probe === undefined) continue;
        const single = await write([probe.point]);
        if (!single.ok && (single.kind === 'unreachable' || single.kind === 'misconfigured'))
          return { done: false, failure: single };
        passed ||= single.ok;
      }
      if (!passed) return { done: false, failure: { ...answer, kind: 'misconfigured' } };
      waiting.unshift(...halve(inOrder(group)));
      continue;
    }
    waiting.unshift(...halve(inOrder(group)));
  }
  const [first] = unexplained;
  if (first !== undefined && written === 0)
    return {
      done: false,
      failure: {
        ok: false,
        kind: 'misconfigured',
        error: first.error,
        denied: false,
        timedOut: false,
        retryAfterMs: null,
      },
    };
  return { done: true, written, expired, refused: [...refused, ...unexplained] };
};
