import { expect, test } from 'vitest';
import type { Shift } from '../../src/model/shift.ts';
import { commit, openRecordRoom, temporaryDirectory } from './record-room.ts';

const shift = (number: number, more: Partial<Shift> = {}): Shift => ({
  id: `01900000-0000-7000-8000-00000000000${number}`,
  places: [],
  operator: 'li',
  beganAt: number,
  soundTests: [],
  ...more,
});

test('the running shifts and the last that ended are loaded, all others are asked for, newest first', async () => {
  const dir = temporaryDirectory();
  const first = await openRecordRoom(dir);
  const all = [
    shift(1, { endedAt: 2 }),
    shift(2, { places: ['b-3'] }),
    shift(3, { endedAt: 4, lapsed: true }),
    shift(4),
  ];
  await commit(first, { puts: all.map((body) => ({ kind: 'shift', id: body.id, body })) });
  await first.close();
  const { state, archive } = await openRecordRoom(dir);
  expect(state.shifts).toEqual([all[1], all[2], all[3]]);
  expect(await archive.shifts(undefined, 10)).toEqual([...all].reverse());
  const page = await archive.shifts(undefined, 2);
  expect(page).toEqual([all[3], all[2]]);
  expect(await archive.shifts(page.at(-1)?.id, 2)).toEqual([all[1], all[0]]);
});
