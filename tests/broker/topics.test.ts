import { expect, test } from 'vitest';
import { filterMatches, isFilterSound, topicFault } from '../../src/broker/topics.ts';

test.each([
  ['a/b/c', 'a/b/c', true],
  ['a/+/c', 'a/b/c', true],
  ['a/#', 'a', true],
  ['a/#', 'a/b/c', true],
  ['#', 'a/b', true],
  ['a/+', 'a/b/c', false],
  ['a/+', 'a', false],
  ['a/b', 'a/b/c', false],
  ['a/b/c', 'a/b', false],
  ['+/b', '/b', true],
  ['a/+/#', 'a', false],
])('the filter %s for the topic %s: %s', (filter, topic, matches) => {
  expect(filterMatches(filter, topic)).toBe(matches);
});

test.each([
  ['', 'topic-length'],
  ['x'.repeat(513), 'topic-length'],
  ['$SYS/a', 'reserved-topic'],
  ['a/+/b', 'wildcard-in-topic'],
  ['a/#', 'wildcard-in-topic'],
  ['a\0b', 'topic-characters'],
  ['a\uFFFDb', 'topic-characters'],
  ['x'.repeat(512), null],
  ['街道/值班室', null],
])('publishing on %j: %s', (topic, fault) => {
  expect(topicFault(topic)).toBe(fault);
});

test('a client may hold a hundred filters and none on the broker itself', () => {
  expect(isFilterSound('a/#', 99)).toBe(true);
  expect(isFilterSound('a/#', 100)).toBe(false);
  expect(isFilterSound('$SYS/#', 0)).toBe(false);
  expect(isFilterSound('$share/group/a', 0)).toBe(false);
});
