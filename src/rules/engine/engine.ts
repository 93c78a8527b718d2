import type { Evidence } from '../../model/alert.ts';
import type { DeviceTypes } from '../../model/device-type.ts';
import type { Reading } from '../../model/reading.ts';
import type { BranchKey, Engine, Rule, Subject, Surroundings } from '../../model/rule.ts';
import type { Clockwork } from '../hours.ts';
import {
  type Asked,
  type Branch,
  type Concerned,
  isCombination,
  isWindow,
  raisesEmergency,
} from '../rule-index.ts';
import { createCombinations } from './combinations.ts';
import { createDesk, unconcerned } from './desk.ts';
import { evidenceOf, isDevice, type Kept, keyOf, subjectOf } from './kept.ts';
import { createOpening } from './opening.ts';
import { createSilences } from './silences.ts';
import { createSpans } from './spans.ts';
import { createTurns, type Turn } from './turns.ts';

/** Makes the rule engine. It keeps running delays, memories of spans and silence watches only: whether a condition holds is asked of the alert book each time, so that a restart, or an alert that went another way, heals itself with the next reading. */
export const createEngine = (parts: {
  readonly rules: readonly Rule[];
  readonly types: DeviceTypes;
  readonly surroundings: Surroundings;
  readonly clockwork: Clockwork;
}): Engine => {
  const { surroundings } = parts;
  const desk = createDesk(parts.rules, parts.types, surroundings);
  const { subjects, deadlines, index, find, take, maskOf, settle, attend, attendPlace, isShut } = desk;
  const turns = createTurns(desk);
  const spans = createSpans(desk, turns);
  const silences = createSilences(desk, turns);
  const combinations = createCombinations(desk, turns);
  const opening = createOpening(desk, parts.clockwork);
  let begun = false;

  /** A reading that comes in order, against one rule. */
  const hold = ({ rule, plain, windows }: Asked, kept: Kept, reading: Reading, now: number): void => {
    let turn: Turn | null = null;
    if (plain.length > 0 && !isShut(rule)) {
      const mask = maskOf(rule.id, kept.subject.key);
      for (const branch of plain) {
        const running = kept.delays?.get(branch.name);
        const before = running === undefined ? (mask & branch.bit) !== 0 : running.delay.holds;
        const met = branch.condition.holds(reading.value, before);
        // The usual case by far: as it was, and nothing runs.
        if (running === undefined && met === before) continue;
        turn ??= turns.open(rule, kept.subject);
        turns.weigh(turn, kept, branch, met, now, now, evidenceOf(branch, reading));
      }
    }
    for (const branch of windows) {
      turn ??= turns.open(rule, kept.subject);
      spans.take(turn, kept, branch, reading, now);
    }
    if (turn !== null) turns.close(turn);
  };

  /** Everything that can be said of one rule and device without a message: by the newest values, spans, silence and link. */
  const reconsider = (kept: Kept, rule: Rule, now: number): void => {
    const { concerned } = kept;
    const closed = isShut(rule);
    const outside: Evidence = { at: now, receivedAt: now, note: 'outside its hours' };
    const turn = turns.open(rule, kept.subject);
    for (const branch of concerned.byName.values()) {
      if (branch.rule.id !== rule.id) continue;
      const { condition } = branch;
      const held = (turn.mask & branch.bit) !== 0;
      if (closed && condition.on !== 'link' && condition.on !== 'silence' && condition.on !== 'window') {
        if (held || kept.delays?.has(branch.name)) turns.weigh(turn, kept, branch, false, now, now, outside);
      } else if (condition.on === 'measurement') {
        const newest = surroundings.latest(kept.device.id, condition.measurement);
        if (newest === null) continue;
        const met = condition.holds(newest.value, held);
        if (met === held && !kept.delays?.has(branch.name)) continue;
        const { measurement } = condition;
        turns.weigh(
          turn,
          kept,
          branch,
          met,
          now,
          now,
          evidenceOf(branch, { measurement, receivedAt: now, ...newest }),
        );
      }
    }
    for (const recall of kept.recalls?.values() ?? [])
      if (recall.branch.rule.id === rule.id) spans.judge(turn, kept, recall, now);
    turns.close(turn);
    if (concerned.links.some((branch) => branch.rule.id === rule.id)) silences.askLinks(kept, now);
    for (const silence of concerned.silences) {
      const { branch } = silence;
      if (branch.rule.id !== rule.id || kept.watch === null || silences.dueAt(kept.watch, silence) > now)
        continue;
      if (closed) turns.decide(kept, branch, false, now, outside);
      else silences.note(kept, kept.watch, silence, now);
    }
  };

  const reconsiderEverywhere = (rule: Rule, now: number): void => {
    const branches = [...index().combinationsByName.values()].filter((branch) => branch.rule === rule);
    for (const kept of [...subjects.values()].filter(isDevice)) {
      if (rule.types.includes(kept.device.type)) reconsider(kept, rule, now);
      if (branches.length > 0) combinations.look(branches, kept.device, now);
    }
  };

  const branchNamed = (kept: Kept | undefined, key: BranchKey): Branch | undefined => {
    const name = `${key.rule} ${key.branch}`;
    const branch = kept?.concerned.byName.get(name) ?? index().combinationsByName.get(name);
    return branch?.version === key.version ? branch : undefined;
  };

  /** Ends what runs or is remembered of branches that are no longer asked; the rest goes on under the branch as it is now. */
  const carryOver = (kept: Kept): void => {
    for (const running of [...(kept.delays?.values() ?? [])]) {
      const branch = branchNamed(kept, keyOf(running.branch, kept.subject.key));
      if (branch === undefined) turns.end(running);
      else if (branch !== running.branch) {
        running.over = true;
        turns.keep(kept, branch, running.subject, running.delay);
      }
    }
    for (const recall of [...(kept.recalls?.values() ?? [])]) {
      const branch = branchNamed(kept, keyOf(recall.branch, kept.subject.key));
      if (branch === undefined || !isWindow(branch)) spans.forget(kept, recall);
      else if (branch !== recall.branch) spans.carry(kept, recall, branch);
    }
  };

  /** Of an active alert of a changed rule those branches go on that ask what they asked before, or can be asked anew of the newest value; told in any case, so that the alert follows the rule's new levels. */
  const keepBits = (kept: Kept, rule: Rule, before: Concerned, now: number): void => {
    const mask = maskOf(rule.id, kept.subject.key);
    if (mask === 0) return;
    let carried = 0;
    for (const branch of kept.concerned.byName.values()) {
      if (branch.rule.id !== rule.id || (mask & branch.bit) === 0) continue;
      const same = before.byName.get(branch.name)?.version === branch.version;
      if (same || branch.condition.on === 'measurement') carried |= branch.bit;
    }
    settle(rule, kept.subject, carried, now, { at: now, receivedAt: now, note: 'the rule was changed' });
  };

  /** Alerts whose rule no longer concerns their subject are over: nothing else could tell. `before` are the rules that raised them. */
  const letGo = (before: ReadonlyMap<string, Rule>, now: number): void => {
    const combined = new Set([...index().combinationsByName.values()].map(({ rule }) => rule.id));
    for (const { rule: id, subject: key, device, place } of surroundings.active([...before.keys()])) {
      const rule = before.get(id);
      const { byName } = subjects.get(key)?.concerned ?? unconcerned;
      if (
        rule === undefined ||
        combined.has(id) ||
        [...byName.values()].some((branch) => branch.rule.id === id)
      )
        continue;
      const subject: Subject = { key, device, place };
      settle(rule, subject, 0, now, { at: now, receivedAt: now, note: 'no rule concerns it any more' });
    }
  };

  const resumeDelays = (delays: Parameters<Engine['resume']>[0]): void => {
    for (const delay of delays) {
      const device = subjects.get(delay.device);
      const branch = branchNamed(subjects.get(delay.subject), delay);
      const subject =
        device !== undefined && branch !== undefined && isCombination(branch)
          ? combinations.reachOf(branch, device.device)
          : device?.subject;
      if (device === undefined || branch === undefined || subject?.key !== delay.subject) {
        const { rule, version, branch: number, subject: key } = delay;
        find({ what: 'delay', key: { rule, version, branch: number, subject: key }, body: null });
        continue;
      }
      const kept = subject.key === device.subject.key ? device : attendPlace(subject, device.device);
      const before = kept.delays?.get(branch.name);
      if (before !== undefined) before.over = true;
      turns.keep(kept, branch, subject, delay);
    }
  };

  const resumeMemories = (memories: Parameters<Engine['resume']>[1], now: number): void => {
    for (const { memory, ...key } of memories) {
      const kept = subjects.get(key.subject);
      const branch = branchNamed(kept, key);
      if (kept === undefined || branch === undefined || !isWindow(branch)) {
        find({ what: 'memory', key, body: null });
        continue;
      }
      const recall = spans.recallOf(kept, branch, now);
      recall.memory = memory;
      spans.recheck(kept, recall, now);
    }
  };

  return {
    reading: (device, reading, now) => {
      const kept = subjects.get(device.id) ?? attend(device);
      const rules = kept.concerned.measurements.get(reading.measurement);
      if (rules !== undefined) for (const asked of rules) hold(asked, kept, reading, now);
      return take();
    },
    late: (device, reading, now) => {
      const kept = attend(device);
      for (const { rule, plain, windows } of kept.concerned.measurements.get(reading.measurement) ?? []) {
        const turn = turns.open(rule, kept.subject);
        for (const branch of raisesEmergency(rule) && !isShut(rule) ? plain : []) {
          if (branch.needsTime || (turn.mask & branch.bit) !== 0) continue;
          if (!branch.condition.holds(reading.value, false)) continue;
          const running = kept.delays?.get(branch.name);
          if (running !== undefined) turns.end(running);
          turn.mask |= branch.bit;
          turn.since = reading.at;
          turn.evidence = evidenceOf(branch, reading);
        }
        for (const branch of windows) spans.take(turn, kept, branch, reading, now);
        turns.close(turn);
      }
      return take();
    },
    event: (device, { event, at, receivedAt }, now) => {
      const kept = attend(device);
      const listening = kept.concerned.events.get(event);
      if (listening === undefined) return take();
      const { subject } = kept;
      const evidence: Evidence = { at, receivedAt, event };
      for (const rule of listening.occurs)
        if (!isShut(rule)) find({ what: 'occurred', rule, subject, evidence });
      for (const branch of listening.begins)
        if (!isShut(branch.rule)) turns.decide(kept, branch, true, now, evidence);
      for (const branch of listening.ends) turns.decide(kept, branch, false, now, evidence);
      for (const branch of listening.windows) {
        const turn = turns.open(branch.rule, subject);
        spans.take(turn, kept, branch, { event, at }, now);
        turns.close(turn);
      }
      return take();
    },
    heard: (device, now) => {
      const kept = subjects.get(device.id);
      if (kept === undefined || kept.watch === null) return take();
      kept.watch.lastHeardAt = now;
      if (!kept.watch.calm) silences.break(kept, kept.watch, now);
      return take();
    },
    link: (device, state, now) => {
      const kept = attend(device);
      kept.link = state;
      silences.askLinks(kept, now);
      return take();
    },
    turned: (rule, device, now) => {
      combinations.look(index().combinations.get(rule) ?? [], device, now);
      return take();
    },
    presence: (devices, now) => {
      for (const device of devices) spans.restart(device, now);
      return take();
    },
    watch: (device, lastHeardAt, notBefore, now) => {
      const kept = attend(device);
      kept.device = device;
      kept.subject = subjectOf(device);
      kept.concerned = index().of(device);
      silences.listen(kept, lastHeardAt, notBefore);
      if (begun) {
        carryOver(kept);
        spans.begin(kept, now);
      }
      return take();
    },
    forget: (device) => {
      const kept = subjects.get(device);
      if (kept === undefined) return take();
      if (kept.watch !== null) kept.watch.over = true;
      for (const running of [...(kept.delays?.values() ?? [])]) turns.end(running);
      for (const recall of [...(kept.recalls?.values() ?? [])]) spans.forget(kept, recall);
      subjects.delete(device);
      return take();
    },
    tick: (now) => {
      for (let due = deadlines.takeDue(now); due !== null; due = deadlines.takeDue(now)) {
        if (due.what === 'silence') silences.note(due.kept, due.watch, due.silence, now);
        else if (due.what === 'delay') {
          if (!due.running.over) turns.fall(due.running, now);
        } else if (due.what === 'span') {
          if (!due.recall.over) spans.recheck(due.kept, due.recall, now);
        } else if (opening.isCurrent(due.edges)) {
          opening.pass(due.rule, now);
          reconsiderEverywhere(due.rule, now);
        }
      }
      return take();
    },
    shift: (byMs, now) => {
      deadlines.shift(byMs);
      for (const kept of subjects.values()) {
        if (kept.watch !== null) {
          kept.watch.lastHeardAt += byMs;
          kept.watch.notBefore += byMs;
        }
        for (const running of kept.delays?.values() ?? []) {
          const { since, deadline, standsAt } = running.delay;
          running.delay = {
            ...running.delay,
            since: since + byMs,
            deadline: deadline + byMs,
            ...(standsAt === undefined ? {} : { standsAt: standsAt + byMs }),
          };
          find({ what: 'delay', key: keyOf(running.branch, kept.subject.key), body: running.delay });
        }
        spans.shift(kept, byMs);
      }
      // A rule's hours are by the clock itself.
      const before = new Set(desk.shut);
      opening.read(now);
      for (const rule of index().byId.values())
        if (before.has(rule.id) !== desk.shut.has(rule.id)) reconsiderEverywhere(rule, now);
      return take();
    },
    resume: (delays, memories, now) => {
      begun = true;
      opening.read(now);
      resumeDelays(delays);
      resumeMemories(memories, now);
      for (const kept of [...subjects.values()]) spans.begin(kept, now);
      for (const rule of index().byId.values()) if (rule.hours !== null) reconsiderEverywhere(rule, now);
      letGo(index().byId, now);
      combinations.lookAtAll(now);
      return take();
    },
    adopt: (rules, now) => {
      const old = index();
      desk.setRules(rules);
      opening.read(now);
      const changed = rules.filter((rule) => old.byId.get(rule.id)?.version !== rule.version);
      for (const kept of [...subjects.values()]) {
        if (!isDevice(kept)) {
          carryOver(kept);
          continue;
        }
        const before = kept.concerned;
        kept.concerned = index().of(kept.device);
        carryOver(kept);
        if (kept.watch !== null) silences.listen(kept, kept.watch.lastHeardAt, kept.watch.notBefore);
        spans.begin(kept, now);
        for (const rule of changed) {
          if (!rule.types.includes(kept.device.type)) continue;
          keepBits(kept, rule, before, now);
          reconsider(kept, rule, now);
        }
      }
      letGo(old.byId, now);
      combinations.lookAtAll(now);
      return take();
    },
  };
};
