import { expect, test } from 'vitest';
import { reachedBy } from '../../console/src/alert/reach.ts';

const nothing = { reached: null, seenBy: '', seenAt: '' } as const;
const zone = 'Asia/Shanghai';
const now = Date.parse('2026-03-04T14:30:20+08:00');

test('a call for help is closed only once the person was spoken with, or seen by somebody at a time', () => {
  expect(reachedBy(nothing, now, zone)).toBeNull();
  expect(reachedBy({ ...nothing, reached: 'spoke' }, now, zone)).toEqual({ how: 'spoke' });
  expect(reachedBy({ reached: 'seen', seenBy: ' ', seenAt: '14:05' }, now, zone)).toBeNull();
  expect(reachedBy({ reached: 'seen', seenBy: '邻居老李', seenAt: '' }, now, zone)).toBeNull();
  expect(reachedBy({ reached: 'seen', seenBy: ' 邻居老李 ', seenAt: '14:05' }, now, zone)).toEqual({
    how: 'seen',
    by: '邻居老李',
    at: Date.parse('2026-03-04T14:05:00+08:00'),
  });
});

test('a time later than the clock was yesterday evening, in a shift that goes over midnight', () => {
  const afterMidnight = Date.parse('2026-03-01T00:04:00+08:00');
  expect(reachedBy({ reached: 'seen', seenBy: '老李', seenAt: '23:58' }, afterMidnight, zone)).toEqual({
    how: 'seen',
    by: '老李',
    at: Date.parse('2026-02-28T23:58:00+08:00'),
  });
  expect(reachedBy({ reached: 'seen', seenBy: '老李', seenAt: '00:04' }, afterMidnight, zone)).toMatchObject({
    at: afterMidnight,
  });
});

test('a minute that has just begun is today’s, also by the clock of a busy page, which lags', () => {
  const seen = { reached: 'seen', seenBy: '老李', seenAt: '14:31' } as const;
  const lagging = Date.parse('2026-03-04T14:30:57+08:00');
  expect(reachedBy(seen, lagging, zone)).toMatchObject({ at: Date.parse('2026-03-04T14:31:00+08:00') });
  const midnight = Date.parse('2026-03-04T23:59:58+08:00');
  expect(reachedBy({ ...seen, seenAt: '00:00' }, midnight, zone)).toMatchObject({
    at: Date.parse('2026-03-05T00:00:00+08:00'),
  });
});
