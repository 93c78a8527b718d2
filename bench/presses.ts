import { startLoad } from './loading.ts';
import { openGateway, register, removeDirectory, signInAt } from './own-gateway.ts';
import { pressDuring } from './pressing.ts';
import { atMost, type Bench, count, every, percentile } from './row.ts';

const calmPresses = 300;
const floodPresses = 100;
const readingsPerSecond = 2_000;
const clientCount = 100;
const inFlight = 20;
const longestLoadMs = 120_000;

/** Presses while the gateway has other things to do. */
export const presses: Bench = {
  name: 'presses',
  about: 'from a press to the live feed, with readings in the background and through a flood of them',
  rows: async function* () {
    const gateway = await openGateway();
    const api = await signInAt(gateway);
    try {
      const clients = await register(api, 'air', 'air-monitor', clientCount);
      const publish = { url: gateway.mqttUrl, clients, forMs: longestLoadMs };
      const calm = await pressDuring(
        gateway,
        api,
        'pager-calm',
        calmPresses,
        startLoad({ ...publish, clients: clients.slice(0, 10), pace: { perSecond: readingsPerSecond } }),
      );
      yield atMost(10, {
        what: `press → live feed, ${count(readingsPerSecond)} readings/s in the background, p99 of ${calmPresses}`,
        value: percentile(calm.times, 0.99),
        unit: 'ms',
        detail: `${calm.spread}, ${calm.arrived} arrived; ${calm.meanwhile}`,
      });
      const flood = await pressDuring(
        gateway,
        api,
        'pager-flood',
        floodPresses,
        startLoad({ ...publish, pace: { inFlight } }),
      );
      yield every(floodPresses, {
        what: `presses that arrive while ${clientCount} clients publish as fast as they are acknowledged`,
        value: flood.arrived,
        detail: flood.meanwhile,
      });
      yield atMost(250, {
        what: 'press → live feed through that flood, p99',
        value: percentile(flood.times, 0.99),
        unit: 'ms',
        detail: flood.spread,
      });
    } finally {
      await gateway.stop();
      removeDirectory(gateway.dataDir);
    }
  },
};
