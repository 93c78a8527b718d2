import type { Logger } from 'pino';
import type { Archive } from '../../gateway/ports.ts';
import type { Shipping } from './shipping.ts';

/** The part of the points that our own record gets where it has any. */
const leastOfOurs = 0.25;

/** An archive that asks InfluxDB for what was measured before our own record begins, `since()` (epoch ms). Each part gets its share of the points, ours a quarter at least: a record that has just begun is short, and all of it is looked at. Where InfluxDB does not answer, the answer is what we have. */
export const withOlderReadings = (
  archive: Archive,
  shipping: Pick<Shipping, 'readOld'>,
  since: () => number,
  log: Logger,
): Archive => ({
  ...archive,
  readings: async (query) => {
    const edge = since();
    const { from, to, points } = query;
    if (from >= edge) return archive.readings(query);
    const until = Math.min(to, edge);
    const share = Math.round((points * (until - from)) / (to - from));
    const most = until === to ? points : Math.floor(points * (1 - leastOfOurs));
    const theirs = Math.max(1, Math.min(share, most));
    const [old, own] = await Promise.all([
      shipping.readOld({ ...query, to: until, points: theirs }).catch((error: unknown) => {
        log.warn({ err: error, device: query.device }, 'older readings could not be had from InfluxDB');
        return [];
      }),
      until === to ? [] : archive.readings({ ...query, from: edge, points: Math.max(1, points - theirs) }),
    ]);
    return [...old, ...own];
  },
});
