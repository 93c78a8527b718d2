import { type ClientOptions, WebSocket } from 'ws';
import type { ServerMessage } from '../../src/model/change.ts';

/** A console at the other end of a real WebSocket. */
export type ConsoleClient = {
  readonly socket: WebSocket;
  readonly messages: readonly ServerMessage[];
  /** Numbers of the changes, in the order in which they came. */
  readonly seqs: () => readonly number[];
  /** The first message that fits, also one already here; rejects after 30 s. */
  readonly until: <T extends ServerMessage>(fits: (message: ServerMessage) => message is T) => Promise<T>;
  /** Resolves once what came fits; rejects after 30 s. */
  readonly met: (fits: (messages: readonly ServerMessage[]) => boolean) => Promise<void>;
  /** The code with which the gateway closed. */
  readonly closed: Promise<number>;
  readonly say: (message: unknown) => void;
};

/** A guard for messages of one type. */
export const ofType =
  <K extends ServerMessage['type']>(type: K) =>
  (message: ServerMessage): message is Extract<ServerMessage, { type: K }> =>
    message.type === type;

// As long as a test waits for anything else: a busy machine is no fault of the feed's.
const patienceMs = 30_000;

/** Connects; rejects with the HTTP status (`refused: 401`) where the gateway refuses the upgrade. */
export const openConsole = (url: string, options: ClientOptions = {}): Promise<ConsoleClient> =>
  new Promise((resolve, reject) => {
    const socket = new WebSocket(url, options);
    const messages: ServerMessage[] = [];
    const watchers = new Set<() => void>();
    socket.on('message', (data) => {
      messages.push(JSON.parse(String(data)));
      for (const watcher of [...watchers]) watcher();
    });
    socket.on('unexpected-response', (request, response) => {
      reject(new Error(`refused: ${response.statusCode}`));
      request.destroy();
    });
    socket.on('error', reject);
    const closed = new Promise<number>((close) => socket.on('close', close));

    const met = (fits: (messages: readonly ServerMessage[]) => boolean): Promise<void> =>
      new Promise((done, fail) => {
        const look = (): void => {
          if (!fits(messages)) return;
          clearTimeout(deadline);
          watchers.delete(look);
          done();
        };
        const deadline = setTimeout(() => {
          watchers.delete(look);
          fail(
            new Error(
              `not seen; the last of ${messages.length}: ${JSON.stringify(messages.slice(-3)).slice(0, 500)}`,
            ),
          );
        }, patienceMs);
        watchers.add(look);
        look();
      });

    const client: ConsoleClient = {
      socket,
      messages,
      seqs: () => messages.flatMap((message) => (message.type === 'change' ? [message.seq] : [])),
      met,
      until: async (fits) => {
        await met((seen) => seen.some(fits));
        const found = messages.find(fits);
        if (found === undefined) throw new Error('it was there a moment ago');
        return found;
      },
      closed,
      say: (message) => socket.send(typeof message === 'string' ? message : JSON.stringify(message)),
    };
    socket.on('open', () => resolve(client));
  });
