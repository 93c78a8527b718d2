import { expect, test } from 'vitest';
import type { RulebookVersion } from '../../src/model/rulebook.ts';
import { commit, openRecordRoom, temporaryDirectory } from './record-room.ts';

const version = (number: number): RulebookVersion => ({
  number,
  at: number,
  by: 'li',
  source: 'api',
  note: `第 ${number} 版`,
  restores: null,
  changed: [],
  files: [{ name: 'fire.yaml', text: `source: "${number}"\n` }],
});

test('every version of the rulebook is kept; a start finds the newest, whatever the numbers look like as texts', async () => {
  const dir = temporaryDirectory();
  const store = await openRecordRoom(dir);
  expect(store.state.rulebook).toBeNull();
  for (let number = 1; number <= 11; number += 1)
    await commit(store, { puts: [{ kind: 'rulebook', id: String(number), body: version(number) }] });
  const { files: _files, ...head } = version(9);
  expect(await store.archive.rulebookVersions(10, 1)).toEqual([head]);
  expect((await store.archive.rulebookVersions(undefined, 3)).map(({ number }) => number)).toEqual([
    11, 10, 9,
  ]);
  expect(await store.archive.rulebookVersion(2)).toEqual(version(2));
  expect(await store.archive.rulebookVersion(12)).toBeNull();
  await store.close();
  expect((await openRecordRoom(dir)).state.rulebook).toEqual(version(11));
});
