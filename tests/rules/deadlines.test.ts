import fc from 'fast-check';
import { expect, test } from 'vitest';
import { createDeadlines } from '../../src/rules/deadlines.ts';

test('what is due first comes first, of two at one time the one put first, and nothing before its time', () => {
  fc.assert(
    fc.property(fc.array(fc.nat(50)), fc.nat(60), fc.integer({ min: -20, max: 20 }), (times, now, shift) => {
      const deadlines = createDeadlines<readonly [number, number]>();
      for (const [order, at] of times.entries()) deadlines.add(at, [at, order]);
      deadlines.shift(shift);
      const taken: (readonly [number, number])[] = [];
      for (let next = deadlines.takeDue(now); next !== null; next = deadlines.takeDue(now)) taken.push(next);
      const due = times.map((at, order) => [at, order] as const).filter(([at]) => at + shift <= now);
      expect(taken).toEqual(due.sort(([a, i], [b, j]) => a - b || i - j));
      expect([...Array(times.length - taken.length)].map(() => deadlines.takeDue(1000)).includes(null)).toBe(
        false,
      );
      expect(deadlines.takeDue(1000)).toBeNull();
    }),
  );
});
