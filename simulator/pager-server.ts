import 'reflect-metadata';
import { webcrypto } from 'node:crypto';
import type { IncomingMessage } from 'node:http';
import { type AddressInfo, connect, isIP } from 'node:net';
import { networkInterfaces } from 'node:os';
import { join } from 'node:path';
import type { Duplex } from 'node:stream';
import fastifyHelmet from '@fastify/helmet';
import fastifyStatic from '@fastify/static';
import { PemConverter, SubjectAlternativeNameExtension, X509CertificateGenerator } from '@peculiar/x509';
import fastify from 'fastify';
import type { Visitors } from './visitors.ts';

/** Where the page of a visitor's pager is served. `gateway`: the port of its HTTP listener on this machine, to which the page's MQTT is passed on. */
export type PagerServerOptions = {
  readonly host: string;
  readonly port: number;
  readonly gateway: number;
  readonly visitors: Visitors;
};

/** The page of a visitor's pager. */
export type PagerServer = {
  /** Where it is: on this machine, or from each address of it that others can reach. */
  readonly urls: readonly string[];
  readonly port: number;
  readonly close: () => Promise<void>;
};

const built = join(import.meta.dirname, 'pager/dist');
const loopback = '127.0.0.1';
const isLoopback = (host: string): boolean =>
  host === 'localhost' || host === '::1' || host.startsWith('127.');

/** The addresses under which others reach this machine. */
const ownAddresses = (): readonly string[] =>
  Object.values(networkInterfaces())
    .flatMap((each) => each ?? [])
    .filter(({ family, internal }) => family === 'IPv4' && !internal)
    .map(({ address }) => address);

const dayMs = 86_400_000;

// A browser gives its microphone only to a page from this machine or over HTTPS.
const certificateFor = async (
  addresses: readonly string[],
): Promise<{ readonly cert: string; readonly key: string }> => {
  const keys = await webcrypto.subtle.generateKey({ name: 'ECDSA', namedCurve: 'P-256' }, true, [
    'sign',
    'verify',
  ]);
  const names = [loopback, ...addresses].filter((address) => isIP(address) > 0);
  const certificate = await X509CertificateGenerator.createSelfSigned({
    name: 'CN=zhishou demo',
    keys,
    notBefore: new Date(Date.now() - dayMs),
    notAfter: new Date(Date.now() + 30 * dayMs),
    signingAlgorithm: { name: 'ECDSA', hash: 'SHA-256' },
    extensions: [new SubjectAlternativeNameExtension(names.map((value) => ({ type: 'ip', value })))],
  });
  const key = PemConverter.encode(await webcrypto.subtle.exportKey('pkcs8', keys.privateKey), 'PRIVATE KEY');
  return { cert: certificate.toString('pem'), key };
};

/** Passes a WebSocket on to the gateway as it comes. */
const passOn = (request: IncomingMessage, socket: Duplex, head: Buffer, port: number): void => {
  const onward = connect(port, loopback);
  const end = (): void => {
    onward.destroy();
    socket.destroy();
  };
  onward.on('error', end);
  socket.on('error', end);
  onward.on('close', end);
  socket.on('close', end);
  const headers: string[] = [];
  for (let at = 0; at < request.rawHeaders.length; at += 2)
    headers.push(`${request.rawHeaders[at]}: ${request.rawHeaders[at + 1]}\r\n`);
  onward.write(`GET /mqtt HTTP/1.1\r\n${headers.join('')}\r\n`);
  onward.write(head);
  socket.pipe(onward);
  onward.pipe(socket);
};

/** Serves the page at `/pager/`; on any but this machine's own address over HTTPS, with a certificate made for the occasion. Rejects where the port is taken. */
export const openPagerServer = async (options: PagerServerOptions): Promise<PagerServer> => {
  const { visitors } = options;
  const open = !isLoopback(options.host);
  const addresses = open
    ? isIP(options.host) === 4 && options.host !== '0.0.0.0'
      ? [options.host]
      : ownAddresses()
    : [];
  const app = fastify({
    ...(open ? { https: await certificateFor(addresses) } : {}),
    forceCloseConnections: true,
  });
  await app.register(fastifyHelmet, {
    contentSecurityPolicy: {
      useDefaults: false,
      directives: {
        'default-src': ["'self'"],
        'script-src': ["'self'"],
        'img-src': ["'self'", 'data:'],
        'media-src': ["'self'", 'blob:'],
        'connect-src': ["'self'", 'ws:', 'wss:'],
        'object-src': ["'none'"],
        'base-uri': ["'self'"],
        'form-action': ["'none'"],
        'frame-ancestors': ["'none'"],
      },
    },
    strictTransportSecurity: false,
    originAgentCluster: false,
  });
  await app.register(fastifyStatic, { root: built, prefix: '/pager/' });
  app.get('/', (_request, reply) => reply.redirect('/pager/'));
  app.get('/pager', (_request, reply) => reply.redirect('/pager/'));
  app.get('/pager/people', async () => ({ names: await visitors.people() }));
  app.post('/pager/visitors', async (request, reply) => {
    // Any page on the web can have a browser post; only ours may have a pager made.
    const { origin, host } = request.headers;
    if (origin === undefined || !URL.canParse(origin) || new URL(origin).host !== host)
      return reply.code(403).send({ error: 'only from the page itself' });
    const pager = await visitors.welcome();
    if (pager === null) return reply.code(503).send({ error: 'the street is full of visitors' });
    const { id, name, place } = pager.planned;
    return { id, name, place, secret: pager.secret };
  });
  app.server.on('upgrade', (request: IncomingMessage, socket: Duplex, head: Buffer) => {
    if (request.url === '/mqtt') passOn(request, socket, head, options.gateway);
    else socket.destroy();
  });
  await app.listen({ host: options.host, port: options.port });
  const { port } = app.server.address() as AddressInfo;
  return {
    urls: open
      ? addresses.map((address) => `https://${address}:${port}/pager`)
      : [`http://${loopback}:${port}/pager`],
    port,
    close: async () => {
      await app.close();
    },
  };
};
