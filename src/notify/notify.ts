import type { Logger } from 'pino';
import type { NotifyDoor } from '../gateway/doors.ts';
import type { Archive } from '../gateway/ports.ts';
import { type Alert, mustBeAnswered } from '../model/alert.ts';
import { Change } from '../model/change.ts';
import type { Channel, Notice, Outcome } from './channels/channel.ts';

/** Tried again after 1 s, doubling to a minute, for as long as somebody outside can still help. */
const firstPauseMs = 1_000;
const longestPauseMs = 60_000;
const giveUpAfterMs = 30 * 60_000;
/** How many changes are read at once when catching up. */
const page = 500;
/** The cursor is written at least once in so many numbers, so that a start has little to read again. */
const staleCursor = 1_000;

/** The notifier: reads the journal's changes by cursor and tells those who are not looking at a console. */
export type Notifier = {
  /** Takes up what the journal holds beyond the cursor, then follows. */
  readonly start: () => Promise<void>;
  /** Stops; what was not told yet is told after the next start. */
  readonly stop: () => Promise<void>;
};

/** Makes the notifier. */
export const createNotifier = (parts: {
  readonly door: NotifyDoor;
  readonly archive: Archive;
  readonly channels: readonly Channel[];
  readonly log: Logger;
}): Notifier => {
  const { door, channels, log } = parts;
  const stopped = new AbortController();
  const underWay = new Map<number, Promise<void>>();
  let seen = door.cursor();
  let advancedTo = seen;
  let leave = (): void => undefined;

  const pause = (ms: number): Promise<void> =>
    new Promise((resolve) => {
      const timer = setTimeout(done, ms);
      function done(): void {
        clearTimeout(timer);
        stopped.signal.removeEventListener('abort', done);
        resolve();
      }
      stopped.signal.addEventListener('abort', done, { once: true });
    });

  /** Whether the alert still waits for somebody. */
  const waits = (id: string): boolean => {
    const alert = door.committed.alerts.get(id);
    return alert !== undefined && !alert.acknowledged;
  };

  const ask = async (channel: Channel, notice: Notice): Promise<Outcome> => {
    try {
      return await channel.tell(notice, stopped.signal);
    } catch (error) {
      return { outcome: 'again', detail: error instanceof Error ? error.message : String(error) };
    }
  };

  /** Until it is said, refused, pointless or too late. */
  const tell = async (channel: Channel, notice: Notice): Promise<void> => {
    if (notice.seq !== null && !waits(notice.alert.id)) return;
    let pauseMs = firstPauseMs;
    let waitedMs = 0;
    for (;;) {
      const { outcome, detail } = await ask(channel, notice);
      if (stopped.signal.aborted) return;
      if (outcome !== 'again') {
        if (notice.seq !== null) door.told(notice.alert.id, channel.name, outcome, detail);
        return;
      }
      log.warn({ channel: channel.name, alert: notice.alert.id, detail }, 'could not be told, trying again');
      if (waitedMs >= giveUpAfterMs || !waits(notice.alert.id)) {
        if (notice.seq !== null) door.told(notice.alert.id, channel.name, 'gave-up', detail);
        return;
      }
      await pause(pauseMs);
      if (stopped.signal.aborted) return;
      waitedMs += pauseMs;
      pauseMs = Math.min(pauseMs * 2, longestPauseMs);
    }
  };

  /** Everything up to here has been told; what is under way holds the cursor back, so that a restart tells it again. */
  const advance = (): void => {
    const oldest = Math.min(...underWay.keys());
    advancedTo = Number.isFinite(oldest) ? Math.min(oldest - 1, seen) : seen;
    door.advance(advancedTo);
  };

  const escalate = (seq: number, alert: Alert, reason: string): void => {
    const work = Promise.all(channels.map((channel) => tell(channel, { seq, reason, alert }))).then(() => {
      underWay.delete(seq);
      if (!stopped.signal.aborted) advance();
    });
    underWay.set(seq, work);
  };

  const heed = (change: Change): void => {
    if (change.seq <= seen) return;
    seen = change.seq;
    if (seen - advancedTo > staleCursor && underWay.size === 0) advance();
    const { alert } = change;
    if (alert === undefined || !mustBeAnswered(alert)) return;
    if (change.event === 'escalated') {
      const reason = change.data?.reason;
      escalate(change.seq, alert, typeof reason === 'string' ? reason : 'not-taken');
    } else if (alert.escalatedAt !== undefined && calming.has(change.event)) {
      for (const channel of channels) channel.calm(alert);
    }
  };

  const uncommitted = (alert: Alert): void => {
    for (const channel of channels) {
      if (channel.uncommittedToo) void tell(channel, { seq: null, reason: 'uncommitted', alert });
    }
  };

  return {
    start: async () => {
      const early: Change[] = [];
      let following = false;
      leave = door.listen({
        change: (change) => {
          if (following) heed(change);
          else early.push(change);
        },
        uncommitted,
      });
      for (;;) {
        const missed = await parts.archive.changes(seen, page);
        if (missed === null)
          log.warn({ after: seen }, 'the journal no longer holds the changes after the cursor');
        for (const { text } of missed ?? []) heed(Change.parse(JSON.parse(text)));
        if (missed === null || missed.length < page) break;
      }
      following = true;
      for (const change of early) heed(change);
    },
    stop: async () => {
      leave();
      stopped.abort();
      await Promise.allSettled([...underWay.values()]);
    },
  };
};

/** Events after which nobody outside needs to be woken any more. */
const calming: ReadonlySet<string> = new Set([
  'taken',
  'acknowledged',
  'closed',
  'out-of-service',
  'shelved',
]);
