import type { ReadingPoint } from '../../gateway/ports.ts';
import type { Connection, Failure, Series } from './connection.ts';
import { measurementFor, nameFor } from './points.ts';
import type { Layout } from './prepare.ts';
import { quoteName, tiers } from './statements.ts';

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

type Source = { readonly policy: string | null; readonly tier: (typeof tiers)[number] | null };

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

/** Asks InfluxDB for readings. No more than `points` come back as they are; more numbers become `[from, min, mean, max]` for equal parts, flags and texts the first and the last of each part. Readings older than InfluxDB keeps come as `[from, min, mean, max]` of minutes or hours. Rejects with OldReadingsError, within 5 s and a little. */
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
  const until = performance.now() + withinMs;
  const name = measurementFor(measurement);
  const ask = async (select: string, table: string, rest: string): Promise<Series | null> => {
    const answer = await connection.ask(
      `SELECT ${select} FROM ${table} WHERE "device" = $device AND time >= ${from}ms AND time < ${to}ms ${rest}`,
      { withinMs: Math.max(1, until - performance.now()), parameters: { device: nameFor(device) } },
    );
    if (!answer.ok) throw new OldReadingsError(reasonOf(answer), answer.error);
    const [series] = answer.series;
    if (series !== undefined && series.name !== name)
      throw new OldReadingsError('unsupported', 'the server answers something else than was asked');
    return series ?? null;
  };
  const most = Math.max(2, Math.floor(points));
  if (!(to > from)) return [];
  const { policy, tier } = sourceFor(layout, from, now);
  const table = [database, ...(policy === null ? [] : [policy]), name].map(quoteName);
  const from1x = policy === null ? `${table[0]}..${table[1]}` : table.join('.');

  const span = Math.ceil((to - from) / most);
  const widthMs = tier === null ? Math.max(1, span) : Math.ceil(span / tier.partMs) * tier.partMs;
  const grouped = `GROUP BY time(${widthMs}ms, ${((from % widthMs) + widthMs) % widthMs}ms) fill(none)`;

  if (tier !== null) {
    // Parts begin where those of the tier do, so that none is torn.
    const whole = `GROUP BY time(${widthMs}ms) fill(none)`;
    const answer = await connection.ask(
      'SELECT min("min"), sum("total") / sum("count") AS "mean", max("max") FROM ' +
        `(SELECT "min", "max", "count", "mean" * "count" AS "total" FROM ${from1x} ` +
        'WHERE "device" = $device) ' +
        `WHERE time >= ${Math.floor(from / tier.partMs) * tier.partMs}ms AND time < ${to}ms ${whole}`,
      { withinMs: Math.max(1, until - performance.now()), parameters: { device: nameFor(device) } },
    );
    if (!answer.ok) throw new OldReadingsError(reasonOf(answer), answer.error);
    return extents(answer.series[0] ?? null);
  }

  const counted = await ask(
    'count("value") AS "value", count("flag") AS "flag", count("text") AS "text"',
    from1x,
    '',
  );
  const countOf = (field: string): number => {
    const column = counted?.columns.indexOf(field) ?? -1;
    return column < 0 ? 0 : Number(counted?.values[0]?.[column] ?? 0);
  };
  const [numbers, flags, texts] = [countOf('value'), countOf('flag'), countOf('text')];
  if (numbers + flags + texts <= most) {
    const raw = await ask('"value", "flag", "text"', from1x, '');
    return (raw?.values ?? []).flatMap(([at, ...values]): readonly ReadingPoint[] => {
      const value = values.find((found) => found !== null) as number | boolean | string | undefined;
      return value === undefined ? [] : [[Number(at), value]];
    });
  }
  if (numbers >= flags + texts)
    return extents(await ask('min("value"), mean("value"), max("value")', from1x, grouped));
  // Three to a part: how it begins, whether it was otherwise meanwhile, how it ends.
  const partMs = widthMs * 3;
  const parts = `GROUP BY time(${partMs}ms, ${((from % partMs) + partMs) % partMs}ms) fill(none)`;
  const field = flags >= texts ? 'flag' : 'text';
  const ends = await ask(`first("${field}"), last("${field}"), count("${field}")`, from1x, parts);
  const raised = field === 'flag' ? await ask('count("flag")', from1x, `AND "flag" = true ${parts}`) : null;
  const trues = new Map((raised?.values ?? []).map(([at, count]) => [Number(at), Number(count)]));
  return (ends?.values ?? []).flatMap(([at, first, last, count]): readonly ReadingPoint[] => {
    const begins = Number(at);
    const some = trues.get(begins) ?? 0;
    const both = field === 'flag' && some > 0 && some < Number(count);
    const values = (first === last ? (both ? [first, !first, last] : [first]) : [first, last]) as (
      | boolean
      | string
    )[];
    return values.map((value, index) => [begins + index * widthMs, value] as const);
  });
};

const extents = (series: Series | null): readonly ReadingPoint[] =>
  (series?.values ?? []).map(([at, min, mean, max]) => [Number(at), Number(min), Number(mean), Number(max)]);
