import { renameSync } from 'node:fs';
import { pino } from 'pino';
import { expect, onTestFinished, test } from 'vitest';
import { createArchive } from '../../src/store/archive.ts';
import { dataDirectory } from '../../src/store/data-directory.ts';
import { openRecordRoom, temporaryDirectory } from './record-room.ts';

test('a reader thread that ended rejects what it was asked, and the next question starts another', async () => {
  const dir = temporaryDirectory();
  await (await openRecordRoom(dir)).close();
  const directory = dataDirectory(dir);
  const aside = `${directory.database}-aside`;
  renameSync(directory.database, aside);
  const { archive, close } = createArchive(directory, pino({ level: 'silent' }));
  onTestFinished(close);
  await expect(archive.journal(0, 1)).rejects.toThrow('the reader thread ended');
  renameSync(aside, directory.database);
  expect(await archive.journal(0, 1)).toEqual([]);
});
