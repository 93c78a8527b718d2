import { expect, test } from 'vitest';
import { reachedBy } from '../../console/src/alert/reach.ts';

const nothing = { reached: null, seenBy: '', seenAt: '' } as const;
const now = new Date(2026, 2, 4, 14, 30, 20).getTime();

test('a call for help is closed only once the person was spoken with, or seen by somebody at a time', () => {
  expect(reachedBy(nothing, false, now)).toBeNull();
  expect(reachedBy({ ...nothing, reached: 'spoke' }, false, now)).toEqual({ how: 'spoke' });
  expect(reachedBy({ reached: 'seen', seenBy: ' ', seenAt: '14:05' }, false, now)).toBeNull();
  expect(reachedBy({ reached: 'seen', seenBy: '邻居老李', seenAt: '' }, false, now)).toBeNull();
  expect(reachedBy({ reached: 'seen', seenBy: ' 邻居老李 ', seenAt: '14:05' }, true, now)).toEqual({
    how: 'seen',
    by: '邻居老李',
    at: new Date(2026, 2, 4, 14, 5).getTime(),
  });
});

test('a call in which sound went both ways counts as spoken, until the operator says otherwise', () => {
  expect(reachedBy(nothing, true, now)).toEqual({ how: 'spoke' });
  expect(reachedBy({ ...nothing, reached: 'seen' }, true, now)).toBeNull();
});

test('a time later than the clock was yesterday evening, in a shift that goes over midnight', () => {
  const afterMidnight = new Date(2026, 2, 1, 0, 4).getTime();
  expect(reachedBy({ reached: 'seen', seenBy: '老李', seenAt: '23:58' }, false, afterMidnight)).toEqual({
    how: 'seen',
    by: '老李',
    at: new Date(2026, 1, 28, 23, 58).getTime(),
  });
  expect(reachedBy({ reached: 'seen', seenBy: '老李', seenAt: '00:04' }, false, afterMidnight)).toMatchObject(
    { at: afterMidnight },
  );
});
