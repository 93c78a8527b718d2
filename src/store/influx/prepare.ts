import type { Connection, Failure, Series } from './connection.ts';
import { aggregateInto, quoteName, type Tier, tiers } from './statements.ts';
import type { InfluxTarget } from './target.ts';

/** How long what is written is kept in InfluxDB. */
export type Layout = {
  /** The policy readings are written to; null = the database's default one. */
  readonly policy: string | null;
  /** How long readings stay there (ms); null = for ever, or unknown. */
  readonly keptMs: number | null;
  /** The aggregates that are kept up, by their policy's name, and for how long (ms; null = for ever). */
  readonly aggregates: ReadonlyMap<Tier['policy'], number | null>;
  /** False where the server answers questions with something else, as VictoriaMetrics does. */
  readonly answers: boolean;
};

/** What came of it: the layout, and in `left` what could not be set up and why. */
export type Prepared =
  | { readonly ok: true; readonly layout: Layout; readonly left: readonly string[] }
  | Failure;

/** Our policy where the address names none. */
export const ownPolicy = 'exact';

const dayMs = 86_400_000;
const units = {
  ns: 1e-6,
  u: 1e-3,
  µs: 1e-3,
  ms: 1,
  s: 1000,
  m: 60_000,
  h: 3_600_000,
  d: dayMs,
  w: 7 * dayMs,
};

/** A duration as InfluxDB writes it, like `2160h0m0s`, in ms; null = for ever. */
export const durationMs = (text: string): number | null => {
  let sum = 0;
  for (const [, count, unit] of text.matchAll(/(\d+)(ns|µs|ms|u|s|m|h|d|w)/g))
    sum += Number(count) * units[unit as keyof typeof units];
  return sum === 0 ? null : sum;
};

/** How long aggregates are kept there: minutes as long as in our own store, hours for ever. */
const tierDurations = { minute: '1095d', hour: 'INF' } as const;
/** A continuous query looks back further than one part, for what comes late; what comes later still is aggregated again by us. */
const resample = { minute: 'RESAMPLE EVERY 1m FOR 10m', hour: 'RESAMPLE EVERY 10m FOR 3h' } as const;

/** Readings older than this when they arrive are not met by the continuous queries for sure (ms). */
export const lateAfterMs = 5 * 60_000;

const isMissing = (failure: Failure): boolean => /database not found/.test(failure.error);

type Policies = ReadonlyMap<string, number | null>;

const policiesIn = (series: readonly Series[]): Policies | null => {
  const [table] = series;
  const name = table?.columns.indexOf('name') ?? -1;
  const duration = table?.columns.indexOf('duration') ?? -1;
  if (table === undefined || name < 0 || duration < 0) return null;
  return new Map(table.values.map((row) => [String(row[name]), durationMs(String(row[duration]))]));
};

const plain: Layout = { policy: null, keptMs: null, aggregates: new Map(), answers: true };

/** Creates what is missing and permitted: the database, the policy for readings (`keepDays`; 0 = for ever), those for minutes and hours, and the continuous queries that fill them. What is there already stays as it is. What the server does not know or not permit is left, and writing goes to the default policy. Fails only where InfluxDB cannot be reached or the login is wrong. */
export const prepare = async (
  connection: Connection,
  target: InfluxTarget,
  { keepDays, withinMs }: { readonly keepDays: number; readonly withinMs: number },
): Promise<Prepared> => {
  const { database } = target;
  const left: string[] = [];
  const change = (statement: string) => connection.ask(statement, { withinMs, change: true });
  const stops = (failure: Failure): boolean =>
    failure.kind === 'unreachable' || (failure.kind === 'misconfigured' && /^401\b/.test(failure.error));
  const listing = () => connection.ask(`SHOW RETENTION POLICIES ON ${quoteName(database)}`, { withinMs });

  const keeping = keepDays === 0 ? 'INF' : `${keepDays}d`;
  const policy = target.policy ?? ownPolicy;
  let listed = await listing();
  if (!listed.ok && isMissing(listed)) {
    const made = await change(
      `CREATE DATABASE ${quoteName(database)} WITH DURATION ${keeping} REPLICATION 1 NAME ${quoteName(policy)}`,
    );
    if (!made.ok && stops(made)) return made;
    if (!made.ok) left.push(`database: ${made.error}`);
    listed = await listing();
  }
  if (!listed.ok) {
    if (stops(listed)) return listed;
    left.push(`policies cannot be listed: ${listed.error}`);
    return { ok: true, layout: { ...plain, policy: target.policy }, left };
  }
  let policies = policiesIn(listed.series);
  if (policies === null) {
    left.push('the server knows no retention policies');
    return { ok: true, layout: { ...plain, policy: target.policy, answers: false }, left };
  }

  const wanted: readonly (readonly [string, string])[] = [
    [policy, keeping],
    ...tiers.map((tier) => [tier.policy, tierDurations[tier.policy]] as const),
  ];
  for (const [name, duration] of wanted) {
    if (policies.has(name)) continue;
    const made = await change(
      `CREATE RETENTION POLICY ${quoteName(name)} ON ${quoteName(database)} DURATION ${duration} REPLICATION 1`,
    );
    if (made.ok) continue;
    if (stops(made)) return made;
    left.push(`policy ${name}: ${made.error}`);
    break;
  }
  const again = await listing();
  if (!again.ok && stops(again)) return again;
  if (again.ok) policies = policiesIn(again.series) ?? policies;
  if (!policies.has(policy)) return { ok: true, layout: { ...plain, policy: target.policy }, left };
  const keptMs = policies.get(policy) ?? null;
  if (keptMs !== (keepDays === 0 ? null : keepDays * dayMs))
    left.push(
      `policy ${policy} keeps ${keptMs === null ? 'for ever' : `${keptMs / dayMs} days`}, not what keepDays says, and stays so`,
    );

  const kept = new Map<Tier['policy'], number | null>();
  const queries = await connection.ask('SHOW CONTINUOUS QUERIES', { withinMs });
  if (!queries.ok && stops(queries)) return queries;
  const known = queries.ok
    ? queries.series
        .filter(({ name }) => name === database)
        .flatMap(({ values }) => values.map(([name]) => name))
    : [];
  for (const tier of tiers) {
    if (!policies.has(tier.policy)) continue;
    const name = `${policy}_to_${tier.policy}`;
    if (!known.includes(name)) {
      const made = await change(
        `CREATE CONTINUOUS QUERY ${quoteName(name)} ON ${quoteName(database)} ${resample[tier.policy]} ` +
          `BEGIN ${aggregateInto(database, policy, tier, null)} END`,
      );
      if (!made.ok) {
        if (stops(made)) return made;
        left.push(`continuous query ${name}: ${made.error}`);
        continue;
      }
    }
    kept.set(tier.policy, policies.get(tier.policy) ?? null);
  }
  return { ok: true, layout: { policy, keptMs, aggregates: kept, answers: true }, left };
};
