import type { Logger } from 'pino';
import type { MessageIds } from '../gateway/ports.ts';
import { describeError, openForReading } from './database.ts';

/** Looks up devices' message ids on a connection of its own. A look-up that the disk refuses answers as for an id never heard: a press that rings twice is better than one that is lost. Throws SqliteError only while opening. */
export const openMessageIds = (path: string, log: Logger): MessageIds & { readonly close: () => void } => {
  const db = openForReading(path);
  const find = db.prepare<[string, string], { ordinal: number; at: number }>(
    'SELECT ordinal, at FROM message_id WHERE device = ? AND id = ?',
  );
  const last = db
    .prepare<[string], number | null>('SELECT max(ordinal) FROM message_id WHERE device = ?')
    .pluck();
  const lookUp = <T>(question: () => T): T | null => {
    try {
      return question();
    } catch (error) {
      log.error({ error: describeError(error) }, 'a message id could not be looked up');
      return null;
    }
  };
  return {
    find: (device, id) => lookUp(() => find.get(device, id)) ?? null,
    last: (device) => lookUp(() => last.get(device)) ?? 0,
    close: () => db.close(),
  };
};
