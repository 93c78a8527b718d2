import { createPrivateKey, X509Certificate } from 'node:crypto';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { hostname, tmpdir } from 'node:os';
import { join } from 'node:path';
import { connect, createServer, type Server } from 'node:tls';
import { pino } from 'pino';
import { describe, expect, onTestFinished, test } from 'vitest';
import {
  type CertificateAndKey,
  type Certificates,
  findWhereabouts,
  keepGivenCertificate,
  keepOwnCertificate,
  type Whereabouts,
} from '../src/certificates.ts';
import { makeCertificate } from '../src/own-certificate.ts';
import { makeCertificate as anyCertificate } from './certificate.ts';

const dayMs = 86_400_000;

const directory = (): string => {
  const dir = mkdtempSync(join(tmpdir(), 'zhishou-tls-'));
  onTestFinished(() => rmSync(dir, { recursive: true, force: true }));
  return dir;
};

const where: Whereabouts = { names: ['duty-room', 'localhost'], addresses: ['127.0.0.1'] };

/** Certificates of our own in `dir`, at a time and place that the test can change. */
const keepOwn = async (dir: string, begin: Partial<{ at: number; where: Whereabouts }> = {}) => {
  const room = { at: Date.now(), where, ...begin };
  const lines: string[] = [];
  const changes: CertificateAndKey[] = [];
  const certificates = await keepOwnCertificate(dir, () => room.where, {
    log: pino({}, { write: (line) => void lines.push(line) }),
    now: () => room.at,
    changed: (next) => void changes.push(next),
  });
  return { room, certificates, changes, logged: () => lines.join('') };
};

const serve = async (pair: CertificateAndKey): Promise<Server> => {
  const server = createServer({ cert: pair.cert, key: pair.key }, (socket) => socket.end());
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  onTestFinished(() => void server.close());
  return server;
};

/** Whether a seat that trusts this authority gets in under this name; else why not. */
const visit = (server: Server, authority: string, servername: string): Promise<string> =>
  new Promise((resolve) => {
    const { port } = server.address() as { port: number };
    const options = servername === '127.0.0.1' ? { host: servername } : { host: '127.0.0.1', servername };
    const socket = connect({ port, ca: authority, ...options }, () => {
      socket.destroy();
      resolve('welcome');
    });
    socket.on('error', (error) => resolve(error.message));
  });

const authorityOf = (dir: string): string => readFileSync(join(dir, 'tls-authority.crt'), 'utf8');
const endOf = ({ cert }: CertificateAndKey): number => new X509Certificate(cert).validToDate.getTime();

describe('a certificate of the gateway’s own', () => {
  test('lets in every seat that trusts its authority, by each name and address, and nobody else reads its keys', async () => {
    const dir = directory();
    const { certificates, logged } = await keepOwn(dir);
    const server = await serve(certificates.current());
    for (const name of ['duty-room', 'localhost', '127.0.0.1'])
      expect([name, await visit(server, authorityOf(dir), name)]).toEqual([name, 'welcome']);
    expect(await visit(server, authorityOf(dir), 'bank')).toContain('does not match');
    expect(await visit(server, (await anyCertificate()).cert, 'duty-room')).not.toBe('welcome');
    for (const file of ['tls-authority.pem', 'tls-server.pem'])
      expect([file, statSync(join(dir, file)).mode & 0o777]).toEqual([file, 0o600]);
    expect(authorityOf(dir)).not.toContain('PRIVATE');
    expect(logged()).toContain(new X509Certificate(authorityOf(dir)).fingerprint256);
    const days = (endOf(certificates.current()) - Date.now()) / dayMs;
    expect(days).toBeGreaterThan(395);
    expect(days).toBeLessThan(398);
  });

  test('is the same after a restart, and not made anew while nothing asks for it', async () => {
    const dir = directory();
    const first = await keepOwn(dir);
    await first.certificates.look();
    expect(first.changes).toEqual([]);
    const second = await keepOwn(dir);
    expect(second.certificates.current()).toEqual(first.certificates.current());
  });

  test('is made anew before its end and for a new address, and the seats that trust the authority notice nothing', async () => {
    const dir = directory();
    const { room, certificates, changes } = await keepOwn(dir);
    const authority = authorityOf(dir);
    room.where = { ...where, addresses: ['127.0.0.1', '192.168.3.7'] };
    await certificates.look();
    expect(new X509Certificate(certificates.current().cert).checkIP('192.168.3.7')).toBeDefined();
    // A network card that is away for a while costs nothing.
    room.where = where;
    await certificates.look();
    expect(changes).toEqual([certificates.current()]);
    room.at = endOf(certificates.current()) - 29 * dayMs;
    await certificates.look();
    expect(changes).toHaveLength(2);
    expect(endOf(certificates.current())).toBeGreaterThan(room.at + 390 * dayMs);
    expect(authorityOf(dir)).toBe(authority);
    expect(await visit(await serve(changes[0] ?? certificates.current()), authority, 'duty-room')).toBe(
      'welcome',
    );
  });

  test('gets a new authority, loudly, only for a name that the old one may not speak for, or near its end', async () => {
    const dir = directory();
    const { room, certificates, logged } = await keepOwn(dir);
    const first = authorityOf(dir);
    room.where = { names: ['console.example', ...where.names], addresses: where.addresses };
    await certificates.look();
    const second = authorityOf(dir);
    expect(second).not.toBe(first);
    expect(logged().match(/a new authority was made/g)).toHaveLength(2);
    expect(await visit(await serve(certificates.current()), second, 'console.example')).toBe('welcome');
    room.where = { names: ['a.console.example', ...where.names], addresses: where.addresses };
    await certificates.look();
    expect(authorityOf(dir)).toBe(second);
    room.at = new X509Certificate(second).validToDate.getTime() - 29 * dayMs;
    await certificates.look();
    expect(authorityOf(dir)).not.toBe(second);
  });

  test('cannot be used by a thief of the authority to play another site', async () => {
    const dir = directory();
    await keepOwn(dir);
    const stolen = readFileSync(join(dir, 'tls-authority.pem'), 'utf8');
    const keyAt = stolen.indexOf('-----BEGIN PRIVATE KEY-----');
    const forged = await makeCertificate(
      { cert: stolen.slice(0, keyAt), key: stolen.slice(keyAt) },
      ['bank.example'],
      [],
      Date.now(),
    );
    expect(await visit(await serve(forged), authorityOf(dir), 'bank.example')).toBe(
      'permitted subtree violation',
    );
  });

  test('whose files are cut off or foreign is made anew; where nothing can be written the one before is served, with a word', async () => {
    const dir = directory();
    const { certificates } = await keepOwn(dir);
    const before = certificates.current();
    writeFileSync(join(dir, 'tls-server.pem'), before.cert);
    const authority = authorityOf(dir);
    rmSync(join(dir, 'tls-authority.crt'));
    const second = await keepOwn(dir);
    expect(second.certificates.current().cert).not.toBe(before.cert);
    expect(authorityOf(dir)).toBe(authority);
    // What is in the way of the file that is written first cannot be written over.
    rmSync(join(dir, 'tls-server.pem'));
    mkdirSync(join(dir, 'tls-server.pem'));
    await second.certificates.look();
    expect(second.certificates.warnings()).toEqual([
      'tls: the own certificate cannot be made anew; the one before is served',
    ]);
    expect(second.changes).toEqual([]);
    await expect(keepOwn(dir)).rejects.toThrow('tls: no certificate can be made');
    rmSync(join(dir, 'tls-server.pem'), { recursive: true });
    await second.certificates.look();
    expect(second.certificates.warnings()).toEqual([]);
  });

  test('names the machine as people call it, and what the settings add', () => {
    const { names, addresses } = findWhereabouts(['Console.Example', '10.9.8.7', 'no name', 'x_y']);
    expect(names[0]).toBe('console.example');
    expect(names).toContain('localhost');
    if (/^[a-z0-9-]+$/.test(hostname())) expect(names).toContain(hostname());
    expect(names).not.toContain('no name');
    expect(addresses).toEqual(expect.arrayContaining(['10.9.8.7', '127.0.0.1', '::1']));
  });
});

describe('a given certificate', () => {
  const given = async (): Promise<{
    readonly put: (pair: Partial<CertificateAndKey>) => void;
    readonly keep: () => Certificates;
    readonly changes: readonly CertificateAndKey[];
    readonly room: { at: number };
    readonly first: CertificateAndKey;
  }> => {
    const dir = directory();
    const files = { cert: join(dir, 'cert.pem'), key: join(dir, 'key.pem') };
    const changes: CertificateAndKey[] = [];
    const room = { at: Date.now() };
    const put = ({ cert, key }: Partial<CertificateAndKey>): void => {
      if (cert !== undefined) writeFileSync(files.cert, cert);
      if (key !== undefined) writeFileSync(files.key, key);
    };
    const first = await anyCertificate();
    put(first);
    return {
      put,
      changes,
      room,
      first,
      keep: () =>
        keepGivenCertificate(files, {
          log: pino({ level: 'silent' }),
          now: () => room.at,
          changed: (next) => void changes.push(next),
        }),
    };
  };

  test('is replaced while the gateway runs, once both files fit', async () => {
    const { put, keep, changes, first } = await given();
    const certificates = keep();
    await certificates.look();
    expect(changes).toEqual([]);
    const next = await anyCertificate();
    put({ cert: next.cert });
    await certificates.look();
    expect(certificates.current()).toEqual(first);
    expect(certificates.warnings()).toEqual([
      'tls: the files of the certificate cannot be used; the one before is served',
    ]);
    put({ key: next.key });
    await certificates.look();
    expect([certificates.current(), changes, certificates.warnings()]).toEqual([next, [next], []]);
  });

  test('is warned of from 14 days before its end', async () => {
    const { keep, room, first } = await given();
    const certificates = keep();
    const end = endOf(first);
    const on = new Date(end).toISOString().slice(0, 10);
    room.at = end - 15 * dayMs;
    expect(certificates.warnings()).toEqual([]);
    room.at = end - 13.5 * dayMs;
    expect(certificates.warnings()).toEqual([`tls: the certificate ends on ${on}, in 13 days`]);
    room.at = end + 1;
    expect(certificates.warnings()).toEqual([`tls: the certificate ended on ${on}`]);
  });

  test.each<readonly [string, (first: CertificateAndKey) => Partial<CertificateAndKey>, RegExp]>([
    [
      'are swapped',
      ({ cert, key }) => ({ cert: key, key: cert }),
      /^tls: \S+cert\.pem: holds no certificate but a key; are the two files swapped\?$/,
    ],
    [
      'are DER',
      ({ key }) => ({
        key: createPrivateKey(key).export({ type: 'pkcs8', format: 'der' }).toString('latin1'),
      }),
      /^tls: \S+key\.pem: is not PEM/,
    ],
    [
      'hold a key with a passphrase',
      ({ key }) => ({
        key: createPrivateKey(key)
          .export({ type: 'pkcs8', format: 'pem', cipher: 'aes-256-cbc', passphrase: 'x' })
          .toString(),
      }),
      /^tls: \S+key\.pem: the key has a passphrase/,
    ],
    [
      'hold a key of the old form with a passphrase',
      ({ key }) => ({
        key: createPrivateKey(key)
          .export({ type: 'sec1', format: 'pem', cipher: 'aes-256-cbc', passphrase: 'x' })
          .toString(),
      }),
      /^tls: \S+key\.pem: the key has a passphrase/,
    ],
    [
      'hold a key that was cut off',
      ({ key }) => ({ key: key.slice(0, 60) }),
      /^tls: \S+key\.pem: is no key that can be read/,
    ],
    [
      'hold a certificate that was cut off',
      ({ cert }) => ({ cert: cert.slice(0, 60) }),
      /^tls: \S+cert\.pem: is no certificate that can be read/,
    ],
  ])('whose files %s is refused at the start, with the file and why', async (_what, spoil, words) => {
    const { put, keep, first } = await given();
    put(spoil(first));
    expect(keep).toThrow(words);
  });

  test('whose key belongs to another is refused at the start, in words', async () => {
    const { put, keep } = await given();
    put({ key: (await anyCertificate()).key });
    expect(keep).toThrow(/key\.pem: does not belong to the certificate in \S+cert\.pem/);
  });
});
