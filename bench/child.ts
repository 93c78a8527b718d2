import { fork } from 'node:child_process';

/** What a child process says; `what` tells its messages apart. */
export type Said = { readonly what: string };

/** A child process that does a part of the work, so that it takes no time from whoever measures. */
export type Child<Order, Message extends Said> = {
  readonly tell: (order: Order) => void;
  /** The next message of that name that nobody has asked for yet; rejects after `withinMs`, or where the child has ended without it. */
  readonly next: <What extends Message['what']>(
    what: What,
    withinMs: number,
  ) => Promise<Extract<Message, { readonly what: What }>>;
  /** Lets go of the child, which ends by itself then; resolves when it has. */
  readonly end: () => Promise<void>;
};

/** Starts a child process on a file of this folder. `heard` is told of every message as it comes. */
export const startChild = <Order extends object, Message extends Said>(
  file: string,
  heard: (message: Message) => void = () => {},
): Child<Order, Message> => {
  const child = fork(new URL(file, import.meta.url));
  const kept: Message[] = [];
  const waiting = new Set<() => void>();
  let gone = false;
  const look = (): void => {
    for (const again of [...waiting]) again();
  };
  child.on('message', (message) => {
    heard(message as Message);
    kept.push(message as Message);
    look();
  });
  const ended = new Promise<void>((resolve) => {
    const settle = (): void => {
      gone = true;
      look();
      resolve();
    };
    child.once('exit', settle);
    child.on('error', settle);
  });

  const next = <What extends Message['what']>(what: What, withinMs: number) =>
    new Promise<Extract<Message, { readonly what: What }>>((resolve, reject) => {
      const settle = (): void => {
        clearTimeout(deadline);
        waiting.delete(check);
      };
      const deadline = setTimeout(() => {
        settle();
        reject(new Error(`${file} did not say "${what}" within ${withinMs} ms`));
      }, withinMs);
      const check = (): void => {
        const index = kept.findIndex((message) => message.what === what);
        if (index >= 0) {
          settle();
          resolve(kept.splice(index, 1)[0] as Extract<Message, { readonly what: What }>);
        } else if (gone) {
          settle();
          reject(new Error(`${file} ended before it said "${what}"`));
        }
      };
      waiting.add(check);
      check();
    });

  return {
    tell: (order) => void child.send(order),
    next,
    end: async () => {
      if (child.connected) child.disconnect();
      await ended;
    },
  };
};

/** For the child's side: takes orders, and ends the process when its parent lets go of it or is gone, at the latest after `mostMs`. */
export const serve = <Order, Message extends Said>(
  mostMs: number,
  take: (order: Order, say: (message: Message) => void) => void,
): void => {
  const say = (message: Message): void => {
    if (process.connected) process.send?.(message);
  };
  process.on('message', (order) => take(order as Order, say));
  process.once('disconnect', () => process.exit(0));
  setTimeout(() => process.exit(1), mostMs).unref();
};
