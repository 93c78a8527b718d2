import { createPrivateKey, X509Certificate } from 'node:crypto';
import { chmodSync, existsSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { isIP } from 'node:net';
import { hostname, networkInterfaces } from 'node:os';
import { join } from 'node:path';
import { createSecureContext } from 'node:tls';
import { Worker } from 'node:worker_threads';
import type { Logger } from 'pino';
import type { FromMaker, ToMaker } from './certificate-maker.ts';
import type { CertificateAndKey } from './own-certificate.ts';

export type { CertificateAndKey } from './own-certificate.ts';

/** The certificate that the listeners serve, kept good while the gateway runs. */
export type Certificates = {
  readonly current: () => CertificateAndKey;
  /** Looks now whether another is to be served: the files have changed, the end is near, or the machine has another address. Never rejects. */
  readonly look: () => Promise<void>;
  /** What must be seen to, in words that anybody may read. */
  readonly warnings: () => readonly string[];
};

/** Those who keep certificates need a log, the wall clock (epoch ms), and somebody to tell of another certificate. */
export type Keeping = {
  readonly log: Logger;
  readonly now: () => number;
  readonly changed: (next: CertificateAndKey) => void;
};

/** Certificates could not be had: the words are for whoever starts the gateway. */
export class CertificateError extends Error {
  override readonly name = 'CertificateError';
}

const dayMs = 86_400_000;
/** A given certificate is warned of so long before its end. */
const warnBeforeMs = 14 * dayMs;
/** Our own is made anew so long before its end. */
const renewBeforeMs = 30 * dayMs;

const endOf = (pem: string): number => new X509Certificate(pem).validToDate.getTime();

/** What a person compares and looks for. */
const factsOf = (pem: string): Readonly<Record<string, string>> => {
  const { fingerprint256, subjectAltName, validToDate } = new X509Certificate(pem);
  return { sha256: fingerprint256, names: subjectAltName ?? '', until: validToDate.toISOString() };
};

const messageOf = (error: unknown): string => (error instanceof Error ? error.message : String(error));

const isPem = (text: string): boolean => text.includes('-----BEGIN ');

const whyNoKey = (key: string): string | null => {
  // Asked of OpenSSL, it would ask for the passphrase at the terminal.
  if (/-----BEGIN ENCRYPTED PRIVATE KEY-----|^Proc-Type: 4,ENCRYPTED/m.test(key))
    return 'the key has a passphrase: give one without (openssl pkey -in OLD -out NEW)';
  try {
    createPrivateKey(key);
    return null;
  } catch (error) {
    return `is no key that can be read: ${messageOf(error)}`;
  }
};

/** What is wrong with two files that cannot be used, with the name of the one at fault, in the words of whoever made them; null where it is none of the usual. */
const findFault = (
  { cert, key }: CertificateAndKey,
  files: { readonly cert: string; readonly key: string },
): string | null => {
  for (const [text, file] of [
    [cert, files.cert],
    [key, files.key],
  ] as const)
    if (!isPem(text)) return `${file}: is not PEM (text that begins with -----BEGIN)`;
  if (!/-----BEGIN (?:TRUSTED |X509 )?CERTIFICATE-----/.test(cert))
    return `${files.cert}: holds no certificate${cert.includes('PRIVATE KEY') ? ' but a key; are the two files swapped?' : ''}`;
  if (!key.includes('PRIVATE KEY-----')) return `${files.key}: holds no private key`;
  const noKey = whyNoKey(key);
  if (noKey !== null) return `${files.key}: ${noKey}`;
  try {
    if (!new X509Certificate(cert).checkPrivateKey(createPrivateKey(key)))
      return `${files.key}: does not belong to the certificate in ${files.cert} (which begins with the server’s own, the chain behind it)`;
  } catch (error) {
    return `${files.cert}: is no certificate that can be read: ${messageOf(error)}`;
  }
  return null;
};

/** Throws where the two are no certificate and key that belong together. */
const check = ({ cert, key }: CertificateAndKey): void => {
  createSecureContext({ cert, key });
  new X509Certificate(cert);
};

/** Serves the certificate of two PEM files and follows their changes; what cannot be used leaves the one before in its place. Throws CertificateError where there is none to begin with. */
export const keepGivenCertificate = (
  files: { readonly cert: string; readonly key: string },
  { log, now, changed }: Keeping,
): Certificates => {
  const read = (): CertificateAndKey => ({
    cert: readFileSync(files.cert, 'utf8'),
    key: readFileSync(files.key, 'utf8'),
  });
  const checkGiven = (pair: CertificateAndKey): void => {
    const fault = findFault(pair, files);
    if (fault !== null) throw new CertificateError(`tls: ${fault}`);
    check(pair);
  };
  const begin = (): CertificateAndKey => {
    try {
      const first = read();
      checkGiven(first);
      return first;
    } catch (error) {
      if (error instanceof CertificateError) throw error;
      throw new CertificateError(`tls: ${files.cert} and ${files.key} cannot be used: ${messageOf(error)}`);
    }
  };
  let current = begin();
  let wrong: string | null = null;
  log.info({ certificate: factsOf(current.cert) }, 'serving the given certificate');
  return {
    current: () => current,
    look: async () => {
      try {
        const next = read();
        if (next.cert !== current.cert || next.key !== current.key) {
          checkGiven(next);
          current = next;
          log.info({ certificate: factsOf(next.cert) }, 'the certificate was replaced');
          changed(next);
        }
        wrong = null;
      } catch (error) {
        const message = messageOf(error);
        // Between the writing of one file and of the other they do not fit: said once, and mended by the next look.
        if (message !== wrong)
          log.warn({ ...files, reason: message }, 'the certificate stays the one before');
        wrong = message;
      }
    },
    warnings: () => {
      const left = endOf(current.cert) - now();
      const on = new Date(endOf(current.cert)).toISOString().slice(0, 10);
      return [
        ...(wrong === null
          ? []
          : ['tls: the files of the certificate cannot be used; the one before is served']),
        ...(left <= 0 ? [`tls: the certificate ended on ${on}`] : []),
        ...(left > 0 && left <= warnBeforeMs
          ? [`tls: the certificate ends on ${on}, in ${Math.floor(left / dayMs)} days`]
          : []),
      ];
    },
  };
};

/** What the machine goes by: names and addresses, the name that people will use first. */
export type Whereabouts = { readonly names: readonly string[]; readonly addresses: readonly string[] };

const isHostName = (name: string): boolean =>
  name.length <= 253 && /^(?!-)[a-z0-9-]{1,63}(\.(?!-)[a-z0-9-]{1,63})*$/.test(name) && isIP(name) === 0;

/** The machine's own names and addresses as they are now, and those that it is also to be called by. */
export const findWhereabouts = (also: readonly string[]): Whereabouts => {
  const own = hostname().toLowerCase();
  const local = own.includes('.') ? [] : [`${own}.local`];
  const names = [...also.map((name) => name.toLowerCase()), own, ...local, 'localhost'].filter(isHostName);
  const addresses = Object.values(networkInterfaces())
    .flatMap((known) => known ?? [])
    // Nobody types the address of a link, which needs the name of an interface too.
    .filter(({ address, internal }) => !internal && !address.startsWith('fe80'))
    .map(({ address }) => address);
  return {
    names: [...new Set(names)],
    addresses: [...new Set([...also.filter((name) => isIP(name) !== 0), ...addresses, '127.0.0.1', '::1'])],
  };
};

const readPair = (file: string): CertificateAndKey | null => {
  try {
    const text = readFileSync(file, 'utf8');
    const keyAt = text.indexOf('-----BEGIN PRIVATE KEY-----');
    const pair = { cert: text.slice(0, keyAt), key: text.slice(keyAt) };
    check(pair);
    return pair;
  } catch {
    // Not there, cut off, or not ours: another is made.
    return null;
  }
};

/** Both in one file, which is whole or not there. */
const writeWhole = (file: string, text: string, mode: number): void => {
  writeFileSync(`${file}.tmp`, text, { mode: 0o600, flush: true });
  chmodSync(`${file}.tmp`, mode);
  renameSync(`${file}.tmp`, file);
};

/** In a thread of its own: what it takes to write certificates loads for a second, and is needed once a year. */
const make = (wanted: ToMaker): Promise<FromMaker> =>
  new Promise((resolve, reject) => {
    const maker = new Worker(new URL('./certificate-maker.ts', import.meta.url), { workerData: wanted });
    maker.once('message', resolve);
    maker.once('error', reject);
    maker.once('exit', () => reject(new Error('the thread that makes certificates ended')));
  });

/** Makes and serves a certificate of our own, signed by an authority of our own that the seats trust once. Both lie in `dir`, the data directory, where backups find them; the certificate is made anew before its end and when the machine is called otherwise. Throws CertificateError where none can be made. */
export const keepOwnCertificate = async (
  dir: string,
  whereabouts: () => Whereabouts,
  { log, now, changed }: Keeping,
): Promise<Certificates> => {
  const files = {
    authority: join(dir, 'tls-authority.pem'),
    toTrust: join(dir, 'tls-authority.crt'),
    server: join(dir, 'tls-server.pem'),
  };

  const isInForce = (cert: string): boolean => {
    const { validFromDate, validToDate } = new X509Certificate(cert);
    return validFromDate.getTime() <= now() && validToDate.getTime() > now() + renewBeforeMs;
  };

  const fits = (
    pair: CertificateAndKey,
    authority: CertificateAndKey,
    { names, addresses }: Whereabouts,
  ): boolean => {
    const certificate = new X509Certificate(pair.cert);
    return (
      isInForce(pair.cert) &&
      certificate.verify(new X509Certificate(authority.cert).publicKey) &&
      names.every((name) => certificate.checkHost(name) !== undefined) &&
      // An address that is gone stays in until another is wanted.
      addresses.every((address) => certificate.checkIP(address) !== undefined)
    );
  };

  /** What the seats are to trust lies where it is looked for, and is what signs. */
  const handOut = (authority: string): void => {
    if (existsSync(files.toTrust) && readFileSync(files.toTrust, 'utf8') === authority) return;
    writeWhole(files.toTrust, authority, 0o644);
  };

  const certificateFor = async (where: Whereabouts): Promise<CertificateAndKey> => {
    const kept = readPair(files.authority);
    const authority = kept !== null && isInForce(kept.cert) ? kept : null;
    const served = readPair(files.server);
    if (authority !== null) handOut(authority.cert);
    if (authority !== null && served !== null && fits(served, authority, where)) return served;
    const made = await make({ authority, ...where, now: now() });
    if (made.authority.cert !== authority?.cert) {
      writeWhole(files.authority, `${made.authority.cert}${made.authority.key}`, 0o600);
      handOut(made.authority.cert);
      const { sha256 } = factsOf(made.authority.cert);
      log.warn(
        { file: files.toTrust, sha256 },
        'a new authority was made: the seats must be told to trust it',
      );
    }
    writeWhole(files.server, `${made.certificate.cert}${made.certificate.key}`, 0o600);
    return made.certificate;
  };

  const begin = async (): Promise<CertificateAndKey> => {
    try {
      return await certificateFor(whereabouts());
    } catch (error) {
      throw new CertificateError(`tls: no certificate can be made in ${dir}: ${messageOf(error)}`);
    }
  };

  let current = await begin();
  let failing: string | null = null;
  let looking = false;
  const tell = (message: string): void =>
    log.info(
      {
        certificate: factsOf(current.cert),
        authority: { file: files.toTrust, sha256: factsOf(readFileSync(files.toTrust, 'utf8')).sha256 },
      },
      message,
    );
  tell('serving a certificate of our own');

  return {
    current: () => current,
    look: async () => {
      if (looking) return;
      looking = true;
      try {
        const next = await certificateFor(whereabouts());
        failing = null;
        if (next.cert === current.cert) return;
        current = next;
        tell('the certificate of our own was made anew');
        changed(next);
      } catch (error) {
        const message = messageOf(error);
        if (message !== failing) log.error({ err: error }, 'the own certificate cannot be made anew');
        failing = message;
      } finally {
        looking = false;
      }
    },
    warnings: () =>
      failing === null ? [] : ['tls: the own certificate cannot be made anew; the one before is served'],
  };
};
