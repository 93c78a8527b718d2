import { deviceTypes } from '../../devices/index.ts';
import type { Value } from '../../src/model/reading.ts';
import type { Delay, Engine, Finding, Observed, Rule } from '../../src/model/rule.ts';
import { createEngine } from '../../src/rules/engine.ts';
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

/** An engine with an alert book that believes it, and a journal of its running delays: the engine's surroundings in short. */
export const createStreet = (rules: readonly Rule[]) => {
  const active = new Set<string>();
  const delays = new Map<string, Delay>();
  const log: string[] = [];
  const key = (rule: string, device: string): string => `${rule} ${device}`;
  const surroundings = { isActive: (rule: string, device: string): boolean => active.has(key(rule, device)) };
  let engine = createEngine({ rules, types: deviceTypes, surroundings });

  const heed = (findings: readonly Finding[]): readonly Finding[] => {
    for (const finding of findings) {
      switch (finding.what) {
        case 'holds':
        case 'clears': {
          const id = key(finding.rule.id, finding.device);
          log.push(`${finding.what} ${id}`);
          if (finding.what === 'holds') active.add(id);
          else active.delete(id);
          break;
        }
        case 'occurred':
          log.push(`occurred ${key(finding.rule.id, finding.device)}`);
          break;
        case 'delay-started':
          delays.set(key(finding.delay.rule, finding.delay.device), finding.delay);
          break;
        case 'delay-ended':
          delays.delete(key(finding.rule, finding.device));
      }
    }
    return findings;
  };

  return {
    active,
    delays,
    /** What the alert book and the duty room were told, in order. */
    log,
    engine: (): Engine => engine,
    heed,
    says: (device: Observed, measurement: string, value: Value, now: number): readonly Finding[] =>
      heed(engine.reading(device, { device: device.id, measurement, value, at: now, receivedAt: now }, now)),
    tick: (now: number): readonly Finding[] => heed(engine.tick(now)),
    /** The gateway ends and starts again: only the alert book and the journalled delays are left. */
    restart: (): void => {
      engine = createEngine({ rules, types: deviceTypes, surroundings });
      heed(engine.resume([...delays.values()]));
    },
  };
};
