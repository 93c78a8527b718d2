import type { ApiClient } from '../simulator/api-client.ts';
import { type Influxd, tablesOf } from './influxd.ts';
import type { Series } from './street-readings.ts';

/** What is asked of both: so many points of `[from, to)` (epoch ms) of some series. */
export type Question = {
  readonly series: readonly Series[];
  readonly from: number;
  readonly to: number;
  readonly points: number;
};

/** Where a question is asked: the addresses that are fetched at the same time, and what goes with each request. */
export type Address = {
  readonly urls: readonly string[];
  readonly headers: Readonly<Record<string, string>>;
};

/** An answer, whole: the ms until its last byte was there, and its texts. */
export type Answer = { readonly ms: number; readonly texts: readonly string[] };

/** What an answer says of its values: how many points it has, and the least and the most of them. */
export type Extent = { readonly points: number; readonly min: number; readonly max: number };

/** Which table of InfluxDB is asked: the readings themselves, or the hours that it has aggregated. */
export type Tier = {
  readonly database: string;
  readonly policy: string;
  readonly fields: { readonly min: string; readonly mean: string; readonly max: string };
};

const wholeAnswerWithinMs = 120_000;
/** Neither side is to be measured by how well it squeezes its answers. */
const asItIs = { 'accept-encoding': 'identity' };

/** The gateway's addresses for a question: one call where it takes several series at once, else one for each, all at the same time. */
export const askGateway = (
  api: ApiClient,
  { series, from, to, points }: Question,
  severalAtOnce: boolean,
): Address => {
  const headers = { ...asItIs, authorization: `Bearer ${api.token}` };
  const span = { from: String(from), to: String(to), points: String(points) };
  if (severalAtOnce && series.length > 1) {
    const query = new URLSearchParams(span);
    for (const { device, measurement } of series) query.append('series', `${device}:${measurement}`);
    return { urls: [`${api.url}/api/v1/readings?${query}`], headers };
  }
  return {
    urls: series.map(
      ({ device, measurement }) =>
        `${api.url}/api/v1/devices/${device}/readings?${new URLSearchParams({ measurement, ...span })}`,
    ),
    headers,
  };
};

/** InfluxDB's address for a question. */
export const askInflux = (
  influx: Influxd,
  { database, policy, fields }: Tier,
  { series, from, to, points }: Question,
): Address => {
  const measurements = [...new Set(series.map(({ measurement }) => measurement))];
  const tables = measurements.map((name) => `"${database}"."${policy}"."${name}"`).join(', ');
  const devices = series.map(({ device }) => `"device" = '${device}'`).join(' OR ');
  const question =
    `SELECT min("${fields.min}") AS "min", mean("${fields.mean}") AS "mean", max("${fields.max}") AS "max" FROM ${tables} ` +
    `WHERE (${devices}) AND time >= ${from}ms AND time < ${to}ms ` +
    `GROUP BY time(${Math.round((to - from) / points)}ms), "device" fill(none)`;
  return { urls: [influx.address(database, question)], headers: asItIs };
};

/** Asks, and waits for the whole answer. Throws where one is no answer. */
export const ask = async ({ urls, headers }: Address): Promise<Answer> => {
  const startedAt = performance.now();
  const texts = await Promise.all(
    urls.map(async (url) => {
      const response = await fetch(url, { headers, signal: AbortSignal.timeout(wholeAnswerWithinMs) });
      const text = await response.text();
      if (!response.ok) throw new Error(`${url} answered ${response.status}: ${text.slice(0, 200)}`);
      return text;
    }),
  );
  return { ms: performance.now() - startedAt, texts };
};

/** Whether the gateway takes several series in one call. */
export const takesSeveral = async (api: ApiClient, { device, measurement }: Series): Promise<boolean> => {
  const response = await fetch(`${api.url}/api/v1/readings?series=${device}:${measurement}`, {
    headers: { authorization: `Bearer ${api.token}` },
  });
  await response.arrayBuffer();
  return response.ok;
};

type Said = { readonly least: number; readonly most: number };

const extentOf = (said: readonly Said[]): Extent => ({
  points: said.length,
  min: said.reduce((min, { least }) => Math.min(min, least), Number.POSITIVE_INFINITY),
  max: said.reduce((max, { most }) => Math.max(max, most), Number.NEGATIVE_INFINITY),
});

/** The extent of the gateway's answer. */
export const gatewayExtent = ({ texts }: Answer): Extent => {
  type Measured = { readonly points: readonly (readonly number[])[] };
  const series = texts.flatMap((text) => {
    const said = JSON.parse(text) as Measured | { readonly series: readonly Measured[] };
    return 'series' in said ? said.series : [said];
  });
  return extentOf(
    series.flatMap(({ points }) =>
      points.map((point) => ({ least: point[1] ?? Number.NaN, most: point.at(-1) ?? Number.NaN })),
    ),
  );
};

/** The extent of InfluxDB's answer. */
export const influxExtent = ({ texts }: Answer): Extent =>
  extentOf(
    texts.flatMap(tablesOf).flatMap(({ columns, values }) => {
      const [least, most] = [columns.indexOf('min'), columns.indexOf('max')];
      return values.map((row) => ({ least: Number(row[least]), most: Number(row[most]) }));
    }),
  );
