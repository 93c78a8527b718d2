import { connect } from 'node:net';

/** What became of bytes thrown at the gateway: it ended the connection, it answered and kept it, or it said nothing and kept it. `received` is everything it sent. */
export type Aftermath = {
  readonly outcome: 'ended' | 'answered' | 'silent';
  readonly received: Uint8Array;
};

/** How long the gateway has to say or do something (ms), and when it is enough: when it has ended the connection, or once it has sent so many bytes. */
export type Patience = { readonly withinMs: number; readonly untilReceived?: number };

/** Opens a bare connection to `url` (`mqtt://host:port`), throws these bytes at it, and looks what comes of it; rejects only where nobody listens there. */
export const throwAt = (url: string, bytes: Uint8Array, patience: Patience): Promise<Aftermath> =>
  new Promise((resolve, reject) => {
    const { hostname, port } = new URL(url);
    const received: Uint8Array[] = [];
    let length = 0;
    let connected = false;
    const socket = connect({ host: hostname, port: Number(port === '' ? 1883 : port) });
    const finish = (outcome: Aftermath['outcome']): void => {
      clearTimeout(deadline);
      socket.destroy();
      resolve({ outcome, received: Buffer.concat(received) });
    };
    const deadline = setTimeout(() => finish(length > 0 ? 'answered' : 'silent'), patience.withinMs);
    socket.on('connect', () => {
      connected = true;
      socket.write(bytes);
    });
    socket.on('data', (chunk) => {
      received.push(chunk);
      length += chunk.length;
      if (patience.untilReceived !== undefined && length >= patience.untilReceived) finish('answered');
    });
    // A gateway that ends the connection while we still write resets it: that is an end like any other.
    socket.on('error', (error) => {
      if (connected) return;
      clearTimeout(deadline);
      reject(error);
    });
    socket.on('close', () => finish('ended'));
  });

const lengthField = (length: number): Uint8Array => {
  const bytes: number[] = [];
  let rest = length;
  do {
    const low = rest % 128;
    rest = Math.floor(rest / 128);
    bytes.push(rest > 0 ? low + 128 : low);
  } while (rest > 0);
  return Uint8Array.from(bytes);
};

const field = (value: string | Uint8Array): Uint8Array => {
  const bytes = Buffer.from(value);
  return Buffer.concat([Uint8Array.of(bytes.length >> 8, bytes.length & 0xff), bytes]);
};

/** A packet with the fixed header of its body [MQTT-2.2]; `announced` is the length it claims where that is a lie. */
export const packet = (first: number, body: Uint8Array, announced = body.length): Uint8Array =>
  Buffer.concat([Uint8Array.of(first), lengthField(announced), body]);

/** A CONNECT of MQTT 3.1.1 with a clean session and no keep-alive, by a client of the device's own name. */
export const connectPacket = (id: string, secret: string): Uint8Array =>
  packet(
    0x10,
    Buffer.concat([field('MQTT'), Uint8Array.of(4, 0xc2, 0, 0), field(id), field(id), field(secret)]),
  );

/** A PUBLISH at QoS 1 with the packet id 1; no rule about topics or payloads is kept here. */
export const publishPacket = (topic: string, payload: string | Uint8Array): Uint8Array =>
  packet(0x32, Buffer.concat([field(topic), Uint8Array.of(0, 1), Buffer.from(payload)]));

/** The bytes of a CONNACK and of the PUBACK after it. */
export const connackAndPuback = 8;
