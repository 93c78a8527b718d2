import type { Evidence } from '../../model/alert.ts';
import type { DeviceTypes } from '../../model/device-type.ts';
import type { Finding, Observed, Rule, Subject, Surroundings } from '../../model/rule.ts';
import { createDeadlines, type Deadlines } from '../deadlines.ts';
import { type Concerned, indexRules, type RuleIndex, type Silence } from '../rule-index.ts';
import { type Kept, type Recall, type Running, subjectOf, type Watch } from './kept.ts';

/** Something to be looked at when its time has come. */
export type Due =
  | { readonly what: 'delay'; readonly running: Running }
  | { readonly what: 'silence'; readonly kept: Kept; readonly watch: Watch; readonly silence: Silence }
  | { readonly what: 'span'; readonly kept: Kept; readonly recall: Recall }
  | { readonly what: 'edge'; readonly rule: Rule; readonly edges: object };

/** What the parts of the engine work on together: the rules, what is kept, what is due, and what was found in the present call. */
export type Desk = {
  readonly surroundings: Surroundings;
  readonly deadlines: Deadlines<Due>;
  readonly subjects: Map<string, Kept>;
  /** Rules that are out of their hours now. */
  readonly shut: Set<string>;
  readonly index: () => RuleIndex;
  readonly setRules: (rules: readonly Rule[]) => void;
  readonly find: (finding: Finding) => void;
  /** Everything found since the last call, which the caller takes up now. */
  readonly take: () => readonly Finding[];
  /** The branches of (rule, subject) that hold: by the alert book, or as the present call has found. */
  readonly maskOf: (rule: string, subject: string) => number;
  /** The branches in `mask` now hold. */
  readonly settle: (rule: Rule, subject: Subject, mask: number, since: number, evidence: Evidence) => void;
  /** What is kept of a device, from now on if it was not. */
  readonly attend: (device: Observed) => Kept;
  /** The same of a combination's place, which listens to nothing by itself. */
  readonly attendPlace: (subject: Subject, device: Observed) => Kept;
  readonly isShut: (rule: Rule) => boolean;
};

const nothing: readonly Finding[] = Object.freeze([]);

/** What concerns a place: nothing by itself. */
export const unconcerned: Concerned = {
  measurements: new Map(),
  events: new Map(),
  silences: [],
  links: [],
  windows: [],
  byName: new Map(),
};

/** Sets the desk up. */
export const createDesk = (rules: readonly Rule[], types: DeviceTypes, surroundings: Surroundings): Desk => {
  let index = indexRules(rules, types);
  const subjects = new Map<string, Kept>();
  const shut = new Set<string>();
  let found: Finding[] | null = null;
  /** What the alert book will hold once this call's findings are taken up. */
  const pending = new Map<string, number>();

  const find = (finding: Finding): void => {
    if (found === null) found = [finding];
    else found.push(finding);
  };
  const keep = (subject: Subject, device: Observed, concerned: Concerned): Kept => {
    const kept: Kept = { device, subject, concerned, delays: null, recalls: null, watch: null, link: null };
    subjects.set(subject.key, kept);
    return kept;
  };

  return {
    surroundings,
    deadlines: createDeadlines<Due>(),
    subjects,
    shut,
    index: () => index,
    setRules: (next) => {
      index = indexRules(next, types);
    },
    find,
    take: () => {
      if (found === null) return nothing;
      const all = found;
      found = null;
      if (pending.size > 0) pending.clear();
      return all;
    },
    maskOf: (rule, subject) =>
      (pending.size > 0 ? pending.get(`${rule} ${subject}`) : undefined) ??
      surroundings.holding(rule, subject),
    settle: (rule, subject, mask, since, evidence) => {
      pending.set(`${rule.id} ${subject.key}`, mask);
      const level = index.levelOf(rule, mask);
      find({ what: 'level', rule, subject, holding: mask, level, since, evidence });
    },
    attend: (device) => subjects.get(device.id) ?? keep(subjectOf(device), device, index.of(device)),
    attendPlace: (subject, device) => subjects.get(subject.key) ?? keep(subject, device, unconcerned),
    isShut: (rule) => shut.size > 0 && shut.has(rule.id),
  };
};
