import { createSocket } from 'node:dgram';

const words = (code: string | undefined, host: string, port: number): string | null => {
  switch (code) {
    case 'EADDRINUSE':
      return `UDP port ${port} is in use (another program listens on ${host}; ZHISHOU_VOICE_PORT, voice.port, chooses another)`;
    case 'EADDRNOTAVAIL':
      return `${host} is no address of this machine (ZHISHOU_VOICE_HOST; 0.0.0.0 means all of them)`;
    case 'EACCES':
      return `UDP port ${port} is not for this user to open (ZHISHOU_VOICE_PORT; those below 1024 need a right of their own)`;
    default:
      return null;
  }
};

/** Answers a UDP port that is free now: the wanted one, or any where that is 0. Throws in words for whoever starts the gateway, `host` being what they wrote for `address`. */
export const findPort = (host: string, address: string, wanted: number): Promise<number> =>
  new Promise((resolve, reject) => {
    const socket = createSocket(address.includes(':') ? 'udp6' : 'udp4');
    socket.once('error', (error: NodeJS.ErrnoException) => {
      socket.close();
      const why = words(error.code, host, wanted);
      reject(why === null ? error : new Error(why, { cause: error }));
    });
    socket.bind({ port: wanted, address, exclusive: true }, () => {
      const { port } = socket.address();
      socket.close(() => resolve(port));
    });
  });
