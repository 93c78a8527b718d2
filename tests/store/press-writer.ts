import { writeSync } from 'node:fs';
import { pino } from 'pino';
import type { Batch } from '../../src/gateway/ports.ts';
import { openStore } from '../../src/store/store.ts';
import { entry, reading } from './batches.ts';

/** A program of its own: writes batch after batch into the store of the directory it is given, and says the number of each once it is acknowledged, until it is killed. */
const [, , dir = ''] = process.argv;
const store = await openStore({
  dir,
  log: pino({ level: 'silent' }),
  version: 'test',
  moveReadingsAfterMs: 0,
  onHealth: () => undefined,
  onFatal: (error) => {
    throw error;
  },
});
// Written at once and without a buffer, so that a line that was read was acknowledged.
writeSync(1, `open ${store.state.seq}\n`);

const write = (seq: number): void => {
  const batch: Batch = {
    entries: [entry(seq)],
    changes: [{ type: 'change', seq, at: seq, what: 'device', event: 'registered' }],
    readings: [reading({ at: 1_700_000_000_000 + seq * 1_000, value: seq })],
    puts: [{ kind: 'fact', id: `press-${seq}`, body: seq }],
    messageIds: [{ device: 'pager-1', id: `m-${seq}`, ordinal: seq, at: Date.now() }],
  };
  store.journal.write(batch, () => {
    writeSync(1, `${seq}\n`);
    write(seq + 1);
  });
};
write(store.state.seq + 1);
