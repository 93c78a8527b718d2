import type { LogLine } from '../log-line.ts';
import type { Connection, Failure } from './connection.ts';
import { type Delivery, deliver, type Refused, type Suspects } from './deliver.ts';
import type { Owed, OwedReading, OwedSource } from './owed.ts';
import type { OwedHours } from './owed-hours.ts';
import { type Layout, lateAfterMs, type Prepared } from './prepare.ts';

/** How shipping is: `ok`, `failing` (InfluxDB is down, slow or full: readings wait), `refused` (somebody has to change a setting: readings wait). `since` is when that began (epoch ms). */
export type ShipStatus = {
  readonly state: 'ok' | 'failing' | 'refused';
  readonly since: number;
  readonly error: string | null;
  /** Readings that arrived since the start, those too old for InfluxDB to keep, and those it will never take. */
  readonly shipped: number;
  readonly expired: number;
  readonly quarantined: number;
  /** Readings that are owed, about. */
  readonly backlog: number;
};

/** What the loop says of itself. */
export type ShipSays = ({ readonly what: 'status' } & ShipStatus) | LogLine;

/** Time and chance, given from outside. `wait` returns early when the signal is aborted. */
export type ShipClock = {
  readonly now: () => number;
  readonly monotonicMs: () => number;
  readonly random: () => number;
  readonly wait: (ms: number, signal: AbortSignal) => Promise<void>;
};

/** What the loop works with. */
export type ShipParts = {
  readonly source: OwedSource;
  readonly write: Connection['write'];
  readonly prepare: () => Promise<Prepared>;
  /** Makes the aggregates of an hour (its start, epoch ms) again. */
  readonly aggregate: (layout: Layout, hour: number) => Promise<{ readonly ok: true } | Failure>;
  readonly hours: OwedHours;
  readonly setAside: (refused: readonly Refused[]) => void;
  readonly clock: ShipClock;
  readonly tell: (said: ShipSays) => void;
  readonly backFillPerSecond: number;
};

/** The largest batch, and the one that tries whether InfluxDB is well again. */
export const largestBatch = 5_000;
export const probeBatch = 100;

/** How often an idle loop looks for what is new: seldom enough for batches worth a request, often enough for a chart. */
const idleMs = 1_000;
const shortestPauseMs = 500;
const longestPauseMs = 60_000;
/** Nobody mends a setting within a second. */
const shortestRefusedMs = 2_000;
/** Where more and more comes that is new, the past has every so manieth turn. */
const pastEvery = 5;
/** An hour's aggregates are made again when nothing was added to it for this long. */
const quietMs = 60_000;
const statusEveryMs = 1_000;

/** The pause after the n-th failure in a row (n ≥ 1): twice as long each time, up to a minute, and up to half of it left to chance, so that many gateways do not come back at once. */
export const pauseAfter = (failures: number, random: number, shortestMs = shortestPauseMs): number =>
  Math.min(longestPauseMs, shortestMs * 2 ** Math.min(failures - 1, 20)) * (0.5 + random / 2);

/** What can fail by itself: setting up, what is new, the past. Old times may be refused, or slow, where new ones pass. */
type Lane = { failures: number; size: number; restsUntil: number; trouble: Failure | null };

/** The loop that carries readings to InfluxDB: what is new first, then the past, no faster than `backFillPerSecond`. Nothing is settled before InfluxDB has it, so it may send twice and never loses. */
export const makeShip = (parts: ShipParts) => {
  const { source, clock, hours, tell } = parts;
  const rate = parts.backFillPerSecond;
  const stopped = new AbortController();
  const suspects: Suspects = new Set();
  const makeLane = (): Lane => ({
    failures: 0,
    size: largestBatch,
    restsUntil: Number.NEGATIVE_INFINITY,
    trouble: null,
  });
  const contact = makeLane();
  const fresh = makeLane();
  const past = makeLane();
  let layout: Layout | null = null;
  let prepared = false;
  let preparedAt = Number.NEGATIVE_INFINITY;
  let toldLeft = '';
  let state: ShipStatus['state'] = 'ok';
  let since = clock.now();
  let error: string | null = null;
  let shipped = 0;
  let expired = 0;
  let quarantined = 0;
  let fullRounds = 0;
  let toldAt = Number.NEGATIVE_INFINITY;
  let tokens = 0;
  let refilledAt = clock.monotonicMs();

  const log = (level: 'info' | 'warn' | 'error', text: string, fields: Record<string, unknown> = {}): void =>
    tell({ what: 'log', level, fields, text });

  const tellStatus = (always: boolean): void => {
    if (!always && clock.monotonicMs() - toldAt < statusEveryMs) return;
    toldAt = clock.monotonicMs();
    const backlog = source.backlog();
    tell({ what: 'status', state, since, error, shipped, expired, quarantined, backlog });
  };

  const review = (): void => {
    const troubles = [contact, fresh, past].flatMap(({ trouble }) => (trouble === null ? [] : [trouble]));
    const worst = troubles.find(({ kind }) => kind !== 'unreachable') ?? troubles[0] ?? null;
    const next = worst === null ? 'ok' : worst.kind === 'unreachable' ? 'failing' : 'refused';
    const changed = next !== state;
    const news = changed || (next === 'refused' && worst?.error !== error);
    if (changed) since = clock.now();
    state = next;
    error = worst?.error ?? null;
    if (next === 'failing' && news)
      log('warn', 'InfluxDB does not take readings now; they wait and are sent later', { error });
    if (next === 'refused' && news)
      log('error', 'InfluxDB refuses readings: the address, the login or the database is wrong; they wait', {
        error,
      });
    if (next === 'ok' && changed) log('info', 'InfluxDB takes readings again');
    tellStatus(changed);
  };

  const well = (lane: Lane): void => {
    lane.failures = 0;
    lane.restsUntil = Number.NEGATIVE_INFINITY;
    lane.trouble = null;
    review();
  };

  const failed = (lane: Lane, failure: Failure): void => {
    lane.failures += 1;
    lane.trouble = failure;
    let pauseMs: number;
    if (failure.kind === 'unreachable') {
      lane.size = probeBatch;
      pauseMs = Math.max(failure.retryAfterMs ?? 0, pauseAfter(lane.failures, clock.random()));
    } else {
      pauseMs = pauseAfter(lane.failures, clock.random(), shortestRefusedMs);
      // Somebody may have dropped the database or the policy: it is set up again at once, if that was not just tried.
      if (prepared && clock.monotonicMs() - preparedAt > longestPauseMs) pauseMs = 0;
      prepared = false;
    }
    lane.restsUntil = clock.monotonicMs() + pauseMs;
    review();
  };

  const setUp = async (): Promise<boolean> => {
    const outcome = await parts.prepare();
    if (!outcome.ok) {
      failed(contact, outcome);
      return false;
    }
    prepared = true;
    preparedAt = clock.monotonicMs();
    layout = outcome.layout;
    const left = outcome.left.join('; ');
    if (left !== toldLeft && left !== '')
      log('warn', 'InfluxDB could not be set up as wished; readings are written all the same', {
        left: outcome.left,
      });
    toldLeft = left;
    well(contact);
    return true;
  };

  const lateOnes = function* (readings: readonly OwedReading[]): Generator<number> {
    const late = clock.now() - lateAfterMs;
    for (const { at } of readings) if (at < late && Number.isFinite(at)) yield at;
  };

  const settle = (
    owed: Owed,
    { written, expired: gone, refused }: Delivery & { readonly done: true },
  ): void => {
    if (refused.length > 0) {
      log('error', 'InfluxDB refuses readings as they are; they are set aside, and stay in the own store', {
        count: refused.length,
        error: refused[0]?.error,
        device: refused[0]?.reading.device,
        measurement: refused[0]?.reading.measurement,
      });
      try {
        parts.setAside(refused);
      } catch (cause) {
        log('error', 'what InfluxDB refused could not be noted', { error: String(cause) });
      }
    }
    if (gone > 0 && expired === 0)
      log('warn', 'readings are older than InfluxDB keeps; they stay in the own store', { count: gone });
    try {
      if (layout !== null && layout.aggregates.size > 0)
        hours.touch(lateOnes(owed.readings), clock.monotonicMs());
    } catch (cause) {
      log('error', 'hours whose aggregates are owed could not be noted', { error: String(cause) });
    }
    owed.settle();
    shipped += written;
    expired += gone;
    quarantined += refused.length;
  };

  /** Sends a batch; false where nothing of it may be forgotten. */
  const send = async (lane: Lane, owed: Owed): Promise<boolean> => {
    const policy = layout?.policy ?? null;
    const delivery = await deliver(owed.readings, (points) => parts.write(points, policy), suspects);
    if (!delivery.done) {
      failed(lane, delivery.failure);
      return false;
    }
    settle(owed, delivery);
    lane.size = Math.min(largestBatch, lane.size * 2);
    well(lane);
    return true;
  };

  const rests = (lane: Lane): number => Math.max(0, lane.restsUntil - clock.monotonicMs());

  /** A batch of what is new; answers whether more is waiting. */
  const shipFresh = async (): Promise<'more' | 'all' | 'failed'> => {
    const asked = fresh.size;
    const owed = source.fresh(asked);
    if (owed === null) {
      if (fresh.trouble !== null) well(fresh);
      return 'all';
    }
    if (!(await send(fresh, owed))) return 'failed';
    return owed.readings.length >= asked ? 'more' : 'all';
  };

  /** A batch of the past, a second's worth or a full one; answers how long to wait for the next (ms), null where nothing is owed. */
  const shipPast = async (): Promise<number | null> => {
    const at = clock.monotonicMs();
    tokens = Math.min(rate, tokens + ((at - refilledAt) / 1000) * rate);
    refilledAt = at;
    const resting = rests(past);
    if (resting > 0) return resting;
    const worth = Math.max(1, Math.min(rate, past.size));
    const missingMs = (): number => Math.ceil((Math.max(0, worth - tokens) / rate) * 1000);
    if (tokens < worth) return missingMs();
    const owed = source.past(Math.floor(Math.min(tokens, past.size)));
    if (owed === null) {
      if (past.trouble !== null) well(past);
      return null;
    }
    tokens -= owed.readings.length;
    return (await send(past, owed)) ? missingMs() : rests(past);
  };

  /** True where there was an hour to do. */
  const aggregateAnHour = async (): Promise<boolean> => {
    if (layout === null || layout.aggregates.size === 0) return false;
    const hour = hours.due(clock.monotonicMs(), quietMs);
    if (hour === null) return false;
    const made = await parts.aggregate(layout, hour);
    if (!made.ok && made.kind === 'unreachable') {
      hours.touch([hour], clock.monotonicMs());
      log('warn', 'the aggregates of an hour could not be made now; it is tried again', {
        hour,
        error: made.error,
      });
      return false;
    }
    if (!made.ok)
      log('warn', 'the aggregates of an hour could not be made again', { hour, error: made.error });
    try {
      hours.done(hour);
    } catch (cause) {
      log('error', 'hours whose aggregates are owed could not be noted', { error: String(cause) });
    }
    return true;
  };

  /** One turn; answers how long to wait before the next (ms). */
  const turn = async (): Promise<number> => {
    const resting = Math.max(rests(contact), rests(fresh));
    if (resting > 0) return resting;
    if (!prepared && !(await setUp())) return rests(contact);
    const came = await shipFresh();
    if (came === 'failed') return rests(fresh);
    fullRounds = came === 'more' ? fullRounds + 1 : 0;
    if (came === 'more' && fullRounds % pastEvery !== 0) return 0;
    if (!prepared) return 0;
    const pastMs = await shipPast();
    if (came === 'more') return 0;
    tellStatus(false);
    if (pastMs === null && (await aggregateAnHour())) return 0;
    return Math.min(idleMs, pastMs ?? idleMs);
  };

  const run = async (): Promise<void> => {
    let unread = 0;
    while (!stopped.signal.aborted) {
      let pauseMs: number;
      try {
        pauseMs = await turn();
        unread = 0;
      } catch (cause) {
        // The gateway's own disk, from which the source reads, has a bad moment: the store tells of that.
        unread += 1;
        if (unread === 1)
          log('error', 'what is owed to InfluxDB cannot be read; it is tried again', {
            error: String(cause),
          });
        pauseMs = pauseAfter(unread, clock.random());
      }
      if (pauseMs > 0 && !stopped.signal.aborted) await clock.wait(pauseMs, stopped.signal);
    }
    try {
      tellStatus(true);
    } finally {
      source.close();
    }
  };

  return {
    /** Runs until it is stopped; what is under way then is finished first. Rejects only where the source cannot be closed. */
    run,
    stop: (): void => stopped.abort(),
    /** As it was found last; null = InfluxDB was not reached yet. */
    layout: (): Layout | null => layout,
  };
};
