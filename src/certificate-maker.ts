import { parentPort, workerData } from 'node:worker_threads';
import { type CertificateAndKey, makeAuthority, makeCertificate, maySpeakFor } from './own-certificate.ts';

/** What is wanted: a certificate for these names and addresses, signed by this authority unless it may not speak for all of them; null = there is none yet. `now` is epoch ms. */
export type ToMaker = {
  readonly authority: CertificateAndKey | null;
  readonly names: readonly string[];
  readonly addresses: readonly string[];
  readonly now: number;
};
/** What was made, and by which authority. */
export type FromMaker = { readonly authority: CertificateAndKey; readonly certificate: CertificateAndKey };

const make = async ({ authority: kept, names, addresses, now }: ToMaker): Promise<FromMaker> => {
  const authority = kept !== null && maySpeakFor(kept.cert, names) ? kept : await makeAuthority(names, now);
  return { authority, certificate: await makeCertificate(authority, names, addresses, now) };
};

parentPort?.postMessage(await make(workerData as ToMaker));
