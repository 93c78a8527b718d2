import { expect, test } from 'vitest';
import { type Line, linesOf } from '../../console/src/board/lines.ts';
import { arrange } from '../../console/src/board/order.ts';
import type { Alert } from '../../src/model/alert.ts';
import { alertOf } from './alerts.ts';

const nothing: ReadonlySet<string> = new Set();

const inHome = (building: string, door: string): Alert['place'] => ({
  id: `${building}-${door}`,
  path: [
    { kind: 'community', id: 'xingfu', name: '幸福社区' },
    { kind: 'building', id: building, name: `${building}栋` },
    { kind: 'household', id: `${building}-${door}`, name: door },
  ],
  text: `幸福社区 ${building}栋${door}`,
});

const tampered = (id: string, building: string, facts: Partial<Alert> = {}): Alert =>
  alertOf(id, {
    kind: 'tamper',
    priority: 'medium',
    place: inHome(building, id),
    receivedAt: Number(id),
    ...facts,
  });

const drawn = (
  alerts: readonly Alert[],
  options: {
    readonly folded?: ReadonlySet<string>;
    readonly byBuilding?: boolean;
    readonly unfolded?: ReadonlySet<string>;
  } = {},
): readonly Line[] => {
  const byId = new Map(alerts.map((alert) => [alert.id, alert]));
  return linesOf(
    arrange(alerts),
    (id) => byId.get(id),
    options.folded ?? nothing,
    options.byBuilding ?? false,
    options.unfolded ?? nothing,
  );
};

const keys = (lines: readonly Line[]): readonly string[] => lines.map(({ key }) => key);

const flood = [
  tampered('1', '3'),
  tampered('2', '5'),
  tampered('3', '3', { acknowledged: true, claimedBy: 'li' }),
  tampered('4', '7'),
  alertOf('9', { place: inHome('3', '301') }),
];

test('on a quiet day every row stands under its part, and a part that was folded away only says how many it has', () => {
  expect(keys(drawn(flood))).toEqual(['emergency', '9', 'medium', '1', '2', '4', '3']);
  const shut = drawn(flood, { folded: new Set(['medium', 'emergency']) });
  expect(keys(shut)).toEqual(['emergency', '9', 'medium']);
  expect(shut.at(-1)).toMatchObject({ count: 4, waiting: 3, shut: true });
});

test('in a flood what can wait is folded by building, the one with the most urgent row first, and an emergency never is', () => {
  const lines = drawn(flood, { byBuilding: true });
  expect(keys(lines)).toEqual(['emergency', '9', 'medium', 'medium 3', '2', '4']);
  expect(lines[3]).toMatchObject({
    building: {
      id: '3',
      name: '幸福社区 3栋',
      count: 2,
      waiting: 1,
      priorities: [{ priority: 'medium', count: 2 }],
      kinds: [{ kind: 'tamper', count: 2 }],
    },
    shut: true,
  });
});

test('a building that somebody unfolds shows its rows', () => {
  expect(keys(drawn(flood, { byBuilding: true, unfolded: new Set(['medium 3']) }))).toEqual([
    'emergency',
    '9',
    'medium',
    'medium 3',
    '1',
    '3',
    '2',
    '4',
  ]);
});

test('alerts of no known place stand together', () => {
  const lost = [tampered('1', '3', { place: null }), tampered('2', '3', { place: null })];
  expect(drawn(lost, { byBuilding: true })[1]).toMatchObject({
    kind: 'building',
    building: { id: '', name: '', count: 2 },
  });
});
