import { type ClientMessage, ServerMessage } from '../../../src/model/change.ts';
import { deadAfterMs, longestRetryMs, retryDelayMs } from './health.ts';

/** The part of a browser's WebSocket that the feed uses. */
export type Socket = {
  readonly send: (text: string) => void;
  readonly close: () => void;
};

/** What a socket tells its owner. */
export type SocketEars = {
  readonly heard: (text: string) => void;
  readonly closed: (code: number) => void;
};

/** How the line stands. `heardAt`: when anything was last heard (at first: when the line was begun); `openSince`: since when it has been open without a break; times in epoch ms. */
export type LineState = {
  readonly open: boolean;
  readonly openSince: number | null;
  readonly heardAt: number;
  readonly attempts: number;
};

/** A line that mends itself. Time comes in with `pulse`, to be called a few times a second. */
export type Line = {
  readonly state: () => LineState;
  readonly pulse: () => void;
  /** Sends if the line is open, and says whether it did. */
  readonly send: (message: ClientMessage) => boolean;
  /** Dials at once where the line is not open: what kept it from opening is out of the way. */
  readonly dialNow: () => void;
  readonly stop: () => void;
};

/** The code of a close by a gateway whose messages we took too slowly; we come back at once. */
const tooSlow = 4008;

/** Where a console goes on: after which number of which run of numbers. */
export type Resumption = { readonly after: number; readonly feed: string };

/** Opens the live feed and keeps it open. `after` answers where to resume, or null for a snapshot; `agrees` says after a hello whether what follows can be used (false: begin anew without a number). */
export const keepLine = (ports: {
  readonly open: (after: Resumption | null, ears: SocketEars) => Socket;
  readonly now: () => number;
  readonly chance: () => number;
  readonly after: () => Resumption | null;
  readonly heard: (message: ServerMessage) => void;
  readonly agrees: () => boolean;
  readonly unreadable: () => void;
  readonly changed: () => void;
  /** The line could not be opened or was closed; it will be tried again. */
  readonly lost: (code: number, wasOpen: boolean) => void;
}): Line => {
  let state: LineState = { open: false, openSince: null, heardAt: ports.now(), attempts: 0 };
  let socket: Socket | null = null;
  let startedAt = ports.now();
  let retryAt: number | null = null;
  let stopped = false;
  let fromStart = false;

  const set = (next: Partial<LineState>): void => {
    state = { ...state, ...next };
    ports.changed();
  };

  const drop = (code: number): void => {
    const dropped = socket;
    socket = null;
    dropped?.close();
    if (stopped) return;
    const wasOpen = state.open;
    retryAt = ports.now() + (code === tooSlow ? 0 : retryDelayMs(state.attempts, ports.chance()));
    set({ open: false, openSince: null, attempts: state.attempts + 1 });
    ports.lost(code, wasOpen);
  };

  const dial = (): void => {
    retryAt = null;
    startedAt = ports.now();
    const resumed = fromStart ? null : ports.after();
    fromStart = false;
    const ears: SocketEars = {
      heard: (text) => {
        if (socket !== mine) return;
        const message = readMessage(text);
        state = { ...state, heardAt: ports.now() };
        if (message === null) {
          ports.unreadable();
          ports.changed();
          return;
        }
        ports.heard(message);
        if (message.type !== 'hello') return ports.changed();
        set({ open: true, openSince: ports.now(), attempts: 0 });
        // A number of another run says nothing about this one.
        if (resumed !== null && !ports.agrees()) {
          fromStart = true;
          drop(tooSlow);
        }
      },
      closed: (code) => {
        if (socket === mine) drop(code);
      },
    };
    const mine = ports.open(resumed, ears);
    socket = mine;
  };

  dial();
  return {
    state: () => state,
    pulse: () => {
      if (stopped) return;
      const now = ports.now();
      // Where the machine's clock was put back nothing waits for it to come this far again.
      if (state.heardAt > now) set({ heardAt: now });
      startedAt = Math.min(startedAt, now);
      if (retryAt !== null) {
        if (now >= retryAt || retryAt - now > longestRetryMs) dial();
        return;
      }
      const quietSince = state.open ? state.heardAt : startedAt;
      if (now - quietSince >= deadAfterMs) drop(0);
    },
    send: (message) => {
      if (!state.open || socket === null) return false;
      socket.send(JSON.stringify(message));
      return true;
    },
    dialNow: () => {
      if (stopped || state.open) return;
      // What is being dialled was begun before.
      const begun = socket;
      socket = null;
      begun?.close();
      set({ attempts: 0 });
      dial();
    },
    stop: () => {
      stopped = true;
      socket?.close();
      socket = null;
    },
  };
};

/** The message in `text`, or null where it cannot be read. */
export const readMessage = (text: string): ServerMessage | null => {
  let json: unknown;
  try {
    json = JSON.parse(text);
  } catch {
    return null;
  }
  const parsed = ServerMessage.safeParse(json);
  return parsed.success ? parsed.data : null;
};
