import { spend } from './budget.ts';
import type { Counters } from './counters.ts';
import { type FramingFault, followConnect, followPackets } from './framing.ts';
import { holds, type Link } from './link.ts';
import type { BrokerOptions } from './options.ts';
import type { SparingLog } from './sparing-log.ts';
import type { Turns } from './turns.ts';

const maxConnectBytes = 16_384;
const refillEveryMs = 50;
const pingResponse = Buffer.of(0xd0, 0);

/** What stands between the sockets and aedes: it looks at every byte before aedes may keep it, and stops reading where a client has to be held back. */
export type Intake = {
  /** From here on aedes gets this connection's bytes only through the intake. */
  readonly watch: (link: Link) => void;
  readonly hold: (link: Link, reason: number) => void;
  readonly release: (link: Link, reason: number) => void;
  /** Reads and throws away from here on, so that the other side hears the end of the connection and not a reset. */
  readonly discard: (link: Link) => void;
  readonly forget: (link: Link) => void;
  /** Reads what has come, and then ends who has been silent for one and a half keep-alive times [MQTT-3.1.2-24]; answers for those who are held, whose pings cannot be read. */
  readonly checkKeepAlive: (links: Iterable<Link>) => void;
  readonly held: () => number;
  readonly stop: () => void;
};

/** An intake that measures with `monotonic` (milliseconds). */
export const createIntake = (
  options: BrokerOptions,
  turns: Turns,
  counters: Counters,
  warn: SparingLog,
  monotonic: () => number,
): Intake => {
  const { maxPacketBytes } = options;
  const debtors = new Set<Link>();
  let heldNow = 0;
  let refills: NodeJS.Timeout | null = null;
  let look: NodeJS.Immediate | null = null;

  const hold = (link: Link, reason: number): void => {
    if (link.gone) return;
    if (link.held === 0) {
      heldNow++;
      link.heldSince = monotonic();
    }
    link.held |= reason;
  };

  const release = (link: Link, reason: number): void => {
    if (link.gone || (link.held & reason) === 0) return;
    link.held &= ~reason;
    if (link.held !== 0) return;
    heldNow--;
    link.heardAt = monotonic();
    // In its own turn: whoever releases may be inside the parsing of this connection's last bytes.
    if (link.declined) setImmediate(wake, link);
  };

  const payDebts = (): void => {
    for (const link of debtors) {
      if (link.account !== null && !turns.mayRead(link.account)) continue;
      debtors.delete(link);
      release(link, holds.budget);
    }
    if (debtors.size > 0 || refills === null) return;
    clearInterval(refills);
    refills = null;
  };

  const holdForDebts = (link: Link): void => {
    hold(link, holds.budget);
    debtors.add(link);
    refills ??= setInterval(payDebts, refillEveryMs);
  };

  const fail = (link: Link, fault: FramingFault): null => {
    if (fault === 'packet-too-large') counters.tooLarge++;
    else counters.malformed++;
    warn('connection closed', { reason: fault, device: link.device, remote: link.remote });
    link.conn.destroy();
    return null;
  };

  const takeConnect = (link: Link, chunk: Buffer): Buffer | null => {
    const end = followConnect(link.framing, chunk, Math.min(maxConnectBytes, maxPacketBytes));
    if (typeof end === 'string') return fail(link, end);
    if (end < 0) return chunk;
    // What follows the CONNECT is kept here: aedes would queue 42 packets behind a login and then drop the client.
    hold(link, holds.login);
    if (end === chunk.length) return chunk;
    link.rest = chunk.subarray(end);
    link.declined = true;
    return chunk.subarray(0, end);
  };

  const take = (link: Link, read: (size?: number) => Buffer | null): Buffer | null => {
    if (link.discarding) {
      while (read() !== null);
      return null;
    }
    const { account } = link;
    // What one of its connections has overdrawn is owed by all of them.
    if (link.ready && link.held === 0 && account !== null && !turns.mayRead(account)) holdForDebts(link);
    if (link.held !== 0 || link.conn.destroyed) {
      link.declined = true;
      // Reads nothing, but lets the end of the connection be seen.
      if (!link.conn.destroyed) read(0);
      return null;
    }
    const chunk = link.rest ?? read();
    link.rest = null;
    if (chunk === null) return null;
    const at = monotonic();
    link.heardAt = at;
    if (!link.ready) return takeConnect(link, chunk);
    const fault = followPackets(link.framing, chunk, maxPacketBytes);
    if (fault !== null) return fail(link, fault);
    if (account === null) return chunk;
    spend(account.purse, link.framing.packets, chunk.length);
    if (!turns.mayRead(account)) holdForDebts(link);
    return chunk;
  };

  const checkSilence = (link: Link, at: number): void => {
    if (!link.ready || link.keepAliveMs === 0) return;
    if (link.held === 0) {
      if (at - link.heardAt <= link.keepAliveMs * 1.5) return;
      counters.keepAliveLost++;
      warn('connection closed', { reason: 'keep-alive', device: link.device, remote: link.remote });
      link.conn.destroy();
    } else if (at - Math.max(link.heldSince, link.answeredAt) >= link.keepAliveMs / 2) {
      link.answeredAt = at;
      link.conn.write(pingResponse);
    }
  };

  return {
    watch: (link) => {
      const { conn } = link;
      const read = conn.read.bind(conn);
      // aedes asks for all there is; the stream itself asks with a size.
      conn.read = (size?: number | null) =>
        size === undefined || size === null ? take(link, read) : read(size);
    },
    hold,
    release,
    discard: (link) => {
      link.discarding = true;
      const drop = (): void => void link.conn.read();
      link.conn.on('readable', drop);
      drop();
    },
    forget: (link) => {
      debtors.delete(link);
      if (link.held !== 0) heldNow--;
      link.rest = null;
    },
    checkKeepAlive: (links) => {
      // What came while the process stood still is no silence: it is read first.
      look ??= setImmediate(() => {
        look = null;
        const at = monotonic();
        for (const link of links) checkSilence(link, at);
      });
    },
    held: () => heldNow,
    stop: () => {
      if (refills !== null) clearInterval(refills);
      refills = null;
      if (look !== null) clearImmediate(look);
      look = null;
    },
  };
};

const wake = (link: Link): void => {
  if (link.held !== 0 || link.gone) return;
  link.declined = false;
  link.conn.emit('readable');
};
