import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { connect, createServer } from 'node:net';
import { setTimeout as pause } from 'node:timers/promises';
import { guard } from '../simulator/gateway-process.ts';
import { endToo } from './own-gateway.ts';

const upWithinMs = 20_000;
const stopWithinMs = 20_000;

/** A port of the loopback that nobody listens on. */
export const freePort = async (): Promise<number> => {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  server.close();
  return typeof address === 'object' && address ? address.port : 0;
};

const answers = (port: number): Promise<boolean> =>
  new Promise((resolve) => {
    const socket = connect(port, '127.0.0.1');
    const tell = (up: boolean) => (): void => {
      socket.destroy();
      resolve(up);
    };
    socket.once('connect', tell(true));
    socket.once('error', tell(false));
  });

/** Somebody else's server, which runs as a child process; `stop` resolves when it has ended, after 20 s by force. */
export type OwnServer = { readonly stop: () => Promise<void> };

/** Starts a program and resolves when it listens on `port` of the loopback; rejects, and leaves nothing running, where it does not within 20 s. It ends with the benches, however they end. */
export const startServer = async (
  program: string,
  parameters: readonly string[],
  port: number,
): Promise<OwnServer> => {
  const child = spawn(program, [...parameters], { stdio: 'ignore', detached: true });
  const guardian = child.pid === undefined ? null : guard(child.pid);
  let gone = false;
  const ended = new Promise<void>((resolve) => {
    const settle = (): void => {
      gone = true;
      process.off('exit', killNow);
      guardian?.kill('SIGKILL');
      resolve();
    };
    child.once('exit', settle);
    child.once('error', settle);
  });
  const killNow = (): void => void child.kill('SIGKILL');
  process.once('exit', killNow);
  endToo(() => {
    killNow();
    return ended;
  }, ended);
  const stop = async (): Promise<void> => {
    child.kill();
    const patience = setTimeout(killNow, stopWithinMs);
    await ended;
    clearTimeout(patience);
  };
  const deadline = performance.now() + upWithinMs;
  while (!gone && !(await answers(port))) {
    if (performance.now() > deadline) break;
    await pause(20);
  }
  if (gone || performance.now() > deadline) {
    await stop();
    throw new Error(`${program} does not answer`);
  }
  return { stop };
};
