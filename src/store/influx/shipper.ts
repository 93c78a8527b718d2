import { setTimeout as pause } from 'node:timers/promises';
import type { MessagePort } from 'node:worker_threads';
import type { ReadingPoint } from '../../gateway/ports.ts';
import { type Connection, connect, type Failure } from './connection.ts';
import { type NoReadings, type OldQuestion, OldReadingsError, readOld } from './old-readings.ts';
import type { OwedSource } from './owed.ts';
import { openOwedHours } from './owed-hours.ts';
import { type Layout, ownPolicy, prepare } from './prepare.ts';
import { setAside } from './set-aside.ts';
import { makeShip, type ShipClock, type ShipSays } from './ship.ts';
import { aggregateInto, tiers } from './statements.ts';
import type { InfluxTarget } from './target.ts';

/** What the shipper is started with. `refused` and `hours` are paths: where readings are noted that InfluxDB never takes, and hours whose aggregates are owed. */
export type ShipperSetup = {
  readonly target: InfluxTarget;
  readonly keepDays: number;
  readonly backFillPerSecond: number;
  readonly refused: string;
  readonly hours: string;
  /** How long a write may take (ms), a question for old readings, and anything else that is asked. */
  readonly writeWithinMs: number;
  readonly readWithinMs: number;
  readonly askWithinMs: number;
};

/** The times a shipper is given to work with: a write and a set-up as long as InfluxDB takes with a busy disk, a question as long as somebody waits before a chart. */
export const usualTimes = { writeWithinMs: 30_000, readWithinMs: 5_000, askWithinMs: 30_000 } as const;

/** What the shipper is told: the end, or a question for old readings. */
export type ToShipper =
  | { readonly what: 'close' }
  | { readonly what: 'read'; readonly id: number; readonly question: OldQuestion };

/** What the shipper tells. */
export type FromShipper =
  | ShipSays
  | { readonly what: 'answer'; readonly id: number; readonly points: readonly ReadingPoint[] }
  | { readonly what: 'no-answer'; readonly id: number; readonly reason: NoReadings; readonly error: string }
  | { readonly what: 'closed' };

const realClock: ShipClock = {
  now: Date.now,
  monotonicMs: () => performance.now(),
  random: Math.random,
  wait: (ms, signal) => pause(ms, undefined, { signal }).catch(() => undefined),
};

const aggregateHour = async (
  connection: Connection,
  { target, askWithinMs }: ShipperSetup,
  layout: Layout,
  hour: number,
): Promise<{ readonly ok: true } | Failure> => {
  for (const tier of tiers) {
    if (!layout.aggregates.has(tier.policy)) continue;
    const statement = aggregateInto(target.database, layout.policy ?? ownPolicy, tier, {
      from: hour,
      to: hour + 3_600_000,
    });
    const made = await connection.ask(statement, { withinMs: askWithinMs, change: true });
    if (!made.ok) return made;
  }
  return { ok: true };
};

/** Carries what `source` owes to InfluxDB and answers questions for old readings, until it is told to close. For a thread of its own: reading the source is synchronous. */
export const runShipper = (
  setup: ShipperSetup,
  source: OwedSource,
  port: MessagePort,
  clock: ShipClock = realClock,
): void => {
  const { target, keepDays } = setup;
  const tell = (said: FromShipper): void => port.postMessage(said);
  const connection = connect(target, { writeWithinMs: setup.writeWithinMs });
  const ship = makeShip({
    source,
    write: connection.write,
    prepare: () => prepare(connection, target, { keepDays, withinMs: setup.askWithinMs }),
    aggregate: (layout, hour) => aggregateHour(connection, setup, layout, hour),
    hours: openOwedHours(setup.hours),
    setAside: (refused) => setAside(setup.refused, refused, clock.now()),
    clock,
    tell,
    backFillPerSecond: setup.backFillPerSecond,
  });
  const answer = async (id: number, question: OldQuestion): Promise<void> => {
    try {
      const points = await readOld(question, {
        connection,
        database: target.database,
        layout: ship.layout(),
        now: clock.now(),
        withinMs: setup.readWithinMs,
      });
      tell({ what: 'answer', id, points });
    } catch (error) {
      if (!(error instanceof OldReadingsError)) throw error;
      tell({ what: 'no-answer', id, reason: error.reason, error: error.message });
    }
  };
  port.on('message', (said: ToShipper) => {
    if (said.what === 'read') void answer(said.id, said.question);
    else ship.stop();
  });
  void ship.run().finally(() => {
    connection.close();
    tell({ what: 'closed' });
    port.close();
  });
};
