import type { Observed } from '../../model/rule.ts';
import type { Sample, WindowCondition } from '../kinds/kind.ts';
import type { Branch } from '../rule-index.ts';
import type { Desk } from './desk.ts';
import { type Kept, keyOf, type Recall } from './kept.ts';
import type { Turn, Turns } from './turns.ts';

/** Conditions over a span of time: their memories, and when they are looked at without a message. */
export type Spans = {
  readonly recallOf: (kept: Kept, branch: Branch<WindowCondition>, now: number) => Recall;
  readonly take: (
    turn: Turn,
    kept: Kept,
    branch: Branch<WindowCondition>,
    sample: Sample,
    now: number,
  ) => void;
  /** Asks what it says now, and when to ask again. */
  readonly judge: (turn: Turn, kept: Kept, recall: Recall, now: number) => void;
  /** The same by itself, when its time has come. */
  readonly recheck: (kept: Kept, recall: Recall, now: number) => void;
  /** Memories that begin with the watching, and not with a sample. */
  readonly begin: (kept: Kept, now: number) => void;
  /** What is remembered of a home's stillness begins anew. */
  readonly restart: (device: Observed, now: number) => void;
  readonly shift: (kept: Kept, byMs: number) => void;
  readonly forget: (kept: Kept, recall: Recall) => void;
  /** Goes on under another rule with the same condition. */
  readonly carry: (kept: Kept, recall: Recall, branch: Branch<WindowCondition>) => void;
};

/** Makes them. */
export const createSpans = (desk: Desk, turns: Turns): Spans => {
  const { deadlines, find, subjects, surroundings, isShut } = desk;

  const checkAt = (kept: Kept, recall: Recall, at: number): void => {
    recall.checkAt = at;
    deadlines.add(at, { what: 'span', kept, recall });
  };

  const recallOf: Spans['recallOf'] = (kept, branch, now) => {
    const known = kept.recalls?.get(branch.name);
    if (known !== undefined) return known;
    const recall: Recall = { branch, memory: branch.condition.begin(now), checkAt: null, over: false };
    kept.recalls ??= new Map();
    kept.recalls.set(branch.name, recall);
    return recall;
  };

  const remember = (kept: Kept, { branch, memory }: Recall): void => {
    const key = keyOf(branch, kept.subject.key);
    find({ what: 'memory', key, body: memory === null ? null : { ...key, memory } });
  };

  const judge: Spans['judge'] = (turn, kept, recall, now) => {
    const { branch } = recall;
    const { condition, rule } = branch;
    const running = kept.delays?.get(branch.name);
    const held = running?.delay.holds ?? (turn.mask & branch.bit) !== 0;
    const { met, figure, since, nextAt } = condition.judge(recall.memory, now, held);
    // Never at this very moment again, or time would stand still.
    if (nextAt !== null && (recall.checkAt === null || nextAt < recall.checkAt))
      checkAt(kept, recall, Math.max(nextAt, now + 1));
    const counts = met && !isShut(rule);
    if (running === undefined && counts === held) return;
    const measurement = condition.measurements[0];
    turns.weigh(turn, kept, branch, counts, now, since ?? now, {
      at: now,
      receivedAt: now,
      ...(measurement === undefined ? {} : { measurement }),
      ...(figure === null ? {} : { value: figure }),
      ...(branch.unit === undefined ? {} : { unit: branch.unit }),
      ...(since === null ? {} : { since }),
      limit: condition.limit,
    });
  };

  const rests = ({ condition }: Branch<WindowCondition>, kept: Kept, now: number): boolean =>
    condition.restsWhileAway && surroundings.away(kept.device, now);

  const recheck: Spans['recheck'] = (kept, recall, now) => {
    recall.checkAt = null;
    if (rests(recall.branch, kept, now)) return;
    const turn = turns.open(recall.branch.rule, kept.subject);
    judge(turn, kept, recall, now);
    turns.close(turn);
  };

  return {
    recallOf,
    judge,
    recheck,
    take: (turn, kept, branch, sample, now) => {
      if (rests(branch, kept, now)) return;
      const known = kept.recalls?.has(branch.name) === true;
      const recall = recallOf(kept, branch, now);
      const memory = branch.condition.take(recall.memory, sample, now);
      if (memory !== recall.memory || !known) {
        recall.memory = memory;
        remember(kept, recall);
      }
      judge(turn, kept, recall, now);
    },
    begin: (kept, now) => {
      for (const branch of kept.concerned.windows) {
        if (kept.recalls?.has(branch.name) || branch.condition.begin(now) === null) continue;
        const recall = recallOf(kept, branch, now);
        remember(kept, recall);
        recheck(kept, recall, now);
      }
    },
    restart: (device, now) => {
      const kept = subjects.get(device.id);
      for (const branch of kept?.concerned.windows ?? []) {
        if (kept === undefined || !branch.condition.restsWhileAway) continue;
        const recall = recallOf(kept, branch, now);
        recall.memory = branch.condition.begin(now);
        recall.checkAt = null;
        remember(kept, recall);
        const turn = turns.open(branch.rule, kept.subject);
        judge(turn, kept, recall, now);
        turns.close(turn);
      }
    },
    shift: (kept, byMs) => {
      for (const recall of kept.recalls?.values() ?? []) {
        if (recall.checkAt !== null) recall.checkAt += byMs;
        recall.memory = recall.branch.condition.shift(recall.memory, byMs);
        remember(kept, recall);
      }
    },
    forget: (kept, recall) => {
      recall.over = true;
      kept.recalls?.delete(recall.branch.name);
      if (recall.memory !== null)
        find({ what: 'memory', key: keyOf(recall.branch, kept.subject.key), body: null });
    },
    carry: (kept, recall, branch) => {
      recall.over = true;
      const next: Recall = { branch, memory: recall.memory, checkAt: null, over: false };
      kept.recalls?.set(branch.name, next);
      if (recall.checkAt !== null) checkAt(kept, next, recall.checkAt);
    },
  };
};
