import type { RawData, WebSocket } from 'ws';
import { z } from 'zod';
import type { Alert } from '../model/alert.ts';
import type { VoiceMessage } from '../model/call.ts';
import { ClientMessage } from '../model/change.ts';
import { Id } from '../model/text.ts';
import { mayActAs, type User } from '../model/user.ts';
import { maySee } from './access.ts';
import { closeCodes } from './close-codes.ts';
import { refuse } from './errors.ts';
import { createLiveConsole, frameOf, type LiveConsole, linkMessages } from './live-console.ts';
import { liveTimes } from './live-times.ts';
import type { App, RouteParts } from './parts.ts';
import type { SignedIn } from './sessions.ts';

/** The live feed of all consoles. */
export type Live = {
  /** Closes the consoles of whoever is no longer signed in; new rights take effect. */
  readonly recheck: () => void;
  /** Says goodbye to every console; none is taken any more. */
  readonly close: () => void;
};

const maxMessageBytes = 64 * 1024;
const maxConsoles = 1000;
/** Places that are kept for those who can answer. */
const keptForOperators = 200;
/** One who may only look on has so many at most: a wall of screens. */
const maxOfViewer = 50;

// A console that comes back in a storm confirms every emergency of its snapshot at once; nobody says more than that.
const messageBurst = 5000;
const messagesPerSecond = 200;

const Query = z.object({
  after: z.coerce.number().int().nonnegative().optional(),
  feed: z.string().max(64).optional(),
  console: Id.optional(),
});

const createBudget = (): (() => boolean) => {
  let left = messageBurst;
  let at = performance.now();
  return () => {
    const now = performance.now();
    left = Math.min(messageBurst, left + ((now - at) / 1000) * messagesPerSecond);
    at = now;
    left -= 1;
    return left >= 0;
  };
};

const readMessage = (data: RawData, isBinary: boolean): ClientMessage | string => {
  if (isBinary) return 'A message is JSON text.';
  let json: unknown;
  try {
    json = JSON.parse(String(data));
  } catch {
    return 'That is no JSON.';
  }
  const read = ClientMessage.safeParse(json);
  if (read.success) return read.data;
  const [issue] = read.error.issues;
  return issue === undefined
    ? 'That cannot be read.'
    : `${issue.path.join('.') || 'message'}: ${issue.message}`;
};

/** Adds `/api/v1/live`. */
export const liveFeed = (
  app: App,
  { duty, archive, sessions, consoles: register, seats, options }: RouteParts,
): Live => {
  const { committed } = duty;
  const { now, version } = options;
  const times = { ...liveTimes, ...options.liveTimes };
  const consoles = new Set<LiveConsole>();
  const watchers = new Map<string, Set<LiveConsole>>();
  const uncommitted = new Map<string, Alert>();
  let changedLinks = new Set<string>();
  let closed = false;

  // Listeners must not throw, and what is wrong with one console is no other's concern.
  const each = (tell: (console: LiveConsole) => void): void => {
    for (const console of consoles) {
      try {
        tell(console);
      } catch (error) {
        options.log.error({ err: error }, 'a console could not be told');
        console.close(closeCodes.failed, 'internal');
      }
    }
  };

  /** Nobody listens on in a call whom it is no concern of any more. */
  const endListening = (console: LiveConsole, user: User | null): void => {
    const before = console.user().id;
    for (const { id, listeners, place } of duty.calls.live.values())
      if (
        listeners.includes(before) &&
        (user === null || !mayActAs(user.role, 'supervisor') || !maySee(user, place))
      )
        duty.calls.leave(before, console.id, id);
  };

  const recheck = (): void => {
    each((console) => {
      const holder = sessions.holder(console.session);
      endListening(console, holder?.user ?? null);
      if (holder === null) console.close(closeCodes.signedOut, 'signed out');
      else {
        if (console.become(holder.user)) watch(console, [...console.watched()]);
        register.changed(console);
      }
    });
    tellWatching();
    seats.look();
  };
  sessions.onEnd(recheck);

  /** Those who could answer; a screen on a wall is not somebody at the desk. */
  const tellWatching = (): void => {
    const rights = [...consoles]
      .filter((console) => mayActAs(console.user().role, 'operator'))
      .map((console) => console.user().places);
    duty.watching(rights);
  };

  const unlisten = duty.listen({
    change: (change, text) => {
      const { alert } = change;
      if (
        alert !== undefined &&
        (uncommitted.get(alert.id)?.version ?? Number.POSITIVE_INFINITY) <= alert.version
      )
        uncommitted.delete(alert.id);
      if (consoles.size > 0) {
        const frame = Buffer.from(text);
        each((console) => console.change(change, frame));
      }
      if (change.what === 'user') recheck();
    },
    uncommitted: (alert) => {
      uncommitted.set(alert.id, alert);
      const frame = frameOf({ type: 'uncommitted', alert });
      each((console) => console.uncommitted(alert, frame));
    },
    readings: (readings) => {
      if (watchers.size === 0) return;
      for (const { device, measurement, value, at, receivedAt } of readings) {
        const those = watchers.get(device);
        if (those === undefined) continue;
        const latest = { value, at, receivedAt };
        for (const console of those) console.reading(device, measurement, latest);
      }
    },
    links: (device) => {
      if (consoles.size > 0) changedLinks.add(device);
    },
    voice: register.tell,
  });

  const timers = [
    setInterval(() => {
      sessions.sweep();
      recheck();
      const serverTime = now();
      const frame = frameOf({ type: 'tick', seq: committed.seq(), serverTime });
      each((console) => console.tick(serverTime, frame));
    }, times.tickMs),
    setInterval(() => each((console) => console.ping()), times.pingMs),
    setInterval(() => each((console) => console.flushReadings()), times.readingsMs),
    setInterval(() => {
      if (!seats.takeChanged()) return;
      const frame = frameOf({ type: 'seats', seats: [...seats.list()] });
      // Who sits where is for those at the desks, not for a screen on a wall.
      each((console) => {
        if (mayActAs(console.user().role, 'operator')) console.pass(frame);
      });
    }, times.seatsMs),
    setInterval(() => {
      if (changedLinks.size === 0) return;
      const devices = changedLinks;
      changedLinks = new Set();
      let frames: readonly Buffer[] | null = null;
      const all = (): readonly Buffer[] => {
        frames ??= linkMessages(committed, devices, null).map(frameOf);
        return frames;
      };
      each((console) => console.links(devices, all));
    }, times.linksMs),
  ];

  const unwatch = (console: LiveConsole): void => {
    for (const device of console.watched()) {
      const those = watchers.get(device);
      those?.delete(console);
      if (those?.size === 0) watchers.delete(device);
    }
  };

  const watch = (console: LiveConsole, devices: readonly string[]): void => {
    unwatch(console);
    console.watch(devices);
    for (const device of console.watched()) {
      const those = watchers.get(device) ?? new Set();
      those.add(console);
      watchers.set(device, those);
    }
  };

  const shown = (console: LiveConsole, id: string, version: number): void => {
    // Only a screen in front of somebody who can answer counts; a receipt from any other would keep the ladder from climbing.
    // Whoever was signed out may still talk until the connection has ended.
    const user = sessions.holder(console.session)?.user;
    if (user === undefined || !mayActAs(user.role, 'operator')) return;
    const alert = committed.alerts.get(id) ?? uncommitted.get(id);
    if (alert !== undefined && maySee(user, alert.place)) duty.shown(user.id, id, version);
  };

  const signal = (console: LiveConsole, message: VoiceMessage): void => {
    const user = sessions.holder(console.session)?.user;
    // Nor does a page speak on whose place a newer one has.
    if (user === undefined || !register.has(console)) return;
    if (mayActAs(user.role, 'operator')) duty.calls.signal(user.id, console.id, message);
    else
      console.say({
        type: 'error',
        error: { code: 'not-allowed', message: 'Whoever may only look takes no part in a call.' },
      });
  };

  const heed = (console: LiveConsole, message: ClientMessage): void => {
    switch (message.type) {
      case 'shown':
        shown(console, message.alert, message.version);
        break;
      case 'watch':
        watch(console, message.devices);
        break;
      case 'voice':
        signal(console, message);
        break;
      case 'seat':
        seats.tell(console, message);
        break;
    }
  };

  /** Why there is no place for one more console of this user, or null. */
  const fullFor = ({ user }: SignedIn): string | null => {
    if (mayActAs(user.role, 'operator')) return consoles.size >= maxConsoles ? 'Too many consoles.' : null;
    if (consoles.size >= maxConsoles - keptForOperators) return 'Too many consoles.';
    let ofUser = 0;
    for (const console of consoles) if (console.user().id === user.id) ofUser += 1;
    return ofUser >= maxOfViewer ? 'You have too many consoles open.' : null;
  };

  const join = (
    socket: WebSocket,
    { session, user }: SignedIn,
    wanted: string | undefined,
    after: number | null,
  ): void => {
    // One with too much to be told is closed before it has entered.
    let entered: LiveConsole | null = null;
    const console = createLiveConsole({
      socket,
      id: register.idFor(user.id, wanted),
      session: session.id,
      user,
      after,
      version,
      now,
      committed,
      calls: duty.calls.live,
      archive,
      uncommitted,
      limits: times.outbox,
      closeMs: times.closeMs,
      failed: (error) => options.log.error({ err: error }, 'a console could not be brought up to date'),
      closing: (code, reason) => {
        options.log.info({ user: user.id, code, reason }, 'a console is closed');
        if (entered !== null) register.leave(entered);
      },
    });
    consoles.add(console);
    register.enter(console);
    entered = console;
    seats.sit(console);
    tellWatching();
    const mayTalk = createBudget();

    socket.on('message', (data: RawData, isBinary: boolean) => {
      console.heard();
      if (!mayTalk()) return console.close(closeCodes.flooding, 'too many messages');
      if ((data as Buffer).length > maxMessageBytes)
        return console.close(closeCodes.tooLarge, 'message too large');
      const message = readMessage(data, isBinary);
      if (typeof message === 'string')
        return console.say({ type: 'error', error: { code: 'bad-request', message } });
      heed(console, message);
    });
    socket.on('pong', console.heard);
    socket.on('close', () => {
      console.end();
      unwatch(console);
      consoles.delete(console);
      register.leave(console);
      seats.leave(console);
      tellWatching();
    });
  };

  app.get(
    '/api/v1/live',
    {
      websocket: true,
      config: { role: 'viewer' },
      schema: { querystring: Query },
      // Refused here, before the upgrade, so that nobody holds a socket for nothing.
      preValidation: async (request) => {
        if (closed) refuse('store-unavailable', 'The gateway is stopping.');
        const full = request.signedIn === null ? null : fullFor(request.signedIn);
        if (full !== null) refuse('too-many-requests', full);
      },
    },
    (socket, request) => {
      const signedIn = request.signedIn === null ? null : sessions.holder(request.signedIn.session.id);
      if (signedIn === null) return socket.close(closeCodes.signedOut, 'signed out');
      // Several may have been let through before the first of them had its place.
      const full = fullFor(signedIn);
      if (full !== null) return socket.close(closeCodes.tooMany, 'too many consoles');
      const { after, feed, console: named } = request.query;
      join(
        socket,
        signedIn,
        named,
        after === undefined || (feed !== undefined && feed !== committed.feed) ? null : after,
      );
    },
  );

  return {
    recheck,
    close: () => {
      closed = true;
      unlisten();
      for (const timer of timers) clearInterval(timer);
      each((console) => console.close(closeCodes.shutdown, 'the gateway is stopping'));
    },
  };
};
