import type { Alert } from '../src/model/alert.ts';
import { type Call, endedStates, type VoiceMessage } from '../src/model/call.ts';
import { type Change, type ClientMessage, ServerMessage } from '../src/model/change.ts';
import type { ApiClient } from './api-client.ts';
import { createWitness } from './witness.ts';

/** A change to an alert. */
export type AlertChange = Change & { readonly alert: Alert };

/** A change to a call. */
export type CallChange = Change & { readonly call: Call };

/** Follows `/api/v1/live` as a console does, and resumes where it stopped when the connection is lost. */
export type LiveFeed = {
  /** The changes kept, in the order in which they came. */
  readonly changes: () => readonly Change[];
  /** Open alerts by id, as the feed has told them so far. */
  readonly alerts: () => ReadonlyMap<string, Alert>;
  /** Calls under way by id, as the feed has told them so far. */
  readonly calls: () => ReadonlyMap<string, Call>;
  /** Emergencies that rang before they could be stored. */
  readonly uncommitted: () => readonly Alert[];
  /** The number of the last change. */
  readonly seq: () => number;
  /** How many changes were noted: to wait only for what comes after. */
  readonly mark: () => number;
  /** The first change (after `since`) that fits, also one already seen; rejects with NotSeenError after `withinMs`. */
  readonly waitFor: (
    fits: (change: Change) => boolean,
    withinMs: number,
    what: string,
    since?: number,
  ) => Promise<Change>;
  /** As `waitFor`, for changes that carry an alert. */
  readonly waitForAlert: (
    fits: (change: AlertChange) => boolean,
    withinMs: number,
    what: string,
    since?: number,
  ) => Promise<AlertChange>;
  /** As `waitFor`, for changes that carry a call. */
  readonly waitForCall: (
    fits: (change: CallChange) => boolean,
    withinMs: number,
    what: string,
    since?: number,
  ) => Promise<CallChange>;
  /** Says something to the gateway; while the feed is not open it is lost. */
  readonly say: (message: ClientMessage) => void;
  /** Anything that is wrong with the feed itself: a number twice, a number going back, a message that breaks the schema. */
  readonly faults: () => readonly string[];
  readonly close: () => Promise<void>;
};

/** A console of its own: its id, and who is told of the signalling that comes to it. */
export type OwnConsole = {
  readonly id: string;
  readonly onVoice: (message: VoiceMessage) => void;
};

const hasAlert = (change: Change): change is AlertChange => change.alert !== undefined;
const hasCall = (change: Change): change is CallChange => change.call !== undefined;

/** Opens the feed for somebody signed in; resolves when the snapshot is here. */
export const followFeed = async (
  api: Pick<ApiClient, 'url' | 'token'>,
  own?: OwnConsole,
): Promise<LiveFeed> => {
  const witness = createWitness<Change>();
  const faults: string[] = [];
  const uncommitted: Alert[] = [];
  const alerts = new Map<string, Alert>();
  const calls = new Map<string, Call>();
  let seq = 0;
  let closing = false;
  let socket: WebSocket;
  let resumeTimer: NodeJS.Timeout | null = null;

  const takeIn = (text: string, opened: () => void): void => {
    let json: unknown;
    try {
      json = JSON.parse(text);
    } catch {
      faults.push(`not JSON: ${text.slice(0, 80)}`);
      return;
    }
    const read = ServerMessage.safeParse(json);
    if (!read.success) {
      faults.push(
        `breaks the schema: ${text.slice(0, 200)}: ${read.error.issues[0]?.message ?? ''} at ${read.error.issues[0]?.path.join('.') ?? ''}`,
      );
      return;
    }
    const message = read.data;
    switch (message.type) {
      case 'hello':
        if (seq > 0) opened();
        return;
      case 'snapshot':
        alerts.clear();
        for (const alert of message.alerts) alerts.set(alert.id, alert);
        calls.clear();
        for (const call of message.calls) calls.set(call.id, call);
        seq = message.seq;
        opened();
        return;
      case 'change':
        if (message.seq < seq) faults.push(`change ${message.seq} came after ${seq}`);
        seq = message.seq;
        if (message.alert?.state === 'closed') alerts.delete(message.alert.id);
        else if (message.alert !== undefined) alerts.set(message.alert.id, message.alert);
        if (message.call !== undefined) {
          if (endedStates.has(message.call.state)) calls.delete(message.call.id);
          else calls.set(message.call.id, message.call);
        }
        witness.note(message);
        return;
      case 'uncommitted':
        uncommitted.push(message.alert);
        return;
      case 'error':
        faults.push(`the feed said ${message.error.code}: ${message.error.message}`);
        return;
      case 'voice':
        own?.onVoice(message);
        return;
      case 'tick':
      case 'readings':
      case 'devices':
        return;
    }
  };

  const open = (): Promise<void> =>
    new Promise((resolve, reject) => {
      const address = new URL('/api/v1/live', api.url);
      if (own !== undefined) address.searchParams.set('console', own.id);
      if (seq > 0) address.searchParams.set('after', String(seq));
      address.protocol = address.protocol === 'https:' ? 'wss:' : 'ws:';
      // `undici`'s WebSocket takes headers where a browser's takes protocols.
      socket = new WebSocket(address, { headers: { authorization: `Bearer ${api.token}` } });
      socket.addEventListener('message', (event) => takeIn(String(event.data), resolve));
      socket.addEventListener('error', () =>
        reject(new Error(`the live feed at ${address.href} does not open`)),
      );
      socket.addEventListener('close', (event) => {
        reject(new Error(`the live feed closed with ${event.code} ${event.reason}`));
        if (closing) return;
        resumeTimer = setTimeout(() => void open().catch(() => {}), 250);
      });
    });

  try {
    await open();
  } catch (error) {
    closing = true;
    if (resumeTimer !== null) clearTimeout(resumeTimer);
    throw error;
  }

  return {
    changes: witness.seen,
    alerts: () => alerts,
    calls: () => calls,
    uncommitted: () => uncommitted,
    seq: () => seq,
    mark: witness.mark,
    waitFor: witness.waitFor,
    waitForAlert: async (fits, withinMs, what, since) => {
      const change = await witness.waitFor((seen) => hasAlert(seen) && fits(seen), withinMs, what, since);
      if (!hasAlert(change)) throw new TypeError('a change without its alert');
      return change;
    },
    waitForCall: async (fits, withinMs, what, since) => {
      const change = await witness.waitFor((seen) => hasCall(seen) && fits(seen), withinMs, what, since);
      if (!hasCall(change)) throw new TypeError('a change without its call');
      return change;
    },
    say: (message) => {
      if (socket.readyState === WebSocket.OPEN) socket.send(JSON.stringify(message));
    },
    faults: () => faults,
    close: () =>
      new Promise((resolve) => {
        closing = true;
        if (resumeTimer !== null) clearTimeout(resumeTimer);
        if (socket.readyState === WebSocket.CLOSED) return resolve();
        socket.addEventListener('close', () => resolve());
        socket.close();
      }),
  };
};
