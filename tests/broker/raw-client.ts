import { once } from 'node:events';
import { connect, type Socket } from 'node:net';

/** A packet as it came: its type and its body. */
export type RawPacket = { readonly type: number; readonly body: Buffer };

/** A bare socket to the broker, for what no decent client would send. */
export type RawClient = {
  readonly socket: Socket;
  readonly send: (...parts: readonly Buffer[]) => void;
  /** The next packet from the broker; null when the connection has ended. */
  readonly next: () => Promise<RawPacket | null>;
  readonly closed: Promise<void>;
};

/** Packet types that tests look for. */
export const types = { connack: 2, puback: 4, pubrec: 5, pubcomp: 7, suback: 9, pingresp: 13 } as const;

/** Connects a bare socket. */
export const createRawClient = async (port: number): Promise<RawClient> => {
  const socket = connect({ host: '127.0.0.1', port });
  socket.on('error', () => {});
  const closed = new Promise<void>((resolve) => socket.once('close', () => resolve()));
  let buffered: Buffer = Buffer.alloc(0);
  const packets: RawPacket[] = [];
  const waiting: ((packet: RawPacket | null) => void)[] = [];
  let over = false;
  socket.on('data', (chunk) => {
    buffered = Buffer.concat([buffered, chunk]);
    for (;;) {
      // What the broker sends in these tests is shorter than 128 bytes.
      const length = buffered[1];
      if (length === undefined || buffered.length < 2 + length) return;
      const packet = { type: (buffered[0] ?? 0) >> 4, body: buffered.subarray(2, 2 + length) };
      buffered = buffered.subarray(2 + length);
      const waiter = waiting.shift();
      if (waiter === undefined) packets.push(packet);
      else waiter(packet);
    }
  });
  void closed.then(() => {
    over = true;
    for (const waiter of waiting.splice(0)) waiter(null);
  });
  await once(socket, 'connect');
  return {
    socket,
    send: (...parts) => void socket.write(Buffer.concat(parts)),
    next: () =>
      new Promise((resolve) => {
        const packet = packets.shift();
        if (packet !== undefined) resolve(packet);
        else if (over) resolve(null);
        else waiting.push(resolve);
      }),
    closed,
  };
};

/** A packet with its fixed header. */
export const packet = (first: number, ...body: readonly Buffer[]): Buffer => {
  const content = Buffer.concat(body);
  return Buffer.concat([Buffer.of(first), remainingLength(content.length), content]);
};

/** The length field of a fixed header [MQTT-2.2.3]. */
export const remainingLength = (length: number): Buffer => {
  const bytes: number[] = [];
  let rest = length;
  do {
    const low = rest % 128;
    rest = Math.floor(rest / 128);
    bytes.push(rest > 0 ? low + 128 : low);
  } while (rest > 0);
  return Buffer.from(bytes);
};

/** A text with its length before it. */
export const text = (value: string): Buffer => {
  const bytes = Buffer.from(value);
  return Buffer.concat([number(bytes.length), bytes]);
};

/** Two bytes, high one first. */
export const number = (value: number): Buffer => Buffer.of(value >> 8, value & 0xff);

/** What a CONNECT may say here; clean session, MQTT 3.1.1, no keep-alive and an id of its own where nothing else is given. */
export type Connect = {
  readonly user: string;
  readonly password: string;
  readonly clientId?: string;
  readonly keepAlive?: number;
  readonly clean?: boolean;
  readonly version?: 3 | 4 | 5;
};

/** A CONNECT. */
export const connectPacket = ({
  user,
  password,
  clientId = `raw ${user}`,
  keepAlive = 0,
  clean = true,
  version = 4,
}: Connect): Buffer =>
  packet(
    0x10,
    text(version === 3 ? 'MQIsdp' : 'MQTT'),
    Buffer.of(version, 0xc0 | (clean ? 2 : 0)),
    number(keepAlive),
    ...(version === 5 ? [Buffer.of(0)] : []),
    text(clientId),
    text(user),
    text(password),
  );

/** A PUBLISH; `id` is needed from QoS 1 on. */
export const publishPacket = (
  topic: string,
  payload: string,
  { qos = 1, id = 1, dup = false }: { qos?: 0 | 1 | 2; id?: number; dup?: boolean } = {},
): Buffer =>
  packet(
    0x30 | (qos << 1) | (dup ? 8 : 0),
    text(topic),
    ...(qos > 0 ? [number(id)] : []),
    Buffer.from(payload),
  );

/** A PUBREL. */
export const pubrelPacket = (id: number): Buffer => packet(0x62, number(id));

/** A SUBSCRIBE for one filter at QoS 1. */
export const subscribePacket = (id: number, filter: string): Buffer =>
  packet(0x82, number(id), text(filter), Buffer.of(1));
