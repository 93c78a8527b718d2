import { expect, test } from 'vitest';
import {
  chimes,
  loopsNow,
  mayBeSilent,
  silenceFor,
  silenceLeftMs,
} from '../../console/src/sound/choose-sound.ts';
import { roundMs, samplesOf, type Tune, tunes } from '../../console/src/sound/tones.ts';
import type { Seat, SeatConsole } from '../../src/model/seat.ts';
import { alertOf, callOf } from './alerts.ts';

const none = new Map<string, number>();

test('a press, fire and gas each have their own loop, the most urgent first', () => {
  const all = [
    alertOf('gas', { kind: 'gas', priority: 'high' }),
    alertOf('smoke', { kind: 'smoke' }),
    alertOf('press', { kind: 'unregistered-sos' }),
    alertOf('co', { kind: 'co' }),
    alertOf('cable', { kind: 'electrical' }),
  ];
  expect(loopsNow(all, none, null, 0)).toEqual(['sos', 'fire', 'gas', 'critical']);
});

test('it loops until somebody takes or acknowledges it; a rehearsal and a lesser alert never loop', () => {
  expect(loopsNow([alertOf('press', { acknowledged: true })], none, null, 0)).toEqual([]);
  expect(loopsNow([alertOf('drill', { test: true })], none, null, 0)).toEqual([]);
  expect(loopsNow([alertOf('leak', { kind: 'water', priority: 'high' })], none, null, 0)).toEqual([]);
});

test('silence is for what rings now, 60 s at the most, and a new press breaks it', () => {
  const press = alertOf('press');
  const silence = silenceFor([press], none, 1_000, 600_000);
  expect(silence.until).toBe(61_000);
  expect(loopsNow([press], none, silence, 60_999)).toEqual([]);
  expect(loopsNow([press], none, silence, 61_000)).toEqual(['sos']);
  expect(loopsNow([alertOf('press', { count: 2 })], none, silence, 2_000)).toEqual(['sos']);
  expect(loopsNow([press, alertOf('fire', { kind: 'smoke' })], none, silence, 2_000)).toEqual(['fire']);
  expect(loopsNow([press], new Map([['press', 9]]), silence, 2_000)).toEqual(['sos']);
});

test('silence is over where a clock is put back, instead of lasting for as long as that', () => {
  const silence = silenceFor([alertOf('press')], none, 3_600_000, 60_000);
  expect(silenceLeftMs(silence, 3_601_000)).toBe(59_000);
  expect(silenceLeftMs(silence, 3_660_000)).toBe(0);
  expect(silenceLeftMs(silence, 1_000)).toBe(0);
  // It wavers by seconds on a busy machine.
  expect(silenceLeftMs(silence, 3_597_000)).toBe(63_000);
  expect(silenceLeftMs(null, 1_000)).toBe(0);
});

const seat = (user: string, desk: string, more: Partial<SeatConsole & Pick<Seat, 'places'>> = {}): Seat => {
  const { places = [], ...console } = more;
  const page = { id: `page of ${desk}`, seat: desk, since: 1, visible: true, silenced: false, ...console };
  return {
    user,
    name: user,
    role: 'operator',
    places,
    since: 1,
    consoles: [{ audio: 'running', ...page }],
  };
};

test('a seat may be silent only while what rings is heard at another desk', () => {
  const rings = [alertOf('press')];
  const mine = seat('li', 'desk-1');
  const may = (...others: readonly Seat[]): boolean =>
    mayBeSilent(rings, [mine, ...others], 'page of desk-1');
  expect(may()).toBe(false);
  expect(may(seat('zhao', 'desk-2'))).toBe(true);
  expect(may(seat('zhao', 'desk-2', { visible: false }))).toBe(false);
  expect(may(seat('zhao', 'desk-2', { audio: 'suspended' }))).toBe(false);
  expect(may(seat('zhao', 'desk-2', { audio: 'unknown' }))).toBe(false);
  expect(may(seat('zhao', 'desk-2', { silenced: true }))).toBe(false);
  // A second window of the same sign-in stands at the same desk; another desk of the same person does not.
  expect(may(seat('li', 'desk-1', { id: 'second window' }))).toBe(false);
  expect(may(seat('li', 'desk-3'))).toBe(true);
});

test('a seat that does not answer for a place does not hear for it', () => {
  const seats = [seat('li', 'desk-1'), seat('zhao', 'desk-2', { places: ['b9'] })];
  const at = (building: string) =>
    alertOf('press', {
      place: { id: building, path: [{ kind: 'building', id: building, name: building }], text: building },
    });
  expect(mayBeSilent([at('b9')], seats, 'page of desk-1')).toBe(true);
  expect(mayBeSilent([at('b9'), at('b1')], seats, 'page of desk-1')).toBe(false);
  // What is in hand rings nowhere.
  expect(mayBeSilent([at('b9'), { ...at('b1'), acknowledged: true }], seats, 'page of desk-1')).toBe(true);
});

test('a seat that does not know yet which page it is stays loud', () => {
  const seats = [seat('li', 'desk-1'), seat('zhao', 'desk-2')];
  expect(mayBeSilent([alertOf('press')], seats, null)).toBe(false);
  expect(mayBeSilent([alertOf('press')], seats, 'another page')).toBe(false);
});

test('a high alert chimes when it comes and when it comes again', () => {
  const leak = alertOf('leak', { kind: 'water', priority: 'high' });
  expect(chimes([leak, alertOf('battery', { kind: 'battery', priority: 'low' })])).toEqual(['leak/1']);
  expect(chimes([alertOf('leak', { kind: 'water', priority: 'high', count: 2 })])).toEqual(['leak/2']);
  expect(chimes([alertOf('leak', { kind: 'water', priority: 'high', acknowledged: true })])).toEqual([]);
});

test('every tune is audible, never clips, begins and ends without a click, and is like no other', () => {
  const rate = 8_000;
  const rhythms = new Set<string>();
  for (const name of Object.keys(tunes) as Tune[]) {
    const samples = samplesOf(tunes[name], rate);
    expect(samples.length).toBe(tunes[name].reduce((sum, { ms }) => sum + Math.round((ms / 1000) * rate), 0));
    const loudest = samples.reduce((most, sample) => Math.max(most, Math.abs(sample)), 0);
    expect(loudest).toBeGreaterThan(0.3);
    expect(loudest).toBeLessThanOrEqual(1);
    expect(Math.abs(samples[0] ?? 1)).toBeLessThan(0.05);
    expect(Math.abs(samples.at(-1) ?? 1)).toBeLessThan(0.05);
    rhythms.add(tunes[name].map(({ hz, ms }) => `${hz}/${ms}`).join(' '));
  }
  expect(rhythms.size).toBe(Object.keys(tunes).length);
  expect(roundMs('test')).toBeGreaterThan(500);
});

test('the chime of a high alert sounds three times', () => {
  expect(tunes.high.filter(({ hz }) => hz === 659)).toHaveLength(3);
});

test('a call that waits beside the alerts has a tune of its own, after all that is about life, and is silenced with the rest', () => {
  const waits = callOf('c', { alert: 'taken' });
  expect(loopsNow([alertOf('press')], none, null, 0, [waits])).toEqual(['sos', 'call']);
  const silence = silenceFor([], none, 1_000, 60_000, [waits]);
  expect(loopsNow([], none, silence, 2_000, [waits])).toEqual([]);
  expect(loopsNow([], none, silence, 2_000, [callOf('c', { rings: 2 })])).toEqual(['call']);
});
