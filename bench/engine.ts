import { readdirSync, readFileSync } from 'node:fs';
import { deviceTypes } from '../devices/index.ts';
import type { Value } from '../src/model/reading.ts';
import type { Engine, Observed, Rule, Surroundings } from '../src/model/rule.ts';
import { createEngine } from '../src/rules/engine/engine.ts';
import { createClockwork } from '../src/rules/hours.ts';
import { loadRulebook } from '../src/rules/rulebook.ts';
import { atLeast, atMost, type Bench, count, median } from './row.ts';

/** Nothing is active: what rules cost while the street is calm. */
export const calm: Surroundings = {
  holding: () => 0,
  active: () => [],
  latest: () => null,
  away: () => false,
};

/** The rules in a text, or an error with everything that is wrong with it. */
export const readRulebook = (
  files: readonly { readonly name: string; readonly text: string }[],
): readonly Rule[] => {
  const read = loadRulebook(files, deviceTypes);
  if (read.ok) return read.rules;
  throw new Error(read.problems.map(({ message }) => message).join('; '));
};

/** An engine that watches these devices from `now` on. */
export const engineOn = (rules: readonly Rule[], street: readonly Observed[], now: number): Engine => {
  const clockwork = createClockwork('Asia/Shanghai');
  const engine = createEngine({ rules, types: deviceTypes, surroundings: calm, clockwork });
  for (const device of street) engine.watch(device, now, 0, now);
  engine.resume([], [], now);
  return engine;
};

const begun = 1_790_000_000_000;
const perType = 100;
const readings = 500_000;
const roundCount = 15;
const warmUp = 3;
const tickEvery = 1_000;
const more = 20;

/** What seven types say on an ordinary day, one measurement after the other; every one concerns rules of the book. */
const says: Readonly<Record<string, readonly (readonly [string, Value])[]>> = {
  'smoke-alarm': [
    ['smoke', false],
    ['temperature', 21],
  ],
  'gas-detector': [
    ['gas', false],
    ['gas_lel', 2],
  ],
  'co-detector': [
    ['co_alarm', false],
    ['co', 3],
  ],
  'air-monitor': [
    ['co2', 600],
    ['temperature', 22],
    ['pm25', 20],
  ],
  'water-monitor': [
    ['water_total', 120],
    ['water_pressure', 0.3],
    ['ph', 7.2],
  ],
  'circuit-monitor': [
    ['voltage', 228],
    ['residual_current', 12],
    ['cable_temperature', 30],
  ],
  'door-sensor': [
    ['open', false],
    ['battery', 80],
  ],
};

const street: readonly Observed[] = Object.keys(says).flatMap((type) =>
  Array.from({ length: perType }, (_, index) => ({ id: `${type}-${index}`, type, hub: null, place: null })),
);

/** The street's readings in turn; answers ns of this thread's own time for each, so that what else the machine does counts little. */
const speak = (engine: Engine, round: number): number => {
  let now = begun + round * readings * 2;
  const before = process.threadCpuUsage();
  for (let index = 0; index < readings; index += 1) {
    const device = street[index % street.length];
    const all = device && says[device.type];
    const said = all?.[Math.floor(index / street.length) % all.length];
    if (device === undefined || said === undefined) continue;
    now += 2;
    const [measurement, value] = said;
    engine.heard(device, now);
    engine.reading(device, { device: device.id, measurement, value, at: now, receivedAt: now }, now);
    if (index % tickEvery === 0) engine.tick(now);
  }
  const { user, system } = process.threadCpuUsage(before);
  return ((user + system) * 1000) / readings;
};

const rulesDir = new URL('../config/rules/', import.meta.url);
const shipped = readdirSync(rulesDir)
  .filter((name) => name.endsWith('.yaml'))
  .map((name) => ({ name, text: readFileSync(new URL(name, rulesDir), 'utf8') }));

/** So many more rules on a measurement that is said all the time. */
const moreRules = (howMany: number): { readonly name: string; readonly text: string }[] =>
  howMany === 0
    ? []
    : [
        {
          name: 'more.yaml',
          text: JSON.stringify({
            source: 'Made for the bench.',
            rules: Array.from({ length: howMany }, (_, index) => ({
              id: `more-${index}`,
              kind: 'threshold',
              types: ['circuit-monitor'],
              when: { measurement: 'voltage', above: 300 + index },
              alert: { kind: 'electrical', priority: 'low', title: { zh: '量测', en: 'Bench' } },
            })),
          }),
        },
      ];

/** The engine by itself. */
export const engine: Bench = {
  name: 'engine',
  about: `the rule engine alone, on one thread: ${Object.keys(says).length} device types and the whole rulebook`,
  rows: async function* () {
    const engines = [0, more].map((howMany) =>
      engineOn(readRulebook([...shipped, ...moreRules(howMany)]), street, begun),
    );
    const rounds: number[][] = [];
    for (let round = 0; round < roundCount + warmUp; round += 1) {
      const times = engines.map((one) => speak(one, round));
      if (round >= warmUp) rounds.push(times);
    }
    const plain = median(rounds.map(([time = Number.NaN]) => time));
    const added = median(rounds.map(([time = Number.NaN, loaded = Number.NaN]) => loaded - time));
    yield atLeast(1_000_000, {
      what: 'readings a second of one thread, each against the rules that concern it',
      value: 1e9 / plain,
      detail: `${count(street.length)} devices, median of ${roundCount}`,
    });
    // Of all readings one in so many is of the measurement that the added rules are about.
    const concerned = Object.keys(says).length * (says['circuit-monitor']?.length ?? 1);
    const perRule = (added * concerned) / more;
    yield atMost(100, {
      what: 'an added rule that concerns the reading',
      value: perRule,
      unit: 'ns',
      detail: `${more} rules more`,
    });
  },
};
