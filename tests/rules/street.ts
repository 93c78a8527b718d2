import { deviceTypes } from '../../devices/index.ts';
import { liesWithin } from '../../src/model/place.ts';
import type { Value } from '../../src/model/reading.ts';
import type {
  Delay,
  Engine,
  Finding,
  Observed,
  Remembered,
  Rule,
  Subject,
  Surroundings,
} from '../../src/model/rule.ts';
import { createEngine } from '../../src/rules/engine/engine.ts';
import { createClockwork } from '../../src/rules/hours.ts';
import { loadRulebook } from '../../src/rules/rulebook.ts';

/** The rules in a piece of rulebook; throws where it is wrong. */
export const rulesOf = (text: string): readonly Rule[] => {
  const loaded = loadRulebook([{ name: 'test.yaml', text }], deviceTypes);
  if (!loaded.ok)
    throw new Error(loaded.problems.map(({ line, message }) => `${line}: ${message}`).join('\n'));
  return loaded.rules;
};

/** One rule on a device type, from its kind, what stands under `when`, and its delays. */
export const ruleOf = (kind: string, type: string, when: string, more = '', alertKind = 'system'): Rule => {
  const alert = `{ kind: ${alertKind}, priority: high, title: { zh: 测, en: t } }`;
  const [rule] = rulesOf(`
source: a test
rules:
  - { id: r, kind: ${kind}, types: [${type}], when: ${when}, ${more} alert: ${alert} }`);
  if (rule === undefined) throw new Error('no rule');
  return rule;
};

/** A household on a floor of a building, as the registry gives it. */
export const homeOf = (building: string, home: string): NonNullable<Observed['place']> => ({
  id: home,
  path: [
    { kind: 'street', id: 'street', name: '街道' },
    { kind: 'building', id: building, name: building },
    { kind: 'household', id: home, name: home },
  ],
  text: `${building} ${home}`,
});

/** A device of the street; without a home unless one is given. */
export const deviceOf = (id: string, type: string, place: Observed['place'] = null): Observed => ({
  id,
  type,
  hub: null,
  place,
});

/** An engine with an alert book that believes it, and a journal of what is running and remembered: the engine's surroundings in short. */
export const createStreet = (
  first: readonly Rule[],
  how: { readonly zone?: string; readonly at?: number } = {},
) => {
  let rules = first;
  /** The active alerts, as `rule subject`. */
  const active = new Set<string>();
  const masks = new Map<string, { mask: number; level: number; rule: string; subject: Subject }>();
  const delays = new Map<string, Delay>();
  const memories = new Map<string, Remembered>();
  const latest = new Map<string, { value: Value; at: number }>();
  const away = new Set<string>();
  const watched = new Map<string, Observed>();
  const log: string[] = [];
  const key = (rule: string, subject: string): string => `${rule} ${subject}`;
  const branch = (of: { rule: string; branch: number; subject: string }): string =>
    of.branch === 0 ? `${of.rule} ${of.subject}` : `${of.rule} ${of.branch} ${of.subject}`;
  const surroundings: Surroundings = {
    holding: (rule, subject) =>
      active.has(key(rule, subject)) ? masks.get(key(rule, subject))?.mask || 1 : 0,
    active: (asked, within) =>
      [...masks.values()].flatMap(({ rule, subject }) =>
        asked.includes(rule) &&
        active.has(key(rule, subject.key)) &&
        (within === undefined || (subject.place !== null && liesWithin(subject.place, within)))
          ? [
              {
                alert: key(rule, subject.key),
                rule,
                subject: subject.key,
                device: subject.device,
                place: subject.place,
              },
            ]
          : [],
      ),
    latest: (device, measurement) => latest.get(key(device, measurement)) ?? null,
    away: (device) => away.has(device.id),
  };
  const clockwork = createClockwork(how.zone ?? 'Asia/Shanghai');
  const begin = (): Engine => createEngine({ rules, types: deviceTypes, surroundings, clockwork });
  let engine = begin();

  const heed = (findings: readonly Finding[], now = 0): readonly Finding[] => {
    const turned: [rule: string, device: string][] = [];
    for (const finding of findings) {
      switch (finding.what) {
        case 'level': {
          const { rule, subject, holding, level } = finding;
          const id = key(rule.id, subject.key);
          const before = active.has(id) ? masks.get(id)?.level || 1 : 0;
          if (level === 0) active.delete(id);
          else active.add(id);
          masks.set(id, { mask: holding, level, rule: rule.id, subject });
          if (before === level) break;
          const word = level === 0 ? 'clears' : before === 0 ? 'holds' : level > before ? 'rises' : 'falls';
          log.push(level > 1 || word === 'falls' ? `${word} ${id} to ${level}` : `${word} ${id}`);
          if ((before === 0) !== (level === 0)) turned.push([rule.id, subject.device]);
          break;
        }
        case 'occurred':
          log.push(`occurred ${key(finding.rule.id, finding.subject.key)}`);
          break;
        case 'delay':
          if (finding.body === null) delays.delete(branch(finding.key));
          else delays.set(branch(finding.key), finding.body);
          break;
        case 'memory':
          if (finding.body === null) memories.delete(branch(finding.key));
          // What is kept is JSON.
          else memories.set(branch(finding.key), JSON.parse(JSON.stringify(finding.body)) as Remembered);
      }
    }
    // Only when all of it is taken up: what rests on other rules must see all of them as they are now.
    for (const [rule, id] of turned) {
      const device = watched.get(id);
      if (device !== undefined) heed(engine.turned(rule, device, now), now);
    }
    return findings;
  };

  return {
    active,
    delays,
    memories,
    away,
    /** What the alert book and the duty room were told, in order. */
    log,
    engine: (): Engine => engine,
    heed,
    watch: (device: Observed, lastHeardAt: number, now: number, notBefore = 0): void => {
      watched.set(device.id, device);
      heed(engine.watch(device, lastHeardAt, notBefore, now), now);
    },
    says: (device: Observed, measurement: string, value: Value, now: number): readonly Finding[] => {
      latest.set(key(device.id, measurement), { value, at: now });
      const reading = { device: device.id, measurement, value, at: now, receivedAt: now };
      return heed(engine.reading(device, reading, now), now);
    },
    happens: (
      device: Observed,
      event: Parameters<Engine['event']>[1]['event'],
      now: number,
    ): readonly Finding[] => heed(engine.event(device, { event, at: now, receivedAt: now }, now), now),
    tick: (now: number): readonly Finding[] => heed(engine.tick(now), now),
    resume: (now: number): readonly Finding[] =>
      heed(engine.resume([...delays.values()], [...memories.values()], now), now),
    adopt: (next: readonly Rule[], now: number): readonly Finding[] => {
      rules = next;
      return heed(engine.adopt(next, now), now);
    },
    /** The gateway ends and starts again: only the books and what was journalled are left. */
    restart: (devices: ReadonlyMap<Observed, number>, now: number): void => {
      engine = begin();
      for (const [device, lastHeardAt] of devices) heed(engine.watch(device, lastHeardAt, 0, now), now);
      heed(engine.resume([...delays.values()], [...memories.values()], now), now);
    },
  };
};
