import { once } from 'node:events';
import { createServer } from 'node:http';
import { connect, type Socket } from 'node:net';
import { afterEach, expect, test } from 'vitest';
import { limitCallers } from '../../src/api/callers.ts';

const sockets: Socket[] = [];
const server = createServer((_request, response) => response.end('here'));
afterEach(() => {
  for (const socket of sockets.splice(0)) socket.destroy();
  server.close();
});

test('callers who say nothing keep nobody out: the oldest of them gives way', async () => {
  limitCallers(server, { inAll: 10, perAddress: 10 }, false);
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as { port: number };
  const open = async (): Promise<Socket> => {
    const socket = connect(port, '127.0.0.1');
    sockets.push(socket.on('error', () => {}));
    await once(socket, 'connect');
    return socket;
  };
  const first = await open();
  const gone = once(first, 'close');
  first.resume();
  for (let i = 0; i < 30; i += 1) await open();
  await gone;
  const answer = await fetch(`http://127.0.0.1:${port}/`);
  expect(await answer.text()).toBe('here');
  const count = await new Promise((resolve) => server.getConnections((_error, found) => resolve(found)));
  expect(count).toBeLessThanOrEqual(11);
});
