import { type CertificateAndKey, makeAuthority, makeCertificate as signed } from '../src/own-certificate.ts';

/** A certificate for this machine, with the authority that signed it behind it, and its key; all PEM. */
export const makeCertificate = async (): Promise<CertificateAndKey> =>
  signed(await makeAuthority(['localhost'], Date.now()), ['localhost'], ['127.0.0.1'], Date.now());
