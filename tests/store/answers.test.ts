import { expect, test } from 'vitest';
import type { AlertQuery } from '../../src/gateway/ports.ts';
import type { Alert } from '../../src/model/alert.ts';
import { firstPrev, hashOf } from '../../src/store/chain.ts';
import { entry, pressed } from './batches.ts';
import { commit, openRecordRoom, temporaryDirectory } from './record-room.ts';

const homeIn = (building: string, home: string): Alert['place'] => ({
  id: home,
  path: [
    { kind: 'street', id: 'street', name: '和平街道' },
    { kind: 'building', id: building, name: building },
    { kind: 'household', id: home, name: home },
  ],
  text: home,
});

test('alerts are found by place with all below it, by device, priority, time and state, newest first, page by page', async () => {
  const store = await openRecordRoom(temporaryDirectory());
  const alerts: [string, Partial<Alert>][] = [
    ['a1', { place: homeIn('b3', 'h301'), raisedAt: 100, state: 'closed', closedAt: 101 }],
    [
      'a2',
      { place: homeIn('b3', 'h302'), raisedAt: 200, device: 'smoke-2', devices: ['smoke-2', 'smoke-3'] },
    ],
    [
      'a3',
      { place: homeIn('b4', 'h401'), raisedAt: 300, priority: 'high', device: 'gas-1', devices: ['gas-1'] },
    ],
    ['a4', { place: homeIn('b3', 'h301'), raisedAt: 400 }],
    ['a5', { place: null, raisedAt: 500, priority: 'low', state: 'closed', closedAt: 501 }],
  ];
  await commit(store, {
    puts: alerts.map(([id, alert]) => ({ kind: 'alert', id, body: pressed(id, alert) })),
  });
  const ask = async (query: Partial<AlertQuery>): Promise<string> =>
    (await store.archive.alerts({ limit: 10, ...query })).map(({ id }) => id).join(' ');

  expect(await ask({})).toBe('a5 a4 a3 a2 a1');
  expect(await ask({ open: true })).toBe('a4 a3 a2');
  expect(await ask({ open: false })).toBe('a5 a1');
  expect(await ask({ place: 'street' })).toBe('a4 a3 a2 a1');
  expect(await ask({ place: 'b3' })).toBe('a4 a2 a1');
  expect(await ask({ place: 'h301', open: true })).toBe('a4');
  expect(await ask({ place: 'b3', open: false })).toBe('a1');
  expect(await ask({ device: 'pager-1' })).toBe('a5 a4 a1');
  expect(await ask({ device: 'smoke-3' })).toBe('a2');
  expect(await ask({ device: 'smoke-3', open: true, place: 'b3' })).toBe('a2');
  expect(await ask({ device: 'pager-1', place: 'b3' })).toBe('a4 a1');
  expect(await ask({ device: 'smoke-3', place: 'b4' })).toBe('');
  expect(await ask({ priority: 'high' })).toBe('a3');
  expect(await ask({ from: 200, to: 400 })).toBe('a3 a2');
  expect(await ask({ limit: 2 })).toBe('a5 a4');
  expect(await ask({ limit: 2, after: 'a4' })).toBe('a3 a2');
  expect(await ask({ limit: 2, after: 'a4', place: 'b3' })).toBe('a2 a1');
});

test('an alert that moves to another home is found there and no longer where it was', async () => {
  const store = await openRecordRoom(temporaryDirectory());
  const put = (place: Alert['place']) =>
    commit(store, { puts: [{ kind: 'alert', id: 'a1', body: pressed('a1', { place }) }] });
  await put(homeIn('b3', 'h301'));
  await put(homeIn('b4', 'h401'));
  expect(await store.archive.alerts({ limit: 10, place: 'b3' })).toEqual([]);
  expect(await store.archive.alerts({ limit: 10, place: 'b4' })).toHaveLength(1);
});

test('a timeline is the lines of its alert, with the words of the notes, and without those of an erased person', async () => {
  const store = await openRecordRoom(temporaryDirectory());
  const note = (id: string, text: string) =>
    ({ kind: 'note', id, body: { id, alert: 'a1', at: 1, by: 'li', text } }) as const;
  await commit(store, {
    entries: [
      entry(1, 'alert:a1', { state: 'raised' }),
      entry(2, 'alert:a10'),
      entry(3, 'alert:a1', { note: 'n1' }),
      entry(4, 'alert:a1', { note: 'n2' }),
    ],
    puts: [note('n1', '无人应答'), note('n2', '王奶奶')],
  });
  await commit(store, { puts: [{ kind: 'note', id: 'n2', body: null }] });
  const timeline = await store.archive.timeline('a1');
  expect(timeline.map(({ seq, note }) => [seq, note])).toEqual([
    [1, undefined],
    [3, '无人应答'],
    [4, undefined],
  ]);
  expect(timeline[0]).toMatchObject({ actor: 'gateway', data: { state: 'raised' } });
});

test('a timeline says who saw the person at the close, with or without words beside it, until that is erased', async () => {
  const store = await openRecordRoom(temporaryDirectory());
  const seen = (id: string, text: string) =>
    ({ kind: 'note', id, body: { id, alert: 'a1', at: 1, by: 'li', text, seenBy: '老李' } }) as const;
  await commit(store, {
    entries: ['n1', 'n2', 'n3'].map((note, at) => entry(at + 1, 'alert:a1', { note })),
    puts: [seen('n1', ''), seen('n2', '在楼下遛弯'), seen('n3', '')],
  });
  await commit(store, { puts: [{ kind: 'note', id: 'n3', body: null }] });
  const timeline = await store.archive.timeline('a1');
  expect(timeline.map(({ note, seenBy }) => [note, seenBy])).toEqual([
    [undefined, '老李'],
    ['在楼下遛弯', '老李'],
    [undefined, undefined],
  ]);
});

test('the record is handed out with every line chained to the one before, wherever a page begins', async () => {
  const store = await openRecordRoom(temporaryDirectory());
  await commit(store, { entries: [entry(1), entry(2, 'user:li', { 角色: 'admin' })] });
  await commit(store, { entries: [entry(3)] });
  const pages = [...(await store.archive.journal(0, 2)), ...(await store.archive.journal(2, 2))];
  expect(pages.map(({ seq }) => seq)).toEqual([1, 2, 3]);
  let prev = firstPrev;
  for (const line of pages) {
    expect(line.prev).toBe(prev);
    expect(line.hash).toBe(hashOf(prev, { ...line, data: JSON.stringify(line.data) }));
    prev = line.hash;
  }
});

test('a console resumes after any number that is kept, and hears that one beyond the end has missed nothing', async () => {
  const store = await openRecordRoom(temporaryDirectory());
  const change = (seq: number) =>
    ({ type: 'change', seq, at: 1, what: 'device', event: 'registered' }) as const;
  await commit(store, { entries: [entry(1), entry(2), entry(3)], changes: [change(2), change(3)] });
  const resume = async (after: number, limit = 10) =>
    (await store.archive.changes(after, limit))?.map(({ seq }) => seq);
  expect(await resume(0)).toEqual([2, 3]);
  expect(await resume(0, 1)).toEqual([2]);
  expect(await resume(2)).toEqual([3]);
  expect(await resume(99)).toEqual([]);
});

test('quarantine is listed newest first, page by page', async () => {
  const store = await openRecordRoom(temporaryDirectory());
  const body = {
    at: 1,
    sender: 's',
    device: null,
    topic: 't',
    reason: 'r',
    detail: '',
    payload: '',
    size: 0,
  };
  await commit(store, {
    puts: ['q1', 'q2', 'q3'].map((id) => ({
      kind: 'quarantine',
      id,
      body: { ...body, id, encoding: 'utf8' },
    })),
  });
  const ids = async (after?: string) =>
    (await store.archive.quarantine({ after, limit: 2 })).map(({ id }) => id);
  expect(await ids()).toEqual(['q3', 'q2']);
  expect(await ids('q2')).toEqual(['q1']);
});

test('a question that cannot be answered rejects, and the next one is answered', async () => {
  const store = await openRecordRoom(temporaryDirectory());
  await expect(store.archive.journal(0, 'many' as unknown as number)).rejects.toThrow();
  expect(await store.archive.journal(0, 5)).toEqual([]);
});
