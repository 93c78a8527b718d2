import 'reflect-metadata';
import { webcrypto } from 'node:crypto';
import { isIP } from 'node:net';
import { AsnConvert } from '@peculiar/asn1-schema';
import {
  GeneralName,
  GeneralSubtree,
  GeneralSubtrees,
  id_ce_nameConstraints,
  NameConstraints,
} from '@peculiar/asn1-x509';
import {
  AuthorityKeyIdentifierExtension,
  BasicConstraintsExtension,
  ExtendedKeyUsage,
  ExtendedKeyUsageExtension,
  Extension,
  KeyUsageFlags,
  KeyUsagesExtension,
  PemConverter,
  SubjectAlternativeNameExtension,
  SubjectKeyIdentifierExtension,
  X509Certificate,
  X509CertificateGenerator,
} from '@peculiar/x509';

/** A certificate and its key, both PEM. */
export type CertificateAndKey = { readonly cert: string; readonly key: string };

const dayMs = 86_400_000;
/** A seat's clock may be behind by so much. */
const backdatedMs = dayMs;
const authorityMs = 3_650 * dayMs;
/** Browsers take no more than 398 days. */
const certificateMs = 397 * dayMs;

const curve = { name: 'ECDSA', namedCurve: 'P-256' } as const;
const signing = { name: 'ECDSA', hash: 'SHA-256' } as const;

const keyPem = async (key: webcrypto.CryptoKey): Promise<string> =>
  `${PemConverter.encode(await webcrypto.subtle.exportKey('pkcs8', key), 'PRIVATE KEY')}\n`;

/** Only these names and those below them: whoever steals the authority's key can play no other site to the seats that trust it. Addresses stay free, because those of a duty room change. */
const onlyFor = (names: readonly string[]): Extension => {
  const permittedSubtrees = new GeneralSubtrees(
    names.map((dNSName) => new GeneralSubtree({ base: new GeneralName({ dNSName }) })),
  );
  return new Extension(
    id_ce_nameConstraints,
    true,
    AsnConvert.serialize(new NameConstraints({ permittedSubtrees })),
  );
};

/** Whether an authority may speak for all of these host names. */
export const maySpeakFor = (authority: string, names: readonly string[]): boolean => {
  const constraints = new X509Certificate(authority).getExtension(id_ce_nameConstraints);
  if (constraints === null) return true;
  const { permittedSubtrees } = AsnConvert.parse(constraints.value, NameConstraints);
  const permitted = [...(permittedSubtrees ?? [])].flatMap(({ base }) => base.dNSName ?? []);
  return names.every((name) => permitted.some((own) => name === own || name.endsWith(`.${own}`)));
};

/** Makes an authority for these host names; the seats trust it once, for ten years, and every certificate it signs with it. `now` is epoch ms by the wall clock. */
export const makeAuthority = async (names: readonly string[], now: number): Promise<CertificateAndKey> => {
  const keys = await webcrypto.subtle.generateKey(curve, true, ['sign', 'verify']);
  const made = new Date(now).toISOString().slice(0, 10);
  const cert = await X509CertificateGenerator.createSelfSigned({
    name: [{ CN: [`zhishou authority ${names[0] ?? ''} ${made}`] }],
    notBefore: new Date(now - backdatedMs),
    notAfter: new Date(now + authorityMs),
    signingAlgorithm: signing,
    keys,
    extensions: [
      new BasicConstraintsExtension(true, 0, true),
      new KeyUsagesExtension(KeyUsageFlags.keyCertSign | KeyUsageFlags.cRLSign, true),
      await SubjectKeyIdentifierExtension.create(keys.publicKey),
      onlyFor(names),
    ],
  });
  return { cert: `${cert.toString('pem')}\n`, key: await keyPem(keys.privateKey) };
};

/** Makes a server's certificate for these names and addresses, signed by the authority, which follows it in the PEM. */
export const makeCertificate = async (
  authority: CertificateAndKey,
  names: readonly string[],
  addresses: readonly string[],
  now: number,
): Promise<CertificateAndKey> => {
  const issuer = new X509Certificate(authority.cert);
  const signingKey = await webcrypto.subtle.importKey(
    'pkcs8',
    PemConverter.decodeFirst(authority.key),
    curve,
    false,
    ['sign'],
  );
  const keys = await webcrypto.subtle.generateKey(curve, true, ['sign', 'verify']);
  const notBefore = new Date(now - backdatedMs);
  const cert = await X509CertificateGenerator.create({
    subject: [{ CN: [names[0] ?? 'zhishou'] }],
    issuer: issuer.subjectName,
    notBefore,
    notAfter: new Date(Math.min(notBefore.getTime() + certificateMs, issuer.notAfter.getTime())),
    signingAlgorithm: signing,
    signingKey,
    publicKey: keys.publicKey,
    extensions: [
      new BasicConstraintsExtension(false, undefined, true),
      new KeyUsagesExtension(KeyUsageFlags.digitalSignature, true),
      new ExtendedKeyUsageExtension([ExtendedKeyUsage.serverAuth]),
      new SubjectAlternativeNameExtension([
        ...names.map((value) => ({ type: 'dns' as const, value })),
        ...addresses
          .filter((address) => isIP(address) !== 0)
          .map((value) => ({ type: 'ip' as const, value })),
      ]),
      await SubjectKeyIdentifierExtension.create(keys.publicKey),
      await AuthorityKeyIdentifierExtension.create(issuer),
    ],
  });
  return { cert: `${cert.toString('pem')}\n${authority.cert}`, key: await keyPem(keys.privateKey) };
};
