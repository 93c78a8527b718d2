import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { deviceTypes } from '../devices/index.ts';
import type { DeviceType, Measurement } from '../src/model/device-type.ts';
import type { Engine, Observed } from '../src/model/rule.ts';
import { engineOn, readRulebook } from './engine.ts';
import { runLoad } from './loading.ts';
import { openGateway, register, removeDirectory, signInAt, temporaryDirectory } from './own-gateway.ts';
import { atMost, type Bench, count, median } from './row.ts';

const few = 10;
const many = 1_000;
const watchedType = 'air-monitor';

const deviceCount = 500;
const messagesPerRound = 100_000;
const rounds = 40;
const warmUpRounds = 4;
const tickEvery = 1_000;

const clientCount = 50;
const inFlight = 20;
const loadMs = 2_000;
const loadRounds = 6;

const alert = { kind: 'fault', priority: 'low', title: { zh: '量测', en: 'Bench' } };

const conditionOf = (name: string, measurement: Measurement) => {
  switch (measurement.kind) {
    case 'number':
      // Nothing that is measured here comes near the limit: what a rule costs that has nothing to say is the question.
      return { kind: 'threshold', when: { measurement: name, above: measurement.max } };
    case 'flag':
      return { kind: 'flag', when: { measurement: name } };
    case 'text':
      return null;
  }
};

/** Conditions for one type without end: its measurements, its events, its silence, and again. */
function* conditionsFor(type: DeviceType) {
  const all = [
    ...Object.entries(type.measurements).map(([name, measurement]) => conditionOf(name, measurement)),
    ...type.events
      .filter((name) => !name.startsWith('sos'))
      .map((event) => ({ kind: 'event', when: { event } })),
    { kind: 'silent', when: { what: 'data', after: '30d' } },
    { kind: 'silent', when: { what: 'link' } },
  ].filter((condition) => condition !== null);
  for (;;) yield* all;
}

/** A rulebook of so many rules: ten for the type that is heard, the rest for all others in turn. JSON is YAML. */
const rulebookOf = (rules: number): string => {
  const conditions = new Map([...deviceTypes.values()].map((type) => [type.name, conditionsFor(type)]));
  const others = [...conditions.keys()].filter((name) => name !== watchedType);
  const written = Array.from({ length: rules }, (_, index) => {
    const type = index < few ? watchedType : (others[index % others.length] ?? watchedType);
    return { id: `rule-${index}`, types: [type], ...conditions.get(type)?.next().value, alert };
  });
  return JSON.stringify({ source: 'Made for the bench.', rules: written });
};

const street: readonly Observed[] = Array.from({ length: deviceCount }, (_, index) => ({
  id: `air-${index}`,
  type: watchedType,
  hub: null,
  place: null,
}));

/** Gives the engine what so many messages bring; answers ns a message. */
const hear = (engine: Engine, round: number): number => {
  let now = 1_700_000_000_000 + round * messagesPerRound;
  const startedAt = process.hrtime.bigint();
  for (let message = 0; message < messagesPerRound; message += 1) {
    const device = street[message % deviceCount];
    if (device === undefined) continue;
    now += 1;
    const common = { device: device.id, at: now, receivedAt: now };
    engine.heard(device, now);
    engine.reading(device, { ...common, measurement: 'co2', value: 400 + (message % 300) }, now);
    engine.reading(device, { ...common, measurement: 'temperature', value: 21.5 }, now);
    if (message % tickEvery === 0) engine.tick(now);
  }
  return Number(process.hrtime.bigint() - startedAt) / messagesPerRound;
};

const engineWith = (text: string): Engine =>
  engineOn(readRulebook([{ name: 'bench.yaml', text }]), street, 1_700_000_000_000);

/** The pairs' ratios: in turn one and the other comes first, so that what changes slowly on the machine strikes both. */
const inTurn = async (
  pairs: number,
  one: (round: number) => Promise<number>,
  other: (round: number) => Promise<number>,
): Promise<readonly (readonly [number, number])[]> => {
  const measured: (readonly [number, number])[] = [];
  for (let round = 0; round < pairs; round += 1) {
    if (round % 2 === 0) {
      const first = await one(round);
      measured.push([first, await other(round)]);
    } else {
      const second = await other(round);
      measured.push([await one(round), second]);
    }
  }
  return measured;
};

/** What rules cost that are for other devices. */
export const rules: Bench = {
  name: 'rules',
  about: `${few} rules against ${count(many)}, of which ${count(many - few)} are for other device types`,
  rows: async function* () {
    const fewText = rulebookOf(few);
    const manyText = rulebookOf(many);
    const withFew = engineWith(fewText);
    const withMany = engineWith(manyText);
    const measured = await inTurn(
      rounds + warmUpRounds,
      async (round) => hear(withFew, round),
      async (round) => hear(withMany, round),
    );
    const warm = measured.slice(warmUpRounds);
    yield atMost(1.1, {
      what: `the engine alone: time a message with ${count(many)} rules ÷ with ${few}`,
      value: median(warm.map(([one, other]) => other / one)),
      detail: `${count(median(warm.map(([, other]) => other)))} ns ÷ ${count(median(warm.map(([one]) => one)))} ns, ${rounds} pairs`,
    });

    const dirs = [fewText, manyText].map((text) => {
      const dir = temporaryDirectory();
      writeFileSync(join(dir, 'bench.yaml'), text);
      return dir;
    });
    const gateways = await Promise.all(dirs.map((dir) => openGateway({ env: { ZHISHOU_RULES_DIR: dir } })));
    try {
      const loads = await Promise.all(
        gateways.map(async (gateway) => {
          const clients = await register(await signInAt(gateway), 'air', watchedType, clientCount);
          return () => runLoad({ url: gateway.mqttUrl, clients, pace: { inFlight }, forMs: loadMs });
        }),
      );
      const [onFew, onMany] = loads;
      if (onFew === undefined || onMany === undefined) throw new Error('there are two gateways');
      // The first pair is for warming up.
      const rates = (await inTurn(loadRounds + 1, onFew, onMany)).slice(1);
      yield atMost(1.1, {
        what: `the whole gateway: time a reading with ${count(many)} rules ÷ with ${few}`,
        value: median(rates.map(([one, other]) => one / other)),
        detail: `${count(median(rates.map(([, other]) => other)))}/s against ${count(median(rates.map(([one]) => one)))}/s, ${loadRounds} pairs`,
      });
    } finally {
      for (const gateway of gateways) {
        await gateway.stop();
        removeDirectory(gateway.dataDir);
      }
      for (const dir of dirs) removeDirectory(dir);
    }
  },
};
