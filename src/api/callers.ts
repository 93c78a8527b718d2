import type { Server } from 'node:http';
import type { Socket } from 'node:net';
import { isIP } from 'node:net';

/** How many connections the HTTP side takes: in all, and from one address. */
export type CallerLimits = { readonly inAll: number; readonly perAddress: number };

type Caller = { readonly socket: Socket; readonly address: string; busy: number; upgraded: boolean };

// Within TLS the socket is another object than the one that was accepted; the two ends are the same.
const keyOf = ({ remoteAddress, remotePort }: Socket): string => `${remoteAddress} ${remotePort}`;

const isLoopback = (address: string): boolean =>
  address === '::1' || /^(::ffff:)?127\./.test(address) || isIP(address) === 0;

/** Keeps connections that ask nothing from taking the places of those that do: where there is no place left the oldest that waits gives way, first among those of the same address. This machine's own connections are not limited by address, and with a proxy before us none are: it sees the addresses, we do not. */
export const limitCallers = (
  server: Server,
  { inAll, perAddress }: CallerLimits,
  behindProxy: boolean,
): void => {
  const callers = new Map<string, Caller>();
  const addresses = new Map<string, number>();

  const forget = (key: string, caller: Caller): void => {
    if (callers.get(key) !== caller) return;
    callers.delete(key);
    const left = (addresses.get(caller.address) ?? 1) - 1;
    if (left === 0) addresses.delete(caller.address);
    else addresses.set(caller.address, left);
  };

  /** Ends the connection that has waited longest; false where all are at work. */
  const giveWay = (address: string | null): boolean => {
    for (const [key, caller] of callers) {
      if (caller.busy > 0 || caller.upgraded || (address !== null && caller.address !== address)) continue;
      forget(key, caller);
      caller.socket.destroy();
      return true;
    }
    return false;
  };

  server.on('connection', (socket: Socket) => {
    const address = socket.remoteAddress ?? '';
    const bounded = !behindProxy && !isLoopback(address);
    const ofAddress = addresses.get(address) ?? 0;
    if (
      (bounded && ofAddress >= perAddress && !giveWay(address)) ||
      (callers.size >= inAll && !giveWay(null))
    ) {
      socket.destroy();
      return;
    }
    const key = keyOf(socket);
    const caller = { socket, address, busy: 0, upgraded: false };
    callers.set(key, caller);
    addresses.set(address, (addresses.get(address) ?? 0) + 1);
    socket.once('close', () => forget(key, caller));
  });
  server.on('request', ({ socket }, response) => {
    const caller = callers.get(keyOf(socket));
    if (caller === undefined) return;
    caller.busy += 1;
    response.once('close', () => {
      caller.busy -= 1;
    });
  });
  server.on('upgrade', (request) => {
    const caller = callers.get(keyOf(request.socket));
    if (caller !== undefined) caller.upgraded = true;
  });
};
