import { expect, test } from 'vitest';
import { createLockOut } from '../../src/api/lock-out.ts';

const limits = { perNameAndAddress: 3, perName: 6, withinMs: 1000, forMs: 5000 };

test('wrong passwords that lie far apart lock nobody', () => {
  const lockOut = createLockOut(limits);
  for (const at of [0, 900, 1800, 2700, 3600]) expect(lockOut.failed('wang', 'a', at)).toBe(false);
  expect(lockOut.lockedUntil('wang', 'a', 3600)).toBeNull();
});

test('a right password forgives the wrong ones before it', () => {
  const lockOut = createLockOut(limits);
  for (let round = 0; round < 3; round += 1) {
    expect(lockOut.failed('wang', 'a', round)).toBe(false);
    expect(lockOut.failed('wang', 'a', round)).toBe(false);
    lockOut.succeeded('wang', 'a');
  }
  expect(lockOut.lockedUntil('wang', 'a', 3)).toBeNull();
});

test('many machines that guess one name are stopped together, but the desk at which it signs in every day is not', () => {
  const lockOut = createLockOut(limits);
  lockOut.succeeded('wang', 'desk');
  const locked = ['a', 'b', 'c', 'd', 'e', 'f'].map((address) => lockOut.failed('wang', address, 0));
  expect(locked).toEqual([false, false, false, false, false, true]);
  expect(lockOut.lockedUntil('wang', 'never-seen', 1)).toBe(5000);
  expect(lockOut.lockedUntil('wang', 'desk', 1)).toBeNull();
  expect(lockOut.lockedUntil('li', 'never-seen', 1)).toBeNull();
  expect(lockOut.lockedUntil('wang', 'never-seen', 5000)).toBeNull();
});

test('names that are made up by the million cost no memory without bound, and the newest still count', () => {
  const lockOut = createLockOut(limits);
  for (let i = 0; i < 50_000; i += 1) lockOut.failed(`name${i}`, 'a', 0);
  for (let i = 0; i < 3; i += 1) lockOut.failed('last', 'a', 0);
  expect(lockOut.lockedUntil('last', 'a', 1)).toBe(5000);
});
