import { createHash } from 'node:crypto';
import { deviceTypes } from '../../devices/index.ts';
import { figuresOf } from '../../src/gateway/figures.ts';
import type { Archive, Batch, Journal, Rows, StoredState, TryOuts } from '../../src/gateway/ports.ts';
import type { Alert } from '../../src/model/alert.ts';
import type { Call } from '../../src/model/call.ts';
import type { Note } from '../../src/model/change.ts';
import type { ChainedEntry } from '../../src/model/journal.ts';
import { covers, liesWithin, type Place } from '../../src/model/place.ts';
import type { Quarantined } from '../../src/model/quarantine.ts';
import type { Reading } from '../../src/model/reading.ts';
import { exportLine } from '../../src/model/reading-export.ts';
import type { RulebookVersion } from '../../src/model/rulebook.ts';
import type { Shift } from '../../src/model/shift.ts';
import { tryOut } from '../../src/rules/try-out.ts';

type Stored = { readonly seq: number; readonly text: string };

/** The journal and the archive in memory; the test decides when a batch is committed. */
export type MemoryStore = {
  readonly journal: Journal;
  readonly archive: Archive;
  readonly tryOuts: TryOuts;
  /** From now on a try-out waits until its asker goes away. */
  readonly holdTryOuts: () => void;
  /** Try-outs that were begun, and those that were stopped. */
  readonly tries: { begun: number; stopped: number };
  /** From now on batches wait for `release`. */
  readonly hold: () => void;
  readonly release: () => void;
  /** Puts a call beside those that came in batches. */
  readonly keepCall: (call: Call) => void;
  /** How many batches wait (0 or 1). */
  readonly held: () => number;
  /** Batches committed so far. */
  readonly batches: () => readonly Batch[];
  /** Older changes than these are not kept any more. */
  readonly forgetUpTo: (seq: number) => void;
  /** Every reading of changes waits for this. */
  readonly beforeChanges: (wait: (after: number) => Promise<void>) => void;
};

/** Nothing is stored yet. */
export const emptyState = (): StoredState => ({
  seq: 0,
  feed: '9f0c2a44-0000-4000-8000-000000000001',
  devices: [],
  deviceStates: new Map(),
  households: [],
  alerts: [],
  calls: [],
  delays: [],
  memories: [],
  commands: [],
  users: [],
  sessions: [],
  testModes: [],
  presences: [],
  sites: [],
  shifts: [],
  rulebook: null,
  facts: new Map(),
});

const within = (alert: Alert, place: string): boolean =>
  alert.place !== null && liesWithin(alert.place as Place, place);

/** Makes an empty store that commits in the next turn of the event loop. */
export const createMemoryStore = (): MemoryStore => {
  const batches: Batch[] = [];
  const entries: ChainedEntry[] = [];
  const changes: Stored[] = [];
  const readings: Reading[] = [];
  const alerts = new Map<string, Alert>();
  const calls = new Map<string, Call>();
  const shifts = new Map<string, Shift>();
  const notes = new Map<string, Note>();
  const quarantine = new Map<string, Quarantined>();
  const versions: RulebookVersion[] = [];
  const tries = { begun: 0, stopped: 0 };
  let holdingTries = false;
  let trying = false;
  let holding = false;
  let waiting: (() => void) | null = null;
  let forgotten = 0;
  let beforeChanges: (after: number) => Promise<void> = async () => undefined;

  const keep = (kind: keyof Rows, id: string, body: unknown, at: number): void => {
    if (kind === 'alert' && body !== null) {
      const { alert } = body as Rows['alert'];
      alerts.set(id, alert.committedAt === 0 ? { ...alert, committedAt: at } : alert);
    }
    if (kind === 'call' && body !== null) calls.set(id, (body as Rows['call']).call);
    if (kind === 'shift' && body !== null) shifts.set(id, body as Rows['shift']);
    if (kind === 'note' && body !== null) notes.set(id, body as Rows['note']);
    if (kind === 'rulebook' && body !== null) versions.unshift(body as Rows['rulebook']);
    if (kind === 'quarantine' && body === null) quarantine.delete(id);
    if (kind === 'quarantine' && body !== null) quarantine.set(id, body as Rows['quarantine']);
  };

  const store = (batch: Batch, at: number): void => {
    batches.push(batch);
    for (const entry of batch.entries) {
      const prev = entries.at(-1)?.hash ?? '0'.repeat(64);
      const hash = createHash('sha256').update(prev).update(JSON.stringify(entry)).digest('hex');
      entries.push({ ...entry, prev, hash });
    }
    for (const change of batch.changes) {
      const { alert } = change;
      const stamped = alert?.committedAt === 0 ? { ...change, alert: { ...alert, committedAt: at } } : change;
      changes.push({ seq: change.seq, text: JSON.stringify(stamped) });
    }
    readings.push(...batch.readings);
    for (const { kind, id, body } of batch.puts) keep(kind, id, body, at);
  };

  return {
    journal: {
      write: (batch, committed) => {
        const commit = (): void => {
          const at = Date.now();
          store(batch, at);
          committed(at);
        };
        if (holding) waiting = commit;
        else setImmediate(commit);
      },
    },
    archive: {
      journal: async (after, limit) => entries.filter(({ seq }) => seq > after).slice(0, limit),
      alerts: async ({ open, priority, place, device, from, to, limit, after }) =>
        [...alerts.values()]
          .filter(
            (alert) =>
              (open === undefined || (alert.state !== 'closed') === open) &&
              (priority === undefined || alert.priority === priority) &&
              (place === undefined || within(alert, place)) &&
              (device === undefined || alert.devices.includes(device)) &&
              (from === undefined || alert.raisedAt >= from) &&
              (to === undefined || alert.raisedAt < to) &&
              (after === undefined || alert.id < after),
          )
          .sort((a, b) => (a.id < b.id ? 1 : -1))
          .slice(0, limit),
      alert: async (id) => alerts.get(id) ?? null,
      calls: async ({ device, alert, place, from, to, limit, after }) =>
        [...calls.values()]
          .filter(
            (call) =>
              (place === undefined || (call.place !== null && liesWithin(call.place, place))) &&
              (device === undefined || call.device === device) &&
              (alert === undefined || call.alert === alert) &&
              (from === undefined || call.requestedAt >= from) &&
              (to === undefined || call.requestedAt < to),
          )
          .sort((a, b) => b.requestedAt - a.requestedAt || (a.id < b.id ? 1 : -1))
          .filter((_, at, all) => after === undefined || at > all.findIndex(({ id }) => id === after))
          .slice(0, limit),
      call: async (id) => calls.get(id) ?? null,
      shifts: async (after, limit) =>
        [...shifts.values()]
          .filter(({ id }) => after === undefined || id < after)
          .sort((a, b) => (a.id < b.id ? 1 : -1))
          .slice(0, limit),
      timeline: async (alert) =>
        entries
          .filter(({ subject }) => subject === `alert:${alert}`)
          .map(({ seq, at, actor, event, data }) => {
            const note = typeof data.note === 'string' ? notes.get(data.note) : undefined;
            const line = { seq, at, actor, event: event.replace(/^alert\./, ''), data };
            return {
              ...line,
              ...(note === undefined || note.text === '' ? {} : { note: note.text }),
              ...(note?.seenBy === undefined ? {} : { seenBy: note.seenBy }),
            };
          }),
      changes: async (after, limit) => {
        // What is committed when the question arrives is answered, however long the answer takes.
        const answer = after < forgotten ? null : changes.filter(({ seq }) => seq > after).slice(0, limit);
        await beforeChanges(after);
        return answer;
      },
      readings: async ({ device, measurement, from, to, points }) =>
        readings
          .filter(
            (reading) =>
              reading.device === device &&
              reading.measurement === measurement &&
              reading.at >= from &&
              reading.at < to,
          )
          .slice(0, points)
          .map(({ at, value }) => [at, value] as const),
      exported: async ({ series, from, to, format }) => {
        const lines = series.flatMap((one) =>
          readings
            .filter(
              ({ device, measurement, at }) =>
                device === one.device && measurement === one.measurement && at >= from && at < to,
            )
            .map((reading) => exportLine(format, one, reading)),
        );
        return { bytes: new TextEncoder().encode(lines.join('')), rows: lines.length, next: null };
      },
      quarantine: async ({ after, limit }) =>
        [...quarantine.values()]
          .filter(({ id }) => after === undefined || id < after)
          .sort((a, b) => (a.id < b.id ? 1 : -1))
          .slice(0, limit),
      quarantined: async (id) => quarantine.get(id) ?? null,
      rulebookVersions: async (before, limit) =>
        versions
          .filter(({ number }) => before === undefined || number < before)
          .slice(0, limit)
          .map(({ files: _files, ...head }) => head),
      rulebookVersion: async (number) => versions.find((version) => version.number === number) ?? null,
      figures: async ({ from, to, now, place, places }) =>
        figuresOf({
          from,
          to,
          now,
          alerts: [...alerts.values()]
            .filter(
              (alert) =>
                alert.raisedAt >= from &&
                alert.raisedAt < to &&
                covers(places, alert.place) &&
                (place === undefined || within(alert, place)),
            )
            .map((alert) => ({
              ...alert,
              quiet: alert.outOfService || alert.suppressedBy !== undefined,
              activeSince: alert.raisedAt,
              activeUntil: alert.active ? null : alert.raisedAt,
              takenAt: alert.takenAt ?? null,
              holder: alert.claimedBy ?? null,
              disposition: alert.disposition ?? null,
            })),
          answeringOf: ({ takenAt }) => ({ takenAt, voiceAt: null, askedAt: null }),
          calls: [],
          staleNow: [],
          offsetAt: () => 0,
          complete: () => true,
        }),
    },
    tryOuts: {
      run: async (question, signal) => {
        if (trying) return 'busy';
        tries.begun += 1;
        if (holdingTries) {
          trying = true;
          await new Promise((resolve) => signal.addEventListener('abort', resolve));
          trying = false;
          tries.stopped += 1;
          throw signal.reason;
        }
        const { devices, from, to } = question;
        const recorded = readings
          .filter(({ at }) => at >= from && at < to)
          .flatMap((reading) => {
            const device = devices.find(({ id }) => id === reading.device);
            return device === undefined ? [] : [{ now: reading.receivedAt, device, reading, late: false }];
          });
        const tried = tryOut({ ...question, types: deviceTypes, most: 1000 }, recorded);
        const did = { did: [], didCount: 0, untried: [], complete: true };
        return { would: tried.would, wouldCount: tried.count, readings: tried.readings, ...did };
      },
    },
    holdTryOuts: () => {
      holdingTries = true;
    },
    tries,
    hold: () => {
      holding = true;
    },
    release: () => {
      holding = false;
      const commit = waiting;
      waiting = null;
      commit?.();
    },
    keepCall: (call) => {
      calls.set(call.id, call);
    },
    held: () => (waiting === null ? 0 : 1),
    batches: () => batches,
    forgetUpTo: (seq) => {
      forgotten = seq;
    },
    beforeChanges: (wait) => {
      beforeChanges = wait;
    },
  };
};
