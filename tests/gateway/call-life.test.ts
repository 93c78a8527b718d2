import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { type CallStep, isOver, liveCall } from '../../src/gateway/call-life.ts';
import { type Call, type CallState, callStates } from '../../src/model/call.ts';
import { home } from './call-room.ts';

const at = 1_000_000;

const base: Call = {
  id: 'c1',
  device: 'pager-1',
  alert: 'alert-1',
  place: null,
  state: 'requested',
  media: 'webrtc',
  requestedAt: 1,
  rings: 0,
  direction: 'in',
  listeners: [],
  recorded: false,
};

const inState = (state: CallState, direction: Call['direction'] = 'in'): Call => ({
  ...base,
  state,
  direction,
  ...(direction === 'out' || state === 'answered' || state === 'connected' ? { answeredBy: 'li' } : {}),
  ...(state === 'requested' ? {} : { ringingAt: 2, rings: 1 }),
});

const steps: readonly CallStep[] = [
  { at, event: 'ringing' },
  { at, event: 'answered', by: 'wang' },
  { at, event: 'picked-up' },
  { at, event: 'connected' },
  { at, event: 'missed' },
  { at, event: 'rings-again', reason: 'console-lost' },
  { at, event: 'handed-over', to: 'wang' },
  { at, event: 'joined', alert: 'alert-2' },
  { at, event: 'moved', place: home },
  { at, event: 'listened-to', by: 'zhao' },
  { at, event: 'left-alone', by: 'zhao' },
  { at, event: 'fell-back' },
  { at, event: 'recording' },
  { at, event: 'recording-broke' },
  { at, event: 'recorded' },
  { at, event: 'hung-up', side: 'room' },
  { at, event: 'hung-up', side: 'device' },
  { at, event: 'ended', reason: 'alert-closed' },
  { at, event: 'failed', reason: 'no-sound' },
];

/** The state afterwards, `-` where nothing happened, or why it is refused. */
const outcome = (call: Call, step: CallStep): string => {
  const done = liveCall(call, step);
  if (!done.ok) return done.refusal.code;
  return done.happened === null ? '-' : done.call.state;
};

const row = (event: CallStep['event'], direction: Call['direction'] = 'in', side?: string): string[] => {
  const step = steps.find((one) => one.event === event && (!side || ('side' in one && one.side === side)));
  if (!step) throw new Error(event);
  return callStates.map((state) => outcome(inState(state, direction), step));
};

describe('the life of a call', () => {
  test('has an answer for every step in every state', () => {
    //                                  requested   ringing     answered            connected           ended …
    const gone = Array(4).fill('-');
    const refused = Array(4).fill('already-ended');
    expect(row('ringing')).toEqual(['ringing', '-', '-', '-', ...gone]);
    expect(row('answered')).toEqual([
      'answered',
      'answered',
      'already-answered',
      'already-answered',
      ...refused,
    ]);
    expect(row('picked-up')).toEqual(['-', '-', '-', '-', ...gone]);
    expect(row('connected')).toEqual(['-', '-', 'connected', '-', ...gone]);
    expect(row('moved')).toEqual(['requested', 'ringing', '-', '-', ...gone]);
    expect(row('missed')).toEqual(['requested', 'ringing', '-', '-', ...gone]);
    expect(row('rings-again')).toEqual(['-', '-', 'ringing', 'ringing', ...gone]);
    expect(row('handed-over')).toEqual(['not-claimed', 'not-claimed', 'answered', 'connected', ...refused]);
    expect(row('listened-to')).toEqual(['not-claimed', 'not-claimed', 'answered', 'connected', ...refused]);
    expect(row('hung-up', 'in', 'room')).toEqual(['declined', 'declined', 'ended', 'ended', ...refused]);
    expect(row('hung-up', 'in', 'device')).toEqual(['cancelled', 'cancelled', 'ended', 'ended', ...gone]);
    expect(row('ended')).toEqual(['ended', 'ended', 'ended', 'ended', ...gone]);
    expect(row('failed')).toEqual(['failed', 'failed', 'failed', 'failed', ...gone]);
  });

  test('of one that an operator places: the person picks up or refuses, and the operator may give up', () => {
    expect(row('picked-up', 'out').slice(0, 4)).toEqual(['answered', 'answered', '-', '-']);
    expect(row('answered', 'out').slice(0, 2)).toEqual(['already-answered', 'already-answered']);
    expect(row('missed', 'out').slice(0, 2)).toEqual(['-', '-']);
    expect(row('hung-up', 'out', 'room').slice(0, 2)).toEqual(['cancelled', 'cancelled']);
    expect(row('hung-up', 'out', 'device').slice(0, 2)).toEqual(['declined', 'declined']);
  });

  test('keeps when it began to ring, how often, and who speaks now', () => {
    const ringing = liveCall(inState('requested'), { event: 'ringing', at: 10 });
    if (!ringing.ok) throw new Error();
    expect(ringing.call).toMatchObject({ ringingAt: 10, rings: 1 });
    const answered = liveCall(ringing.call, { event: 'answered', at: 20, by: 'li' });
    if (!answered.ok) throw new Error();
    expect(answered.call).toMatchObject({ answeredAt: 20, answeredBy: 'li' });
    const again = liveCall(answered.call, { event: 'rings-again', at: 30, reason: 'console-lost' });
    if (!again.ok) throw new Error();
    expect(again.call).toMatchObject({ ringingAt: 30, rings: 2 });
    expect(again.call.answeredBy).toBeUndefined();
  });

  test('whatever befalls it in whatever order, one that is over stays over, and exactly then it has an end', () => {
    fc.assert(
      fc.property(
        fc.constantFrom('in' as const, 'out' as const),
        fc.array(fc.constantFrom(...steps), { maxLength: 30 }),
        (direction, befalls) => {
          let call = inState('requested', direction);
          for (const step of befalls) {
            const done = liveCall(call, step);
            if (!done.ok) continue;
            if (done.happened === null) expect(done.call).toBe(call);
            if (isOver(call)) expect(done.call).toEqual({ ...call, recorded: done.call.recorded });
            call = done.call;
            expect(isOver(call)).toBe(call.endedAt !== undefined);
            if (call.state === 'answered' || call.state === 'connected')
              expect(call.answeredBy).toBeDefined();
            if (isOver(call)) expect(call.recordingAt).toBeUndefined();
          }
        },
      ),
    );
  });
});
