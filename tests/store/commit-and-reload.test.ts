import { expect, test } from 'vitest';
import type { Put, Rows } from '../../src/gateway/ports.ts';
import type { Change } from '../../src/model/change.ts';
import { entry, pressed } from './batches.ts';
import { commit, openRecordRoom, temporaryDirectory } from './record-room.ts';

const later = Date.now() + 3_600_000;
const rows: { readonly [K in keyof Rows]: Rows[K] } = {
  device: {
    id: 'pager-1',
    type: 'call-button',
    name: '床头',
    place: null,
    hub: null,
    dialect: 'native',
    address: null,
    createdAt: 1,
    outOfService: null,
    flags: [],
    secretHash: 'a'.repeat(64),
  },
  'device-state': { lastSeenAt: 5, latest: { battery: { value: 80, at: 4, receivedAt: 5 } } },
  household: { place: 'home-301', warnings: ['deaf'], residents: [], contacts: [], note: '' },
  alert: pressed('01900000-0000-7000-8000-000000000001'),
  call: {
    call: {
      id: 'call-1',
      device: 'pager-1',
      place: null,
      state: 'ringing',
      media: 'webrtc',
      requestedAt: 1,
      ringingAt: 1,
      rings: 1,
      direction: 'in',
      listeners: [],
      recorded: false,
    },
    console: null,
    missAt: 60_001,
    soundBy: null,
    consoleBackBy: null,
  },
  delay: {
    rule: 'gas',
    version: 'v',
    branch: 0,
    subject: 'gas-1',
    device: 'gas-1',
    holds: true,
    since: 1,
    deadline: 2,
    evidence: { at: 1, receivedAt: 1 },
  },
  memory: { rule: 'air', version: 'v', branch: 0, subject: 'air-1', memory: { sums: [1, 2.5] } },
  command: { id: 'command-1', device: 'pager-1', command: 'sos-received', createdAt: 1, expiresAt: later },
  user: {
    id: 'li',
    username: 'li',
    name: '李',
    role: 'operator',
    places: [],
    disabled: false,
    passwordHash: '$argon2id$x',
  },
  session: { id: 'b'.repeat(64), user: 'li', createdAt: 1, expiresAt: later },
  note: { id: 'note-1', alert: 'alert-1', at: 1, by: 'li', text: '已电话联系' },
  quarantine: {
    id: 'q-1',
    at: 1,
    sender: 'hub-1',
    device: null,
    topic: 't',
    reason: 'not-json',
    detail: '',
    payload: '{',
    encoding: 'utf8',
    size: 1,
  },
  'test-mode': {
    id: 'test-1',
    place: 'home-301',
    types: ['smoke-alarm'],
    since: 1,
    until: later,
    by: 'li',
    onSite: '王师傅',
  },
  presence: { place: 'home-301', state: 'hospital', since: 1, until: later, by: 'li' },
  site: { place: 'home-301', at: [121.5, 31.2], since: 1, by: 'li' },
  rulebook: {
    number: 1,
    at: 1,
    by: 'li',
    source: 'api',
    note: '',
    restores: null,
    changed: [{ name: 'fire.yaml', before: null, after: 'c'.repeat(64) }],
    files: [{ name: 'fire.yaml', text: 'rules: []' }],
  },
  shift: {
    id: '01900000-0000-7000-8000-00000000000a',
    places: ['b-3'],
    operator: 'li',
    beganAt: 1,
    soundTests: [{ at: 2, by: 'li', heard: true }],
  },
  fact: 'a cursor',
};
const ids: { readonly [K in keyof Rows]: string } = {
  device: 'pager-1',
  'device-state': 'pager-1',
  household: 'home-301',
  alert: rows.alert.alert.id,
  call: 'call-1',
  delay: 'gas 0 gas-1',
  memory: 'air 0 air-1',
  command: 'command-1',
  user: 'li',
  session: rows.session.id,
  note: 'note-1',
  quarantine: 'q-1',
  'test-mode': 'test-1',
  presence: 'home-301',
  site: 'home-301',
  rulebook: '1',
  shift: rows.shift.id,
  fact: 'cursor',
};
const kinds = Object.keys(rows) as (keyof Rows)[];
const puts = kinds.map((kind) => ({ kind, id: ids[kind], body: rows[kind] }) as Put);

test('everything that was committed is there after a restart', async () => {
  const dir = temporaryDirectory();
  const first = await openRecordRoom(dir);
  const committedAt = await commit(first, { entries: [entry(1), entry(2)], puts });
  await first.close();

  const { state, archive } = await openRecordRoom(dir);
  expect(state).toMatchObject({
    seq: 2,
    feed: first.state.feed,
    devices: [rows.device],
    households: [rows.household],
    alerts: [{ ...rows.alert, alert: { ...rows.alert.alert, committedAt } }],
    calls: [rows.call],
    delays: [rows.delay],
    memories: [rows.memory],
    commands: [rows.command],
    users: [rows.user],
    sessions: [rows.session],
    testModes: [rows['test-mode']],
    presences: [rows.presence],
    sites: [rows.site],
    shifts: [rows.shift],
  });
  expect(state.deviceStates).toEqual(new Map([['pager-1', rows['device-state']]]));
  expect(state.facts).toEqual(new Map([['cursor', 'a cursor']]));
  expect(await archive.quarantine({ limit: 10 })).toEqual([rows.quarantine]);
});

test('what was removed, closed or answered is not loaded again', async () => {
  const dir = temporaryDirectory();
  const first = await openRecordRoom(dir);
  await commit(first, { puts });
  const closed = { ...rows.alert, alert: { ...rows.alert.alert, state: 'closed' as const, closedAt: 9 } };
  await commit(first, {
    puts: [
      ...kinds.map((kind) => ({ kind, id: ids[kind], body: null }) as Put),
      { kind: 'alert', id: ids.alert, body: closed },
      { kind: 'command', id: 'command-1', body: { ...rows.command, repliedAt: 9, ok: true } },
    ],
  });
  await first.close();
  const { state, archive } = await openRecordRoom(dir);
  expect(state).toMatchObject({
    devices: [],
    households: [],
    alerts: [],
    delays: [],
    memories: [],
    commands: [],
    users: [],
    testModes: [],
    presences: [],
    shifts: [],
  });
  expect(state.sessions).toEqual([]);
  expect([state.deviceStates.size, state.facts.size]).toEqual([0, 0]);
  expect(await archive.alert(ids.alert)).toMatchObject({ state: 'closed' });
});

test('of two puts for one row in a batch the last counts', async () => {
  const dir = temporaryDirectory();
  const first = await openRecordRoom(dir);
  await commit(first, {
    puts: [
      { kind: 'fact', id: 'cursor', body: 1 },
      { kind: 'fact', id: 'cursor', body: 2 },
    ],
  });
  await first.close();
  expect((await openRecordRoom(dir)).state.facts.get('cursor')).toBe(2);
});

test('an alert and its change carry the time at which they were committed, and what others wrote stays as it was', async () => {
  const dir = temporaryDirectory();
  const store = await openRecordRoom(dir);
  const record = pressed('01900000-0000-7000-8000-000000000002', {
    evidence: [{ at: 1, receivedAt: 1, note: '{"committedAt":0}' }],
  });
  const change: Change = {
    type: 'change',
    seq: 1,
    at: 1,
    what: 'alert',
    event: 'raised',
    alert: record.alert,
  };
  const before = Date.now();
  const at = await commit(store, {
    entries: [entry(1, `alert:${record.alert.id}`)],
    changes: [change],
    puts: [{ kind: 'alert', id: record.alert.id, body: record }],
  });
  expect(at).toBeGreaterThanOrEqual(before);
  const stamped = { ...record.alert, committedAt: at };
  expect(await store.archive.alert(record.alert.id)).toEqual(stamped);
  const sent = await store.archive.changes(0, 10);
  expect(sent?.map(({ seq, text }) => [seq, JSON.parse(text)])).toEqual([[1, { ...change, alert: stamped }]]);
});

test('an alert committed long ago keeps its time of commit when it changes', async () => {
  const store = await openRecordRoom(temporaryDirectory());
  const record = pressed('01900000-0000-7000-8000-000000000003', { committedAt: 77 });
  await commit(store, { puts: [{ kind: 'alert', id: record.alert.id, body: record }] });
  expect((await store.archive.alert(record.alert.id))?.committedAt).toBe(77);
});

test('the numbers and the feed go on over restarts', async () => {
  const dir = temporaryDirectory();
  const feeds = new Set<string>();
  for (const seq of [1, 2, 3]) {
    const store = await openRecordRoom(dir);
    expect(store.state.seq).toBe(seq - 1);
    feeds.add(store.state.feed);
    await commit(store, { entries: [entry(seq)] });
    await store.close();
  }
  expect(feeds.size).toBe(1);
  expect([...feeds][0]).toMatch(/^[0-9a-f-]{36}$/);
});

test('a device message id is known once it is committed, also after a restart', async () => {
  const dir = temporaryDirectory();
  const first = await openRecordRoom(dir);
  const now = Date.now();
  expect([first.messageIds.find('pager-1', 'm-7'), first.messageIds.last('pager-1')]).toEqual([null, 0]);
  await commit(first, {
    messageIds: [
      { device: 'pager-1', id: 'm-7', ordinal: 1, at: now + 10 },
      { device: 'pager-1', id: 'm-8', ordinal: 2, at: now + 11 },
      { device: 'pager-1', id: 'm-7', ordinal: 3, at: now + 12 },
    ],
  });
  expect(first.messageIds.find('pager-1', 'm-7')).toEqual({ ordinal: 3, at: now + 12 });
  await first.close();
  const { messageIds } = await openRecordRoom(dir);
  expect(messageIds.find('pager-1', 'm-8')).toEqual({ ordinal: 2, at: now + 11 });
  expect([messageIds.last('pager-1'), messageIds.find('pager-2', 'm-7')]).toEqual([3, null]);
});

test('a second batch before the first is committed is refused as a broken promise', async () => {
  const store = await openRecordRoom(temporaryDirectory());
  const first = commit(store, { entries: [entry(1)] });
  await expect(commit(store, { entries: [entry(2)] })).rejects.toThrow('before the last one was committed');
  await first;
});

test('a batch in flight when the gateway stops is committed before the directory is let go', async () => {
  const dir = temporaryDirectory();
  const first = await openRecordRoom(dir);
  const written = commit(first, { entries: [entry(1)] });
  await first.close();
  await written;
  expect((await openRecordRoom(dir)).state.seq).toBe(1);
  await expect(first.archive.journal(0, 1)).rejects.toMatchObject({ code: 'closed' });
});
