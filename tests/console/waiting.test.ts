import { expect, test } from 'vitest';
import type { LegFacts, LegsState } from '../../console/src/call/leg.ts';
import { troublesOf, whyBroken } from '../../console/src/call/troubles.ts';
import {
  callOfAlert,
  callsOf,
  hungUpByKey,
  isMissed,
  waitingBeside,
  waitingCalls,
} from '../../console/src/call/waiting.ts';
import { en } from '../../console/src/words/en.ts';
import { zh } from '../../console/src/words/zh.ts';
import type { Alert } from '../../src/model/alert.ts';
import { type Call, callReasons } from '../../src/model/call.ts';
import { alertOf, callOf } from './alerts.ts';

const callsIn = (...calls: readonly Call[]): ReadonlyMap<string, Call> =>
  new Map(calls.map((call) => [call.id, call]));
const alertsIn = (...alerts: readonly Alert[]): ReadonlyMap<string, Alert> =>
  new Map(alerts.map((alert) => [alert.id, alert]));
const ids = (calls: readonly Call[]): readonly string[] => calls.map(({ id }) => id);

test('who waits longest comes first, but a press before a wish to speak', () => {
  const alerts = alertsIn(alertOf('press'), alertOf('wish', { kind: 'call-request', priority: 'high' }));
  const calls = callsIn(
    callOf('a', { alert: 'wish', requestedAt: 1 }),
    callOf('b', { alert: 'press', requestedAt: 3 }),
    callOf('c', { alert: 'press', requestedAt: 2 }),
    callOf('d', { requestedAt: 0 }),
  );
  expect(ids(waitingCalls(calls, alerts))).toEqual(['c', 'b', 'd', 'a']);
});

test('a call waits until somebody answers, also one that an operator placed and that was lost; one being placed does not', () => {
  const calls = callsIn(
    callOf('answered', { state: 'answered', answeredBy: 'li' }),
    callOf('placing', { direction: 'out', answeredBy: 'li' }),
    callOf('lost', { direction: 'out', rings: 2 }),
    callOf('asked', { state: 'requested' }),
  );
  expect(ids(waitingCalls(calls, new Map()))).toEqual(['asked', 'lost']);
  expect(ids(callsOf(calls, 'li'))).toEqual(['answered', 'placing']);
  expect(callsOf(calls, 'zhao')).toEqual([]);
});

test('a call waits in a row of its own where no ringing alert shows it: the alert was taken, or is not critical', () => {
  const alerts = alertsIn(
    alertOf('rings'),
    alertOf('taken', { acknowledged: true, claimedBy: 'li' }),
    alertOf('wish', { kind: 'call-request', priority: 'high' }),
  );
  const calls = callsIn(
    callOf('a', { alert: 'rings' }),
    callOf('b', { alert: 'taken' }),
    callOf('c', { alert: 'wish' }),
    callOf('d', { alert: 'gone' }),
  );
  expect(ids(waitingBeside(calls, alerts))).toEqual(['b', 'c', 'd']);
});

test('the key hangs up the live call and never one on hold; without a live one it must be plain which is meant', () => {
  const [held, live] = [callOf('held'), callOf('live')];
  expect(hungUpByKey([held, live], 'live')).toBe('live');
  expect(hungUpByKey([held, live], null)).toBeNull();
  expect(hungUpByKey([held], 'listened-to')).not.toBe('held');
  expect(hungUpByKey([live], null)).toBe('live');
  expect(hungUpByKey([], null)).toBeNull();
});

test('of an alert with several calls the one that rings is the one to answer', () => {
  const calls = callsIn(
    callOf('spoken', { alert: 'a', state: 'connected', answeredBy: 'li' }),
    callOf('rings', { alert: 'a' }),
  );
  expect(callOfAlert(calls, 'a')?.id).toBe('rings');
  expect(callOfAlert(calls, 'b')).toBeNull();
});

test('a call is missed only where nobody answered since it rings this time', () => {
  expect(isMissed(callOf('c'))).toBe(false);
  expect(isMissed(callOf('c', { missedAt: 61_000 }))).toBe(true);
  expect(isMissed(callOf('c', { missedAt: 61_000, ringingAt: 90_000, rings: 2 }))).toBe(false);
  expect(isMissed(callOf('c', { missedAt: 150_000, ringingAt: 90_000, rings: 2 }))).toBe(true);
});

const whyOf = (voiceless: LegsState['voiceless'], reason: string | null): string =>
  whyBroken({ call: callOf('c'), reason, at: 1_000 }, voiceless, zh);

test('why a call broke is said by what the operator can mend: the microphone first, then this seat, then the rest', () => {
  expect(whyOf({ c: 'denied' }, 'console-silent')).toBe(zh.call.broken.microphone);
  expect(whyOf({ c: 'denied' }, null)).toBe(zh.call.broken.microphone);
  expect(whyOf({ other: 'none' }, 'console-silent')).toBe(zh.call.broken.sound);
  expect(whyOf({}, null)).toBe(zh.call.broken.link);
  expect(whyOf({}, 'console-lost')).toBe(zh.call.broken.link);
  expect(whyOf({}, 'path-lost')).toBe(zh.call.broken.link);
  expect(whyOf({}, 'restarted')).toBe(zh.call.reason.restarted);
});

test('a device that fell silent, or was never heard, is not laid at this seat’s microphone', () => {
  for (const reason of ['device-silent', 'no-sound'] as const)
    for (const voiceless of [{}, { c: 'denied' }] as const)
      expect(whyOf(voiceless, reason)).toBe(zh.call.reason[reason]);
});

test.each(callReasons)('a call that broke (%s) says why in words, in both languages', (reason) => {
  const broken = { call: callOf('c'), reason, at: 1_000 };
  expect(whyBroken(broken, {}, zh)).toMatch(/^[\p{Script=Han}\d ，]+$/u);
  expect(whyBroken(broken, {}, en)).toMatch(/^[a-z][A-Za-z\d ':]+$/);
  expect(whyBroken(broken, {}, en)).not.toBe(reason);
});

const leg = (facts: Partial<LegFacts> = {}): LegFacts => ({
  call: 'c',
  part: 'speak',
  line: 'up',
  silent: false,
  blocked: false,
  from: null,
  waits: false,
  ...facts,
});
const legs = (facts: Partial<LegsState> = {}): LegsState => ({
  legs: [],
  active: 'c',
  elsewhere: [],
  muted: false,
  microphone: 'open',
  label: '',
  replaced: false,
  voiceless: {},
  loudspeakerGone: false,
  ...facts,
});
const spoken = callOf('c', { state: 'connected', answeredBy: 'li', answeredAt: 1_000 });

test('a call in which all is well has no troubles, nor has one whose sound is not in this page', () => {
  expect(troublesOf(spoken, leg(), legs())).toEqual([]);
  expect(troublesOf(spoken, null, legs())).toEqual([]);
  expect(troublesOf(callOf('c', { direction: 'out', answeredBy: 'li' }), null, legs())).toEqual([]);
});

test('what is wrong is said the worst first; who only listens needs no microphone', () => {
  const faults = legs({ microphone: 'denied', replaced: true, loudspeakerGone: true });
  expect(troublesOf(spoken, leg({ line: 'lost', silent: true, blocked: true }), faults)).toEqual([
    'lost',
    'denied',
    'blocked',
    'silent',
    'loudspeaker-gone',
  ]);
  expect(troublesOf(spoken, leg({ part: 'listen' }), faults)).toEqual(['loudspeaker-gone']);
  expect(troublesOf(spoken, leg(), legs({ replaced: true }))).toEqual(['replaced']);
});

test('a call on hold is not said to be silent', () => {
  expect(troublesOf(spoken, leg({ silent: true }), legs({ active: 'other' }))).toEqual([]);
});
