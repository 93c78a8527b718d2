import type { Call, CallEvent } from '../model/call.ts';
import type { Result } from '../model/fault.ts';
import { type CallStep, callsDevice, isOver, isSpoken, liveCall, waitsForRoom } from './call-life.ts';
import { keepNewest } from './keep-newest.ts';
import type { Ledger } from './ledger.ts';
import type { CallRecord } from './ports.ts';

/** Nobody has answered for so long: missed, or, where an operator called, over (ms). */
export const missAfterMs = 60_000;
/** Sound must flow both ways so long after the answer (ms). */
export const soundWithinMs = 15_000;
/** A console that is gone has so long to come back to its call (ms). */
export const consoleGraceMs = 15_000;

/** How many calls that are over are still known by their id. */
const overKept = 1_000;

/** What happened to a call, and how it stood before (null: it is new). */
export type CallHappening = {
  readonly before: CallRecord | null;
  readonly record: CallRecord;
  readonly event: CallEvent;
  readonly step: CallStep | null;
  readonly actor: string;
  readonly at: number;
};

/** What of a record changes beside the call's life. */
type Beside = Partial<Omit<CallRecord, 'call'>>;

/** The only writer of calls. Every change of a call is a line in the ledger, a row, and a change for the consoles, in one step. */
export type CallBook = {
  /** One under way. */
  readonly get: (id: string) => CallRecord | undefined;
  /** One that was over not long ago. */
  readonly over: (id: string) => CallRecord | undefined;
  readonly underWay: () => Iterable<CallRecord>;
  /** The one under way with a device. */
  readonly ofDevice: (device: string) => CallRecord | undefined;
  readonly ofAlert: (alert: string) => readonly CallRecord[];
  /** Begins a call, which is `requested`; `console` is that of an operator who placed it. */
  readonly begin: (call: Call, console: string | null, actor: string, at: number) => void;
  readonly befall: (
    id: string,
    step: CallStep,
    actor: string,
    data?: Readonly<Record<string, unknown>>,
    beside?: Beside,
  ) => Result<Call>;
  /** Changes what nobody must hear of. */
  readonly note: (id: string, beside: Beside) => void;
  /** After a start: whoever spoke when the gateway stopped does so no longer, and whoever called the device is no longer there. */
  readonly takeUp: (at: number) => void;
  /** Everything whose time has come. */
  readonly tick: (now: number) => void;
  /** The wall clock was set by so many ms: the deadlines move along. */
  readonly shift: (byMs: number) => void;
};

const none = { missAt: null, soundBy: null, consoleBackBy: null } as const;

/** The deadlines, and the console that speaks, after `step` has turned `before` into `call`. */
const follow = (before: CallRecord, call: Call, { event, at }: CallStep): CallRecord => {
  if (isOver(call)) return { ...before, ...none, call, console: null };
  switch (event) {
    case 'answered':
    case 'picked-up':
      return { ...before, call, missAt: null, soundBy: at + soundWithinMs };
    case 'connected':
      return { ...before, call, soundBy: null };
    case 'missed':
      return { ...before, call, missAt: null };
    case 'rings-again':
      return { ...none, call, console: null, missAt: at + missAfterMs };
    case 'handed-over':
      return {
        ...before,
        call,
        consoleBackBy: null,
        soundBy: call.state === 'answered' ? at + soundWithinMs : null,
      };
    case 'fell-back':
      return { ...before, call, soundBy: before.soundBy === null ? null : at + soundWithinMs };
    default:
      return { ...before, call };
  }
};

/** What must happen to a call now, one thing at a time; null = nothing yet. */
const dueStep = ({ call, missAt, soundBy, consoleBackBy }: CallRecord, now: number): CallStep | null => {
  if (consoleBackBy !== null && consoleBackBy <= now) {
    return isSpoken(call)
      ? { event: 'rings-again', at: now, reason: 'console-lost' }
      : { event: 'failed', at: now, reason: 'console-lost' };
  }
  if (missAt !== null && missAt <= now) {
    return callsDevice(call)
      ? { event: 'failed', at: now, reason: 'no-answer' }
      : { event: 'missed', at: now };
  }
  if (soundBy !== null && soundBy <= now) return { event: 'failed', at: now, reason: 'no-sound' };
  return null;
};

/** Makes the book from the calls that were under way. `happened` hears of every change, at once and committed or not. */
export const createCallBook = (parts: {
  readonly stored: readonly CallRecord[];
  readonly ledger: Ledger;
  readonly happened: (happening: CallHappening) => void;
}): CallBook => {
  const { ledger, happened } = parts;
  const records = new Map<string, CallRecord>();
  const byDevice = new Map<string, string>();
  const finished = new Map<string, CallRecord>();

  const index = (record: CallRecord): void => {
    const { id, device } = record.call;
    if (!isOver(record.call)) {
      records.set(id, record);
      byDevice.set(device, id);
      return;
    }
    records.delete(id);
    if (byDevice.get(device) === id) byDevice.delete(device);
    keepNewest(finished, id, record, overKept);
  };
  for (const record of parts.stored) index(record);

  /** Puts a change of a call down: line, row and change. */
  const write = (
    before: CallRecord | null,
    record: CallRecord,
    event: CallEvent,
    step: CallStep | null,
    at: number,
    actor: string,
    data: Readonly<Record<string, unknown>>,
  ): void => {
    const { call } = record;
    const facts: Record<string, unknown> = { state: call.state, device: call.device, ...data };
    if (call.alert !== undefined) facts.alert = call.alert;
    if (call.answeredBy !== undefined) facts.answeredBy = call.answeredBy;
    if (call.reason !== undefined) facts.reason = call.reason;
    const seq = ledger.enter(at, actor, `call.${event}`, `call:${call.id}`, null, facts);
    ledger.tell({ seq, at, what: 'call', event, by: actor, data, call });
    ledger.put('call', call.id, record);
    index(record);
    happened({ before, record, event, step, actor, at });
  };

  const known = (id: string): CallRecord | undefined => records.get(id) ?? finished.get(id);

  const befall: CallBook['befall'] = (id, step, actor, data = {}, beside = {}) => {
    const before = known(id);
    if (before === undefined)
      return { ok: false, refusal: { code: 'not-found', message: `no call ${id} is under way` } };
    const outcome = liveCall(before.call, step);
    if (!outcome.ok) return outcome;
    if (outcome.happened === null) return { ok: true, value: outcome.call };
    const record = { ...follow(before, outcome.call, step), ...beside };
    write(before, record, outcome.happened, step, step.at, actor, data);
    // What follows at once may have changed it further.
    return { ok: true, value: known(id)?.call ?? outcome.call };
  };

  const note: CallBook['note'] = (id, beside) => {
    const record = records.get(id);
    if (record === undefined) return;
    const noted = { ...record, ...beside };
    ledger.put('call', id, noted);
    index(noted);
  };

  return {
    get: (id) => records.get(id),
    over: (id) => finished.get(id),
    underWay: () => [...records.values()],
    ofDevice: (device) => {
      const id = byDevice.get(device);
      return id === undefined ? undefined : records.get(id);
    },
    ofAlert: (alert) => [...records.values()].filter(({ call }) => call.alert === alert),
    begin: (call, console, actor, at) => {
      const record: CallRecord = { ...none, call, console, missAt: at + missAfterMs };
      write(null, record, 'requested', null, at, actor, { direction: call.direction, media: call.media });
    },
    befall,
    note,
    tick: (now) => {
      for (const { call } of [...records.values()]) {
        for (let record = records.get(call.id); record; record = records.get(call.id)) {
          const step = dueStep(record, now);
          if (step === null) break;
          befall(call.id, step, 'system', 'reason' in step ? { reason: step.reason } : {});
          // A step that changes nothing would stay due for ever.
          if (records.get(call.id) === record) break;
        }
      }
    },
    shift: (byMs) => {
      const moved = (at: number | null): number | null => (at === null ? null : at + byMs);
      for (const { call, missAt, soundBy, consoleBackBy } of [...records.values()])
        note(call.id, {
          missAt: moved(missAt),
          soundBy: moved(soundBy),
          consoleBackBy: moved(consoleBackBy),
        });
    },
    takeUp: (at) => {
      for (const { call } of [...records.values()]) {
        if (waitsForRoom(call)) continue;
        const reason = 'restarted';
        const event = isSpoken(call) ? 'rings-again' : 'failed';
        befall(call.id, { event, at, reason }, 'system', { reason });
      }
    },
  };
};
