import { connect, type Socket } from 'node:net';
import { serve } from './child.ts';
import type { Login } from './own-gateway.ts';

/** What the crowd is told: to connect and stay, to lose every connection at once, to leave for good. */
export type CrowdOrder =
  | { readonly order: 'connect'; readonly port: number; readonly logins: readonly Login[] }
  | { readonly order: 'cut' };

/** What it says: that it lost its connections, and that every device is in (again). `at` is epoch milliseconds with fractions. */
export type CrowdSaid =
  | { readonly what: 'cut'; readonly at: number }
  | { readonly what: 'all-in'; readonly at: number; readonly attempts: number };

const mostMs = 600_000;
const keepAliveMs = 60_000;
const sweepEveryMs = 1_000;
/** As real ones do: somewhere within a second, and a second and a half at most between attempts. */
const retryMs = (): number => 500 + Math.random() * 1_000;
const firstTryMs = (): number => Math.random() * 1_000;
const giveUpAfterMs = 10_000;

const packets = { connack: 2, puback: 4 } as const;
const pingRequest = Buffer.of(0xc0, 0);

const text = (value: string): Buffer => {
  const bytes = Buffer.from(value);
  return Buffer.concat([number(bytes.length), bytes]);
};
const number = (value: number): Buffer => Buffer.of(value >> 8, value & 0xff);
const packet = (first: number, ...parts: readonly Buffer[]): Buffer => {
  const body = Buffer.concat(parts);
  const length: number[] = [];
  for (let rest = body.length; ; rest >>= 7) {
    length.push(rest < 128 ? rest : (rest & 0x7f) | 0x80);
    if (rest < 128) break;
  }
  return Buffer.concat([Buffer.of(first, ...length), body]);
};

const connectPacket = ({ username, password }: Login): Buffer =>
  packet(
    0x10,
    text('MQTT'),
    Buffer.of(4, 0xc2),
    number(keepAliveMs / 1000),
    text(username),
    text(username),
    text(password),
  );
/** What a device says when it is let in: it wants its commands, and it is there. */
const greeting = ({ username }: Login): Buffer =>
  Buffer.concat([
    packet(0x82, number(1), text(`zhishou/v1/devices/${username}/commands`), Buffer.of(1)),
    packet(0x33, text(`zhishou/v1/devices/${username}/status`), number(2), Buffer.from('{"state":"online"}')),
  ]);

type Member = {
  readonly login: Login;
  socket: Socket | null;
  in: boolean;
  since: number;
};

const now = (): number => performance.timeOrigin + performance.now();

/** Bare devices, so that the machine's time goes to the gateway: they connect, subscribe, say that they are there, ping, and come back whenever they are cut off. */
const gather = (port: number, logins: readonly Login[], say: (message: CrowdSaid) => void) => {
  const members: Member[] = logins.map((login) => ({ login, socket: null, in: false, since: 0 }));
  let inside = 0;
  let attempts = 0;

  const leave = (member: Member): void => {
    if (member.in) inside -= 1;
    member.in = false;
    member.socket = null;
  };

  const enter = (member: Member): void => {
    const socket = connect({ port, host: '127.0.0.1', noDelay: true });
    attempts += 1;
    member.socket = socket;
    member.since = now();
    socket.on('connect', () => socket.write(connectPacket(member.login)));
    let rest: Buffer = Buffer.alloc(0);
    socket.on('data', (chunk) => {
      rest = rest.length === 0 ? chunk : Buffer.concat([rest, chunk]);
      for (;;) {
        // Nothing longer than 127 bytes is sent to a device that nobody has pressed.
        const length = rest[1];
        if (length === undefined || rest.length < 2 + length) return;
        const type = (rest[0] ?? 0) >> 4;
        if (type === packets.connack) {
          if (rest[3] !== 0) socket.destroy();
          else socket.write(greeting(member.login));
        } else if (type === packets.puback && !member.in) {
          member.in = true;
          inside += 1;
          if (inside === members.length) {
            say({ what: 'all-in', at: now(), attempts });
            attempts = 0;
          }
        }
        rest = rest.subarray(2 + length);
      }
    });
    socket.on('error', () => {});
    socket.on('close', () => {
      leave(member);
      setTimeout(() => enter(member), retryMs());
    });
  };

  setInterval(() => {
    const at = now();
    for (const member of members) {
      if (member.in && at - member.since > keepAliveMs / 2) {
        member.since = at;
        member.socket?.write(pingRequest);
      } else if (!member.in && member.socket !== null && at - member.since > giveUpAfterMs)
        member.socket.destroy();
    }
  }, sweepEveryMs);

  for (const member of members) setTimeout(() => enter(member), firstTryMs());
  return {
    cut: () => {
      say({ what: 'cut', at: now() });
      for (const { socket } of members) socket?.destroy();
    },
  };
};

let crowd: ReturnType<typeof gather> | null = null;
serve<CrowdOrder, CrowdSaid>(mostMs, (order, say) => {
  if (order.order === 'connect') crowd = gather(order.port, order.logins, say);
  else crowd?.cut();
});
