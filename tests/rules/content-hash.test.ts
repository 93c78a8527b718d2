import { expect, test } from 'vitest';
import { hashContent, hashText } from '../../src/rules/content-hash.ts';

test.each([
  // The test vectors published with the algorithm.
  ['', 'cbf29ce484222325'],
  ['a', 'af63dc4c8601ec8c'],
  ['foobar', '85944171f73967e8'],
])('the hash of %j is the one published', (text, hash) => {
  expect(hashText(text)).toBe(hash);
});

test('the order of keys does not change what a rule is, that of a list does', () => {
  expect(hashContent({ a: 1, b: { c: [1, 2], d: null } })).toBe(
    hashContent({ b: { d: null, c: [1, 2] }, a: 1 }),
  );
  expect(hashContent([1, 2])).not.toBe(hashContent([2, 1]));
  expect(hashContent({ a: '1' })).not.toBe(hashContent({ a: 1 }));
});
