import { createContext, use, useSyncExternalStore } from 'react';
import { v4 as newId } from 'uuid';
import type { VoiceMessage } from '../../../src/model/call.ts';
import type { ClientMessage } from '../../../src/model/change.ts';
import type { Device } from '../../../src/model/device.ts';
import { applyMessage, withDeviceList, withDevicesRead, withoutUncommitted } from './apply-message.ts';
import { beat, setClock } from './clock.ts';
import { keepLine, type LineState, type Resumption } from './connection.ts';
import { takeConsoleId } from './console-id.ts';
import { type FeedState, nothingHeard } from './feed-state.ts';
import { drawEveryMs, gather } from './gather.ts';

/** The live feed of this page: what is known, how the line stands, and the way to say something. */
export type LiveFeed = {
  readonly state: () => FeedState;
  readonly line: () => LineState;
  readonly onChange: (listener: () => void) => () => void;
  /** Signalling of calls for this console: no state, so whoever makes the legs hears every message once. */
  readonly onVoice: (listener: (message: VoiceMessage) => void) => () => void;
  readonly send: (message: ClientMessage) => boolean;
  /** The devices as a list tells them, or some of them, asked for when the feed had come to the number `since`. */
  readonly putDevices: (list: readonly Device[], since: number) => void;
  readonly addDevices: (some: readonly Device[], since: number) => void;
  readonly forgetUncommitted: (alert: string) => void;
  /** Dials at once where the line is not open. */
  readonly dialNow: () => void;
  readonly stop: () => void;
};

/** The code of a close by a gateway that no longer knows the session. */
const signedOut = 4001;

const consoleId = takeConsoleId(sessionStorage, newId);
window.addEventListener('pagehide', consoleId.leave);
window.addEventListener('pageshow', consoleId.comeBack);

const addressOf = (from: Resumption | null): string => {
  const { protocol, host } = window.location;
  const query = new URLSearchParams({ console: consoleId.id });
  if (from !== null) {
    query.set('after', String(from.after));
    query.set('feed', from.feed);
  }
  return `${protocol === 'https:' ? 'wss' : 'ws'}://${host}/api/v1/live?${query}`;
};

/** Starts the feed. `askWhy` is called when the line could not be opened, which a browser does not explain, or was closed because the session has ended. */
export const startFeed = (askWhy: () => void): LiveFeed => {
  let state = nothingHeard;
  const listeners = new Set<() => void>();
  const ears = new Set<(message: VoiceMessage) => void>();
  const drawing = gather({
    run: () => {
      for (const listener of listeners) listener();
    },
    everyMs: drawEveryMs,
    now: () => performance.now(),
    soon: (run, ms) => void setTimeout(run, ms),
  });
  const changed = drawing.ask;
  const put = (next: FeedState): void => {
    if (next === state) return;
    if (next.clockOffsetMs !== state.clockOffsetMs) setClock(next.clockOffsetMs);
    state = next;
    changed();
  };
  const line = keepLine({
    open: (after, socketEars) => {
      const socket = new WebSocket(addressOf(after));
      socket.addEventListener('message', (event) => socketEars.heard(String(event.data)));
      socket.addEventListener('close', (event) => socketEars.closed(event.code));
      return { send: (text) => socket.send(text), close: () => socket.close() };
    },
    now: Date.now,
    chance: Math.random,
    after: () => (state.complete && state.feed !== null ? { after: state.seq, feed: state.feed } : null),
    heard: (message) => {
      if (message.type === 'voice') for (const ear of ears) ear(message);
      else put(applyMessage(state, message, Date.now()));
    },
    agrees: () => state.complete,
    unreadable: () => put({ ...state, unreadable: state.unreadable + 1 }),
    changed,
    lost: (code, wasOpen) => {
      if (!wasOpen || code === signedOut) askWhy();
    },
  });
  const worker = new Worker(new URL('./pulse.worker.ts', import.meta.url), { type: 'module' });
  worker.addEventListener('message', () => {
    line.pulse();
    // The worker's beat comes also where the page's own timers sleep.
    drawing.flush();
    beat();
  });
  return {
    state: () => state,
    line: line.state,
    onChange: (listener) => {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
    onVoice: (ear) => {
      ears.add(ear);
      return () => ears.delete(ear);
    },
    send: line.send,
    dialNow: line.dialNow,
    putDevices: (list, since) => put(withDeviceList(state, list, since)),
    addDevices: (some, since) => put(withDevicesRead(state, some, since)),
    forgetUncommitted: (alert) => put(withoutUncommitted(state, alert)),
    stop: () => {
      worker.terminate();
      line.stop();
    },
  };
};

const FeedContext = createContext<LiveFeed | null>(null);

/** Gives everything below it the live feed. */
export const FeedProvider = FeedContext;

/** The live feed itself. */
export const useFeed = (): LiveFeed => {
  const feed = use(FeedContext);
  if (feed === null) throw new Error('useFeed needs a FeedProvider above it');
  return feed;
};

/** What is known now; draws again with every change. */
export const useFeedState = (): FeedState => {
  const feed = useFeed();
  return useSyncExternalStore(feed.onChange, feed.state);
};

/** How the line stands now. */
export const useLine = (): LineState => {
  const feed = useFeed();
  return useSyncExternalStore(feed.onChange, feed.line);
};
