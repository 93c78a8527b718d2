import fc from 'fast-check';
import { expect, test } from 'vitest';
import { outcomesOf } from '../../console/src/alert/outcomes.ts';
import { ageText, spanText, waitingOf } from '../../console/src/board/deadline.ts';
import {
  entered,
  holdsStill,
  isMeant,
  left,
  moved,
  noHand,
  restAfterMs,
} from '../../console/src/board/hand.ts';
import {
  arrange,
  byUrgency,
  isRinging,
  keepOrder,
  type Layout,
  sectionOf,
  settle,
} from '../../console/src/board/order.ts';
import { stateWord } from '../../console/src/board/state-word.ts';
import { receiptsDue, showingOf } from '../../console/src/feed/receipts.ts';
import { zh } from '../../console/src/words/zh.ts';
import { alertKinds, personKinds } from '../../src/model/alert.ts';
import { alertOf } from './alerts.ts';

const ids = (layout: Layout): readonly string[] => layout.flatMap((part) => part.ids);

test('critical has the top part, and in a part what waits stands before what is in hand, then by priority, then who has waited longest', () => {
  const taken = { acknowledged: true, acknowledgedAt: 1_500, claimedBy: 'li' };
  const layout = arrange([
    alertOf('leak', { kind: 'water', priority: 'high', receivedAt: 1 }),
    alertOf('press-late', { receivedAt: 300 }),
    alertOf('press-taken', { receivedAt: 50, ...taken }),
    alertOf('press-early', { receivedAt: 200 }),
    alertOf('gas-rising', { kind: 'gas', priority: 'high', receivedAt: 2 }),
    alertOf('battery', { kind: 'battery', priority: 'low', receivedAt: 1 }),
  ]);
  expect(ids(layout)).toEqual(['press-early', 'press-late', 'gas-rising', 'press-taken', 'leak', 'battery']);
  expect(layout.map(({ section }) => section)).toEqual(['emergency', 'high', 'low']);
});

test('the worst of several, on the wall, the map and in a building, is the one that stands first on the board', () => {
  const alerts = [
    alertOf('medium-waits', { kind: 'water', priority: 'medium', receivedAt: 1 }),
    alertOf('press-in-hand', { acknowledged: true, claimedBy: 'li', receivedAt: 300 }),
    alertOf('drill', { test: true, receivedAt: 1 }),
    alertOf('shelved', { kind: 'water', priority: 'high', state: 'shelved', receivedAt: 1 }),
    alertOf('low-in-hand', { kind: 'battery', priority: 'low', acknowledged: true, claimedBy: 'li' }),
    alertOf('high-in-hand', { kind: 'water', priority: 'high', acknowledged: true, claimedBy: 'li' }),
  ];
  const wanted = ['press-in-hand', 'high-in-hand', 'medium-waits', 'low-in-hand', 'drill', 'shelved'];
  expect([...alerts].sort(byUrgency).map(({ id }) => id)).toEqual(wanted);
  expect(ids(arrange(alerts))).toEqual(wanted);
});

test('of one priority a person who waits on the line stands first, before what is more urgent only by age', () => {
  const alerts = [
    alertOf('smoke', { kind: 'smoke', receivedAt: 100 }),
    alertOf('press', { receivedAt: 200 }),
    alertOf('press-on-line', { receivedAt: 300 }),
    alertOf('gas-high', { kind: 'gas', priority: 'high', receivedAt: 1 }),
    alertOf('taken-on-line', { receivedAt: 10, acknowledged: true, claimedBy: 'li' }),
  ];
  const voices = new Set(['press-on-line', 'taken-on-line']);
  expect(ids(arrange(alerts, voices))).toEqual([
    'press-on-line',
    'smoke',
    'press',
    'gas-high',
    'taken-on-line',
  ]);
});

test('gas that is only high is an emergency, a rehearsal never is, and what is covered stands aside but stands', () => {
  expect(sectionOf(alertOf('gas', { kind: 'gas', priority: 'high' }))).toBe('emergency');
  expect(sectionOf(alertOf('drill', { test: true }))).toBe('test');
  expect(sectionOf(alertOf('shelved', { kind: 'water', state: 'shelved' }))).toBe('aside');
  expect(isRinging(alertOf('drill', { test: true }))).toBe(false);
  expect(isRinging(alertOf('cable', { kind: 'electrical' }))).toBe(true);
  expect(isRinging(alertOf('taken', { acknowledged: true }))).toBe(false);
});

test('no row moves while the board is held: closed ones keep their place, new ones come below', () => {
  const before = arrange([alertOf('a', { receivedAt: 1 }), alertOf('b', { receivedAt: 2 })]);
  const wanted = arrange([alertOf('b', { receivedAt: 2 }), alertOf('c', { receivedAt: 0 })]);
  const held = settle(before, wanted, true);
  expect(ids(held)).toEqual(['a', 'b', 'c']);
  expect(held.at(-1)?.section).toBe('arrivals');
  expect(ids(settle(held, wanted, false))).toEqual(['c', 'b']);
});

test('whatever comes, goes and changes while the board is held, every row drawn keeps its number, and nothing is drawn twice or missing', () => {
  const some = fc.uniqueArray(
    fc.record({ id: fc.integer({ min: 0, max: 12 }), receivedAt: fc.nat(9), taken: fc.boolean() }),
    {
      selector: ({ id }) => id,
    },
  );
  const layoutOf = (rows: readonly { id: number; receivedAt: number; taken: boolean }[]): Layout =>
    arrange(
      rows.map(({ id, receivedAt, taken }) =>
        alertOf(`a${id}`, {
          receivedAt,
          acknowledged: taken,
          priority: id % 2 ? 'critical' : 'high',
          kind: id % 2 ? 'sos' : 'water',
        }),
      ),
    );
  fc.assert(
    fc.property(some, fc.array(some, { minLength: 1, maxLength: 6 }), (first, later) => {
      fc.pre(first.length > 0);
      let drawn = layoutOf(first);
      for (const rows of later) {
        const next = settle(drawn, layoutOf(rows), true);
        expect(ids(next).slice(0, ids(drawn).length)).toEqual(ids(drawn));
        expect(new Set(ids(next)).size).toBe(ids(next).length);
        expect(new Set(ids(next))).toEqual(new Set([...ids(drawn), ...rows.map(({ id }) => `a${id}`)]));
        drawn = next;
      }
    }),
  );
});

test('the rows of the panel do not change places under a hand', () => {
  expect(keepOrder(['b', 'a'], ['a', 'b', 'c'], true)).toEqual(['b', 'a', 'c']);
  expect(keepOrder(['b', 'a'], ['a', 'c'], true)).toEqual(['a', 'c']);
  expect(keepOrder(['b', 'a'], ['a', 'b'], false)).toEqual(['a', 'b']);
});

test('the waiting runs to the moment that the gateway names, and once that is missed says by how much', () => {
  const press = { receivedAt: 1_000, takeBy: 31_000 };
  expect(waitingOf(press, 16_000)).toEqual({ filled: 0.5, overMs: null });
  expect(waitingOf(press, 34_000)).toEqual({ filled: 1, overMs: 3_000 });
  expect(waitingOf(press, 500)?.filled).toBe(0);
  expect(waitingOf({ receivedAt: 1_000 }, 34_000)).toBeNull();
});

test('spans and ages read as on a clock', () => {
  expect([-1, 42_000, 725_000, 11_229_000, 176_400_000].map((ms) => spanText(ms))).toEqual([
    '0:00',
    '0:42',
    '12:05',
    '3:07:09',
    '49 h',
  ]);
  expect([8_000, 720_000, 10_800_000, 180_000_000].map((ms) => ageText(ms))).toEqual([
    '8 s',
    '12 min',
    '3 h',
    '2 d',
  ]);
});

test('in Chinese they are said in Chinese', () => {
  expect(ageText(8_000, zh.age)).toBe('8 秒');
  expect(ageText(720_000, zh.age)).toBe('12 分钟');
  expect(spanText(176_400_000, zh.age)).toBe('49 小时');
});

test('an alert is closed with an outcome that fits its kind', () => {
  const fumes = ['false-cooking', 'false-steam', 'false-dust'];
  for (const kind of alertKinds) {
    const outcomes = outcomesOf(kind);
    expect(outcomes).toEqual(expect.arrayContaining(['true-emergency', 'device-fault', 'test']));
    expect(outcomes.includes('pressed-by-mistake')).toBe(personKinds.has(kind));
  }
  expect(outcomesOf('smoke')).toEqual(expect.arrayContaining(fumes));
  for (const kind of ['sos', 'water', 'battery'] as const)
    expect(outcomesOf(kind).filter((one) => fumes.includes(one))).toEqual([]);
});

test('the words of a row follow what was done', () => {
  const taken = { acknowledged: true, claimedBy: 'li' };
  expect(stateWord(alertOf('a'))).toBe('waiting');
  expect(stateWord(alertOf('a', taken))).toBe('in-hand');
  expect(stateWord(alertOf('a', { ...taken, dispatchedAt: 5 }))).toBe('sent');
  expect(stateWord(alertOf('a', { ...taken, dispatchedAt: 5, onSiteAt: 6 }))).toBe('to-verify');
  expect(stateWord(alertOf('a', { ...taken, kind: 'smoke', returnedAt: 7 }))).toBe('to-verify');
  expect(stateWord(alertOf('a', { ...taken, closedAt: 8 }))).toBe('closed');
  expect(stateWord(alertOf('a', { kind: 'water', state: 'suppressed' }))).toBe('aside');
  // Shelving counts as acknowledging, yet nobody has it in hand.
  expect(stateWord(alertOf('a', { kind: 'water', state: 'shelved', acknowledged: true }))).toBe('aside');
});

test('a receipt is due for an emergency that is drawn on a visible page, once for each version and announcement', () => {
  const alerts = new Map([
    ['press', alertOf('press', { version: 2 })],
    ['leak', alertOf('leak', { kind: 'water', priority: 'high' })],
    ['drill', alertOf('drill', { test: true })],
  ]);
  const drawn = new Set(alerts.keys());
  const due = (announcedAt: number, sent: readonly string[], visible = true) =>
    receiptsDue(alerts, new Map([['press', announcedAt]]), drawn, new Set(sent), visible);
  expect(due(7, [])).toEqual([
    { showing: showingOf(alertOf('press', { version: 2 }), 7), alert: 'press', version: 2 },
  ]);
  expect(due(7, [], false)).toEqual([]);
  expect(due(7, ['press/2/7'])).toEqual([]);
  expect(due(9, ['press/2/7'])).toHaveLength(1);
});

test('a pointer that moves over the board holds it still for a minute; one that was left lying there does not', () => {
  const hand = moved(1_000, 'a');
  expect(holdsStill(hand, 1_000 + restAfterMs - 1)).toBe(true);
  expect(holdsStill(hand, 1_000 + restAfterMs)).toBe(false);
  expect(holdsStill(left(hand), 1_001)).toBe(false);
  expect(holdsStill(noHand, 0)).toBe(false);
  // The machine's clock was put back.
  expect(holdsStill(hand, 999)).toBe(false);
});

test('a click is meant only for the row that the pointer was moved to', () => {
  expect(isMeant(moved(0, 'a'), 'a')).toBe(true);
  expect(isMeant(moved(0, 'a'), 'b')).toBe(false);
  expect(isMeant(moved(0, ''), 'a')).toBe(false);
});

test('a mouse that finds the board under it has not looked yet, and a finger is lifted before its click is told', () => {
  expect(isMeant(entered(noHand, 7), 'a')).toBe(false);
  expect(holdsStill(entered(noHand, 7), 8)).toBe(true);
  expect(entered(moved(3, 'a'), 7)).toEqual(moved(3, 'a'));
  expect(isMeant(left(moved(3, 'a')), 'a')).toBe(true);
  expect(isMeant(entered(left(moved(3, 'a')), 7), 'a')).toBe(false);
});
