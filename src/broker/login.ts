import { hash, timingSafeEqual } from 'node:crypto';
import type { AedesOptions, Client } from 'aedes';
import type { DeviceDoor } from '../gateway/doors.ts';
import type { Counters } from './counters.ts';
import type { Guessing } from './guessing.ts';
import type { Link } from './link.ts';
import type { Presence } from './presence.ts';
import type { SparingLog } from './sparing-log.ts';
import { topicFault } from './topics.ts';

/** The hooks of aedes that a CONNECT goes through. */
export type Login = {
  readonly preConnect: NonNullable<AedesOptions['preConnect']>;
  readonly authenticate: NonNullable<AedesOptions['authenticate']>;
  readonly guessersWaiting: () => number;
  /** Leaves those who wait for their refusal without one. */
  readonly stop: () => void;
};

/** What the login needs of the rest of the broker. */
export type LoginParts = {
  readonly door: DeviceDoor;
  readonly linkOf: (client: Client) => Link | undefined;
  readonly presence: Presence;
  readonly guessing: Guessing;
  readonly counters: Counters;
  readonly warn: SparingLog;
  /** Epoch ms. */
  readonly now: () => number;
};

/** Lets in who gives a device's id with its secret, at once; tells everybody else so after a growing delay. */
export const createLogin = (parts: LoginParts): Login => {
  const { door, linkOf, presence, guessing, counters, warn, now } = parts;
  const delays = new Set<NodeJS.Timeout>();

  // For the log and the duty room: who asks is told nothing of it.
  const reasonOf = (user: string | undefined): string => {
    if (user === undefined) return 'no-user-name';
    if (door.secretHash(user) !== null) return 'wrong-secret';
    return door.dialect(user) === null ? 'unknown-device' : 'no-connection-of-its-own';
  };

  const refuse = (link: Link, name: string | undefined, done: () => void): void => {
    const user = name ?? '';
    counters.refusedLogins++;
    link.told = true;
    const reason = reasonOf(name);
    warn('login refused', { user: user.slice(0, 64), reason, remote: link.remote });
    if (reason === 'wrong-secret') door.loginRefused(user, now());
    const delayMs = guessing.failed(link.remote, user);
    if (delayMs === null) {
      link.conn.destroy();
      return;
    }
    const delay = setTimeout(() => {
      delays.delete(delay);
      guessing.answered(link.remote);
      done();
    }, delayMs);
    delays.add(delay);
  };

  const checkWill = (link: Link, device: string): void => {
    const topic = link.willTopic;
    link.willTopic = null;
    if (topic === null) return;
    if (topicFault(topic) === null && door.dialect(device)?.mayPublish(device, topic) === true) return;
    warn('will dropped', { device, topic: topic.slice(0, 128) });
  };

  return {
    preConnect: (client, packet, done) => {
      const link = linkOf(client);
      if (link === undefined) return done(null, false);
      // aedes would keep a timer for each client and drop those whose pings we hold back; the intake keeps watch instead.
      link.keepAliveMs = (packet.keepalive ?? 0) * 1000;
      packet.keepalive = 0;
      // Waiting commands live in the gateway's store, so that no session has anything to resume [MQTT-3.2.2-1].
      packet.clean = true;
      // A will says no more than that the line is gone, which its end says anyway. aedes would publish it, and all of them at its close.
      if (packet.will !== undefined) {
        link.willTopic = packet.will.topic;
        delete packet.will;
      }
      // The same client id is the same client only with the same credential: nobody takes another's place, or keeps it from its own.
      if (packet.clientId !== '') packet.clientId = `${packet.username ?? ''}/${packet.clientId}`;
      done(null, true);
    },
    authenticate: (client, username, password, done) => {
      const link = linkOf(client);
      if (link === undefined) return done(null, false);
      const secretHash = username === undefined ? null : door.secretHash(username);
      if (username === undefined || password === undefined || !isSecret(password, secretHash)) {
        return refuse(link, username, () => done(null, false));
      }
      guessing.succeeded(link.remote, username);
      link.device = username;
      presence.admitted(link, username);
      checkWill(link, username);
      done(null, true);
    },
    guessersWaiting: guessing.waiting,
    stop: () => {
      for (const delay of delays) clearTimeout(delay);
      delays.clear();
    },
  };
};

// A secret is 256 random bits: nothing slower than SHA-256 is needed, and 5,000 devices that return together are in at once.
const isSecret = (password: Buffer, secretHash: string | null): boolean => {
  const given = Buffer.from(hash('sha256', password, 'hex'), 'latin1');
  const expected = Buffer.from(secretHash ?? nobodysHash, 'latin1');
  return expected.length === given.length && timingSafeEqual(given, expected) && secretHash !== null;
};

const nobodysHash = '0'.repeat(64);
