import type { WebSocket } from 'ws';

/** What may wait for one console: in the socket (`inSocketBytes`) and behind it. */
export type OutboxLimits = {
  readonly inSocketBytes: number;
  readonly messages: number;
  readonly bytes: number;
};

/** A shift's worst minute fits; a console that is further behind is better off starting again. */
export const outboxLimits: OutboxLimits = {
  inSocketBytes: 256 * 1024,
  messages: 5000,
  bytes: 8 * 1024 * 1024,
};

/** The messages on their way to one console. Frames are shared between consoles and not copied. */
export type Outbox = {
  readonly send: (frame: Buffer) => void;
  /** Ahead of all that waits here. */
  readonly sendFirst: (frame: Buffer) => void;
  /** Whether anything waits. */
  readonly isBehind: () => boolean;
  /** Resolves when nothing waits any more, also because the socket is closed. */
  readonly drained: () => Promise<void>;
  /** Drops what waits; nothing is sent any more. */
  readonly end: () => void;
};

/** Makes the outbox of a socket; `overflowed` is called once, when more waits than may, and then nothing does. */
export const createOutbox = (socket: WebSocket, limits: OutboxLimits, overflowed: () => void): Outbox => {
  let queue: Buffer[] = [];
  let head = 0;
  let bytes = 0;
  let ended = false;
  let whenDrained: (() => void)[] = [];

  const waiting = (): number => queue.length - head;

  const tellDrained = (): void => {
    const resolvers = whenDrained;
    whenDrained = [];
    for (const resolve of resolvers) resolve();
  };

  const end = (): void => {
    ended = true;
    queue = [];
    head = 0;
    bytes = 0;
    tellDrained();
  };

  const write = (frame: Buffer): void => socket.send(frame, { binary: false }, pump);

  function pump(): void {
    if (ended) return;
    while (waiting() > 0 && socket.bufferedAmount < limits.inSocketBytes) {
      const frame = queue[head];
      head += 1;
      if (frame === undefined) continue;
      bytes -= frame.length;
      write(frame);
    }
    if (head > 1024 || waiting() === 0) {
      queue = queue.slice(head);
      head = 0;
    }
    if (waiting() === 0) tellDrained();
  }

  const checkLimits = (): void => {
    if (waiting() <= limits.messages && bytes <= limits.bytes) return;
    end();
    overflowed();
  };

  return {
    send: (frame) => {
      if (ended) return;
      if (waiting() === 0 && socket.bufferedAmount < limits.inSocketBytes) return write(frame);
      queue.push(frame);
      bytes += frame.length;
      checkLimits();
    },
    sendFirst: (frame) => {
      if (ended) return;
      if (socket.bufferedAmount < limits.inSocketBytes) return write(frame);
      queue.splice(head, 0, frame);
      bytes += frame.length;
      checkLimits();
    },
    isBehind: () => waiting() > 0,
    drained: () =>
      waiting() === 0 ? Promise.resolve() : new Promise((resolve) => whenDrained.push(resolve)),
    end,
  };
};
