import { existsSync, readdirSync } from 'node:fs';
import { openForReading } from '../database.ts';

/** The recordings of calls beside a record. `files` are those of calls that the record knows, and of those the marks by which they are held, by their names; `strange` are recordings of calls that it does not know: begun later, or left over; `gone` is how many calls were recorded by it of which there is no file any more, for it reached its age or was lost. */
export type RecordingsFound = {
  readonly files: readonly string[];
  readonly strange: readonly string[];
  readonly gone: number;
};

const recording = /^(.+)\.(?:wav|hold)$/;

/** Holds the files of a folder, which need not be there, against the calls of a live database. */
export const findRecordings = (folder: string, database: string): RecordingsFound => {
  const named = (existsSync(folder) ? readdirSync(folder) : []).flatMap((name) => {
    const call = recording.exec(name)?.[1];
    return call === undefined ? [] : [{ name, call }];
  });
  const heard = new Set(named.flatMap(({ name, call }) => (name.endsWith('.wav') ? [call] : [])));
  const db = openForReading(database);
  try {
    const calls = new Map(
      db.prepare('SELECT 1 FROM sqlite_schema WHERE name = ?').get('call') === undefined
        ? []
        : db.prepare<[], [string, number]>("SELECT id, body ->> '$.call.recorded' FROM call").raw().all(),
    );
    const known = ({ call }: { readonly call: string }): boolean => calls.has(call) && heard.has(call);
    return {
      files: named.filter(known).map(({ name }) => name),
      strange: named.filter((one) => one.name.endsWith('.wav') && !known(one)).map(({ name }) => name),
      gone: [...calls].filter(([call, recorded]) => recorded === 1 && !heard.has(call)).length,
    };
  } finally {
    db.close();
  }
};
