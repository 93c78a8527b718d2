import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { expect, onTestFinished, test } from 'vitest';
import { checkChain } from '../../src/store/chain.ts';
import { dataDirectory } from '../../src/store/data-directory.ts';
import { openForReading } from '../../src/store/database.ts';
import { StoreError } from '../../src/store/store-error.ts';
import { openRecordRoom, temporaryDirectory } from './record-room.ts';

const program = new URL('./press-writer.ts', import.meta.url).pathname;

type Run = { readonly child: ChildProcess; readonly lines: AsyncIterableIterator<string> };

const startWriting = (dir: string): Run => {
  const child = spawn(process.execPath, [program, dir], { stdio: ['ignore', 'pipe', 'inherit'] });
  onTestFinished(() => {
    child.kill('SIGKILL');
  });
  return { child, lines: createInterface({ input: child.stdout })[Symbol.asyncIterator]() };
};

/** Kills the program after it has acknowledged `batches` more; answers the last number it acknowledged, what it still said while dying included. */
const killAfter = async ({ child, lines }: Run, batches: number): Promise<number> => {
  let acknowledged = 0;
  let heard = 0;
  for await (const line of lines) {
    if (line.startsWith('open ')) acknowledged = Number(line.slice('open '.length));
    else {
      acknowledged = Number(line);
      heard += 1;
      if (heard === batches) child.kill('SIGKILL');
    }
  }
  return acknowledged;
};

test('what was acknowledged is there, whole and chained, however often the gateway is killed while it writes', async () => {
  const dir = temporaryDirectory();
  let acknowledged = 0;
  for (const batches of [1, 37, 120]) {
    const run = startWriting(dir);
    const last = await killAfter(run, batches);
    expect(last).toBeGreaterThanOrEqual(acknowledged + batches);
    acknowledged = last;
  }

  const store = await openRecordRoom(dir);
  // What was committed in the very moment of the kill may be there without having been acknowledged.
  const { seq } = store.state;
  expect(seq).toBeGreaterThanOrEqual(acknowledged);
  const numbers = Array.from({ length: seq }, (_, index) => index + 1);
  expect((await store.archive.changes(0, seq + 1))?.map((change) => change.seq)).toEqual(numbers);
  expect([...store.state.facts.values()].map(Number).sort((a, b) => a - b)).toEqual(numbers);
  expect(numbers.filter((n) => store.messageIds.find('pager-1', `m-${n}`)?.ordinal !== n)).toEqual([]);
  const points = await store.archive.readings({
    device: 'air-1',
    measurement: 'temperature',
    from: 0,
    to: Number.MAX_SAFE_INTEGER,
    points: seq + 1,
  });
  expect(points.map(([, value]) => value)).toEqual(numbers);
  const db = openForReading(dataDirectory(dir).database);
  onTestFinished(() => {
    db.close();
  });
  expect(checkChain(db)).toMatchObject({ entries: seq, problem: null });
});

test('a second gateway on the same directory is refused and told who has it, until the first is dead', async () => {
  const dir = temporaryDirectory();
  const { child, lines } = startWriting(dir);
  await lines.next();
  const refusal = await openRecordRoom(dir).catch((error: unknown) => error);
  expect(refusal).toBeInstanceOf(StoreError);
  expect(refusal).toMatchObject({ code: 'locked', message: expect.stringContaining(`process ${child.pid}`) });
  child.kill('SIGKILL');
  await once(child, 'exit');
  expect((await openRecordRoom(dir)).state.seq).toBeGreaterThanOrEqual(0);
});

test('a store that was closed lets go of its directory, and one that is open holds it against the same process too', async () => {
  const dir = temporaryDirectory();
  const first = await openRecordRoom(dir);
  await expect(openRecordRoom(dir)).rejects.toMatchObject({ code: 'locked' });
  await first.close();
  await (await openRecordRoom(dir)).close();
});
