import { generate } from 'selfsigned';

/** A certificate for this machine that is its own authority, and its key; both PEM. */
export const makeCertificate = async (): Promise<{ readonly cert: string; readonly key: string }> => {
  const { cert, private: key } = await generate([{ name: 'commonName', value: 'localhost' }], {
    keyType: 'ec',
    algorithm: 'sha256',
    extensions: [
      {
        name: 'subjectAltName',
        altNames: [
          { type: 2, value: 'localhost' },
          { type: 7, ip: '127.0.0.1' },
        ],
      },
    ],
  });
  return { cert, key };
};
