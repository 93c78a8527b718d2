import type { Evidence } from '../../model/alert.ts';
import type { Delay, Rule, Subject } from '../../model/rule.ts';
import type { Branch } from '../rule-index.ts';
import type { Desk } from './desk.ts';
import { type Kept, keyOf, type Running } from './kept.ts';

/** One look at one rule on one subject: the mask as it will be, and what made it so. */
export type Turn = {
  readonly rule: Rule;
  readonly subject: Subject;
  mask: number;
  since: number;
  evidence: Evidence | null;
};

/** Delays, and what a condition that is met or not makes of a rule's mask. Shared by every kind. */
export type Turns = {
  readonly open: (rule: Rule, subject: Subject) => Turn;
  /** A branch is now met or not (since `since`); the rest follows from the mask and from what is running. */
  readonly weigh: (
    turn: Turn,
    kept: Kept,
    branch: Branch,
    met: boolean,
    now: number,
    since: number,
    evidence: Evidence,
  ) => void;
  /** What holds after the look is told, if that is anything else than before. */
  readonly close: (turn: Turn) => void;
  /** A look at one branch alone. */
  readonly decide: (kept: Kept, branch: Branch, met: boolean, now: number, evidence: Evidence) => void;
  readonly keep: (kept: Kept, branch: Branch, subject: Subject, delay: Delay) => void;
  readonly end: (running: Running) => void;
  /** A time of the delay has come: it has run out and what it says takes effect, unless the alert book has it already; or the link that it waits for has stood long enough to end it. */
  readonly fall: (running: Running, now: number) => void;
};

/** Makes them. */
export const createTurns = (desk: Desk): Turns => {
  const { subjects, deadlines, find, maskOf, settle } = desk;

  const keep: Turns['keep'] = (kept, branch, subject, delay) => {
    const running: Running = { delay, branch, subject, over: false };
    kept.delays ??= new Map();
    kept.delays.set(branch.name, running);
    deadlines.add(delay.deadline, { what: 'delay', running });
    if (delay.standsAt !== undefined) deadlines.add(delay.standsAt, { what: 'delay', running });
  };

  /** The link is up again since `now`, or is down once more: the delay that its loss began runs on until it has stood, or a link that drops and returns for ever would never be told. */
  const waitForLink = (running: Running, up: boolean, now: number): void => {
    const { branch, subject } = running;
    const { standsAt, ...delay } = running.delay;
    if (up === (standsAt !== undefined)) return;
    running.delay = up ? { ...delay, standsAt: now + branch.offDelayMs } : delay;
    if (up) deadlines.add(now + branch.offDelayMs, { what: 'delay', running });
    find({ what: 'delay', key: keyOf(branch, subject.key), body: running.delay });
  };

  const end: Turns['end'] = (running) => {
    running.over = true;
    const kept = subjects.get(running.delay.subject);
    kept?.delays?.delete(running.branch.name);
    if (kept?.delays?.size === 0) kept.delays = null;
    find({ what: 'delay', key: keyOf(running.branch, running.delay.subject), body: null });
  };

  const mature = (running: Running): void => {
    const { branch, subject, delay } = running;
    end(running);
    const mask = maskOf(branch.rule.id, subject.key);
    if (((mask & branch.bit) !== 0) === delay.holds) return;
    settle(branch.rule, subject, mask ^ branch.bit, delay.since, { ...delay.evidence, since: delay.since });
  };

  const fall: Turns['fall'] = (running, now) => {
    const { standsAt, deadline } = running.delay;
    if (standsAt === undefined ? deadline > now : standsAt > now) return;
    if (standsAt === undefined) mature(running);
    else end(running);
  };

  const open: Turns['open'] = (rule, subject) => ({
    rule,
    subject,
    mask: maskOf(rule.id, subject.key),
    since: 0,
    evidence: null,
  });

  const weigh: Turns['weigh'] = (turn, kept, branch, met, now, since, evidence) => {
    const running = kept.delays?.get(branch.name);
    let active = (turn.mask & branch.bit) !== 0;
    if (running !== undefined) {
      const { holds, deadline, standsAt } = running.delay;
      if (holds === active || (standsAt !== undefined && standsAt <= now)) end(running);
      else if (deadline <= now && (standsAt === undefined || met)) {
        // It ran out between two ticks: it took effect first, whatever is said now.
        mature(running);
        turn.mask ^= branch.bit;
        active = holds;
      } else if (branch.condition.on === 'link' && holds) {
        waitForLink(running, !met, now);
        return;
      } else {
        if (holds === met) return;
        end(running);
      }
    }
    if (met === active) return;
    const delayMs = met ? branch.onDelayMs : branch.offDelayMs;
    if (delayMs === 0) {
      turn.mask ^= branch.bit;
      turn.since = since;
      turn.evidence = evidence;
      return;
    }
    const { key: subject, device } = turn.subject;
    const key = keyOf(branch, subject);
    const delay: Delay = { ...key, device, holds: met, since: now, deadline: now + delayMs, evidence };
    keep(kept, branch, turn.subject, delay);
    find({ what: 'delay', key, body: delay });
  };

  const close: Turns['close'] = ({ rule, subject, mask, since, evidence }) => {
    if (evidence !== null && mask !== maskOf(rule.id, subject.key))
      settle(rule, subject, mask, since, evidence);
  };

  return {
    open,
    weigh,
    close,
    keep,
    end,
    fall,
    decide: (kept, branch, met, now, evidence) => {
      const turn = open(branch.rule, kept.subject);
      weigh(turn, kept, branch, met, now, now, evidence);
      close(turn);
    },
  };
};
