import type { Rule } from '../../model/rule.ts';
import type { Clockwork } from '../hours.ts';
import type { Desk } from './desk.ts';

/** The hours of rules: which count now, and the edges at which that changes without a message. */
export type Opening = {
  /** Reads the clock anew: which rules count, and when their hours next begin or end. */
  readonly read: (now: number) => void;
  /** An edge has come: whether the rule counts from now on; the next edge is set. */
  readonly pass: (rule: Rule, now: number) => void;
  /** Whether a due edge is of the present reading of the clock. */
  readonly isCurrent: (edges: object) => boolean;
};

/** Makes it. */
export const createOpening = ({ shut, index, deadlines }: Desk, clockwork: Clockwork): Opening => {
  /** Names the present edges among the deadlines: those set before the clock or the rules changed mean nothing. */
  let edges = {};

  const setNext = (rule: Rule, now: number): void => {
    const at = rule.hours === null ? null : clockwork.nextEdge(rule.hours, now);
    if (at !== null) deadlines.add(at, { what: 'edge', rule, edges });
  };
  const note = (rule: Rule, now: number): void => {
    if (rule.hours === null || clockwork.counts(rule.hours, now)) shut.delete(rule.id);
    else shut.add(rule.id);
  };

  return {
    read: (now) => {
      shut.clear();
      edges = {};
      for (const rule of index().byId.values()) {
        if (rule.hours === null) continue;
        note(rule, now);
        setNext(rule, now);
      }
    },
    pass: (rule, now) => {
      note(rule, now);
      setNext(rule, now);
    },
    isCurrent: (of) => of === edges,
  };
};
