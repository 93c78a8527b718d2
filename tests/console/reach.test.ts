import { expect, test } from 'vitest';
import { reachedBy } from '../../console/src/alert/reach.ts';

const nothing = { reached: null, seenBy: '', seenAt: '' } as const;
const zone = 'Asia/Shanghai';
const now = Date.parse('2026-03-04T14:30:20+08:00');

test('a call for help is closed only once the person was spoken with, or seen by somebody at a time', () => {
  expect(reachedBy(nothing, false, now, zone)).toBeNull();
  expect(reachedBy({ ...nothing, reached: 'spoke' }, false, now, zone)).toEqual({ how: 'spoke' });
  expect(reachedBy({ reached: 'seen', seenBy: ' ', seenAt: '14:05' }, false, now, zone)).toBeNull();
  expect(reachedBy({ reached: 'seen', seenBy: '邻居老李', seenAt: '' }, false, now, zone)).toBeNull();
  expect(reachedBy({ reached: 'seen', seenBy: ' 邻居老李 ', seenAt: '14:05' }, true, now, zone)).toEqual({
    how: 'seen',
    by: '邻居老李',
    at: Date.parse('2026-03-04T14:05:00+08:00'),
  });
});

test('a call in which sound went both ways counts as spoken, until the operator says otherwise', () => {
  expect(reachedBy(nothing, true, now, zone)).toEqual({ how: 'spoke' });
  expect(reachedBy({ ...nothing, reached: 'seen' }, true, now, zone)).toBeNull();
});

test('a time later than the clock was yesterday evening, in a shift that goes over midnight', () => {
  const afterMidnight = Date.parse('2026-03-01T00:04:00+08:00');
  expect(reachedBy({ reached: 'seen', seenBy: '老李', seenAt: '23:58' }, false, afterMidnight, zone)).toEqual(
    {
      how: 'seen',
      by: '老李',
      at: Date.parse('2026-02-28T23:58:00+08:00'),
    },
  );
  expect(
    reachedBy({ reached: 'seen', seenBy: '老李', seenAt: '00:04' }, false, afterMidnight, zone),
  ).toMatchObject({ at: afterMidnight });
});
