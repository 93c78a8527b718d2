import { type Call, type CallEvent, endedStates } from '../model/call.ts';
import type { Refusal } from '../model/fault.ts';
import type { Place } from '../model/place.ts';

/** Something that befalls a call, at `at` (epoch ms). `answered`: an operator speaks; `picked-up`: the person whom an operator called does. */
export type CallStep = { readonly at: number } & (
  | { readonly event: 'ringing' | 'picked-up' | 'connected' | 'missed' | 'fell-back' }
  | { readonly event: 'recording' | 'recording-broke' | 'recorded' }
  | { readonly event: 'answered' | 'listened-to' | 'left-alone'; readonly by: string }
  | { readonly event: 'handed-over'; readonly to: string }
  | { readonly event: 'joined'; readonly alert: string }
  | { readonly event: 'moved'; readonly place: Place | null }
  | { readonly event: 'hung-up'; readonly side: 'room' | 'device' }
  | { readonly event: 'rings-again' | 'ended' | 'failed'; readonly reason: string }
);

/** What comes of a step: the call afterwards (the same object where nothing changed), and under what name it is recorded (null: not worth a line); or why not. */
export type CallOutcome =
  | { readonly ok: true; readonly call: Call; readonly happened: CallEvent | null }
  | { readonly ok: false; readonly refusal: Refusal };

/** Whether it is over. */
export const isOver = ({ state }: Pick<Call, 'state'>): boolean => endedStates.has(state);

/** Whether it waits for somebody of the duty room, whoever that may be. */
export const waitsForRoom = ({ state, answeredBy }: Call): boolean =>
  (state === 'requested' || state === 'ringing') && answeredBy === undefined;

/** Whether an operator has placed it and the person has not picked up yet. */
export const callsDevice = ({ state, answeredBy }: Call): boolean =>
  (state === 'requested' || state === 'ringing') && answeredBy !== undefined;

/** Whether both sides speak in it, or are about to. */
export const isSpoken = ({ state }: Pick<Call, 'state'>): boolean =>
  state === 'answered' || state === 'connected';

const refuse = (code: Refusal['code'], message: string, details: Refusal['details']): CallOutcome => ({
  ok: false,
  refusal: { code, message, ...(details === undefined ? {} : { details }) },
});

const nothing = (call: Call): CallOutcome => ({ ok: true, call, happened: null });

const done = (call: Call, happened: CallEvent): CallOutcome => ({ ok: true, call, happened });

const over = (
  call: Call,
  state: 'ended' | 'cancelled' | 'declined' | 'failed',
  at: number,
  reason?: string,
): CallOutcome => {
  const { reason: _before, recordingAt: _since, ...rest } = call;
  const ended: Call = { ...rest, state, endedAt: at, listeners: [] };
  return done(reason === undefined ? ended : { ...ended, reason }, state);
};

/** The life of a call that is over: only that there is a recording of it can still become known. */
const afterwards = (call: Call, step: CallStep): CallOutcome => {
  switch (step.event) {
    case 'recorded':
      return call.recorded ? nothing(call) : done({ ...call, recorded: true }, 'recorded');
    case 'answered':
    case 'handed-over':
    case 'listened-to':
      return refuse('already-ended', 'the call is over', { call: call.id, state: call.state });
    case 'hung-up':
      return step.side === 'room'
        ? refuse('already-ended', 'the call is over', { call: call.id, state: call.state })
        : nothing(call);
    case 'ringing':
    case 'picked-up':
    case 'connected':
    case 'missed':
    case 'fell-back':
    case 'left-alone':
    case 'joined':
    case 'moved':
    case 'recording':
    case 'recording-broke':
    case 'rings-again':
    case 'ended':
    case 'failed':
      return nothing(call);
  }
};

/** The life of a call: pure, and total over every state and every step. */
export const liveCall = (call: Call, step: CallStep): CallOutcome => {
  if (isOver(call)) return afterwards(call, step);
  const { at } = step;
  switch (step.event) {
    case 'ringing':
      return call.state === 'requested'
        ? done({ ...call, state: 'ringing', ringingAt: at, rings: call.rings + 1 }, 'ringing')
        : nothing(call);
    case 'answered':
      return waitsForRoom(call)
        ? done({ ...call, state: 'answered', answeredAt: at, answeredBy: step.by }, 'answered')
        : refuse('already-answered', `${call.answeredBy} speaks in it already`, {
            call: call.id,
            answeredBy: call.answeredBy,
          });
    case 'picked-up':
      return callsDevice(call)
        ? done({ ...call, state: 'answered', answeredAt: at }, 'answered')
        : nothing(call);
    case 'connected':
      return call.state === 'answered'
        ? done({ ...call, state: 'connected', connectedAt: call.connectedAt ?? at }, 'connected')
        : nothing(call);
    case 'missed':
      return waitsForRoom(call) ? done({ ...call, missedAt: at }, 'missed') : nothing(call);
    case 'rings-again': {
      if (!isSpoken(call)) return nothing(call);
      const { answeredBy: _speaker, recordingAt: _since, ...rest } = call;
      return done({ ...rest, state: 'ringing', ringingAt: at, rings: call.rings + 1 }, 'rings-again');
    }
    case 'handed-over':
      if (!isSpoken(call))
        return refuse('not-claimed', 'nobody speaks in it, so nobody can hand it over', { call: call.id });
      return call.answeredBy === step.to
        ? nothing(call)
        : done({ ...call, answeredBy: step.to }, 'handed-over');
    case 'joined':
      return call.alert === step.alert ? nothing(call) : done({ ...call, alert: step.alert }, 'joined');
    case 'moved':
      // Whoever speaks in it goes on, whether or not they may see the other place.
      return waitsForRoom(call) ? done({ ...call, place: step.place }, 'moved') : nothing(call);
    case 'listened-to':
      if (!isSpoken(call)) return refuse('not-claimed', 'nobody speaks in it yet', { call: call.id });
      if (call.answeredBy === step.by)
        return refuse('already-answered', 'you speak in it yourself', {
          call: call.id,
          answeredBy: step.by,
        });
      return call.listeners.includes(step.by)
        ? nothing(call)
        : done({ ...call, listeners: [...call.listeners, step.by] }, 'listened-to');
    case 'left-alone':
      return call.listeners.includes(step.by)
        ? done({ ...call, listeners: call.listeners.filter((one) => one !== step.by) }, 'left-alone')
        : nothing(call);
    case 'fell-back':
      return call.media === 'webrtc' ? done({ ...call, media: 'mqtt-audio' }, 'fell-back') : nothing(call);
    case 'hung-up': {
      const ofRoom = step.side === 'room';
      // Whoever called gives up, whoever is called refuses.
      if (waitsForRoom(call)) return over(call, ofRoom ? 'declined' : 'cancelled', at);
      if (callsDevice(call)) return over(call, ofRoom ? 'cancelled' : 'declined', at);
      return over(call, 'ended', at, ofRoom ? 'hung-up-by-operator' : 'hung-up-by-device');
    }
    case 'ended':
    case 'failed':
      return over(call, step.event, at, step.reason);
    case 'recording':
      return call.recordingAt === undefined ? done({ ...call, recordingAt: at }, 'recording') : nothing(call);
    case 'recording-broke': {
      const { recordingAt, ...rest } = call;
      return recordingAt === undefined ? nothing(call) : done(rest, 'recording-broke');
    }
    case 'recorded':
      return call.recorded ? nothing(call) : done({ ...call, recorded: true }, 'recorded');
  }
};
