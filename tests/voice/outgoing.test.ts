import { expect, test } from 'vitest';
import { createOutgoing } from '../../src/voice/outgoing.ts';
import type { Sound } from '../../src/voice/sound.ts';

const sound = (source: string, sequence: number, timestamp: number): Sound => ({
  codec: 'pcma',
  payload: new Uint8Array(160),
  source,
  sequence,
  timestamp,
});
const numbers = (got: { readonly sequence: number; readonly timestamp: number } | null): unknown =>
  got === null ? null : [got.sequence, got.timestamp];

test('a stream begins where it was told to and keeps the gaps and the disorder of its source', () => {
  const stream = createOutgoing({ sequence: 65_534, timestamp: 0xffff_ff00 });
  expect(numbers(stream.number(sound('a', 10, 1_000), 0))).toEqual([65_534, 0xffff_ff00]);
  expect(numbers(stream.number(sound('a', 11, 1_160), 20))).toEqual([65_535, 0xffff_ffa0]);
  expect(numbers(stream.number(sound('a', 14, 1_640), 80))).toEqual([2, 0x180]);
  expect(numbers(stream.number(sound('a', 13, 1_480), 80))).toEqual([1, 0xe0]);
});

test('a change of speaker goes on by one number and by the time that passed', () => {
  const stream = createOutgoing({ sequence: 5, timestamp: 100 });
  stream.number(sound('prompt', 0, 0), 0);
  const changed = stream.number(sound('operator', 40_000, 3_000_000_000), 130);
  expect(numbers(changed)).toEqual([6, 100 + 130 * 8]);
  expect(changed?.begins).toBe(true);
  // Within less than a frame it is a frame all the same, so that no two share a timestamp.
  expect(numbers(stream.number(sound('heir', 7, 7), 131))).toEqual([7, 100 + 130 * 8 + 160]);
});

test('what comes late from before a change is not sent after it', () => {
  const stream = createOutgoing({ sequence: 0, timestamp: 0 });
  for (let at = 0; at < 3; at += 1) stream.number(sound('a', 100 + at, at * 160), at * 20);
  stream.number(sound('b', 50, 0), 60);
  expect(stream.number(sound('b', 49, -160), 61)).toBeNull();
  expect(numbers(stream.number(sound('b', 51, 160), 80))).toEqual([4, 320 + 320]);
});

test('a source that counts anew is heard again after half a second', () => {
  const stream = createOutgoing({ sequence: 0, timestamp: 0 });
  stream.number(sound('a', 30_000, 0), 0);
  const heard = Array.from({ length: 40 }, (_, at) => stream.number(sound('a', at, at * 160), 20 * (at + 1)));
  expect(heard.slice(0, 25).every((got) => got === null)).toBe(true);
  expect(heard.slice(25).every((got) => got !== null)).toBe(true);
});

test('a call of an hour, of one speaker, is never broken by numbers that go round', () => {
  const stream = createOutgoing({ sequence: 60_000, timestamp: 0xffff_0000 });
  let before = stream.number(sound('a', 0, 0), 0)?.sequence ?? -1;
  let broken = 0;
  for (let at = 1; at < 200_000; at += 1) {
    const got = stream.number(sound('a', at & 0xffff, (at * 160) >>> 0), at * 20);
    if (got?.sequence !== ((before + 1) & 0xffff)) broken += 1;
    before = got?.sequence ?? before;
  }
  expect(broken).toBe(0);
});
