import type { Evidence } from '../../model/alert.ts';
import type { Reading } from '../../model/reading.ts';
import type { BranchKey, Delay, Memory, Observed, Subject } from '../../model/rule.ts';
import type { WindowCondition } from '../kinds/kind.ts';
import type { Branch, Concerned } from '../rule-index.ts';

/** A delay that runs; `over` once it has ended in any way, so that its deadline means nothing any more. */
export type Running = { delay: Delay; readonly branch: Branch; readonly subject: Subject; over: boolean };

/** What a condition over a span of time remembers, and when it is looked at again without a message (epoch ms; null = no such time). */
export type Recall = {
  readonly branch: Branch<WindowCondition>;
  memory: Memory;
  checkAt: number | null;
  over: boolean;
};

/** A device's silence. `calm`: none of it is active or about to be, so that a message changes nothing. */
export type Watch = { lastHeardAt: number; notBefore: number; calm: boolean; over: boolean };

/** What the engine keeps of one subject: a device, or the place of a combination. Most have neither delays nor recalls: null. */
export type Kept = {
  device: Observed;
  subject: Subject;
  concerned: Concerned;
  delays: Map<string, Running> | null;
  recalls: Map<string, Recall> | null;
  watch: Watch | null;
  link: 'online' | 'offline' | null;
};

/** A device as a subject of its own. */
export const subjectOf = (device: Observed): Subject => ({
  key: device.id,
  device: device.id,
  place: device.place,
});

/** Whether it is a device's, and not a place's. */
export const isDevice = ({ subject, device }: Kept): boolean => subject.key === device.id;

/** The key under which the rows of a branch and subject are kept. */
export const keyOf = ({ rule, version, branch }: Branch, subject: string): BranchKey => ({
  rule: rule.id,
  version,
  branch,
  subject,
});

/** What a reading says for or against a branch. */
export const evidenceOf = (
  { unit, condition }: Branch,
  { at, receivedAt, measurement, value }: Omit<Reading, 'device'>,
): Evidence => ({
  at,
  receivedAt,
  measurement,
  value,
  ...(unit === undefined ? {} : { unit }),
  ...(condition.on === 'measurement' ? { limit: condition.limit } : {}),
});
