import Database from 'better-sqlite3';
import { expect, onTestFinished, test } from 'vitest';
import type { CallQuery, CallRecord, Put } from '../../src/gateway/ports.ts';
import { type Call, callStates, endedStates } from '../../src/model/call.ts';
import type { Place } from '../../src/model/place.ts';
import { callSearch } from '../../src/store/call-search.ts';
import { dataDirectory } from '../../src/store/data-directory.ts';
import { pressed } from './batches.ts';
import { commit, openRecordRoom, temporaryDirectory } from './record-room.ts';

const home = pressed('x').alert.place;
const elsewhere: Place = {
  id: 'home-9',
  path: [{ kind: 'household', id: 'home-9', name: '9' }],
  text: '9',
};

const record = (id: string, requestedAt: number, more: Partial<Call> = {}): CallRecord => ({
  call: {
    id,
    device: 'pager-1',
    place: home,
    state: 'ended',
    media: 'webrtc',
    requestedAt,
    rings: 1,
    direction: 'in',
    listeners: [],
    recorded: false,
    ...more,
  },
  console: null,
  missAt: null,
  soundBy: null,
  consoleBackBy: null,
});

const putsOf = (records: readonly CallRecord[]): Put[] =>
  records.map((body) => ({ kind: 'call', id: body.call.id, body }));

// Ids are the devices' own: they say nothing of the order.
const calls = [
  record('z', 100, { alert: 'alert-1' }),
  record('a', 200, { device: 'pager-2', place: elsewhere }),
  record('m', 300, { alert: 'alert-1', state: 'ringing' }),
  record('b', 300, { place: null }),
];

test('calls are found by device, alert, place and time, newest first, whether they are over or not', async () => {
  const { archive, ...store } = await openRecordRoom(temporaryDirectory());
  await commit({ archive, ...store }, { puts: putsOf(calls) });
  const found = async (query: Partial<CallQuery>): Promise<string> =>
    (await archive.calls({ limit: 10, ...query })).map(({ id }) => id).join(' ');
  expect(await found({})).toBe('m b a z');
  expect(await found({ device: 'pager-1' })).toBe('m b z');
  expect(await found({ alert: 'alert-1' })).toBe('m z');
  expect(await found({ place: 'home-9' })).toBe('a');
  expect(await found({ place: 'building-3' })).toBe('m z');
  expect(await found({ place: 'nowhere' })).toBe('');
  expect(await found({ from: 200, to: 300 })).toBe('a');
  expect(await found({ device: 'pager-1', alert: 'alert-1', place: 'street', from: 101 })).toBe('m');
  expect(await archive.call('z')).toEqual(calls[0]?.call);
  expect(await archive.call('none')).toBeNull();
});

test('page by page no call is missing and none comes twice, also of several in one millisecond', async () => {
  const store = await openRecordRoom(temporaryDirectory());
  const many = Array.from({ length: 23 }, (_, at) => record(`c-${(at * 7) % 23}`, 100 + Math.floor(at / 5)));
  await commit(store, { puts: putsOf(many) });
  for (const query of [{}, { device: 'pager-1' }, { place: 'building-3' }]) {
    const seen: Call[] = [];
    for (;;) {
      const page: readonly Call[] = await store.archive.calls({ ...query, limit: 4, after: seen.at(-1)?.id });
      seen.push(...page);
      if (page.length < 4) break;
    }
    expect(new Set(seen.map(({ id }) => id)).size).toBe(23);
    expect(seen.map(({ requestedAt }) => requestedAt)).toEqual(
      seen.map(({ requestedAt }) => requestedAt).sort((a, b) => b - a),
    );
  }
  expect(await store.archive.calls({ limit: 4, after: 'none' })).toEqual([]);
});

test('after a restart the calls under way are there again, and those that are over can be asked for', async () => {
  const dir = temporaryDirectory();
  const first = await openRecordRoom(dir);
  await commit(first, { puts: putsOf(callStates.map((state, at) => record(state, at, { state }))) });
  await commit(first, { puts: putsOf([record('answered', 2, { state: 'failed', endedAt: 9 })]) });
  await first.close();
  const { state, archive } = await openRecordRoom(dir);
  const underWay = callStates.filter((name) => !endedStates.has(name) && name !== 'answered');
  expect(state.calls.map(({ call }) => call.id).sort()).toEqual([...underWay].sort());
  expect(await archive.call('answered')).toMatchObject({ state: 'failed', endedAt: 9 });
});

test('a page of calls costs a page: it is walked in its order, and nothing is sorted for it', async () => {
  const dir = temporaryDirectory();
  await (await openRecordRoom(dir)).close();
  const db = new Database(dataDirectory(dir).database, { readonly: true });
  onTestFinished(() => void db.close());
  for (const [query, index] of [
    [{}, 'call_requested'],
    [{ after: 'z' }, 'call_requested'],
    [{ place: 'home-9' }, 'call_requested'],
    [{ device: 'pager-1', after: 'z' }, 'call_device'],
    [{ alert: 'alert-1' }, 'call_alert'],
  ] as const) {
    const { sql, values } = callSearch({ limit: 10, ...query });
    const plan = db
      .prepare<unknown[], { detail: string }>(`EXPLAIN QUERY PLAN ${sql}`)
      .all(...values)
      .map(({ detail }) => detail)
      .join('\n');
    expect(plan).toContain(`INDEX ${index}`);
    expect(plan).not.toContain('USE TEMP B-TREE');
  }
});
