import { expect, test } from 'vitest';
import { createSparing } from '../../src/voice/sparing.ts';

test('what a library complains of without end is told twenty times in ten seconds, and then how much was left out', () => {
  const told: string[] = [];
  let at = 0;
  const complain = createSparing(
    (line) => told.push(line),
    () => at,
  );
  for (let line = 0; line < 500; line += 1) complain(`broken packet ${line}`);
  expect(told).toHaveLength(20);
  expect(told.at(-1)).toBe('broken packet 19');
  at = 9_999;
  complain('still broken');
  expect(told).toHaveLength(20);
  at = 10_000;
  complain('broken again');
  expect(told.slice(20)).toEqual(['481 more lines were left out', 'broken again']);
  at = 40_000;
  complain('alone');
  expect(told.slice(22)).toEqual(['alone']);
});
