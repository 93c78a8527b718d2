/** A name between quotation marks in InfluxQL, whatever is in it. The library's own quoting mangles a backslash before an apostrophe. */
export const quoteName = (name: string): string =>
  `"${name.replace(/["\\]/g, '\\$&').replaceAll('\n', '\\n')}"`;

/** What is kept for each minute and each hour of a measurement. */
export const aggregates = 'min("value"), mean("value"), max("value"), count("value"), last("value")';

/** The retention policies of the aggregates, and how long a part of each is. */
export const tiers = [
  { policy: 'minute', every: '1m', partMs: 60_000 },
  { policy: 'hour', every: '1h', partMs: 3_600_000 },
] as const;
export type Tier = (typeof tiers)[number];

/** Aggregates every measurement of `source` into a tier; between `from` and `to` (epoch ms), or, without them, for a continuous query to say of what time. */
export const aggregateInto = (
  database: string,
  source: string,
  { policy, every }: Tier,
  span: { readonly from: number; readonly to: number } | null,
): string => {
  const where = span === null ? '' : `WHERE time >= ${span.from}ms AND time < ${span.to}ms `;
  return (
    `SELECT ${aggregates} INTO ${quoteName(database)}.${quoteName(policy)}.:MEASUREMENT ` +
    `FROM ${quoteName(database)}.${quoteName(source)}./.*/ ${where}GROUP BY time(${every}), *`
  );
};
