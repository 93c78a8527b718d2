import type { Sink, Source } from './bytes.ts';

/** Decimal places beyond which numbers are no longer kept as whole numbers. */
const mostPlaces = 6;
/** Whole numbers stay this small, so that their differences are exact too. */
const largest = 2 ** 50;
const notDecimal = 255;

/** The factor that makes a whole number of a number of so many decimal places. */
export const factorOf = (places: number): number => 10 ** places;

/** The fewest decimal places with which every number comes back exactly as it is, 0 to 6; null = none does. */
export const placesOf = (numbers: Iterable<number>): number | null => {
  let places = 0;
  let factor = 1;
  let greatest = 0;
  for (const number of numbers) {
    while (Math.round(number * factor) / factor !== number || Object.is(number, -0)) {
      places += 1;
      if (places > mostPlaces) return null;
      factor = factorOf(places);
    }
    greatest = Math.max(greatest, Math.abs(number));
  }
  return greatest * factor <= largest ? places : null;
};

/** Eight bytes for each number, those of the same weight side by side, because neighbours differ in the low ones only. */
const writePlanes = (sink: Sink, numbers: readonly number[]): void => {
  const raw = Buffer.from(Float64Array.from(numbers).buffer);
  const planes = Buffer.allocUnsafe(raw.length);
  for (let index = 0; index < numbers.length; index += 1)
    for (let weight = 0; weight < 8; weight += 1)
      planes[weight * numbers.length + index] = raw[index * 8 + weight] ?? 0;
  sink.bytes(planes);
};

const readPlanes = (source: Source, count: number): number[] => {
  const planes = source.bytes(count * 8);
  const raw = new Uint8Array(count * 8);
  for (let index = 0; index < count; index += 1)
    for (let weight = 0; weight < 8; weight += 1)
      raw[index * 8 + weight] = planes[weight * count + index] ?? 0;
  return Array.from(new Float64Array(raw.buffer));
};

/** The columns as whole numbers in their distance from what is expected; null = some are too far from it to be exact. */
const distancesOf = (
  first: readonly number[],
  others: readonly (readonly number[])[],
  factor: number,
  expected: (column: number, row: number, first: number) => number,
): readonly number[] | null => {
  const wholes = first.map((number) => Math.round(number * factor));
  const distances = wholes.map((whole, row) => whole - (wholes[row - 1] ?? 0));
  for (const [column, numbers] of others.entries())
    for (const [row, number] of numbers.entries()) {
      const guess = expected(column, row, wholes[row] ?? 0);
      const distance = Math.round(number * factor) - guess;
      if (!Number.isSafeInteger(guess) || !Number.isSafeInteger(distance)) return null;
      distances.push(distance);
    }
  return distances;
};

/** Writes columns of equally many numbers under a common number of decimal places: the first as steps from one to the next, the others as their distance from what `expected` says of the first. */
export const writeNumbers = (
  sink: Sink,
  [first, ...others]: readonly [readonly number[], ...(readonly number[])[]],
  expected: (column: number, row: number, first: number) => number = (_column, _row, value) => value,
): void => {
  const places = placesOf([first, ...others].flat());
  const distances = places === null ? null : distancesOf(first, others, factorOf(places), expected);
  if (places === null || distances === null) {
    sink.byte(notDecimal);
    for (const column of [first, ...others]) writePlanes(sink, column);
    return;
  }
  sink.byte(places);
  for (const distance of distances) sink.signed(distance);
};

/** Reads the columns that `writeNumbers` wrote. */
export const readNumbers = (
  source: Source,
  count: number,
  columns: number,
  expected: (column: number, row: number, first: number) => number = (_column, _row, value) => value,
): number[][] => {
  const places = source.byte();
  if (places === notDecimal) return Array.from({ length: columns }, () => readPlanes(source, count));
  const factor = factorOf(places);
  const first = new Array<number>(count);
  let previous = 0;
  for (let row = 0; row < count; row += 1) {
    previous += source.signed();
    first[row] = previous;
  }
  const others = Array.from({ length: columns - 1 }, (_none, column) => {
    const numbers = new Array<number>(count);
    for (let row = 0; row < count; row += 1)
      numbers[row] = (source.signed() + expected(column, row, first[row] ?? 0)) / factor;
    return numbers;
  });
  for (let row = 0; row < count; row += 1) first[row] = (first[row] ?? 0) / factor;
  return [first, ...others];
};
