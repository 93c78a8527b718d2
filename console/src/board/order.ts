import { type Alert, isEmergency, type Priority, priorities } from '../../../src/model/alert.ts';

/** The parts of the board, most urgent first. `aside`: shelved, suppressed or out of service; `test`: rehearsals; `arrivals`: what came while the board was held still. */
export const sections = ['emergency', 'high', 'medium', 'low', 'test', 'aside', 'arrivals'] as const;
export type Section = (typeof sections)[number];

/** The states in which something covers an alert. */
export const covered: ReadonlySet<Alert['state']> = new Set(['shelved', 'suppressed', 'out-of-service']);

const ofPriority: Readonly<Record<Priority, Section>> = {
  critical: 'emergency',
  high: 'high',
  medium: 'medium',
  low: 'low',
};

/** In which part of the board an alert belongs. */
export const sectionOf = (alert: Alert): Section => {
  if (covered.has(alert.state)) return 'aside';
  if (alert.test) return 'test';
  return isEmergency(alert) ? 'emergency' : ofPriority[alert.priority];
};

/** Whether somebody has still to take it. */
export const isWaiting = (alert: Alert): boolean =>
  !alert.acknowledged && alert.closedAt === undefined && !covered.has(alert.state);

/** Whether it comes up over everything and loops until somebody takes it: an emergency, or anything critical, that waits and is no rehearsal. */
export const isRinging = (alert: Alert): boolean =>
  isWaiting(alert) && !alert.test && (isEmergency(alert) || alert.priority === 'critical');

const noVoices: ReadonlySet<string> = new Set();

const compare = (a: Alert, b: Alert, voices: ReadonlySet<string>): number =>
  sections.indexOf(sectionOf(a)) - sections.indexOf(sectionOf(b)) ||
  Number(isWaiting(b)) - Number(isWaiting(a)) ||
  priorities.indexOf(a.priority) - priorities.indexOf(b.priority) ||
  Number(voices.has(b.id)) - Number(voices.has(a.id)) ||
  a.receivedAt - b.receivedAt ||
  (a.id < b.id ? -1 : 1);

/** The more urgent first, by the board's own order, which everything goes by that names the worst of several: part by part, so that a critical alert in hand stands before a medium one that waits; within a part what waits before what is in hand, because only that nobody sees to; then by priority; then the one that has waited longest, so that nobody is overtaken for ever by what keeps coming. */
export const byUrgency = (a: Alert, b: Alert): number => compare(a, b, noVoices);

/** The same, but within a priority those first for whom a person waits on the line: `voices` are the ids of their alerts. */
export const byUrgencyWith =
  (voices: ReadonlySet<string>) =>
  (a: Alert, b: Alert): number =>
    compare(a, b, voices);

/** The board's parts in order, each with the ids of its rows. */
export type Layout = readonly { readonly section: Section; readonly ids: readonly string[] }[];

/** Where every alert belongs now; `voices`: the ids of those for whom a person waits on the line. */
export const arrange = (alerts: Iterable<Alert>, voices: ReadonlySet<string> = noVoices): Layout => {
  const sorted = [...alerts].sort(byUrgencyWith(voices));
  return sections
    .map((section) => ({
      section,
      ids: sorted.filter((alert) => sectionOf(alert) === section).map((alert) => alert.id),
    }))
    .filter(({ ids }) => ids.length > 0);
};

const idsOf = (layout: Layout): readonly string[] => layout.flatMap(({ ids }) => ids);

/** The layout to draw: `wanted`, unless the board is `held` still (pointer or keyboard in it); then every row stays where it is, also one that is closed meanwhile, and what is new comes below them all. */
export const settle = (drawn: Layout, wanted: Layout, held: boolean): Layout => {
  if (!held || drawn.length === 0) return wanted;
  const known = new Set(idsOf(drawn));
  const fresh = idsOf(wanted).filter((id) => !known.has(id));
  if (fresh.length === 0) return drawn;
  const before = drawn.filter(({ section }) => section !== 'arrivals');
  const arrived = drawn.find(({ section }) => section === 'arrivals')?.ids ?? [];
  return [...before, { section: 'arrivals', ids: [...arrived, ...fresh] }];
};

/** The ids in the order drawn before, new ones at the end, gone ones left out: for a list that must not jump under a hand. */
export const keepOrder = (
  drawn: readonly string[],
  wanted: readonly string[],
  held: boolean,
): readonly string[] => {
  if (!held) return wanted;
  const now = new Set(wanted);
  const before = new Set(drawn);
  return [...drawn.filter((id) => now.has(id)), ...wanted.filter((id) => !before.has(id))];
};
