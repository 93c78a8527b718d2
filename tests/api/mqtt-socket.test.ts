import { afterEach, beforeEach, expect, test } from 'vitest';
import { WebSocket } from 'ws';
import { type DutyRoom, openDutyRoom } from './duty-room.ts';

let room: DutyRoom;
beforeEach(async () => {
  room = await openDutyRoom();
});
afterEach(() => room[Symbol.asyncDispose]());

const connect = async (protocols: string[], origin?: string): Promise<WebSocket> => {
  const socket = new WebSocket(
    `ws://127.0.0.1:${await room.port()}/mqtt`,
    protocols,
    origin === undefined ? {} : { origin },
  );
  await new Promise<void>((resolve, reject) => {
    socket.on('open', resolve);
    socket.on('unexpected-response', (request, { statusCode }) => {
      reject(new Error(`refused: ${statusCode}`));
      request.destroy();
    });
    socket.on('error', reject);
  });
  return socket;
};

const accepted = (): (typeof room.mqtt)[number] => {
  const [last] = room.mqtt.slice(-1);
  if (last === undefined) throw new Error('nobody was handed to the broker');
  return last;
};

test('a device that speaks MQTT over WebSocket is handed to the broker as a stream of bytes, from wherever its page came', async () => {
  for (const [protocols, chosen] of [
    [['mqtt'], 'mqtt'],
    [['mqttv3.1'], 'mqttv3.1'],
    [['soap', 'mqtt'], 'mqtt'],
  ] as const) {
    const socket = await connect([...protocols], 'http://elsewhere.example');
    expect(socket.protocol).toBe(chosen);
    const { stream, remote } = accepted();
    expect(remote).toBe('127.0.0.1');
    const packet = Buffer.alloc(300 * 1024, 7);
    socket.send(packet);
    const chunks: Buffer[] = [];
    for await (const chunk of stream) {
      chunks.push(chunk);
      if (chunks.reduce((sum, { length }) => sum + length, 0) === packet.length) break;
    }
    expect(Buffer.concat(chunks).equals(packet)).toBe(true);
    socket.terminate();
  }
});

test('what the broker writes arrives as binary frames, and its end closes the connection', async () => {
  const socket = await connect(['mqtt']);
  const frame = new Promise<[Buffer, boolean]>((resolve) =>
    socket.on('message', (data, isBinary) => resolve([data as Buffer, isBinary])),
  );
  accepted().stream.write(Buffer.from([0x20, 2, 0, 0]));
  const [data, isBinary] = await frame;
  expect([[...data], isBinary]).toEqual([[0x20, 2, 0, 0], true]);
  const closed = new Promise((resolve) => socket.on('close', resolve));
  accepted().stream.destroy(new Error('not authorised'));
  await closed;
});

test('without the subprotocol there is no MQTT, and text is not MQTT', async () => {
  await expect(connect([])).rejects.toThrow('refused: 400');
  await expect(connect(['soap'])).rejects.toThrow('refused: 400');
  expect(room.mqtt).toHaveLength(0);
  const socket = await connect(['mqtt']);
  accepted().stream.resume();
  const closed = new Promise((resolve) => socket.on('close', resolve));
  socket.send('hello');
  expect(await closed).toBe(1003);
});

test('a peer that vanishes is no error of ours', async () => {
  const socket = await connect(['mqtt']);
  const { stream } = accepted();
  const ended = new Promise((resolve) => stream.on('close', resolve));
  stream.resume();
  socket.terminate();
  await ended;
  expect((await room.anybody.call('GET', '/api/v1/openapi.json')).status).toBe(200);
});
