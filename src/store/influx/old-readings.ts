import type { ReadingPoint } from '../../gateway/ports.ts';
import type { Connection, Failure, Series } from './connection.ts';
import { measurementFor, nameFor } from './points.ts';
import type { Layout } from './prepare.ts';
import { quoteName, type Tier, tiers } from './statements.ts';

/** Which readings are asked for: of one measurement of one device, measured in `[from, to)` (epoch ms), as at most `points` points. */
export type OldQuestion = {
  readonly device: string;
  readonly measurement: string;
  readonly from: number;
  readonly to: number;
  readonly points: number;
};

/** Why InfluxDB gave no readings: `timeout` it took too long; `unreachable` it is down, or was not reached since the start; `refused` it would not; `unsupported` what is there answers no questions. */
export type NoReadings = 'timeout' | 'unreachable' | 'refused' | 'unsupported';

/** Readings that InfluxDB did not give. */
export class OldReadingsError extends Error {
  override readonly name = 'OldReadingsError';
  readonly reason: NoReadings;

  constructor(reason: NoReadings, message: string) {
    super(message);
    this.reason = reason;
  }
}

type Source = { readonly policy: string | null; readonly tier: Tier | null };

const reasonOf = (failure: Failure): NoReadings =>
  failure.timedOut ? 'timeout' : failure.kind === 'unreachable' ? 'unreachable' : 'refused';

/** Where readings as old as `from` are still kept, exact ones first. */
const sourceFor = (layout: Layout, from: number, now: number): Source => {
  const keeps = (keptMs: number | null): boolean => keptMs === null || from >= now - keptMs;
  const exact: Source = { policy: layout.policy, tier: null };
  if (keeps(layout.keptMs)) return exact;
  const kept = tiers.filter((tier) => layout.aggregates.has(tier.policy));
  const tier = kept.find(({ policy }) => keeps(layout.aggregates.get(policy) ?? null)) ?? kept.at(-1) ?? null;
  return tier === null ? exact : { policy: tier.policy, tier };
};

/** Equal parts of which one begins at `from`. */
const partsOf = (partMs: number, from: number): string =>
  `GROUP BY time(${partMs}ms, ${((from % partMs) + partMs) % partMs}ms) fill(none)`;

const extentsIn = (series: Series | null): readonly ReadingPoint[] =>
  (series?.values ?? []).map(([at, min, mean, max]) => [Number(at), Number(min), Number(mean), Number(max)]);

const valuesIn = (series: Series | null): readonly ReadingPoint[] =>
  (series?.values ?? []).flatMap(([at, ...values]): readonly ReadingPoint[] => {
    const value = values.find((found) => found !== null) as number | boolean | string | undefined;
    return value === undefined ? [] : [[Number(at), value]];
  });

/** Asks InfluxDB for readings. No more than `points` come back as they are; more numbers become `[from, min, mean, max]` for equal parts, flags and texts how each part began and ended, and for flags whether it was otherwise meanwhile. Readings older than InfluxDB keeps come as `[from, min, mean, max]` of minutes or hours. Rejects with OldReadingsError, within `withinMs` and a little. */
export const readOld = async (
  { device, measurement, from, to, points }: OldQuestion,
  {
    connection,
    database,
    layout,
    now,
    withinMs,
  }: {
    readonly connection: Connection;
    readonly database: string;
    readonly layout: Layout | null;
    readonly now: number;
    readonly withinMs: number;
  },
): Promise<readonly ReadingPoint[]> => {
  if (layout === null) throw new OldReadingsError('unreachable', 'InfluxDB was not reached since the start');
  if (!layout.answers)
    throw new OldReadingsError('unsupported', 'the server answers no questions in InfluxQL');
  if (!(to > from)) return [];
  const until = performance.now() + withinMs;
  const name = measurementFor(measurement);
  const most = Math.max(2, Math.floor(points));
  const { policy, tier } = sourceFor(layout, from, now);
  const table = `${quoteName(database)}.${policy === null ? '' : quoteName(policy)}.${quoteName(name)}`;
  // Parts of minutes and hours begin with a whole one.
  const start = tier === null ? from : Math.floor(from / tier.partMs) * tier.partMs;
  const span = `time >= ${start}ms AND time < ${to}ms`;
  const its = '"device" = $device';

  const ask = async (statement: string): Promise<Series | null> => {
    const answer = await connection.ask(statement, {
      withinMs: Math.max(1, until - performance.now()),
      parameters: { device: nameFor(device) },
    });
    if (!answer.ok) throw new OldReadingsError(reasonOf(answer), answer.error);
    const [series] = answer.series;
    if (series !== undefined && series.name !== name)
      throw new OldReadingsError('unsupported', 'the server answers something else than was asked');
    return series ?? null;
  };

  if (tier !== null) {
    const partMs = Math.ceil((to - start) / most / tier.partMs) * tier.partMs;
    const rows = `SELECT "min", "max", "count", "mean" * "count" AS "total" FROM ${table} WHERE ${its} AND ${span}`;
    return extentsIn(
      await ask(
        `SELECT min("min"), sum("total") / sum("count") AS "mean", max("max") FROM (${rows}) WHERE ${span} ${partsOf(partMs, start)}`,
      ),
    );
  }

  const asked = (select: string, rest = ''): Promise<Series | null> =>
    ask(`SELECT ${select} FROM ${table} WHERE ${its} AND ${span} ${rest}`);
  const counted = await asked('count("value") AS "value", count("flag") AS "flag", count("text") AS "text"');
  const countOf = (field: string): number => {
    const column = counted?.columns.indexOf(field) ?? -1;
    return column < 0 ? 0 : Number(counted?.values[0]?.[column] ?? 0);
  };
  const [numbers, flags, texts] = [countOf('value'), countOf('flag'), countOf('text')];
  if (numbers + flags + texts <= most) return valuesIn(await asked('"value", "flag", "text"'));
  if (numbers >= flags + texts) {
    const partMs = Math.ceil((to - from) / most);
    return extentsIn(await asked('min("value"), mean("value"), max("value")', partsOf(partMs, from)));
  }

  const field = flags >= texts ? 'flag' : 'text';
  // Three points to a part: how it begins, whether it was otherwise meanwhile, how it ends.
  const partMs = Math.ceil((to - from) / Math.max(1, Math.floor(most / 3)));
  const parts = partsOf(partMs, from);
  const ends = await asked(`first("${field}"), last("${field}"), count("${field}")`, parts);
  const up = field === 'flag' ? await asked('count("flag")', `AND "flag" = true ${parts}`) : null;
  const ups = new Map((up?.values ?? []).map(([at, count]) => [Number(at), Number(count)]));
  return (ends?.values ?? []).flatMap(([at, first, last, count]): readonly ReadingPoint[] => {
    const begins = Number(at);
    const some = ups.get(begins) ?? 0;
    const both = field === 'flag' && some > 0 && some < Number(count);
    const values = (first !== last ? [first, last] : both ? [first, !first, last] : [first]) as readonly (
      | boolean
      | string
    )[];
    return values
      .slice(0, most)
      .map((value, index) => [Math.min(begins + Math.floor((index * partMs) / 3), to - 1), value] as const);
  });
};
