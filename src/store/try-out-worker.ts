import { setPriority } from 'node:os';
import { parentPort, workerData } from 'node:worker_threads';
import type Database from 'better-sqlite3';
import { deviceTypes } from '../../devices/index.ts';
import type { AlertRecord, TryQuestion } from '../gateway/ports.ts';
import type { DidRaise, TryAnswer } from '../model/try-out.ts';
import { interestOf, tryOut } from '../rules/try-out.ts';
import { describeError, openForReading } from './database.ts';
import { readHistory } from './history.ts';
import { giveWay } from './priority.ts';

/** What the try-out thread is started with. */
export type TryOutSetup = {
  readonly database: string;
  readonly readings: string;
  readonly question: TryQuestion;
};
/** Its only word: the answer, or why there is none. */
export type FromTryOut = { readonly answer: TryAnswer } | { readonly error: string };

/** How many alerts are told, of those that would have been raised and of those that were. */
const most = 1000;
/** What takes longer than this (ms) is cut off, and says so. */
const patienceMs = 60_000;

const didRaise = (
  db: Database.Database,
  { rules, devices, from, to }: TryQuestion,
): Pick<TryAnswer, 'did' | 'didCount'> => {
  const find = db
    .prepare<[number, number, string], string>(
      `SELECT body FROM alert WHERE raised_at >= ? AND raised_at < ?
       AND body ->> '$.alert.rule.id' IN (SELECT value FROM json_each(?)) ORDER BY raised_at, id`,
    )
    .pluck();
  const ids = new Set(devices.map(({ id }) => id));
  const did: DidRaise[] = [];
  let didCount = 0;
  for (const text of find.iterate(from, to, JSON.stringify(rules.map(({ id }) => id)))) {
    const { alert } = JSON.parse(text) as AlertRecord;
    if (!ids.has(alert.device)) continue;
    didCount += 1;
    if (did.length === most) continue;
    did.push({
      id: alert.id,
      rule: alert.rule?.id ?? '',
      device: alert.device,
      raisedAt: alert.raisedAt,
      returnedAt: alert.returnedAt ?? null,
      disposition: alert.disposition ?? null,
    });
  }
  return { did, didCount };
};

/** Answers a question over a live database and a folder of day files. `goOn` is asked now and then. Throws SqliteError. */
export const answerTry = ({ database, readings, question }: TryOutSetup, goOn: () => boolean): TryAnswer => {
  const { rules, timeZone, devices, from, to } = question;
  const interest = interestOf(rules, deviceTypes);
  const types = [...deviceTypes.values()];
  const db = openForReading(database);
  try {
    const history = readHistory(
      db,
      readings,
      {
        devices,
        measurements: new Map(
          types.map(({ name, measurements }) => [
            name,
            Object.keys(measurements).filter((measurement) => interest.measurement(name, measurement)),
          ]),
        ),
        events: new Set(types.map(({ name }) => name).filter(interest.events)),
        from,
        to,
      },
      goOn,
    );
    const tried = tryOut({ rules, types: deviceTypes, timeZone, devices, from, to, most }, history.recorded);
    return {
      would: tried.would,
      wouldCount: tried.count,
      ...didRaise(db, question),
      readings: tried.readings,
      untried: interest.untried,
      complete: history.complete(),
    };
  } finally {
    db.close();
  }
};

const port = parentPort;
if (port !== null) {
  giveWay(10);
  // On Linux this is of the thread alone: whatever is tried out, readings are taken first.
  if (process.platform === 'linux') setPriority(0, 10);
  const until = performance.now() + patienceMs;
  const answer = (): FromTryOut => {
    try {
      return { answer: answerTry(workerData as TryOutSetup, () => performance.now() < until) };
    } catch (error) {
      return { error: describeError(error) };
    }
  };
  port.postMessage(answer());
  port.close();
}
