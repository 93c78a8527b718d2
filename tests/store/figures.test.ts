import { expect, onTestFinished, test } from 'vitest';
import type { CallRecord, FiguresQuery } from '../../src/gateway/ports.ts';
import type { Alert } from '../../src/model/alert.ts';
import { dataDirectory } from '../../src/store/data-directory.ts';
import { openForReading } from '../../src/store/database.ts';
import { countedAlerts, readFigures } from '../../src/store/figures.ts';
import { entry, pressed } from './batches.ts';
import { endedCall } from './ended-call.ts';
import { commit, openRecordRoom, type RecordRoom, temporaryDirectory } from './record-room.ts';

const minute = 60_000;
const hour = 60 * minute;
const day = 24 * hour;
/** Midnight of a Monday in Shanghai. */
const midnight = Date.UTC(2026, 10, 22, 16);

const step = (seq: number, alert: string, event: string, at: number) => ({
  ...entry(seq, `alert:${alert}`),
  event: `alert.${event}`,
  at,
});

const call = (id: string, more: Partial<CallRecord['call']>) =>
  ({ kind: 'call', id, body: endedCall(id, { requestedAt: midnight, ...more }) }) as const;

const put = (id: string, at: number, alert: Partial<Alert> = {}) =>
  ({
    kind: 'alert',
    id,
    body: pressed(id, { raisedAt: at, receivedAt: at, lastAt: at, ...alert }),
  }) as const;

const ask = (store: RecordRoom, query: Partial<FiguresQuery> = {}) =>
  store.archive.figures({
    from: midnight,
    to: midnight + 2 * day,
    now: midnight + 2 * day,
    places: [],
    timeZone: 'Asia/Shanghai',
    ...query,
  });

test('a press counts until sound flowed where somebody asked to speak before it was taken, else until it was first taken', async () => {
  const store = await openRecordRoom(temporaryDirectory());
  const at = midnight + hour;
  await commit(store, {
    entries: [
      step(1, 'a1', 'taken', at + 10_000),
      // It was pressed again later, and taken again: the first answer counts.
      step(2, 'a1', 'taken', at + 600_000),
      step(3, 'a2', 'taken', at + 20_000),
      step(4, 'a2', 'voice-connected', at + 70_000),
      step(5, 'a3', 'acknowledged', at + 5_000),
      step(6, 'a3', 'voice-connected', at + 90_000),
    ],
    puts: [
      put('a1', at, { takenAt: at + 600_000, count: 2 }),
      put('a2', at),
      put('a3', at),
      // Taken, but the voice that was asked for never came.
      put('a4', at),
      call('c2', { alert: 'a2', requestedAt: at + 100, connectedAt: at + 70_000 }),
      // Asked for only after somebody had it.
      call('c3', { alert: 'a3', requestedAt: at + 60_000, connectedAt: at + 90_000 }),
      call('c4', { alert: 'a4', requestedAt: at, state: 'failed', missedAt: at + minute }),
      call('c5', { direction: 'out', requestedAt: at, state: 'cancelled' }),
      call('c6', { requestedAt: at - 3 * day }),
    ],
  });
  const { answers, calls } = await ask(store);
  expect(answers.people).toEqual({
    count: 4,
    answered: 3,
    waiting: 1,
    byVoice: 1,
    targets: [
      { withinMs: 60_000, target: 0.975, share: 0.5, of: 4 },
      { withinMs: 180_000, target: 0.99, share: 0.75, of: 4 },
    ],
    p50Ms: 10_000,
    p90Ms: 70_000,
    p99Ms: 70_000,
    longestMs: 70_000,
  });
  expect(calls).toEqual({ in: 3, out: 1, connected: 2, missed: 1, failed: 1, cancelled: 1 });
  // One that came a moment ago has not missed its target yet.
  const early = await ask(store, { to: at + 30_000, now: at + 30_000 });
  expect(early.answers.people.targets.map(({ of }) => of)).toEqual([3, 3]);
});

test('tests are counted apart, what nobody is called for is no load, and only emergencies are answered', async () => {
  const store = await openRecordRoom(temporaryDirectory());
  const at = midnight + hour;
  await commit(store, {
    puts: [
      put('a1', at, { test: true }),
      put('a2', at, { kind: 'battery', priority: 'low' }),
      put('a3', at, { kind: 'silent', priority: 'medium', suppressedBy: 'a9' }),
      put('a4', at, { kind: 'smoke', outOfService: true }),
      put('a5', at, { kind: 'smoke', state: 'closed', disposition: 'false-cooking', closedAt: at + 1 }),
    ],
  });
  const figures = await ask(store);
  expect(figures).toMatchObject({ alerts: 4, tests: 1, calling: 2, complete: true });
  expect([figures.answers.people.count, figures.answers.emergencies.count]).toEqual([0, 1]);
  expect(figures.answers.people.targets.map(({ share }) => share)).toEqual([null, null]);
  expect(figures.priorities).toEqual([
    { priority: 'critical', alerts: 2 },
    { priority: 'high', alerts: 0 },
    { priority: 'medium', alerts: 1 },
    { priority: 'low', alerts: 1 },
  ]);
  expect(figures.dispositions).toContainEqual({ kind: 'smoke', disposition: 'false-cooking', alerts: 1 });
  expect(figures.dispositions).toContainEqual({ kind: 'smoke', disposition: null, alerts: 1 });
});

test('days and hours are those of the street, and a day without alerts is there', async () => {
  const store = await openRecordRoom(temporaryDirectory());
  await commit(store, {
    puts: [
      put('a1', midnight),
      put('a2', midnight + 23 * hour + 59 * minute, { priority: 'low', kind: 'battery' }),
      put('a3', midnight + 2 * day - 1),
      put('a4', midnight + 2 * day),
    ],
  });
  const { days, hours } = await ask(store);
  expect(days).toEqual([
    { day: '2026-11-23', critical: 1, high: 0, medium: 0, low: 1 },
    { day: '2026-11-24', critical: 1, high: 0, medium: 0, low: 0 },
  ]);
  expect([hours[0], hours[23], hours.length]).toEqual([1, 2, 24]);
  const empty = await ask(store, { from: midnight - 3 * day, to: midnight });
  expect(empty.days.map(({ day: name }) => name)).toEqual(['2026-11-20', '2026-11-21', '2026-11-22']);
  const abroad = await ask(store, { timeZone: 'Europe/Berlin' });
  expect(abroad.days[0]).toMatchObject({ day: '2026-11-22', critical: 1 });
});

test('ten within ten minutes are a flood until fewer than five are left of them', async () => {
  const store = await openRecordRoom(temporaryDirectory());
  const at = midnight + hour;
  await commit(store, {
    puts: Array.from({ length: 12 }, (_, index) =>
      put(`a${String(index).padStart(2, '0')}`, at + index * 30_000, {
        kind: 'fault',
        priority: 'medium',
        device: index < 9 ? 'hub-1' : `d-${index}`,
        claimedBy: index < 4 ? 'li' : 'zhao',
        takenAt: at + index * 30_000,
      }),
    ),
  });
  const { load, talkers, holders } = await ask(store);
  // From the tenth (4.5 min) until the fifth newest (3.5 min) is ten minutes old.
  expect(load).toEqual({
    perTenMinutes: 12 / 288,
    most: 12,
    mostAt: at,
    floods: 1,
    floodShare: (9 * minute) / (2 * day),
  });
  expect(talkers[0]).toEqual({ device: 'hub-1', alerts: 9, share: 0.75 });
  expect(holders).toEqual([
    { user: 'zhao', alerts: 8, perTenMinutes: 8, most: 8 },
    { user: 'li', alerts: 4, perTenMinutes: 4, most: 4 },
  ]);
  // The flood is under way at the end of a span.
  const cut = await ask(store, { to: at + 5 * minute, now: at + 5 * minute });
  expect(cut.load.floodShare * (hour + 5 * minute)).toBeCloseTo(30_000);
});

test('what has stood for more than a day is counted, and named while it stands', async () => {
  const store = await openRecordRoom(temporaryDirectory());
  const active = { active: true, kind: 'silent', priority: 'medium', state: 'acknowledged' } as const;
  await commit(store, {
    puts: [
      put('a1', midnight - 5 * day, active),
      put('a2', midnight + hour, active),
      put('a3', midnight + hour, { ...active, active: false, returnedAt: midnight + 30 * hour }),
      put('a4', midnight + hour, { ...active, active: false, returnedAt: midnight + 3 * hour }),
      put('a5', midnight + 47 * hour, active),
      // It came back two hours ago.
      put('a6', midnight + hour, { ...active, count: 2, lastAt: midnight + 46 * hour }),
    ],
  });
  const { stale } = await ask(store);
  expect(stale).toMatchObject({ now: 2, during: 2 });
  expect(stale.alerts).toEqual([
    {
      id: 'a1',
      device: 'pager-1',
      title: { zh: '求助', en: 'Help' },
      priority: 'medium',
      since: midnight - 5 * day,
    },
    expect.objectContaining({ id: 'a2' }),
  ]);
});

test('whoever sees only some places gets the figures of those, and of what lies nowhere', async () => {
  const store = await openRecordRoom(temporaryDirectory());
  const at = midnight + hour;
  const elsewhere: Alert['place'] = {
    id: 'b9',
    path: [{ kind: 'building', id: 'b9', name: '9' }],
    text: '9',
  };
  await commit(store, {
    puts: [
      put('a1', at),
      put('a2', at, { place: elsewhere }),
      put('a3', at, { place: null }),
      call('c1', { place: elsewhere, requestedAt: at }),
      call('c2', { requestedAt: at }),
    ],
  });
  const count = async (query: Partial<FiguresQuery>) => {
    const { alerts, calls } = await ask(store, query);
    return [alerts, calls.in];
  };
  expect(await count({})).toEqual([3, 2]);
  expect(await count({ places: ['building-3'] })).toEqual([2, 1]);
  expect(await count({ places: ['b9', 'building-3'] })).toEqual([3, 2]);
  expect(await count({ place: 'b9' })).toEqual([1, 1]);
  expect(await count({ place: 'b9', places: ['building-3'] })).toEqual([0, 0]);
});

test('a month is read in the order of an index that holds all it needs, and what is too much is left out from the oldest on', async () => {
  const dir = temporaryDirectory();
  const store = await openRecordRoom(dir);
  await commit(store, { puts: [1, 2, 3].map((index) => put(`a${index}`, midnight + index * hour)) });
  await store.close();
  const db = openForReading(dataDirectory(dir).database);
  onTestFinished(() => void db.close());
  const plan = db
    .prepare<[number, number, number], { readonly detail: string }>(`EXPLAIN QUERY PLAN ${countedAlerts('')}`)
    .all(0, 1, 1);
  expect(plan.map(({ detail }) => detail)).toEqual([expect.stringMatching(/INDEX alert_raised /)]);
  const query = { from: midnight, to: midnight + day, now: midnight + day, places: [], timeZone: 'UTC' };
  const figures = readFigures(db, query, 2);
  expect(figures).toMatchObject({ alerts: 2, complete: false });
  expect([figures.hours[17], figures.hours[18], figures.hours[19]]).toEqual([0, 1, 1]);
});
