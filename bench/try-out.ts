import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pino } from 'pino';
import { deviceTypes } from '../devices/index.ts';
import type { Reading } from '../src/model/reading.ts';
import { loadRulebook } from '../src/rules/rulebook.ts';
import { dataDirectory } from '../src/store/data-directory.ts';
import { dayOf, openDayFile, startOfDay } from '../src/store/readings/day-files.ts';
import { openStore } from '../src/store/store.ts';
import { atMost, type Bench, count, median } from './row.ts';

/** What a try-out over a month cost: its readings, ms of wall time, and how much longer (ms) a commit took beside it than alone, at the median and at worst. */
export type TryOutFigures = {
  readonly readings: number;
  readonly tookMs: number;
  readonly would: number;
  readonly commitAloneMs: number;
  readonly commitBesideMs: number;
  readonly worstCommitBesideMs: number;
};

const days = 30;
const devices = 100;
const dayMs = 86_400_000;
const everyMs = 60_000;
/** One device in a hundred hours breathes bad air for an hour. */
const spikeEvery = 6_000;

const draft = `source: a bench
rules:
  - id: air-co2
    kind: threshold
    types: [air-monitor]
    when: { measurement: co2, above: 1000, deadband: 50 }
    on-delay: 10m
    alert: { kind: air, priority: low, title: { zh: 二氧化碳高, en: CO₂ high } }
`;

const co2At = (device: number, minute: number): number =>
  (minute + device * 60) % spikeEvery < 60 ? 1400 : 500 + ((minute * 7 + device * 13) % 300);

const fill = (folder: string, from: number): void => {
  for (let day = 0; day < days; day += 1) {
    const start = from + day * dayMs;
    const file = openDayFile(folder, dayOf(start));
    file.begin();
    for (let device = 0; device < devices; device += 1) {
      const rows = Array.from({ length: dayMs / everyMs }, (_, minute) => {
        const at = start + minute * everyMs + device * 100;
        const value = co2At(device, day * 1440 + minute);
        return { at, value, flag: 0, receivedAt: at + 200, deviceAt: null };
      });
      file.put(file.series(`air-${device}`, 'co2'), rows, { owed: false, closed: true });
    }
    file.commit();
    file.close();
  }
};

/** Fills a data directory with a month of readings, one a minute from each of a hundred devices, and tries a draft out over all of them while the store goes on committing. */
const measureTryOut = async (): Promise<TryOutFigures> => {
  const dir = mkdtempSync(join(tmpdir(), 'zhishou-bench-'));
  const from = startOfDay(dayOf(Date.now())) - days * dayMs;
  const store = await openStore({
    dir,
    log: pino({ level: 'silent' }),
    version: 'bench',
    onHealth: () => undefined,
    onFatal: (error) => {
      throw error;
    },
  });
  try {
    fill(dataDirectory(dir).readings, from);
    const loaded = loadRulebook([{ name: 'draft.yaml', text: draft }], deviceTypes);
    if (!loaded.ok) throw new Error(loaded.problems.map(({ message }) => message).join('\n'));
    let minute = 0;
    const commit = async (): Promise<number> => {
      minute += 1;
      const now = Date.now();
      const readings = Array.from(
        { length: 100 },
        (_, device): Reading => ({
          device: `water-${device}`,
          measurement: 'water_flow',
          value: minute % 30,
          at: now,
          receivedAt: now,
        }),
      );
      const began = performance.now();
      await new Promise((done) =>
        store.journal.write({ entries: [], changes: [], readings, puts: [], messageIds: [] }, done),
      );
      return performance.now() - began;
    };
    const alone: number[] = [];
    for (let round = 0; round < 300; round += 1) alone.push(await commit());

    const began = performance.now();
    let done = false;
    const asked = store.tryOuts
      .run(
        {
          rules: loaded.rules,
          timeZone: 'Asia/Shanghai',
          devices: Array.from({ length: devices }, (_, device) => ({
            id: `air-${device}`,
            type: 'air-monitor',
            hub: null,
            place: null,
            createdAt: 0,
          })),
          from,
          to: from + days * dayMs,
        },
        new AbortController().signal,
      )
      .finally(() => {
        done = true;
      });
    const beside: number[] = [];
    while (!done) beside.push(await commit());
    const answer = await asked;
    const tookMs = performance.now() - began;
    if (answer === 'busy') throw new Error('somebody else tries something out');
    if (!answer.complete || answer.readings !== days * devices * (dayMs / everyMs))
      throw new Error(`${answer.readings} readings were tried`);
    return {
      readings: answer.readings,
      tookMs,
      would: answer.wouldCount,
      commitAloneMs: median(alone),
      commitBesideMs: median(beside),
      worstCommitBesideMs: Math.max(...beside),
    };
  } finally {
    await store.close();
    rmSync(dir, { recursive: true, force: true });
  }
};

/** A draft over a month of a hundred devices. */
export const tryOut: Bench = {
  name: 'try-out',
  about: 'a draft of a rule over 30 days of 100 devices at a reading a minute',
  rows: async function* () {
    const figures = await measureTryOut();
    const { readings, tookMs, would, commitAloneMs, commitBesideMs, worstCommitBesideMs } = figures;
    yield atMost(10, {
      what: 'the answer',
      value: tookMs / 1000,
      unit: 's',
      detail: `${count(readings)} readings, ${count(would)} alerts found`,
    });
    yield atMost(2, {
      what: 'a commit of 100 readings beside it ÷ alone, medians',
      value: commitBesideMs / commitAloneMs,
      detail: `${commitBesideMs.toFixed(2)} ms ÷ ${commitAloneMs.toFixed(2)} ms, slowest beside it ${worstCommitBesideMs.toFixed(1)} ms`,
    });
  },
};
