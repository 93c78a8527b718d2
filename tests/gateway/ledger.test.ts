import { expect, test } from 'vitest';
import { createLedger, defaultLedgerLimits } from '../../src/gateway/ledger.ts';
import type { Congestion } from '../../src/gateway/ports.ts';

test('readings weigh, not only the bytes they came in: short messages full of them hold connections back, until they are committed', () => {
  const levels: Congestion[] = [];
  const commits: (() => void)[] = [];
  let run: (() => void) | null = null;
  const ledger = createLedger({
    seq: 0,
    journal: { write: (_batch, done) => void commits.push(() => done(1)) },
    schedule: (next) => {
      run = next;
    },
    committed: () => {},
    limits: { ...defaultLedgerLimits, softReadings: 100, hardReadings: 1000 },
    congested: (level) => void levels.push(level),
  });
  const bring = (readings: number): void => {
    for (let i = 0; i < readings; i += 1)
      ledger.keepReading({ device: 'meter-1', measurement: 'power', value: i, at: i, receivedAt: i });
    ledger.afterMessage({}, 10, () => {});
  };
  const flush = (): void => {
    const next = run;
    run = null;
    next?.();
  };

  bring(99);
  expect(levels).toEqual([]);
  bring(1);
  expect(levels).toEqual(['soft']);
  flush();
  // They are on their way and not yet on the disk.
  bring(900);
  expect(levels).toEqual(['soft', 'hard']);
  commits.shift()?.();
  flush();
  commits.shift()?.();
  expect(levels.at(-1)).toBe('free');
});
