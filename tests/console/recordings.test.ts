import { expect, test } from 'vitest';
import { mayHear, mayStillCome, recordingsBy, spokenMs } from '../../console/src/alert/recordings.ts';
import type { Call } from '../../src/model/call.ts';
import type { TimelineEntry } from '../../src/model/change.ts';

const callOf = (id: string, change: Partial<Call> = {}): Call => ({
  id,
  device: 'pager-501',
  alert: 'al-1',
  place: null,
  state: 'ended',
  media: 'webrtc',
  requestedAt: 1_000,
  rings: 1,
  answeredBy: 'li',
  connectedAt: 5_000,
  endedAt: 130_000,
  direction: 'in',
  listeners: [],
  recorded: true,
  ...change,
});

const line = (seq: number, event: string, call?: string): TimelineEntry => ({
  seq,
  at: seq,
  actor: 'system',
  event,
  data: call === undefined ? {} : { call },
});

test('a recording stands at the last line of the timeline that tells of its call', () => {
  const entries = [
    line(1, 'raised'),
    line(2, 'call-answered', 'first'),
    line(3, 'call-ended', 'first'),
    line(4, 'call-answered', 'second'),
    line(5, 'closed'),
  ];
  const at = recordingsBy(entries, [callOf('second'), callOf('first'), callOf('untold')]);
  expect([...at].map(([seq, calls]) => [seq, calls.map(({ id }) => id)])).toEqual([
    [4, ['second']],
    [3, ['first']],
    [5, ['untold']],
  ]);
});

test('a player that is drawn stays where it is when a further line tells of its call, or it would fall silent under a listener', () => {
  const entries = [line(1, 'raised'), line(2, 'call-answered', 'a')];
  const drawn = recordingsBy(entries, [callOf('a'), callOf('untold')]);
  const later = [...entries, line(3, 'call-ended', 'a'), line(4, 'commented')];
  expect([...recordingsBy(later, [callOf('a'), callOf('untold')], drawn).keys()]).toEqual([2]);
  expect([...recordingsBy(later, [callOf('a'), callOf('untold')]).keys()]).toEqual([3, 4]);
});

test('a call that goes on, or of which nothing was recorded, has none', () => {
  const entries = [line(1, 'call-answered', 'a'), line(2, 'call-answered', 'b')];
  expect(
    recordingsBy(entries, [callOf('a', { recorded: false }), callOf('b', { state: 'connected' })]).size,
  ).toBe(0);
});

test('is heard by supervisors and by whoever spoke, as the gateway has it', () => {
  const call = callOf('a');
  expect(mayHear({ id: 'li', role: 'operator' }, call)).toBe(true);
  expect(mayHear({ id: 'zhao', role: 'operator' }, call)).toBe(false);
  expect(mayHear({ id: 'sun', role: 'supervisor' }, call)).toBe(true);
  expect(mayHear({ id: 'wall', role: 'viewer' }, call)).toBe(false);
  expect(mayHear(null, call)).toBe(false);
});

test('its length is that of the talk, and it is waited for only shortly after a talk', () => {
  expect(spokenMs(callOf('a'))).toBe(125_000);
  expect(mayStillCome([callOf('a', { recorded: false })], 140_000)).toBe(true);
  expect(mayStillCome([callOf('a', { recorded: false })], 170_000)).toBe(false);
  expect(mayStillCome([callOf('a')], 140_000)).toBe(false);
  const { connectedAt: _never, ...silent } = callOf('a', { recorded: false });
  expect(spokenMs(silent)).toBeNull();
  expect(mayStillCome([silent], 140_000)).toBe(false);
});
