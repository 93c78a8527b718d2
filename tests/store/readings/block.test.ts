import fc from 'fast-check';
import { expect, test } from 'vitest';
import { Damaged } from '../../../src/store/database.ts';
import { decodeBlock, encodeBlock, type ReadingRow } from '../../../src/store/readings/block.ts';

const lastMoment = 8_640_000_000_000_000;
const dayMs = 86_400_000;

const decimals = fc
  .tuple(fc.integer({ min: -10_000_000, max: 10_000_000 }), fc.integer({ min: 0, max: 7 }))
  .map(([whole, places]) => whole / 10 ** places);
const anyNumber = fc.oneof(
  decimals,
  fc.integer(),
  fc.maxSafeInteger(),
  fc.double({ noNaN: true }),
  fc.float({ noNaN: true }).map(Math.fround),
  fc.constantFrom(0, -0, 0.1 + 0.2, Number.MAX_VALUE, Number.MIN_VALUE, 2 ** 50, 2 ** 50 + 1, -(2 ** 53)),
);

type Said = Pick<ReadingRow, 'value' | 'flag'>;
const numbersOf = (number: fc.Arbitrary<number>): fc.Arbitrary<Said> =>
  number.map((value) => ({ value, flag: 0 }));
const flags: fc.Arbitrary<Said> = fc.constantFrom(0, 1).map((value) => ({ value, flag: 1 }));
const texts: fc.Arbitrary<Said> = fc.string({ unit: 'binary' }).map((value) => ({ value, flag: 0 }));
/** A series mostly says one kind of thing, and everything at once now and then. */
const kinds = [
  numbersOf(decimals),
  numbersOf(fc.integer()),
  numbersOf(fc.float({ noNaN: true }).map(Math.fround)),
  numbersOf(anyNumber),
  flags,
  texts,
  fc.oneof(numbersOf(anyNumber), flags, texts),
];
const anyMoment = fc.oneof(
  fc.integer({ min: 1_700_000_000_000, max: 1_700_086_399_999 }),
  fc.integer({ min: 0, max: lastMoment }),
  fc.constantFrom(0, lastMoment),
);
/** None, some or all of the device's own times. */
const clocks: readonly fc.Arbitrary<number | null>[] = [
  fc.constant(null),
  fc.option(anyMoment, { nil: null }),
  anyMoment,
];

/** Rows measured on one day, received and dated whenever. */
const anyRows: fc.Arbitrary<ReadingRow[]> = fc
  .tuple(fc.constantFrom(...kinds), fc.constantFrom(...clocks), anyMoment)
  .chain(([said, clock, day]) =>
    fc
      .uniqueArray(fc.tuple(fc.integer({ min: 0, max: dayMs - 1 }), anyMoment, fc.boolean(), said, clock), {
        selector: ([sinceStart]) => sinceStart,
        minLength: 1,
        maxLength: 40,
      })
      .map((drawn) =>
        drawn
          .toSorted(([a], [b]) => a - b)
          .map(([sinceStart, received, isPrompt, { value, flag }, deviceAt]) => {
            const at = Math.max(0, day - dayMs) + sinceStart;
            return { at, value, flag, receivedAt: isPrompt ? at + 80 : received, deviceAt };
          }),
      ),
  );

test('whatever was said, and whatever the clocks, comes back from a block as it was', () => {
  fc.assert(
    fc.property(anyRows, fc.boolean(), (rows, hard) => {
      // `toEqual` tells −0 from 0.
      expect(decodeBlock(encodeBlock(rows, hard))).toEqual(rows);
    }),
    { numRuns: 400 },
  );
});

test('a full block of an even clock is small, young or closed, and whole', () => {
  const rows = Array.from({ length: 1_024 }, (_, index) => ({
    at: 1_700_000_000_000 + index * 10_000,
    value: Math.round(200 + 10 * Math.sin(index / 100)) / 10,
    flag: 0,
    receivedAt: 1_700_000_000_040 + index * 10_000,
    deviceAt: null,
  }));
  const [young, closed] = [encodeBlock(rows, false), encodeBlock(rows, true)];
  expect(young.length).toBeLessThan(1_024 * 3.1);
  expect(closed.length).toBeLessThan(1_024 * 0.5);
  expect(decodeBlock(young)).toEqual(rows);
  expect(decodeBlock(closed)).toEqual(rows);
});

test('no damage to a block passes for readings: it is told, or has changed none of them', () => {
  const damage = fc.record({
    at: fc.nat(),
    by: fc.integer({ min: 1, max: 255 }),
    how: fc.constantFrom('changed', 'cut', 'longer'),
  });
  fc.assert(
    fc.property(anyRows, fc.boolean(), damage, (rows, hard, { at, by, how }) => {
      const whole = encodeBlock(rows, hard);
      const place = at % whole.length;
      const damaged =
        how === 'cut'
          ? whole.subarray(0, place)
          : how === 'longer'
            ? Buffer.concat([whole, Buffer.of(by)])
            : Buffer.from(whole.map((byte, index) => (index === place ? byte ^ by : byte)));
      let decoded: readonly ReadingRow[];
      try {
        decoded = decodeBlock(damaged);
      } catch (error) {
        expect(error).toBeInstanceOf(Damaged);
        return;
      }
      // Bits that fill up the last byte of what is deflated mean nothing.
      expect(hard).toBe(true);
      expect(decoded).toEqual(rows);
    }),
    { numRuns: 400 },
  );
});

test('bytes that never were a block are told as damaged', () => {
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 200 }), (bytes) => {
      expect(() => decodeBlock(Buffer.from(bytes))).toThrow(Damaged);
    }),
  );
});
