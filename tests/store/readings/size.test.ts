import { expect, test } from 'vitest';
import type { ReadingRow } from '../../../src/store/readings/block.ts';
import { openDayFile } from '../../../src/store/readings/day-files.ts';
import { dayNames, device, monday, openReadingRoom, row } from './reading-room.ts';

const [mondayName] = dayNames;
const perSeries = 8_640;
const series = 20;
const fewEnoughBytes = 12;

/** Numbers in [0, 1) that are the same in every run. */
const dice = (seed: number): (() => number) => {
  let state = seed;
  return () => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return state / 2 ** 32;
  };
};

type Street = (roll: () => number, index: number, at: number) => ReadingRow;

/** A day of a sensor that measures every 10 s. */
const walk = (places: number, step: number, start: number): Street => {
  let value = start;
  return (roll, index, at) => {
    if (index === 0) value = start;
    if (roll() < 0.3) value += roll() < 0.5 ? step : -step;
    return row(at, Math.round(value * 10 ** places) / 10 ** places, { receivedAt: at + 40 });
  };
};
const temperature = walk(1, 0.1, 21);

/** Every kind of day, each with what a reading of it may cost. */
const streets: { readonly [name: string]: Street } = {
  'temperatures on an even clock': temperature,
  'temperatures dated by their arrival': (roll, index, at) => {
    const arrived = at + Math.floor(roll() * 300);
    return { ...temperature(roll, index, at), at: arrived, receivedAt: arrived };
  },
  'temperatures with the own clock of the device and a delay on the way': (roll, index, at) => ({
    ...temperature(roll, index, at),
    receivedAt: at + 40 + Math.floor(roll() * 500),
  }),
  'temperatures of a device whose clock is wrong': (roll, index, at) => {
    const arrived = at + Math.floor(roll() * 300);
    return {
      ...temperature(roll, index, at),
      at: arrived,
      receivedAt: arrived,
      deviceAt: at - 40 * 365 * 86_400_000,
    };
  },
  'noise of a float of 32 bits': (roll, _index, at) =>
    row(at, Math.fround(20 + roll()), { receivedAt: at + 40 }),
  flags: (roll, _index, at) =>
    row(at, roll() < 0.001 ? 1 : 0, { flag: 1, receivedAt: at + Math.floor(roll() * 300) }),
  'the counter of a power meter': (roll, index, at) =>
    row(at, Math.round(12_345_678 + index * 3 + Math.floor(roll() * 3)) / 1_000, {
      receivedAt: at + Math.floor(roll() * 300),
    }),
};

/** Bytes a reading on the disk, while the day goes on and once it is closed. */
const measure = (street: Street): readonly [young: number, closed: number] => {
  const room = openReadingRoom();
  const file = openDayFile(room.folders.readings, mondayName);
  file.begin();
  for (let number = 0; number < series; number += 1) {
    const roll = dice(number + 1);
    const rows = Array.from({ length: perSeries }, (_, index) =>
      street(roll, index, monday + index * 10_000 + number * 311),
    );
    const there = file.series(device, `m${number}`);
    // The mover comes by every few minutes.
    for (let start = 0; start < perSeries; start += 30)
      file.put(there, rows.slice(start, start + 30), { owed: false, closed: false });
  }
  file.commit();
  file.close();
  const young = room.bytes(mondayName);
  room.close();
  room.reopen();
  return [young / (series * perSeries), room.bytes(mondayName) / (series * perSeries)];
};

test.each(Object.entries(streets))(
  '%s of a day take at most 12 bytes each on the disk, and fewer than while the day went on',
  (_name, street) => {
    const [young, closed] = measure(street);
    expect(closed).toBeLessThanOrEqual(fewEnoughBytes);
    expect(closed).toBeLessThan(young);
  },
);
