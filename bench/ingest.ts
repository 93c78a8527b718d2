import { existsSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { runLoad } from './loading.ts';
import { openGateway, register, removeDirectory, signInAt, temporaryDirectory } from './own-gateway.ts';
import { freePort, startServer } from './own-server.ts';
import { atLeast, type Bench, count, median } from './row.ts';

const mosquitto = '/usr/sbin/mosquitto';
const clientCount = 100;
const inFlight = 20;
const roundMs = 4_000;
const rounds = 4;

/** Bare mosquitto on the loopback; answers its address and how to end it. */
const startMosquitto = async (
  dir: string,
): Promise<{ readonly url: string; readonly stop: () => Promise<void> }> => {
  const port = await freePort();
  const file = join(dir, 'mosquitto.conf');
  writeFileSync(file, `listener ${port} 127.0.0.1\nallow_anonymous true\nmax_inflight_messages 0\n`);
  const { stop } = await startServer(mosquitto, ['-c', file], port);
  return { url: `mqtt://127.0.0.1:${port}`, stop };
};

/** How fast readings are taken, held against a broker that stores nothing. */
export const ingest: Bench = {
  name: 'ingest',
  about: 'readings acknowledged after they are stored, held against a bare broker',
  rows: async function* () {
    if (!existsSync(mosquitto)) {
      process.stderr.write(
        `LEFT OUT: ${mosquitto} is not installed, so there is nothing to hold the ingest against\n`,
      );
      return;
    }
    const dir = temporaryDirectory();
    const gateway = await openGateway();
    const bare = await startMosquitto(dir);
    try {
      const clients = await register(await signInAt(gateway), 'air', 'air-monitor', clientCount);
      const runOn = (url: string): Promise<number> =>
        runLoad({ url, clients, pace: { inFlight }, forMs: roundMs });
      const ours: number[] = [];
      const theirs: number[] = [];
      for (let round = 0; round < rounds; round += 1) {
        // In turn one and the other is first, so that what changes slowly on the machine strikes both.
        if (round % 2 === 0) ours.push(await runOn(gateway.mqttUrl));
        theirs.push(await runOn(bare.url));
        if (round % 2 === 1) ours.push(await runOn(gateway.mqttUrl));
      }
      yield atLeast(0.6, {
        what: `QoS 1 readings acknowledged after commit, ${clientCount} × ${inFlight} in flight, ÷ bare mosquitto`,
        value: median(ours.map((rate, round) => rate / (theirs[round] ?? Number.NaN))),
        detail: `${count(median(ours))}/s ÷ ${count(median(theirs))}/s`,
      });
    } finally {
      await bare.stop();
      await gateway.stop();
      removeDirectory(dir);
      removeDirectory(gateway.dataDir);
    }
  },
};
