import { expect, test } from 'vitest';
import { createLockOut, type LockOut } from '../../src/api/lock-out.ts';

const limits = { perNameAndAddress: 3, perName: 6, withinMs: 1000, forMs: 5000 };

const fail = (lockOut: LockOut, name: string, address: string, at: number): boolean => {
  lockOut.attempt(name, address, at);
  return lockOut.failed(name, address, at);
};

test('wrong passwords that lie far apart lock nobody', () => {
  const lockOut = createLockOut(limits);
  for (const at of [0, 900, 1800, 2700, 3600]) expect(fail(lockOut, 'wang', 'a', at)).toBe(false);
  expect(lockOut.lockedUntil('wang', 'a', 3600)).toBeNull();
});

test('a right password forgives the wrong ones before it', () => {
  const lockOut = createLockOut(limits);
  for (let round = 0; round < 3; round += 1) {
    expect(fail(lockOut, 'wang', 'a', round)).toBe(false);
    expect(fail(lockOut, 'wang', 'a', round)).toBe(false);
    lockOut.succeeded('wang', 'a');
  }
  expect(lockOut.lockedUntil('wang', 'a', 3)).toBeNull();
});

test('many machines that guess one name are stopped together, but the desk at which it signs in every day is not', () => {
  const lockOut = createLockOut(limits);
  lockOut.succeeded('wang', 'desk');
  const locked = ['a', 'b', 'c', 'd', 'e', 'f'].map((address) => fail(lockOut, 'wang', address, 0));
  expect(locked).toEqual([false, false, false, false, false, true]);
  expect(lockOut.lockedUntil('wang', 'never-seen', 1)).toBe(5000);
  expect(lockOut.lockedUntil('wang', 'desk', 1)).toBeNull();
  expect(lockOut.lockedUntil('li', 'never-seen', 1)).toBeNull();
  expect(lockOut.lockedUntil('wang', 'never-seen', 5000)).toBeNull();
});

test('names that are made up by the million cost no memory without bound, and the newest still count', () => {
  const lockOut = createLockOut(limits);
  for (let i = 0; i < 50_000; i += 1) fail(lockOut, `name${i}`, 'a', 0);
  for (let i = 0; i < 3; i += 1) fail(lockOut, 'last', 'a', 0);
  expect(lockOut.lockedUntil('last', 'a', 1)).toBe(5000);
});

test('many guesses at once are no more than many in turn: those beyond the limit are not even tried', () => {
  const lockOut = createLockOut(limits);
  const answers = Array.from({ length: 60 }, () => lockOut.attempt('wang', 'a', 0));
  expect(answers.filter((until) => until === null)).toHaveLength(3);
  expect(lockOut.failed('wang', 'a', 10)).toBe(true);
  expect(lockOut.lockedUntil('wang', 'a', 10)).toBe(5010);
});

test('a right password among those that are tried at once lets its owner in afterwards', () => {
  const lockOut = createLockOut(limits);
  for (let i = 0; i < 3; i += 1) lockOut.attempt('wang', 'a', 0);
  lockOut.failed('wang', 'a', 1);
  lockOut.succeeded('wang', 'a');
  expect(lockOut.attempt('wang', 'a', 2)).toBeNull();
});

test('an attempt for whose judging there was no room does not count', () => {
  const lockOut = createLockOut(limits);
  for (let i = 0; i < 20; i += 1) {
    expect(lockOut.attempt('wang', 'a', 0)).toBeNull();
    lockOut.withdraw('wang', 'a');
  }
});

test('a clock that is set back by hours keeps nobody from the desk for those hours', () => {
  const hours = 8 * 3_600_000;
  const lockOut = createLockOut(limits);
  for (let i = 0; i < 3; i += 1) fail(lockOut, 'wang', 'a', hours);
  expect(lockOut.lockedUntil('wang', 'a', hours)).toBe(hours + 5000);
  expect(lockOut.lockedUntil('wang', 'a', 6000)).toBeNull();
  for (let i = 0; i < 3; i += 1) lockOut.attempt('li', 'a', hours);
  expect(lockOut.attempt('li', 'a', hours)).not.toBeNull();
  expect(lockOut.attempt('li', 'a', 6000)).toBeNull();
});
