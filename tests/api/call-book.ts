import type { ApiParts } from '../../src/api/parts.ts';
import type { CallDoor } from '../../src/gateway/call-doors.ts';
import type { DutyDoor } from '../../src/gateway/doors.ts';
import type { Listener } from '../../src/gateway/ports.ts';
import type { Call, VoiceMessage } from '../../src/model/call.ts';
import type { Refusal, Result } from '../../src/model/fault.ts';
import type { AlertOperation } from '../../src/model/operation.ts';
import { home301 } from './duty-room.ts';

/** A call that rings, unless the test says otherwise. */
export const ringing = (id: string, more: Partial<Call> = {}): Call => ({
  id,
  device: 'pager',
  place: home301,
  state: 'ringing',
  media: 'webrtc',
  requestedAt: 1_000,
  ringingAt: 1_000,
  rings: 1,
  direction: 'in',
  listeners: [],
  recorded: false,
  ...more,
});

/** Stands in for the core's call book: it does as it is told, commits through the real ledger, and remembers what it was asked. */
export type CallBook = {
  readonly parts: (duty: DutyDoor) => Partial<ApiParts>;
  readonly live: Map<string, Call>;
  /** Everything that was asked and told, in order. */
  readonly asked: (readonly unknown[])[];
  /** The next command is refused so. */
  readonly refuse: (refusal: Refusal) => void;
  readonly tell: (console: string, message: VoiceMessage) => void;
  /** A change of a call, as the committed ones are told. */
  readonly change: (seq: number, event: string, call: Call) => void;
};

/** Makes an empty book. */
export const createCallBook = (): CallBook => {
  const live = new Map<string, Call>();
  const asked: (readonly unknown[])[] = [];
  const listeners: Listener[] = [];
  let refusal: Refusal | null = null;

  const parts = (duty: DutyDoor): Partial<ApiParts> => {
    const decide = (id: string, next: (call: Call) => Call, line: readonly unknown[]): Result<Call> => {
      asked.push(line);
      duty.record('system', 'call.asked', `call:${id}`);
      if (refusal !== null) {
        const refused = refusal;
        refusal = null;
        return { ok: false, refusal: refused };
      }
      const call = live.get(id);
      if (call === undefined)
        return { ok: false, refusal: { code: 'not-found', message: `no call ${id} is under way` } };
      const value = next(call);
      void duty.settled().then(() => live.set(id, value));
      return { ok: true, value };
    };
    const calls: CallDoor = {
      live,
      place: (user, console, device, alert) => {
        live.set(
          'out-1',
          ringing('out-1', { device, direction: 'out', ...(alert === undefined ? {} : { alert }) }),
        );
        return decide('out-1', (call) => call, ['place', user, console, device, alert]);
      },
      answer: (user, console, call) =>
        decide(call, (of) => ({ ...of, state: 'answered', answeredBy: user }), [
          'answer',
          user,
          console,
          call,
        ]),
      hangUp: (user, call) => decide(call, (of) => ({ ...of, state: 'ended' }), ['hang-up', user, call]),
      handOver: (user, call, to, console) =>
        decide(call, (of) => ({ ...of, answeredBy: to }), ['hand-over', user, call, to, console]),
      listenIn: (user, console, call) =>
        decide(call, (of) => ({ ...of, listeners: [user] }), ['listen', user, console, call]),
      leave: (user, console, call) =>
        decide(call, (of) => ({ ...of, listeners: [] }), ['leave', user, console, call]),
      signal: (user, console, message) => void asked.push(['signal', user, console, message]),
      consoleHere: (console, user) => void asked.push(['here', console, user]),
      consoleGone: (console) => void asked.push(['gone', console]),
    };
    return {
      duty: {
        ...duty,
        calls,
        perform: (user: string, operation: AlertOperation, console?: string | null) => {
          asked.push(['perform', user, operation, console]);
          return duty.perform(user, operation, console);
        },
        listen: (listener) => {
          listeners.push(listener);
          return duty.listen(listener);
        },
      },
    };
  };

  return {
    parts,
    live,
    asked,
    refuse: (next) => {
      refusal = next;
    },
    tell: (console, message) => {
      for (const listener of listeners) listener.voice?.(console, message);
    },
    change: (seq, event, call) => {
      const change = { type: 'change', seq, at: call.requestedAt, what: 'call', event, call } as const;
      for (const listener of listeners) listener.change?.(change, JSON.stringify(change));
    },
  };
};
