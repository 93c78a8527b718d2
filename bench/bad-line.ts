import { createSocket, type Socket } from 'node:dgram';
import { once } from 'node:events';
import type { OfferedLeg } from '../simulator/voice/leg.ts';

/** What becomes of each packet of UDP, there and back: the share that is lost, and how late (ms) the others come. */
export type LineFaults = { readonly lost: number; readonly delayMs: number };

type Line = { readonly port: number; readonly close: () => void };

const hostCandidate = /^a=candidate:\S+ 1 udp \d+ (\S+) (\d+) typ host.*\r?\n/gim;

/** Stands between one leg and the gateway as a router would: whoever sends to `port` has a port of its own towards the gateway. */
const openLine = async (
  address: string,
  port: number,
  { lost, delayMs }: LineFaults,
  chance: () => number,
): Promise<Line> => {
  const near = createSocket('udp4');
  const far = new Map<string, Socket>();
  let open = true;
  const pass = (send: () => void): void => {
    if (chance() < lost) return;
    setTimeout(() => {
      if (open) send();
    }, delayMs);
  };
  near.on('message', (packet, from) => {
    const key = `${from.address} ${from.port}`;
    let way = far.get(key);
    if (way === undefined) {
      way = createSocket('udp4');
      way.on('message', (back) => pass(() => near.send(back, from.port, from.address)));
      far.set(key, way);
    }
    const out = way;
    pass(() => out.send(packet, port, address));
  });
  near.bind(0, '127.0.0.1');
  await once(near, 'listening');
  return {
    port: near.address().port,
    close: () => {
      open = false;
      near.close();
      for (const way of far.values()) way.close();
    },
  };
};

/** The same leg behind a bad line: the gateway's offer names only that, and the answer no way past it. Signalling is not touched. */
export const overBadLine = (leg: OfferedLeg, faults: LineFaults, chance: () => number): OfferedLeg => {
  let line: Line | null = null;
  let closed = false;
  return {
    ...leg,
    answer: async (offer) => {
      const [given] = offer.matchAll(hostCandidate);
      if (given === undefined) throw new Error('an offer without a candidate of the machine itself');
      const [text, address, port] = given;
      const opened = await openLine(address ?? '', Number(port), faults, chance);
      if (closed) {
        opened.close();
        throw new Error('the leg was closed before it was answered');
      }
      line = opened;
      const first = text.replace(`${address} ${port}`, `127.0.0.1 ${opened.port}`);
      const only = offer.replace(text, 'THE-LINE').replace(hostCandidate, '').replace('THE-LINE', first);
      return (await leg.answer(only)).replace(/^a=candidate:.*\r?\n/gm, '');
    },
    addCandidate: () => {},
    close: () => {
      closed = true;
      leg.close();
      line?.close();
    },
  };
};
