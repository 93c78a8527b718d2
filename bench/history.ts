import { setTimeout as pause } from 'node:timers/promises';
import type { ApiClient } from '../simulator/api-client.ts';
import type { GatewayProcess } from '../simulator/gateway-process.ts';
import { type DataDirectory, dataDirectory, makeDirectories } from '../src/store/data-directory.ts';
import { allDays, dayMs, dayOf, startOfDay } from '../src/store/readings/day-files.ts';
import { dropDay } from '../src/store/readings/keep.ts';
import { startChild } from './child.ts';
import { closeDays, downsample, fillBoth, type Settling, settleInflux } from './history-fill.ts';
import {
  ask,
  askGateway,
  askInflux,
  gatewayExtent,
  influxExtent,
  type Question,
  type Tier,
  takesSeveral,
} from './history-questions.ts';
import { measureWriting, type Writing } from './history-writing.ts';
import { bytesOnDisk, hasInfluxd, type Influxd, startInfluxd } from './influxd.ts';
import { startLoad } from './loading.ts';
import {
  metric,
  openGateway,
  register,
  registerOne,
  removeDirectory,
  signInAt,
  temporaryDirectory,
} from './own-gateway.ts';
import { pressDuring } from './pressing.ts';
import type { QuestionsOrder, QuestionsSaid } from './questions.ts';
import { atLeast, atMost, type Bench, count, every, median, percentile, type Row } from './row.ts';
import { makeStreet, openStreet, type Series } from './street-readings.ts';

/** How much is measured. `days` of exact readings end with the last day that is over; `olderDays` before them are there as aggregates only. `press`: so many presses in each of so many rounds, while so many readings a second come in. */
export type HistoryScale = {
  readonly devices: number;
  readonly days: number;
  readonly olderDays: number;
  readonly write: Writing;
  readonly settling: Settling;
  readonly questions: { readonly warmUp: number; readonly measured: number };
  readonly press: { readonly perSecond: number; readonly presses: number; readonly rounds: number };
};

const everyMs = 10_000;
/** What the gateway moves at once: it goes round every five minutes. */
const perBlock = 30;
/** What is older is asked for as hours, whatever they are made of. */
const olderEveryMs = 600_000;
const olderPerBlock = 36;
const seriesAtOnce = 10;
const mostExported = 40;
const sampleEveryMs = 250;
const loadClients = 50;
const longestLoadMs = 120_000;
const askingWithinMs = 60_000;
const database = 'zhishou';
const exact = 'exact';
const hours = 'hours';
const older = 'older';

const readings: Tier = {
  database,
  policy: exact,
  fields: { min: 'value', mean: 'value', max: 'value' },
};
const hoursOf: Tier = { database, policy: hours, fields: { min: 'min', mean: 'mean', max: 'max' } };

const megabytes = (bytes: number): string => `${(bytes / 1e6).toFixed(1)} MB`;

const tellProgress = (text: string): void => void process.stderr.write(`  ${text}\n`);

/** The spans that are asked for: `exactFrom` to `to` is there reading by reading, and from `olderFrom` on as aggregates. */
type Spans = { readonly olderFrom: number; readonly exactFrom: number; readonly to: number };

const spansOf = ({ days, olderDays }: HistoryScale): Spans => {
  const to = startOfDay(dayOf(Date.now()));
  const exactFrom = to - days * dayMs;
  return { olderFrom: exactFrom - olderDays * dayMs, exactFrom, to };
};

const fillExact = async function* (
  influx: Influxd,
  directory: DataDirectory,
  scale: HistoryScale,
  { exactFrom }: Spans,
): AsyncGenerator<Row> {
  const { devices, days } = scale;
  await influx.ask('', `CREATE DATABASE "${database}" WITH NAME "${exact}"`);
  const sources = openStreet(devices, everyMs);
  const filled = await fillBoth({ sources, from: exactFrom, days, everyMs, perBlock }, directory, influx, {
    database,
    policy: exact,
  });
  const counts = await influx.ask(database, `SELECT count("value") FROM "${database}"."${exact}"./.*/`);
  const there = counts.reduce((sum, { values }) => sum + Number(values[0]?.[1]), 0);
  if (there !== filled) throw new Error(`InfluxDB has ${there} of ${filled} readings`);
  const unclosed = bytesOnDisk(directory.readings);
  const closedInMs = await closeDays(directory);
  const ours = bytesOnDisk(directory.readings) + bytesOnDisk(directory.aggregates);
  tellProgress('waiting for InfluxDB to pack its files');
  const { bytes: theirs, how } = await settleInflux(influx, scale.settling);
  yield atMost(12, {
    what: `bytes a reading at rest, ${count(filled)} readings of ${devices} devices in ${days} days`,
    value: ours / filled,
    detail: `${megabytes(bytesOnDisk(directory.readings))} exact, ${megabytes(bytesOnDisk(directory.aggregates))} minutes and hours, ${megabytes(unclosed)} exact before the days were closed; closed at ${count(filled / (closedInMs / 1000))} readings/s`,
  });
  yield atMost(1, {
    what: 'bytes at rest ÷ InfluxDB, which keeps neither aggregates nor times of receipt',
    value: ours / theirs,
    detail: `${megabytes(ours)} ÷ ${megabytes(theirs)}, ${(theirs / filled).toFixed(2)} bytes a reading; its data directory was ${how}`,
  });
};

/** Puts the days before the exact ones into both, and leaves of them what both keep: aggregates. */
const fillOlder = async (
  influx: Influxd,
  directory: DataDirectory,
  { devices, days, olderDays, settling }: HistoryScale,
  { olderFrom, exactFrom }: Spans,
): Promise<void> => {
  for (const [name, shards] of [
    [older, ''],
    // As long as our months: the fewer files a year lies in, the better for whoever asks for it.
    [hours, 'SHARD DURATION 30d'],
  ])
    await influx.ask(
      '',
      `CREATE RETENTION POLICY "${name}" ON "${database}" DURATION INF REPLICATION 1 ${shards}`,
    );
  const sources = openStreet(devices, olderEveryMs);
  await fillBoth(
    { sources, from: olderFrom, days: olderDays, everyMs: olderEveryMs, perBlock: olderPerBlock },
    directory,
    influx,
    { database, policy: older },
  );
  await closeDays(directory);
  for (const day of allDays(directory.readings))
    if (startOfDay(day) < exactFrom) dropDay(directory.readings, day);
  await downsample(influx, database, { source: older, target: hours }, { from: olderFrom, days: olderDays });
  await downsample(influx, database, { source: exact, target: hours }, { from: exactFrom, days });
  await influx.ask('', `DROP RETENTION POLICY "${older}" ON "${database}"`);
  await settleInflux(influx, settling);
};

type Asked = {
  readonly what: string;
  readonly seriesAtOnce: number;
  readonly spanMs: number;
  /** How long before the end of all readings the span ends. */
  readonly endsBeforeMs: number;
  readonly points: number;
  readonly tier: Tier;
  readonly mostMs: number | null;
};

const askedOf = ({ devices, days, olderDays }: HistoryScale): readonly Asked[] => {
  const week = Math.min(7, days);
  const several = Math.min(seriesAtOnce, devices);
  return [
    {
      what: `one device, ${days} days`,
      seriesAtOnce: 1,
      spanMs: days * dayMs,
      endsBeforeMs: 0,
      points: 1_000,
      tier: readings,
      mostMs: 50,
    },
    {
      what: 'one device, 24 h from noon to noon',
      seriesAtOnce: 1,
      spanMs: dayMs,
      endsBeforeMs: dayMs / 2,
      points: 1_000,
      tier: readings,
      mostMs: null,
    },
    {
      what: `${several} series, ${week} days`,
      seriesAtOnce: several,
      spanMs: week * dayMs,
      endsBeforeMs: 0,
      points: 500,
      tier: readings,
      mostMs: null,
    },
    {
      what: `one device, ${days + olderDays} days of which only aggregates are left for ${olderDays}`,
      seriesAtOnce: 1,
      spanMs: (days + olderDays) * dayMs,
      endsBeforeMs: 0,
      points: 1_000,
      tier: hoursOf,
      mostMs: 100,
    },
  ];
};

const questionOf = (
  street: readonly Series[],
  { to }: Spans,
  asked: Pick<Asked, 'seriesAtOnce' | 'spanMs' | 'endsBeforeMs' | 'points'>,
  round: number,
): Question => ({
  series: Array.from(
    { length: asked.seriesAtOnce },
    (_, index) => street[(round + index) % street.length],
  ).filter((series) => series !== undefined),
  from: to - asked.endsBeforeMs - asked.spanMs,
  to: to - asked.endsBeforeMs,
  points: asked.points,
});

const askBoth = async function* (
  influx: Influxd,
  api: ApiClient,
  scale: HistoryScale,
  spans: Spans,
): AsyncGenerator<Row> {
  const street = makeStreet(scale.devices);
  const [first] = street;
  const severalAtOnce = first !== undefined && (await takesSeveral(api, first));
  const { warmUp, measured } = scale.questions;
  for (const asked of askedOf(scale)) {
    const ours: number[] = [];
    const theirs: number[] = [];
    let calls = 1;
    let points = [0, 0];
    for (let round = 0; round < warmUp + measured; round += 1) {
      const question = questionOf(street, spans, asked, round);
      const toGateway = askGateway(api, question, severalAtOnce);
      const toInflux = askInflux(influx, asked.tier, question);
      calls = toGateway.urls.length;
      const [one, other] = round % 2 === 0 ? [toGateway, toInflux] : [toInflux, toGateway];
      const answers = [await ask(one), await ask(other)];
      const [our, their] = round % 2 === 0 ? answers : answers.toReversed();
      if (our === undefined || their === undefined) throw new Error('both are asked');
      const [ourExtent, theirExtent] = [gatewayExtent(our), influxExtent(their)];
      if (ourExtent.min !== theirExtent.min || ourExtent.max !== theirExtent.max)
        throw new Error(
          `${asked.what}: from ${ourExtent.min} to ${ourExtent.max} in our answer, from ${theirExtent.min} to ${theirExtent.max} in InfluxDB's`,
        );
      points = [ourExtent.points, theirExtent.points];
      if (round < warmUp) continue;
      ours.push(our.ms);
      theirs.push(their.ms);
    }
    const what = `${asked.what} → ${count(asked.points)} points${asked.seriesAtOnce > 1 ? ' each' : ''}`;
    const slowest = `slowest ${Math.max(...ours).toFixed(1)} ms`;
    if (asked.mostMs !== null)
      yield atMost(asked.mostMs, {
        what: `${what}, median of ${measured}`,
        value: median(ours),
        unit: 'ms',
        detail: slowest,
      });
    yield atMost(1, {
      what: `${what}, time ÷ InfluxDB`,
      value: median(ours) / median(theirs),
      detail: `${median(ours).toFixed(1)} ms in ${calls === 1 ? 'one call' : `${calls} calls at once`} ÷ ${median(theirs).toFixed(1)} ms in one; ${slowest} and ${Math.max(...theirs).toFixed(1)} ms; ${points.map(count).join(' and ')} points`,
    });
  }
};

/** Reads an answer to its end without keeping it; how many lines it had and the ms until its last byte. */
const drain = async (response: Response, startedAt: number): Promise<{ lines: number; ms: number }> => {
  let lines = 0;
  for await (const chunk of response.body ?? []) {
    const bytes = Buffer.from(chunk.buffer, chunk.byteOffset, chunk.byteLength);
    for (let at = bytes.indexOf(10); at >= 0; at = bytes.indexOf(10, at + 1)) lines += 1;
  }
  return { lines, ms: performance.now() - startedAt };
};

/** What InfluxDB takes to give the same readings out as CSV; rows/s. */
const exportFromInflux = async (
  influx: Influxd,
  series: readonly Series[],
  { exactFrom, to }: Spans,
  rows: number,
): Promise<number> => {
  const tables = [...new Set(series.map(({ measurement }) => `"${database}"."${exact}"."${measurement}"`))];
  const devices = series.map(({ device }) => `"device" = '${device}'`).join(' OR ');
  const question = `SELECT "value" FROM ${tables.join(', ')} WHERE (${devices}) AND time >= ${exactFrom}ms AND time < ${to}ms GROUP BY "device"`;
  const startedAt = performance.now();
  const response = await fetch(`${influx.address(database, question)}&chunked=true&chunk_size=10000`, {
    headers: { accept: 'application/csv', 'accept-encoding': 'identity' },
  });
  const { lines, ms } = await drain(response, startedAt);
  if (lines < rows) throw new Error(`InfluxDB gave out ${lines} lines for ${rows} readings`);
  return rows / (ms / 1000);
};

const exportAll = async function* (
  influx: Influxd,
  gateway: GatewayProcess,
  api: ApiClient,
  scale: HistoryScale,
  spans: Spans,
): AsyncGenerator<Row> {
  const series = makeStreet(scale.devices).slice(0, mostExported);
  const rows = (series.length * scale.days * dayMs) / everyMs;
  const query = new URLSearchParams({
    format: 'csv',
    from: String(spans.exactFrom),
    to: String(spans.to),
  });
  for (const { device } of series) query.append('device', device);
  const resident = (): Promise<number> => metric(gateway, 'process_resident_memory_bytes');
  const before = await resident();
  let most = before;
  let over = false;
  const sampling = (async (): Promise<void> => {
    while (!over) {
      most = Math.max(most, await resident());
      await pause(sampleEveryMs);
    }
  })();
  try {
    const startedAt = performance.now();
    const response = await fetch(`${api.url}/api/v1/readings/export?${query}`, {
      headers: { authorization: `Bearer ${api.token}`, 'accept-encoding': 'identity' },
    });
    if (response.status === 404) {
      await response.arrayBuffer();
      process.stderr.write('LEFT OUT: this gateway gives no readings out as files\n');
      return;
    }
    if (!response.ok) throw new Error(`the export answered ${response.status}: ${await response.text()}`);
    const { lines, ms } = await drain(response, startedAt);
    over = true;
    await sampling;
    const rate = rows / (ms / 1000);
    // The first line names the columns.
    yield every(rows, {
      what: 'readings given out as CSV',
      value: lines - 1,
      detail: `${count(rate)}/s`,
    });
    yield atMost(100, {
      what: 'resident memory that the gateway gained meanwhile, at most',
      value: (most - before) / 1e6,
      unit: 'MB',
      detail: `${megabytes(before)} before`,
    });
    const theirRate = await exportFromInflux(influx, series, spans, rows);
    yield atLeast(1, {
      what: 'readings/s given out as CSV ÷ InfluxDB, which gives no times of receipt',
      value: rate / theirRate,
      detail: `${count(rate)}/s ÷ ${count(theirRate)}/s`,
    });
  } finally {
    over = true;
    await sampling;
  }
};

/** Two clients that ask every `everyMs` (0 = without a rest), for the exact days and for everything; `end` says how many answers they got. */
const startQuestions = async (api: ApiClient, scale: HistoryScale, spans: Spans, everyMs: number) => {
  const street = makeStreet(scale.devices);
  const [recent, , , all] = askedOf(scale);
  const clients = [recent, all].map((asked) =>
    asked === undefined
      ? []
      : street.flatMap((_, round) => askGateway(api, questionOf(street, spans, asked, round), false).urls),
  );
  const child = startChild<QuestionsOrder, QuestionsSaid>('./questions.ts');
  try {
    child.tell({ order: 'ask', token: api.token, everyMs, clients });
    await child.next('asking', askingWithinMs);
  } catch (error) {
    await child.end();
    throw error;
  }
  return {
    end: async (): Promise<readonly number[]> => {
      try {
        child.tell({ order: 'stop' });
        const { answers, refused } = await child.next('done', askingWithinMs);
        if (refused > 0) throw new Error(`${refused} questions were refused`);
        return answers;
      } finally {
        await child.end();
      }
    },
  };
};

/** Whether somebody asks while presses are measured: nobody, two people who go through charts, or two programs. */
const askers = {
  quiet: null,
  people: { everyMs: 500, what: 'two people asking twice a second' },
  programs: { everyMs: 0, what: 'two programs asking without a rest' },
} as const;
type Askers = keyof typeof askers;

const measurePresses = async function* (
  gateway: GatewayProcess,
  api: ApiClient,
  scale: HistoryScale,
  spans: Spans,
): AsyncGenerator<Row> {
  const { perSecond, presses, rounds } = scale.press;
  const clients = await register(api, 'load', 'air-monitor', loadClients);
  const measured = {
    quiet: { times: [] as number[], rates: [] as number[], answers: 0 },
    people: { times: [] as number[], rates: [] as number[], answers: 0 },
    programs: { times: [] as number[], rates: [] as number[], answers: 0 },
  };
  const pressWhile = async (who: Askers, round: number): Promise<void> => {
    const asking = askers[who];
    const questions = asking === null ? null : await startQuestions(api, scale, spans, asking.everyMs);
    try {
      const pressed = await pressDuring(
        gateway,
        api,
        `pager-${who}-${round}`,
        presses,
        startLoad({ url: gateway.mqttUrl, clients, pace: { perSecond }, forMs: longestLoadMs }),
      );
      measured[who].times.push(...pressed.times);
      measured[who].rates.push(pressed.perSecond);
    } finally {
      for (const number of (await questions?.end()) ?? []) measured[who].answers += number;
    }
  };
  const order = ['quiet', 'people', 'programs'] as const;
  for (let round = 0; round < rounds; round += 1)
    for (const who of round % 2 === 0 ? order : order.toReversed()) await pressWhile(who, round);
  const at = (who: Askers, share: number): number => percentile(measured[who].times, share);
  for (const who of ['people', 'programs'] as const)
    yield atMost(5, {
      what: `a press while ${count(perSecond)} readings/s come in, p99 of ${count(presses * rounds)} with ${askers[who].what} − without`,
      value: at(who, 0.99) - at('quiet', 0.99),
      unit: 'ms',
      detail: `${at(who, 0.99).toFixed(1)} ms − ${at('quiet', 0.99).toFixed(1)} ms, p50 ${at(who, 0.5).toFixed(1)} and ${at('quiet', 0.5).toFixed(1)} ms; ${count(measured[who].answers)} answers; ${count(median(measured[who].rates))} and ${count(median(measured.quiet.rates))} readings/s acknowledged`,
    });
};

/** A bench of the history at a scale. */
export const historyOf = (name: string, scale: HistoryScale): Bench => ({
  name,
  about: `${count((scale.devices * scale.days * dayMs) / everyMs)} readings of ${scale.devices} devices: taken in, at rest and asked for, held against InfluxDB`,
  rows: async function* () {
    if (!hasInfluxd) {
      process.stderr.write(
        'LEFT OUT: influxd is not installed, so there is nothing to hold the history against\n',
      );
      return;
    }
    const influxDir = temporaryDirectory();
    const dir = temporaryDirectory();
    const directory = dataDirectory(dir);
    makeDirectories(directory);
    const influx = await startInfluxd(influxDir);
    let gateway: GatewayProcess | null = null;
    try {
      yield await measureWriting(influx, scale.write);
      const spans = spansOf(scale);
      yield* fillExact(influx, directory, scale, spans);
      await fillOlder(influx, directory, scale, spans);
      gateway = await openGateway({
        dataDir: dir,
        // Nothing is dropped while we measure, even should a day end meanwhile.
        env: { ZHISHOU_STORE_EXACT_DAYS: String(scale.days + scale.olderDays) },
      });
      const api = await signInAt(gateway);
      await Promise.all(makeStreet(scale.devices).map(({ device, type }) => registerOne(api, device, type)));
      yield* askBoth(influx, api, scale, spans);
      yield* exportAll(influx, gateway, api, scale, spans);
      await influx.stop();
      yield* measurePresses(gateway, api, scale, spans);
    } finally {
      await gateway?.stop();
      await influx.stop();
      removeDirectory(dir);
      removeDirectory(influxDir);
    }
  },
});

/** Every part at the scale of everyday use. */
export const everyday: HistoryScale = {
  devices: 40,
  days: 30,
  olderDays: 335,
  write: { series: 1_000, batches: 200, rounds: 3 },
  settling: { unchangedMs: 10_000, withinMs: 90_000 },
  questions: { warmUp: 3, measured: 20 },
  press: { perSecond: 5_000, presses: 250, rounds: 4 },
};

/** Readings in, at rest and asked for. */
export const history: Bench = historyOf('history', everyday);
