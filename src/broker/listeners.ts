import { createServer, type Server, type Socket } from 'node:net';
import { createServer as createTlsServer } from 'node:tls';
import type { Logger } from 'pino';
import type { Lobby, Visitor } from './lobby.ts';
import type { BrokerOptions } from './options.ts';

// Thousands of devices come back together after a restart; the kernel lowers this to its own limit.
const backlog = 4096;
const tcpKeepAliveMs = 60_000;
const minVersion = 'TLSv1.2';

/** The open listeners; the ports are those that were really opened. */
export type Listeners = {
  readonly mqtt: number;
  readonly mqtts: number | null;
  /** Serves another certificate (PEM) from the next TLS connection on. */
  readonly changeCertificate: (tls: { readonly cert: string; readonly key: string }) => void;
  /** Takes no new connections; those that are there stay. */
  readonly close: () => void;
};

/** Opens the TCP listener and, where there is a certificate, the TLS one; rejects where a port cannot be had. */
export const openListeners = async (
  options: BrokerOptions,
  lobby: Lobby,
  accept: (socket: Socket, remote: string) => void,
): Promise<Listeners> => {
  const { host, tls, connectTimeoutMs, log } = options;
  const take = (socket: Socket): void => accept(socket, socket.remoteAddress ?? 'unknown');
  const plain = createServer({ noDelay: true, keepAlive: true, keepAliveInitialDelay: tcpKeepAliveMs }, take);
  const mqtt = await open(plain, host, options.port, log);
  if (tls === null)
    return { mqtt, mqtts: null, changeCertificate: () => undefined, close: () => plain.close() };
  const secure = createTlsServer({
    cert: tls.cert,
    key: tls.key,
    minVersion,
    handshakeTimeout: connectTimeoutMs,
    noDelay: true,
    keepAlive: true,
    keepAliveInitialDelay: tcpKeepAliveMs,
  });
  // Those in the middle of a handshake are not yet among the connections that the broker counts.
  const shakingHands = new Map<string, Visitor>();
  const handshakeOver = (key: string): void => {
    const visitor = shakingHands.get(key);
    if (visitor === undefined) return;
    shakingHands.delete(key);
    lobby.leave(visitor);
  };
  secure.on('connection', (socket: Socket) => {
    const key = keyOf(socket);
    const visitor = { remote: socket.remoteAddress ?? 'unknown', end: () => void socket.destroy() };
    shakingHands.set(key, visitor);
    lobby.enter(visitor);
    socket.once('close', () => {
      if (shakingHands.get(key) === visitor) handshakeOver(key);
    });
  });
  secure.on('secureConnection', (socket) => {
    handshakeOver(keyOf(socket));
    take(socket);
  });
  secure.on('tlsClientError', (error, socket) => {
    log.debug({ remote: socket.remoteAddress, reason: error.message }, 'TLS handshake failed');
    socket.destroy();
  });
  const close = (): void => {
    plain.close();
    secure.close();
  };
  try {
    return {
      mqtt,
      mqtts: await open(secure, host, tls.port, log),
      changeCertificate: ({ cert, key }) => secure.setSecureContext({ cert, key, minVersion }),
      close,
    };
  } catch (error) {
    close();
    throw error;
  }
};

/** The same for a connection and for the TLS within it. */
const keyOf = ({ remoteAddress, remotePort }: Socket): string => `${remoteAddress} ${remotePort}`;

const open = (server: Server, host: string, port: number, log: Logger): Promise<number> =>
  new Promise((resolve, reject) => {
    server.once('error', reject);
    server.listen({ host, port, backlog }, () => {
      server.off('error', reject);
      // Accepting can fail for a moment, for want of file descriptors; the listener stays.
      server.on('error', (error) => log.error({ error: error.message }, 'MQTT listener'));
      const address = server.address();
      if (address === null || typeof address === 'string') reject(new Error('the listener has no port'));
      else resolve(address.port);
    });
  });
