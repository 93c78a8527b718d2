import type { EventName, Value } from '../../../src/model/reading.ts';
import type { RuleKind, Verdict, WindowCondition } from '../../../src/rules/kinds/kind.ts';

export const second = 1000;
export const minute = 60 * second;
export const hour = 60 * minute;

/** The only condition of a kind with these parameters, which is one over a span. */
export const windowOf = (kind: RuleKind, when: unknown): WindowCondition => {
  const [branch] = kind.branches(kind.params.parse(when));
  if (branch?.condition.on !== 'window') throw new Error('not about a span of time');
  return branch.condition;
};

/** Listens to one device as the engine does, and starts again from what was stored between any two calls. */
export const listen = (kind: RuleKind, when: unknown, from = 0) => {
  const condition = windowOf(kind, when);
  let memory = condition.begin(from);
  let held = false;
  const ask = (now: number): Verdict => {
    memory = JSON.parse(JSON.stringify(memory));
    const verdict = condition.judge(memory, now, held);
    held = verdict.met;
    return verdict;
  };
  return {
    ask,
    /** A value, at its own time, that arrives `now`; the answer then. */
    says: (value: Value, at: number, now = at): Verdict => {
      memory = condition.take(memory, { measurement: condition.measurements[0] ?? '', value, at }, now);
      return ask(now);
    },
    event: (event: EventName, at: number, now = at): Verdict => {
      memory = condition.take(memory, { event, at }, now);
      return ask(now);
    },
    memory: () => memory,
  };
};
