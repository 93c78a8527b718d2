import type Database from 'better-sqlite3';

/** How much is kept of what need not be kept for ever. Ages in ms. */
export type Keep = {
  /** Changes younger than `forMs` or among the newest `numbers` numbers stay, those beyond the newest `mostNumbers` never do. */
  readonly changes: { readonly forMs: number; readonly numbers: number; readonly mostNumbers: number };
  readonly messageIds: { readonly forMs: number; readonly perDevice: number };
  readonly quarantine: number;
};

/** What the gateway keeps: changes for a day and at least 200,000 numbers back, at most a million; a device's message ids for 7 days and its last 4,096; 10,000 messages in quarantine. */
export const defaultKeep: Keep = {
  changes: { forMs: 86_400_000, numbers: 200_000, mostNumbers: 1_000_000 },
  messageIds: { forMs: 7 * 86_400_000, perDevice: 4_096 },
  quarantine: 10_000,
};

/** Drops what is no longer kept. Each call takes one small bite at `now` (epoch ms) and answers whether there is more; throws SqliteError. */
export type Pruner = {
  readonly changes: (now: number) => boolean;
  /** Looks at one device after another, and begins again after the last. */
  readonly messageIds: (now: number) => boolean;
  readonly quarantine: () => boolean;
};

const rowsPerBite = 500;
const devicesPerBite = 50;

/** The key in `meta` of the highest number up to which changes were dropped. */
export const forgottenChanges = 'forgotten-changes';

/** Makes a pruner over the writer's connection. */
export const makePruner = (db: Database.Database, keep: Keep): Pruner => {
  const lastSeq = db.prepare<[], number>('SELECT seq FROM journal_head').pluck();
  const oldestChanges = db.prepare<[number], { seq: number; at: number }>(
    `SELECT seq, at FROM change WHERE seq <= ? ORDER BY seq LIMIT ${rowsPerBite}`,
  );
  const dropChanges = db.prepare<[number]>('DELETE FROM change WHERE seq <= ?');
  const remember = db.prepare<[string, number]>('INSERT OR REPLACE INTO meta VALUES (?, ?)');

  const nextDevice = db
    .prepare<[string], string>('SELECT device FROM message_id WHERE device > ? ORDER BY device LIMIT 1')
    .pluck();
  const lastOrdinal = db
    .prepare<[string], number>('SELECT max(ordinal) FROM message_id WHERE device = ?')
    .pluck();
  const oldestIds = db.prepare<[string], { id: string; ordinal: number; at: number }>(
    `SELECT id, ordinal, at FROM message_id WHERE device = ? ORDER BY ordinal LIMIT ${rowsPerBite}`,
  );
  const dropId = db.prepare<[string, string]>('DELETE FROM message_id WHERE device = ? AND id = ?');

  const firstTooMany = db
    .prepare<[number], string>('SELECT id FROM quarantine ORDER BY id DESC LIMIT 1 OFFSET ?')
    .pluck();
  const dropQuarantined = db.prepare<[string]>(
    `DELETE FROM quarantine WHERE id IN (SELECT id FROM quarantine WHERE id <= ? ORDER BY id LIMIT ${rowsPerBite})`,
  );

  let device = '';

  const pruneDevice = (name: string, now: number): boolean => {
    const last = lastOrdinal.get(name) ?? 0;
    const candidates = oldestIds.all(name);
    const old = candidates.filter(
      ({ ordinal, at }) => ordinal <= last - keep.messageIds.perDevice || at < now - keep.messageIds.forMs,
    );
    // The newest stays whatever its age, so that ordinals go on.
    for (const { id, ordinal } of old) if (ordinal < last) dropId.run(name, id);
    return old.length === rowsPerBite;
  };

  return {
    changes: db.transaction((now: number) => {
      const { forMs, numbers, mostNumbers } = keep.changes;
      const last = lastSeq.get() ?? 0;
      const candidates = oldestChanges.all(last - numbers);
      const kept = candidates.findIndex(({ seq, at }) => at >= now - forMs && seq > last - mostNumbers);
      const dropped = candidates.slice(0, kept < 0 ? undefined : kept).at(-1);
      if (dropped === undefined) return false;
      dropChanges.run(dropped.seq);
      remember.run(forgottenChanges, dropped.seq);
      return kept < 0 && candidates.length === rowsPerBite;
    }).immediate,

    messageIds: db.transaction((now: number) => {
      for (let turn = 0; turn < devicesPerBite; turn += 1) {
        const next = nextDevice.get(device);
        if (next === undefined) {
          device = '';
          return false;
        }
        if (pruneDevice(next, now)) return true;
        device = next;
      }
      return true;
    }).immediate,

    quarantine: db.transaction(() => {
      const id = firstTooMany.get(keep.quarantine);
      return id !== undefined && dropQuarantined.run(id).changes === rowsPerBite;
    }).immediate,
  };
};
