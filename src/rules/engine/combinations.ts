import type { Observed, Subject } from '../../model/rule.ts';
import type { Branch, On } from '../rule-index.ts';
import type { Desk } from './desk.ts';
import { subjectOf } from './kept.ts';
import type { Turn, Turns } from './turns.ts';

/** Rules about other rules. They keep nothing: what is active, and where, is asked of the alert book. */
export type Combinations = {
  /** Where a combination that this device is part of belongs: to the device, or to the place around it; null where it has no such place. */
  readonly reachOf: (branch: Branch<On<'combination'>>, device: Observed) => Subject | null;
  /** Looks at these around a device. */
  readonly look: (branches: readonly Branch<On<'combination'>>[], device: Observed, now: number) => void;
  /** Looks at all of them wherever anything is active. */
  readonly lookAtAll: (now: number) => void;
};

/** Makes them. */
export const createCombinations = (desk: Desk, turns: Turns): Combinations => {
  const { subjects, surroundings, isShut, attend, attendPlace } = desk;

  const reachOf: Combinations['reachOf'] = ({ condition: { within } }, device) => {
    if (within === 'device') return subjectOf(device);
    const { place } = device;
    const depth = place?.path.findIndex(({ kind }) => kind === within) ?? -1;
    const step = place?.path[depth];
    if (place === null || step === undefined) return null;
    const path = place.path.slice(0, depth + 1);
    const around =
      place.id === step.id ? place : { id: step.id, path, text: path.map(({ name }) => name).join(' ') };
    return { key: `place:${step.id}`, device: device.id, place: around };
  };

  const look: Combinations['look'] = (branches, device, now) => {
    let turn: Turn | null = null;
    for (const branch of branches) {
      const { condition, rule } = branch;
      const subject = reachOf(branch, device);
      if (subject === null) continue;
      if (turn !== null && (turn.rule !== rule || turn.subject.key !== subject.key)) {
        turns.close(turn);
        turn = null;
      }
      turn ??= turns.open(rule, subject);
      const within = subject.key === device.id ? null : subject.place;
      const inReach =
        within === null
          ? surroundings.active(condition.rules).filter((active) => active.device === device.id)
          : surroundings.active(condition.rules, within.id);
      const met = condition.met(inReach) && !isShut(rule);
      const kept = within === null ? attend(device) : attendPlace(subject, device);
      const held = (turn.mask & branch.bit) !== 0;
      if (met === held && !kept.delays?.has(branch.name)) continue;
      const note = inReach.map((active) => `${active.rule} ${active.device}`).join(', ');
      turns.weigh(turn, kept, branch, met, now, now, { at: now, receivedAt: now, note: note.slice(0, 4096) });
    }
    if (turn !== null) turns.close(turn);
  };

  return {
    reachOf,
    look,
    lookAtAll: (now) => {
      const { combinations, combinationsByName } = desk.index();
      if (combinations.size === 0) return;
      const all = [...combinationsByName.values()];
      // Those that may hold now, and those that held and may hold no more.
      const rules = new Set([...combinations.keys(), ...all.map(({ rule }) => rule.id)]);
      for (const id of new Set(surroundings.active([...rules]).map(({ device }) => device))) {
        const kept = subjects.get(id);
        if (kept !== undefined) look(all, kept.device, now);
      }
    },
  };
};
