import { afterAll, expect, test } from 'vitest';
import { type HistoryScale, historyOf } from '../../bench/history.ts';
import { history100m } from '../../bench/history-100m.ts';
import { hasInfluxd } from '../../bench/influxd.ts';
import { endEverything } from '../../bench/own-gateway.ts';
import type { Row } from '../../bench/row.ts';
import { optional } from '../optional.ts';

/** Everything that the bench does, in seconds: what its figures would be says nothing here. */
const tiny: HistoryScale = {
  devices: 3,
  days: 2,
  olderDays: 3,
  write: { series: 1_000, batches: 2, rounds: 2 },
  settling: { unchangedMs: 500, withinMs: 2_000 },
  questions: { warmUp: 0, measured: 3 },
  press: { perSecond: 50, presses: 3, rounds: 1 },
};

afterAll(endEverything);

optional('influxd', hasInfluxd)('the bench of the history', () => {
  test('measures every part beside a real InfluxDB, and both answer with the same extremes', async () => {
    const rows: Row[] = [];
    for await (const row of historyOf('tiny', tiny).rows()) rows.push(row);
    const found = (what: RegExp): Row[] => rows.filter((row) => what.test(row.what));
    for (const { what, ratio } of rows) expect(Number.isFinite(ratio), what).toBe(true);
    expect(found(/rows\/s in/)).toHaveLength(1);
    expect(found(/at rest/).map(({ target }) => target)).toEqual(['≤ 12', '≤ 1']);
    expect(found(/→ .*points.*÷ InfluxDB/)).toHaveLength(4);
    expect(found(/→ .*points.*median/).map(({ target }) => target)).toEqual(['≤ 50 ms', '≤ 100 ms']);
    expect(found(/a press/).map(({ target }) => target)).toEqual(['≤ 5 ms', '≤ 5 ms']);
  }, 180_000);
});

test('a hundred million readings are measured only where somebody asks for it by name', () => {
  expect(history100m.onlyByName).toBe(true);
});
