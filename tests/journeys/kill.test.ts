import { randomUUID } from 'node:crypto';
import { setImmediate as nextTurn } from 'node:timers/promises';
import type { MqttClient } from 'mqtt';
import { expect, onTestFailed, test } from 'vitest';
import { z } from 'zod';
import { operate } from '../../simulator/alert-expectations.ts';
import { type ApiClient, signIn } from '../../simulator/api-client.ts';
import {
  GatewayNotReadyError,
  type GatewayOptions,
  type GatewayProcess,
} from '../../simulator/gateway-process.ts';
import { randomFrom } from '../../simulator/random.ts';
import { Alert } from '../../src/model/alert.ts';
import { type Change, TimelineEntry } from '../../src/model/change.ts';
import {
  copyRulebook,
  dial,
  followFeed,
  journeyMs,
  type Line,
  openDirectory,
  openGateway,
  raisedBy,
  register,
  say,
  toldIn,
  toldTo,
  verifyJournal,
  wholeJournal,
} from './street.ts';

const kills = 20;
const onDelayMs = 3000;
const sensors = ['air-1', 'air-2', 'air-3', 'air-4'];
const pagersWithIds = ['pager-1', 'pager-2', 'pager-3'];
const pagersWithoutIds = ['old-pager-1', 'old-pager-2'];
const meters = Array.from({ length: kills }, (_, index) => `meter-${index + 1}`);

const Alerts = z.object({ alerts: z.array(Alert) });
const Readings = z.object({ points: z.array(z.tuple([z.number(), z.number()])) });
const WithTimeline = z.object({ timeline: z.array(TimelineEntry) });

/** Counts what the street says and what it hears back, for whoever waits for so many of either. */
const createTally = () => {
  const counts = { said: 0, acknowledged: 0 };
  const waiting = new Set<() => void>();
  return {
    count: (what: keyof typeof counts): void => {
      counts[what] += 1;
      for (const look of waiting) look();
    },
    reached: (what: keyof typeof counts, more: number): Promise<void> => {
      const goal = counts[what] + more;
      return new Promise((resolve) => {
        const look = (): void => {
          if (counts[what] < goal) return;
          waiting.delete(look);
          resolve();
        };
        waiting.add(look);
        look();
      });
    },
  };
};

/** Starts the gateway; now and then it is killed while it is still starting, and started again. */
const startThroughKills = async (
  options: GatewayOptions,
  killedAfterMs: number | null,
): Promise<GatewayProcess> => {
  if (killedAfterMs === null) return openGateway(options);
  try {
    return await openGateway({ ...options, readyWithinMs: killedAfterMs });
  } catch (error) {
    // Killed in time; had it ended by itself it would say so.
    if (!(error instanceof GatewayNotReadyError) || error.ending !== null) throw error;
    return openGateway(options);
  }
};

test('nothing acknowledged is lost, no press with an id counts twice, and what was running goes on, however often the power fails', {
  timeout: journeyMs,
}, async () => {
  const seed = Number(process.env.ZHISHOU_TEST_SEED ?? Math.floor(Math.random() * 1e9));
  onTestFailed(() => console.error(`to see it again: ZHISHOU_TEST_SEED=${seed}`));
  const chance = randomFrom(seed, 'kills');

  const rules = openDirectory();
  copyRulebook(rules, {
    edits: [
      {
        file: 'electrical.yaml',
        from: 'above: 500, deadband: 25 }\n        on-delay: 30s',
        to: `above: 500, deadband: 25 }\n        on-delay: ${onDelayMs / 1000}s`,
      },
    ],
  });
  const options = { dataDir: openDirectory(), password: 'a password', env: { ZHISHOU_RULES_DIR: rules } };
  const line: Line = { gateway: await openGateway(options) };
  let api = await signIn(line.gateway?.url ?? '', 'admin', options.password);
  // One who signed in before the first kill and never again.
  const desk = api;

  const tally = createTally();
  const clients = new Map<string, MqttClient>();
  const transmissions = new Map<string, number>();
  const join = async (id: string, type: string): Promise<void> => {
    const client = dial(line, id, await register(api, id, type));
    client.on('packetsend', ({ cmd }) => {
      if (cmd === 'publish') transmissions.set(id, (transmissions.get(id) ?? 0) + 1);
    });
    clients.set(id, client);
  };
  for (const id of sensors) await join(id, 'air-monitor');
  for (const id of [...pagersWithIds, ...pagersWithoutIds]) await join(id, 'call-button');
  for (const id of meters) await join(id, 'circuit-monitor');

  const changes: Change[] = [];
  let seat = followFeed(line.gateway as GatewayProcess, desk);
  await seat.until(({ type }) => type === 'snapshot');
  /** The console takes what it heard along to the next gateway. */
  const resume = (gateway: GatewayProcess): void => {
    changes.push(...seat.changes());
    seat = followFeed(gateway, desk, seat.seq());
  };

  let quiet = false;
  const said = new Map<string, number>();
  const talking: Promise<void>[] = [];
  /** Keeps so many messages of a device under way until all is quiet. */
  const talk = (
    id: string,
    underWay: number,
    leaf: 'readings' | 'events',
    message: (n: number) => unknown,
  ): void => {
    const client = clients.get(id) as MqttClient;
    const go = async (): Promise<void> => {
      while (!quiet) {
        const n = (said.get(id) ?? 0) + 1;
        said.set(id, n);
        tally.count('said');
        await say(client, leaf, message(n));
        tally.count('acknowledged');
      }
    };
    for (let each = 0; each < underWay; each += 1) talking.push(go());
  };
  const measuredFrom = Date.now() - 120_000;
  const reading = (n: number) => ({ at: measuredFrom + n, values: { co2: 400 + (n % 500) } });
  for (const id of sensors) talk(id, 8, 'readings', reading);
  for (const id of pagersWithIds) talk(id, 3, 'events', (n) => ({ event: 'sos', id: `press-${n}` }));
  for (const id of pagersWithoutIds) talk(id, 1, 'events', () => ({ event: 'sos' }));

  const notes: string[] = [];
  const writeNote = async (operator: ApiClient, alert: string): Promise<void> => {
    const note = `note ${notes.length} of ${randomUUID()}`;
    await operate(operator, alert, 'comment', { note });
    notes.push(note);
  };
  /** An operator who writes one note after another until the gateway is gone. */
  const writeNotes = async (operator: ApiClient, alert: string): Promise<void> => {
    for (;;) await writeNote(operator, alert);
  };

  let lastLifeFrom = 0;
  let called = '';
  for (const [life, meter] of meters.entries()) {
    const gateway = line.gateway as GatewayProcess;
    if (life > 0) {
      api = await signIn(gateway.url, 'admin', options.password);
      resume(gateway);
    }
    if (life === kills - 1)
      lastLifeFrom = ((await seat.until(({ type }) => type === 'hello')) as { seq: number }).seq;
    if (life === 0) {
      const raised = await seat.until(raisedBy('pager-1'));
      called = raised.type === 'change' ? (raised.alert?.id ?? '') : '';
      await writeNote(api, called);
    }
    const writing = writeNotes(api, called).catch(() => {});
    await say(clients.get(meter) as MqttClient, 'readings', { values: { residual_current: 600 } });

    await tally.reached(chance.pick(['said', 'acknowledged']), chance.between(0, 300));
    for (let turns = chance.between(0, 12); turns > 0; turns -= 1) await nextTurn();
    line.gateway = null;
    await gateway.kill();
    await writing;
    line.gateway = await startThroughKills(options, chance.next() < 0.15 ? chance.between(50, 900) : null);
  }

  const gateway = line.gateway as GatewayProcess;
  resume(gateway);
  api = await signIn(gateway.url, 'admin', options.password);
  quiet = true;
  await Promise.all(talking);

  // What every meter's delay leads to comes without another word from the meter.
  const alertsOf = async (device: string): Promise<readonly Alert[]> =>
    (await api.get(`/alerts?device=${device}&limit=1000`, Alerts)).alerts;
  const matured = (device: string) => (change: Change) =>
    change.event === 'raised-higher' && change.alert?.device === device;
  for (const meter of meters) {
    const isIt = matured(meter);
    const change =
      changes.find(isIt) ?? (await seat.until((message) => message.type === 'change' && isIt(message)));
    const alerts = await alertsOf(meter);
    expect(alerts.map(({ rule, count, priority }) => [rule?.id, count, priority])).toEqual([
      ['residual-current', 1, 'high'],
    ]);
    const at = change.type === 'change' ? change.at : 0;
    expect(at - (alerts[0]?.evidence.at(-1)?.since ?? 0)).toBeGreaterThanOrEqual(onDelayMs);
  }

  for (const id of sensors) {
    const points: [number, number][] = [];
    for (;;) {
      const from = (points.at(-1)?.[0] ?? measuredFrom) + 1;
      const page = await api.get(
        `/devices/${id}/readings?measurement=co2&from=${from}&to=${from + 4000}&points=5000`,
        Readings,
      );
      if (page.points.length === 0) break;
      points.push(...page.points);
    }
    const all = Array.from({ length: said.get(id) ?? 0 }, (_, index) => reading(index + 1));
    expect(points).toEqual(all.map(({ at, values }) => [at, values.co2]));
  }

  const journal = await wholeJournal(api);
  for (const id of [...pagersWithIds, ...pagersWithoutIds]) {
    const [alert, ...others] = await alertsOf(id);
    expect(others).toEqual([]);
    const presses = journal.filter(
      ({ subject, event }) => subject === `alert:${alert?.id}` && /^alert\.raised(-again)?$/.test(event),
    );
    expect(presses.map(({ data }) => data.count)).toEqual(presses.map((_, index) => index + 1));
    expect(alert?.count).toBe(presses.length);
    if (pagersWithIds.includes(id)) expect(presses.length).toBe(said.get(id));
    else {
      expect(presses.length).toBeGreaterThanOrEqual(said.get(id) ?? 0);
      expect(presses.length).toBeLessThanOrEqual(transmissions.get(id) ?? 0);
    }
    if (id !== 'pager-1') continue;
    const { timeline } = await api.get(`/alerts/${alert?.id}`, WithTimeline);
    const kept = new Set(timeline.map(({ note }) => note));
    expect(notes.filter((note) => !kept.has(note))).toEqual([]);
  }
  expect(transmissions.get('pager-1')).toBeGreaterThan(said.get('pager-1') ?? 0);

  const last = journal.filter((entry) => toldIn([entry]).length > 0).at(-1)?.seq ?? 0;
  await seat.until(() => seat.seq() >= last);
  changes.push(...seat.changes());
  expect(toldTo(changes.filter(({ seq }) => seq <= last))).toEqual(
    toldIn(journal.filter(({ seq }) => seq >= (changes[0]?.seq ?? 0))),
  );
  // It was continued and did not begin anew at every start: what ran at the first kill was over before the last.
  const first = changes.find(matured(meters[0] ?? ''));
  expect(first?.seq).toBeLessThan(lastLifeFrom);

  expect(await gateway.stop()).toEqual({ code: 0, signal: null });
  expect(await verifyJournal(options.dataDir)).toContain(' entries checked, 1 to ');
});
