import { expect, test } from 'vitest';
import { isReached, needsReach, reachNote } from '../../console/src/alert/reach.ts';
import { zh } from '../../console/src/words/zh.ts';

const nobody = { reached: null, seenBy: '', seenAt: '' } as const;

test('a call for help is closed only once the person was spoken with, or seen by somebody at a time', () => {
  expect(needsReach('sos', 'assistance-given')).toBe(true);
  expect(needsReach('call-request', 'pressed-by-mistake')).toBe(true);
  expect(isReached(nobody, false)).toBe(false);
  expect(isReached({ ...nobody, reached: 'spoke' }, false)).toBe(true);
  expect(isReached({ reached: 'seen', seenBy: ' ', seenAt: '14:05' }, false)).toBe(false);
  expect(isReached({ reached: 'seen', seenBy: '邻居老李', seenAt: '' }, false)).toBe(false);
  expect(isReached({ reached: 'seen', seenBy: '邻居老李', seenAt: '14:05' }, false)).toBe(true);
});

test('a call in which sound went both ways counts as spoken, until the operator says otherwise', () => {
  expect(isReached(nobody, true)).toBe(true);
  expect(isReached({ ...nobody, reached: 'seen' }, true)).toBe(false);
});

test('a test, a broken device and what no person raised need nobody reached', () => {
  expect(needsReach('sos', 'test')).toBe(false);
  expect(needsReach('sos', 'device-fault')).toBe(false);
  expect(needsReach('smoke', 'false-cooking')).toBe(false);
});

test('the closing note says how', () => {
  const { reach } = zh.detail;
  expect(reachNote({ ...nobody, reached: 'spoke' }, false, reach)).toBe('已和本人说上话');
  expect(reachNote({ reached: 'seen', seenBy: ' 邻居老李 ', seenAt: '14:05' }, true, reach)).toBe(
    '邻居老李 于 14:05 当面见到本人',
  );
});
