import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import fc from 'fast-check';
import { expect, onTestFinished, test } from 'vitest';
import { deviceTypes } from '../../devices/index.ts';
import type { TryQuestion } from '../../src/gateway/ports.ts';
import type { Reading, Value } from '../../src/model/reading.ts';
import type { TryAnswer } from '../../src/model/try-out.ts';
import { loadRulebook } from '../../src/rules/rulebook.ts';
import { dataDirectory, makeDirectories } from '../../src/store/data-directory.ts';
import { openForReading, openForWriting } from '../../src/store/database.ts';
import { readHistory } from '../../src/store/history.ts';
import { dayOf, openDayFile } from '../../src/store/readings/day-files.ts';
import { makeMover } from '../../src/store/readings/mover.ts';
import { entry, pressed } from './batches.ts';
import { commit, openRecordRoom, type RecordRoom, temporaryDirectory } from './record-room.ts';

const minute = 60_000;
const dayMs = 86_400_000;
const monday = Date.parse('2026-01-05T00:00:00Z');
const farAhead = 100 * 365 * dayMs;

const rulesOf = (rules: string): TryQuestion['rules'] => {
  const loaded = loadRulebook([{ name: 't.yaml', text: `source: a test\nrules:\n${rules}` }], deviceTypes);
  if (!loaded.ok) throw new Error(JSON.stringify(loaded.problems));
  return loaded.rules;
};
const co2Rule = `  - { id: co2, kind: threshold, types: [air-monitor], when: { measurement: co2, above: 1000 }, alert: { kind: air, priority: low, title: { zh: 测, en: t } } }`;
const smokeRule = `  - { id: smoke, kind: flag, types: [smoke-alarm], when: { measurement: smoke }, alert: { kind: smoke, priority: critical, title: { zh: 测, en: t } } }`;
const faultRule = `  - { id: fault, kind: event, types: [air-monitor], when: { event: fault }, alert: { kind: fault, priority: medium, title: { zh: 测, en: t } } }`;

const device = (id: string, type = 'air-monitor'): TryQuestion['devices'][number] => ({
  id,
  type,
  hub: null,
  place: null,
  createdAt: 0,
});
const co2 = (value: Value, at: number, more: Partial<Reading> = {}): Reading => ({
  device: 'air-1',
  measurement: 'co2',
  value,
  at,
  receivedAt: at,
  ...more,
});

const week: TryQuestion = {
  rules: rulesOf(co2Rule),
  timeZone: 'Asia/Shanghai',
  devices: [device('air-1'), device('air-2')],
  from: monday,
  to: monday + 7 * dayMs,
};
const ask = async (store: RecordRoom, more: Partial<TryQuestion> = {}): Promise<TryAnswer> => {
  const answer = await store.tryOuts.run({ ...week, ...more }, new AbortController().signal);
  if (answer === 'busy') throw new Error('busy');
  return answer;
};
const spans = ({ would }: TryAnswer) => would.map(({ device: id, from, to }) => [id, from, to]);

/** Readings that have moved to the files of their days. */
const fileOf = (dir: string, readings: readonly Reading[]): void => {
  makeDirectories(dataDirectory(dir));
  for (const reading of readings) {
    const file = openDayFile(dataDirectory(dir).readings, dayOf(reading.at));
    file.begin();
    const { at, receivedAt, value } = reading;
    const flag = typeof value === 'boolean' ? 1 : 0;
    file.put(
      file.series(reading.device, reading.measurement),
      [{ at, value: typeof value === 'boolean' ? Number(value) : value, flag, receivedAt, deviceAt: null }],
      { owed: false, closed: false },
    );
    file.commit();
    file.close();
  }
};

test('a spike in a day file and one that is not moved yet are both found, each once', async () => {
  const dir = temporaryDirectory();
  fileOf(dir, [co2(1500, monday + minute), co2(400, monday + 2 * minute)]);
  const store = await openRecordRoom(dir, farAhead);
  await commit(store, {
    readings: [
      co2(1500, monday + 3 * dayMs),
      co2(400, monday + 3 * dayMs + minute),
      co2(1500, monday + 1000, { device: 'air-2' }),
    ],
  });
  expect(await ask(store)).toEqual({
    would: [
      expect.objectContaining({ rule: 'co2', device: 'air-2', to: null }),
      expect.objectContaining({ rule: 'co2', device: 'air-1', from: monday + minute }),
      expect.objectContaining({ from: monday + 3 * dayMs, to: monday + 3 * dayMs + minute, priority: 'low' }),
    ],
    wouldCount: 3,
    did: [],
    didCount: 0,
    readings: 5,
    untried: [],
    complete: true,
  });
});

test('only the devices, the span and the measurements that are asked about are read', async () => {
  const store = await openRecordRoom(temporaryDirectory(), farAhead);
  await commit(store, {
    readings: [
      co2(1500, monday - 1),
      co2(1500, monday + 1, { device: 'hidden' }),
      co2(1500, monday + 1, { measurement: 'pm25' }),
      co2(1500, monday + 7 * dayMs),
      co2(1500, monday + 5),
    ],
  });
  const answer = await ask(store);
  expect([answer.readings, spans(answer)]).toEqual([1, [['air-1', monday + 5, null]]]);
});

test('a reading that was corrected after it had moved counts as it was corrected', async () => {
  const dir = temporaryDirectory();
  fileOf(dir, [co2(1500, monday + minute), co2(1500, monday + dayMs)]);
  const store = await openRecordRoom(dir, farAhead);
  await commit(store, { readings: [co2(400, monday + minute)] });
  const answer = await ask(store);
  expect([answer.readings, spans(answer)]).toEqual([2, [['air-1', monday + dayMs, null]]]);
});

test('what came late is taken when it came: smoke still raises, bad air does not any more', async () => {
  const dir = temporaryDirectory();
  const late = { receivedAt: monday + 3 * dayMs };
  fileOf(dir, [
    co2(1500, monday, late),
    co2(true, monday, { ...late, device: 'smoke-1', measurement: 'smoke' }),
    co2(false, monday + 4 * dayMs, { device: 'smoke-1', measurement: 'smoke' }),
    co2(true, monday + 6 * dayMs, {
      device: 'smoke-1',
      measurement: 'smoke',
      receivedAt: monday + 9 * dayMs,
    }),
  ]);
  const store = await openRecordRoom(dir, farAhead);
  const answer = await ask(store, {
    rules: rulesOf(`${co2Rule}\n${smokeRule}`),
    devices: [device('air-1'), device('smoke-1', 'smoke-alarm')],
  });
  expect([answer.complete, spans(answer)]).toEqual([
    true,
    [
      ['smoke-1', monday + 3 * dayMs, monday + 4 * dayMs],
      ['smoke-1', monday + 9 * dayMs, null],
    ],
  ]);
});

test('events come from the record, between the readings', async () => {
  const store = await openRecordRoom(temporaryDirectory(), farAhead);
  const happened = (seq: number, at: number, event: string, id = 'air-1') => ({
    ...entry(seq, `device:${id}`, { event }),
    at,
    event: 'device.event',
  });
  await commit(store, {
    entries: [
      happened(1, monday - 1, 'fault'),
      happened(2, monday + minute, 'fault'),
      happened(3, monday + minute, 'tamper'),
      happened(4, monday + minute, 'fault', 'hidden'),
    ],
  });
  const answer = await ask(store, { rules: rulesOf(faultRule) });
  expect(spans(answer)).toEqual([['air-1', monday + minute, monday + minute]]);
});

test('what the same rules did raise stands beside it: of that span and of those devices', async () => {
  const store = await openRecordRoom(temporaryDirectory(), farAhead);
  const raised = (id: string, raisedAt: number, more = {}) => ({
    kind: 'alert' as const,
    id,
    body: pressed(id, {
      rule: { id: 'co2', version: '1' },
      device: 'air-1',
      raisedAt,
      committedAt: 1,
      ...more,
    }),
  });
  await commit(store, {
    puts: [
      raised('a', monday - 1),
      raised('b', monday, { returnedAt: monday + 5, disposition: 'false-steam', state: 'closed' }),
      raised('c', monday + 1),
      raised('d', monday + 2, { device: 'hidden' }),
      raised('e', monday + 2, { rule: { id: 'other', version: '1' } }),
      raised('f', monday + 7 * dayMs),
    ],
  });
  const { did, didCount } = await ask(store);
  expect([didCount, did]).toEqual([
    2,
    [
      {
        id: 'b',
        rule: 'co2',
        device: 'air-1',
        raisedAt: monday,
        returnedAt: monday + 5,
        disposition: 'false-steam',
      },
      { id: 'c', rule: 'co2', device: 'air-1', raisedAt: monday + 1, returnedAt: null, disposition: null },
    ],
  ]);
});

test('a damaged day is left out and said to be, the others are tried', async () => {
  const dir = temporaryDirectory();
  fileOf(dir, [co2(1500, monday), co2(1500, monday + dayMs)]);
  writeFileSync(join(dataDirectory(dir).readings, '2026-01-05.db'), 'not a database at all'.repeat(500));
  const answer = await ask(await openRecordRoom(dir, farAhead));
  expect([answer.complete, spans(answer)]).toEqual([false, [['air-1', monday + dayMs, null]]]);
});

test('one at a time, and when whoever asked goes away it is stopped and the next may ask', async () => {
  const store = await openRecordRoom(temporaryDirectory(), farAhead);
  const gone = new AbortController();
  const first = store.tryOuts.run(week, gone.signal);
  expect(await store.tryOuts.run(week, new AbortController().signal)).toBe('busy');
  gone.abort(new Error('gone'));
  await expect(first).rejects.toThrow('gone');
  expect((await ask(store)).complete).toBe(true);
  expect((await ask(store)).complete).toBe(true);
});

test('however readings lie in live database and day files, moved or half moved, and however little fits into memory: each comes once, in the order in which it came', async () => {
  const base = monday + 12 * 3_600_000;
  const ids = ['air-1', 'air-2', 'air-3'];
  const one = fc.record({
    device: fc.constantFrom(...ids),
    at: fc.nat(40).map((step) => base + step * 3_600_000),
    delay: fc.constantFrom(0, 1, 200, 3_600_000, 30 * 3_600_000),
    where: fc.constantFrom('live', 'moved', 'both'),
    value: fc.nat(2000),
  });
  await fc.assert(
    fc.asyncProperty(
      fc.array(one, { maxLength: 40 }),
      fc.integer({ min: 3, max: 60 }),
      async (drawn, room) => {
        const readings = [...new Map(drawn.map((each) => [`${each.device} ${each.at}`, each])).values()];
        const dir = temporaryDirectory();
        const store = await openRecordRoom(dir, farAhead);
        const put = (which: readonly (typeof readings)[number][]): Reading[] =>
          which.map(({ device: id, at, delay, value }) =>
            co2(value, at, { device: id, receivedAt: at + delay }),
          );
        await commit(store, { readings: put(readings.filter(({ where }) => where !== 'live')) });
        await store.close();
        const { database, readings: folder } = dataDirectory(dir);
        const live = openForWriting(database, { mustExist: true });
        const mover = makeMover(live, {
          folder,
          monotonicMs: () => 0,
          shippedUpTo: () => 0,
          report: () => undefined,
        });
        while (mover.bite(farAhead, 20));
        mover.close();
        live.close();
        const again = await openRecordRoom(dir, farAhead);
        await commit(again, { readings: put(readings.filter(({ where }) => where !== 'moved')) });
        await again.close();

        const db = openForReading(database);
        const history = readHistory(
          db,
          folder,
          {
            devices: ids.map((id) => device(id)),
            measurements: new Map([['air-monitor', ['co2']]]),
            events: new Set(),
            from: base,
            to: base + 40 * 3_600_000,
          },
          () => true,
          room,
        );
        const found = [...history.recorded].map(({ now, device: { id }, ...rest }) => [
          now,
          id,
          'reading' in rest ? rest.reading.value : null,
        ]);
        db.close();
        const expected = readings
          .filter(({ at }) => at < base + 40 * 3_600_000)
          .map(({ device: id, at, delay, value }) => [at + delay, id, value]);
        expect(history.complete()).toBe(true);
        expect(found.map(([now]) => now)).toEqual(
          expected.map(([now]) => now).sort((a, b) => Number(a) - Number(b)),
        );
        expect(found.map(String).sort()).toEqual(expected.map(String).sort());
      },
    ),
    { numRuns: 12 },
  );
});

test('a try-out does not keep the database open', async () => {
  const dir = temporaryDirectory();
  const store = await openRecordRoom(dir, farAhead);
  await commit(store, { readings: [co2(1500, monday)] });
  await ask(store);
  await store.close();
  const db = openForWriting(dataDirectory(dir).database, { mustExist: true });
  onTestFinished(() => {
    db.close();
  });
  expect(db.pragma('wal_checkpoint(TRUNCATE)')).toMatchObject([{ busy: 0 }]);
});
