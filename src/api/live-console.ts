import type { WebSocket } from 'ws';
import type { Committed } from '../gateway/doors.ts';
import type { Archive } from '../gateway/ports.ts';
import type { Alert } from '../model/alert.ts';
import type { Call } from '../model/call.ts';
import type { Change, ServerMessage } from '../model/change.ts';
import type { Device } from '../model/device.ts';
import type { Latest } from '../model/reading.ts';
import type { User } from '../model/user.ts';
import { maySee } from './access.ts';
import { closeCodes } from './close-codes.ts';
import { mayHear, mayHearFlood, mayHearText, mayReadNotes, textFor, withoutNote } from './hearing.ts';
import { createOutbox, type OutboxLimits } from './outbox.ts';

/** A message as the bytes that all consoles share. */
export const frameOf = (message: ServerMessage): Buffer => Buffer.from(JSON.stringify(message));

/** One console on the live feed. */
export type LiveConsole = {
  readonly id: string;
  readonly session: string;
  readonly user: () => User;
  /** Other rights: a new snapshot where they cover other places, which it answers. */
  readonly become: (user: User) => boolean;
  readonly change: (change: Change, frame: Buffer) => void;
  readonly uncommitted: (alert: Alert, frame: Buffer) => void;
  /** `frame` is the tick of those who have everything that is committed. */
  readonly tick: (serverTime: number, frame: Buffer) => void;
  /** Passes on which devices' links changed; `frames` is all of it, for those whom all of it concerns. */
  readonly links: (devices: ReadonlySet<string>, frames: () => readonly Buffer[]) => void;
  readonly reading: (device: string, measurement: string, latest: Latest) => void;
  /** Sends the readings that were kept since the last time. */
  readonly flushReadings: () => void;
  readonly watched: () => ReadonlySet<string>;
  readonly watch: (devices: readonly string[]) => void;
  readonly say: (message: ServerMessage) => void;
  /** The same, as bytes that several consoles share. */
  readonly pass: (frame: Buffer) => void;
  /** Asks the peer for a sign of life; ends a console that gave none since the last time. */
  readonly ping: () => void;
  readonly heard: () => void;
  readonly close: (code: number, reason: string) => void;
  /** The socket is closed: nothing is sent or awaited any more. */
  readonly end: () => void;
};

/** What a console is made of. `after` is the number to resume from, null = begin with a snapshot; `uncommitted` are the emergencies that ring though they are not stored. */
export type ConsoleParts = {
  readonly socket: WebSocket;
  readonly id: string;
  readonly session: string;
  readonly user: User;
  readonly after: number | null;
  readonly version: string;
  readonly now: () => number;
  readonly committed: Committed;
  /** Those under way, committed. */
  readonly calls: ReadonlyMap<string, Call>;
  readonly archive: Pick<Archive, 'changes'>;
  readonly uncommitted: ReadonlyMap<string, Alert>;
  readonly limits: OutboxLimits;
  /** After a close, how long the peer has to answer it (ms). */
  readonly closeMs: number;
  readonly failed: (error: unknown) => void;
  /** The console is being closed by us. */
  readonly closing: (code: number, reason: string) => void;
};

const replayAtOnce = 500;
// Live changes that are kept while older ones are still being read; what falls out is read from the archive like the rest.
const heldAtMost = 1000;
// How many devices one `devices` message tells of.
export const devicesAtOnce = 1000;

/** The `devices` messages for these devices as they stand now. */
export const linkMessages = (
  committed: Committed,
  ids: Iterable<string>,
  user: User | null,
): ServerMessage[] => {
  const messages: ServerMessage[] = [];
  let devices: Pick<Device, 'id' | 'link' | 'lastSeenAt' | 'loginRefused'>[] = [];
  for (const id of ids) {
    const device = committed.device(id);
    if (device === null || (user !== null && !maySee(user, device.place))) continue;
    if (devices.length === devicesAtOnce) {
      messages.push({ type: 'devices', devices });
      devices = [];
    }
    const { link, lastSeenAt, loginRefused } = device;
    devices.push({ id, link, lastSeenAt, loginRefused });
  }
  return devices.length === 0 ? messages : [...messages, { type: 'devices', devices }];
};

/** Whether an alert or a call went to another place, perhaps out of the sight of whoever may not hear of it now: nothing more would be said of it, and it would lie on that board for ever. */
const leftSight = ({ what, event }: Change): boolean =>
  (what === 'alert' || what === 'call') && event === 'moved';

/** Greets a console and brings it up to date. Snapshot and subscription happen in the one tick in which this is called. */
export const createLiveConsole = (parts: ConsoleParts): LiveConsole => {
  const { socket, committed, archive, now } = parts;
  let user = parts.user;
  let alive = true;
  let closing = false;
  let terminate: NodeJS.Timeout | null = null;
  // Rises with every beginning anew, so that a replay under way knows that it is over.
  let run = 0;
  /** The last number that a replay has reached; null = live. */
  let replayed: number | null = null;
  /** Live changes up to this one were in the replay already. */
  let reached = 0;
  let held: { readonly change: Change; readonly frame: Buffer }[] = [];
  let droppedUpTo = 0;
  let watched: ReadonlySet<string> = new Set();
  let fresh = new Map<string, Record<string, Latest>>();
  let missedLinks = new Set<string>();

  const close = (code: number, reason: string): void => {
    if (closing) return;
    closing = true;
    outbox.end();
    parts.closing(code, reason);
    socket.close(code, reason);
    terminate = setTimeout(() => socket.terminate(), parts.closeMs);
  };

  const outbox = createOutbox(socket, parts.limits, () => close(closeCodes.tooSlow, 'too slow'));
  const say = (message: ServerMessage): void => outbox.send(frameOf(message));

  const deliver = (change: Change, frame: Buffer): void => {
    if (change.seq <= reached) return;
    if (mayHear(user, change, committed))
      outbox.send(change.note === undefined || mayReadNotes(user) ? frame : frameOf(withoutNote(change)));
    else if (leftSight(change)) snapshot();
  };

  const sayUncommitted = (): void => {
    for (const alert of parts.uncommitted.values())
      if (maySee(user, alert.place)) say({ type: 'uncommitted', alert });
  };

  const goLive = (upTo: number): void => {
    replayed = null;
    reached = upTo;
    const kept = held;
    held = [];
    for (const { change, frame } of kept) deliver(change, frame);
  };

  const snapshot = (): void => {
    run += 1;
    const alerts = [...committed.alerts.values()].filter((alert) => maySee(user, alert.place));
    const seq = committed.seq();
    const floods = committed.floods().filter(({ places }) => mayHearFlood(user, places));
    const calls = [...parts.calls.values()].filter(({ place }) => maySee(user, place));
    say({ type: 'snapshot', seq, alerts, calls, ...(floods.length === 0 ? {} : { floods }) });
    sayUncommitted();
    goLive(seq);
  };

  const catchUp = async (after: number): Promise<void> => {
    run += 1;
    const mine = run;
    replayed = after;
    for (;;) {
      const page = await archive.changes(replayed, replayAtOnce);
      if (closing || run !== mine) return;
      if (page === null) return snapshot();
      for (const { seq, text } of page) {
        replayed = seq;
        if (mayHearText(user, text, committed)) outbox.send(Buffer.from(textFor(user, text)));
        // Cheaper than to read it: at worst a snapshot too many.
        else if (text.includes('"event":"moved"')) return snapshot();
      }
      // Everything that was committed before the page was read is in it; what came since is held, unless it has fallen out.
      if (page.length < replayAtOnce && droppedUpTo <= replayed) return goLive(replayed);
      await outbox.drained();
      if (closing || run !== mine) return;
    }
  };

  const begin = (): void => {
    const seq = committed.seq();
    const names = Object.fromEntries([...committed.users.values()].map(({ id, name }) => [id, name]));
    say({
      type: 'hello',
      seq,
      feed: committed.feed,
      serverTime: now(),
      user,
      version: parts.version,
      console: parts.id,
      names,
    });
    const { after } = parts;
    // A number from the future belongs to another run of numbers.
    if (after === null || after > seq) {
      snapshot();
      return;
    }
    sayUncommitted();
    if (after === seq) {
      goLive(seq);
      return;
    }
    catchUp(after).catch((error: unknown) => {
      if (closing) return;
      parts.failed(error);
      // What is open is in memory: whatever is wrong with the archive, it must not hide an emergency.
      snapshot();
    });
  };

  const sendReadings = (devices: Record<string, Record<string, Latest>>): void => {
    if (Object.keys(devices).length > 0) say({ type: 'readings', devices });
  };

  begin();

  return {
    id: parts.id,
    session: parts.session,
    user: () => user,
    become: (next) => {
      const before = user.places.join(' ');
      user = next;
      const changed = before !== next.places.join(' ');
      if (changed) snapshot();
      return changed;
    },
    change: (change, frame) => {
      if (replayed === null) return deliver(change, frame);
      held.push({ change, frame });
      if (held.length > heldAtMost) droppedUpTo = held.shift()?.change.seq ?? droppedUpTo;
    },
    uncommitted: (alert, frame) => {
      if (maySee(user, alert.place)) outbox.sendFirst(frame);
    },
    tick: (serverTime, frame) => {
      // A tick's number must not promise changes that are still to come.
      if (replayed === null) outbox.send(frame);
      else say({ type: 'tick', seq: replayed, serverTime });
    },
    links: (devices, frames) => {
      if (outbox.isBehind() || replayed !== null) {
        for (const id of devices) missedLinks.add(id);
        return;
      }
      if (user.places.length === 0 && missedLinks.size === 0) {
        for (const frame of frames()) outbox.send(frame);
        return;
      }
      const ids = missedLinks;
      missedLinks = new Set();
      for (const id of devices) ids.add(id);
      for (const message of linkMessages(committed, ids, user)) say(message);
    },
    reading: (device, measurement, latest) => {
      let values = fresh.get(device);
      if (values === undefined) {
        values = {};
        fresh.set(device, values);
      }
      const known = values[measurement];
      if (known === undefined || known.at <= latest.at) values[measurement] = latest;
    },
    flushReadings: () => {
      if (fresh.size === 0 || outbox.isBehind()) return;
      const devices = Object.fromEntries(fresh);
      fresh = new Map();
      sendReadings(devices);
    },
    watched: () => watched,
    watch: (ids) => {
      const devices: Record<string, Record<string, Latest>> = {};
      const seen = new Set<string>();
      for (const id of ids) {
        const device = committed.device(id);
        if (device === null || !maySee(user, device.place)) continue;
        seen.add(id);
        devices[id] = device.latest;
      }
      watched = seen;
      fresh = new Map();
      sendReadings(devices);
    },
    say,
    pass: outbox.send,
    ping: () => {
      if (!alive) return socket.terminate();
      alive = false;
      socket.ping();
    },
    heard: () => {
      alive = true;
    },
    close,
    end: () => {
      closing = true;
      outbox.end();
      if (terminate !== null) clearTimeout(terminate);
    },
  };
};
