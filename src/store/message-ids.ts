import type { Logger } from 'pino';
import type { MessageIds } from '../gateway/ports.ts';
import { describeError, needsReopening, openForReading } from './database.ts';

/** Looks up devices' message ids on a connection of its own. A look-up that the disk refuses answers as for an id never heard: a press that rings twice is better than one that is lost. Throws SqliteError only while opening. */
export const openMessageIds = (path: string, log: Logger): MessageIds & { readonly close: () => void } => {
  const open = () => {
    const db = openForReading(path);
    return {
      db,
      find: db.prepare<[string, string], { ordinal: number; at: number }>(
        'SELECT ordinal, at FROM message_id WHERE device = ? AND id = ?',
      ),
      last: db
        .prepare<[string], number | null>('SELECT max(ordinal) FROM message_id WHERE device = ?')
        .pluck(),
    };
  };
  let desk: ReturnType<typeof open> | null = open();
  let closed = false;
  const lookUp = <T>(question: (on: ReturnType<typeof open>) => T | undefined): T | null => {
    if (closed) return null;
    try {
      desk ??= open();
      return question(desk) ?? null;
    } catch (error) {
      log.error({ error: describeError(error) }, 'a message id could not be looked up');
      if (needsReopening(error)) {
        desk?.db.close();
        desk = null;
      }
      return null;
    }
  };
  return {
    find: (device, id) => lookUp(({ find }) => find.get(device, id)),
    last: (device) => lookUp(({ last }) => last.get(device)) ?? 0,
    close: () => {
      closed = true;
      desk?.db.close();
    },
  };
};
