import { once } from 'node:events';
import { connect, createServer, type Socket } from 'node:net';
import { onTestFinished } from 'vitest';

/** What a proxy may do to a connection: pass bytes on, keep the answers to itself, cut once the request is passed on, take nothing. */
export type Mood = 'good' | 'mute' | 'cut-answers' | 'half-answers' | 'refuse';

/** A TCP proxy before a server, with moods. */
export type Proxy = {
  readonly url: string;
  readonly port: number;
  readonly be: (mood: Mood) => void;
  /** Every chunk waits this long. */
  readonly delay: (ms: number) => void;
  /** How often a connection was made an end of. */
  readonly cuts: () => number;
};

/** Opens one; `behind` is the server's port now: a server that comes back on another port is found there. */
export const openProxy = async (behind: () => number): Promise<Proxy> => {
  let mood: Mood = 'good';
  let delayMs = 0;
  let cuts = 0;
  const open = new Set<Socket>();
  const server = createServer((client) => {
    if (mood === 'refuse') {
      cuts += 1;
      client.destroy();
      return;
    }
    const upstream = connect(behind(), '127.0.0.1');
    for (const socket of [client, upstream]) {
      open.add(socket);
      socket.on('error', () => undefined);
      socket.on('close', () => {
        open.delete(socket);
        client.destroy();
        upstream.destroy();
      });
    }
    const later = (then: () => void): void => {
      if (delayMs === 0) then();
      else setTimeout(then, delayMs);
    };
    client.on('data', (bytes) => later(() => upstream.write(bytes)));
    upstream.on('data', (bytes) =>
      later(() => {
        if (mood === 'mute') return;
        if (mood === 'cut-answers' || mood === 'half-answers') {
          cuts += 1;
          if (mood === 'half-answers') client.end(bytes.subarray(0, bytes.length >> 1));
          else client.destroy();
          return;
        }
        client.write(bytes);
      }),
    );
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  onTestFinished(() => {
    server.close();
    for (const socket of open) socket.destroy();
  });
  const address = server.address() as { readonly port: number };
  return {
    port: address.port,
    url: `http://127.0.0.1:${address.port}`,
    be: (next) => {
      mood = next;
      if (mood === 'refuse') for (const socket of open) socket.destroy();
    },
    delay: (ms) => {
      delayMs = ms;
    },
    cuts: () => cuts,
  };
};
