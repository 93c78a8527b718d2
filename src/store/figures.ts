import type Database from 'better-sqlite3';
import {
  type Answering,
  type CountedAlert,
  type CountedCall,
  figuresOf,
  staleAfterMs,
} from '../gateway/figures.ts';
import type { CallRecord, FiguresQuery } from '../gateway/ports.ts';
import type { AlertKind, Disposition, Priority } from '../model/alert.ts';
import type { Figures, StaleAlert } from '../model/figures.ts';
import { covers, liesWithin } from '../model/place.ts';
import { createZoneOffset } from '../rules/hours.ts';

/** How many alerts and calls are read at most, the newest; the rest is left out, and the figures say so. */
const mostCounted = 250_000;
const mostCalls = 50_000;
/** How many stale alerts are counted. */
const mostStale = 10_000;
/** A call may be asked for this long (ms) before or after the span in which its alert was raised. */
const callsAroundMs = 86_400_000;

/** Taken this soon (ms), an emergency has not begun to wait a second time: what nobody tends rings again only later. */
const atOnceMs = 30_000;

type Row = [
  id: string,
  kind: AlertKind,
  priority: Priority,
  device: string,
  test: number,
  quiet: number,
  raisedAt: number,
  receivedAt: number,
  activeSince: number,
  active: number,
  returnedAt: number | null,
  takenAt: number | null,
  holder: string | null,
  disposition: Disposition | null,
];

const columns =
  'id, kind, priority, device, test, quiet, raised_at, received_at, active_since, active, returned_at, taken_at, holder, disposition';

// By number: to take a row apart costs more than to read it, where there are a hundred thousand.
const countedOf = (row: Row): CountedAlert => ({
  id: row[0],
  kind: row[1],
  priority: row[2],
  device: row[3],
  test: row[4] === 1,
  quiet: row[5] === 1,
  raisedAt: row[6],
  receivedAt: row[7],
  activeSince: row[8],
  activeUntil: row[9] === 1 ? null : (row[10] ?? row[8]),
  takenAt: row[11],
  holder: row[12],
  disposition: row[13],
});

/** What a question about places adds to a statement over alerts: the rights of whoever asks, and the place they ask about. What lies nowhere is everybody's. */
const within = ({
  place,
  places,
}: Pick<FiguresQuery, 'place' | 'places'>): { readonly sql: string; readonly values: readonly string[] } => {
  const lies = 'EXISTS (SELECT 1 FROM alert_place AS p WHERE p.alert = alert.id';
  const sql = [
    ...(place === undefined ? [] : [` AND ${lies} AND p.place = ?)`]),
    ...(places.length === 0
      ? []
      : [` AND (${lies} AND p.place IN (SELECT value FROM json_each(?))) OR NOT ${lies}))`]),
  ];
  return {
    sql: sql.join(''),
    values: [
      ...(place === undefined ? [] : [place]),
      ...(places.length === 0 ? [] : [JSON.stringify(places)]),
    ],
  };
};

/** The statement that reads the alerts of a span, newest first, with one more condition. */
export const countedAlerts = (condition: string): string =>
  `SELECT ${columns} FROM alert WHERE raised_at >= ? AND raised_at < ?${condition} ORDER BY raised_at DESC, id DESC LIMIT ?`;

/** Makes the figures of a span from a connection to the live database, of its newest `most` alerts. Throws SqliteError. */
export const readFigures = (
  db: Database.Database,
  query: FiguresQuery,
  most: number = mostCounted,
): Figures => {
  const { from, to, now, place, places } = query;
  const filter = within(query);
  const alerts = db.prepare<(string | number)[], Row>(countedAlerts(filter.sql)).raw();
  const steps = db
    .prepare<[string], [string, number]>(
      "SELECT event, at FROM journal WHERE subject = ? AND event IN ('alert.taken', 'alert.acknowledged', 'alert.voice-connected') ORDER BY seq",
    )
    .raw();
  const askedFor = db
    .prepare<[number, number], [string, number]>(
      "SELECT alert, min(requested_at) FROM call WHERE requested_at >= ? AND requested_at < ? AND alert IS NOT NULL AND body ->> '$.call.direction' = 'in' GROUP BY alert",
    )
    .raw();
  const calls = db
    .prepare<[number, number, number], string>(
      'SELECT body FROM call WHERE requested_at >= ? AND requested_at < ? ORDER BY requested_at DESC LIMIT ?',
    )
    .pluck();
  const stale = db.prepare<(string | number)[], StaleAlert & { readonly title: string }>(
    `SELECT id, device, body -> '$.alert.title' AS title, priority, active_since AS since FROM alert
       WHERE open = 1 AND active = 1 AND test = 0 AND active_since < ?${filter.sql} ORDER BY active_since LIMIT ?`,
  );

  const asked = new Map(askedFor.all(from - callsAroundMs, to + callsAroundMs));
  const answeringOf = (alert: CountedAlert): Answering => {
    const { id, raisedAt, receivedAt, activeSince, takenAt: lastTakenAt } = alert;
    // Taken at once and never again, as most are: the record has nothing to add, and is asked for the others only.
    if (
      !asked.has(id) &&
      activeSince === raisedAt &&
      lastTakenAt !== null &&
      lastTakenAt - receivedAt <= atOnceMs
    )
      return { takenAt: lastTakenAt, voiceAt: null, askedAt: null };
    let [takenAt, voiceAt]: (number | null)[] = [null, null];
    for (const [event, at] of steps.all(`alert:${id}`)) {
      if (event === 'alert.voice-connected') voiceAt ??= at;
      else takenAt ??= at;
    }
    return { takenAt: takenAt ?? null, voiceAt: voiceAt ?? null, askedAt: asked.get(id) ?? null };
  };

  const rows = alerts.all(from, to, ...filter.values, most + 1);
  const complete = rows.length <= most;
  if (!complete) rows.pop();
  const oldestFirst = function* (): Generator<CountedAlert> {
    for (let row = rows.pop(); row !== undefined; row = rows.pop()) yield countedOf(row);
  };

  const counted = function* (): Generator<CountedCall> {
    for (const text of calls.iterate(from, to, mostCalls)) {
      const { call } = JSON.parse(text) as CallRecord;
      if (!covers(places, call.place)) continue;
      if (place !== undefined && (call.place === null || !liesWithin(call.place, place))) continue;
      const { direction, state, connectedAt, missedAt } = call;
      yield { direction, state, connected: connectedAt !== undefined, missed: missedAt !== undefined };
    }
  };

  return figuresOf({
    from,
    to,
    now,
    alerts: oldestFirst(),
    answeringOf,
    calls: counted(),
    staleNow: stale
      .all(now - staleAfterMs, ...filter.values, mostStale)
      .map((alert) => ({ ...alert, title: JSON.parse(alert.title) as StaleAlert['title'] })),
    offsetAt: createZoneOffset(query.timeZone),
    complete: () => complete,
  });
};
