import { type Disposition, priorities } from '../../../src/model/alert.ts';
import { type AnswerTimes, type Figures, priorityAims } from '../../../src/model/figures.ts';
import type { Dictionary } from '../words/zh.ts';
import type { FiguresWords } from './figures-words.ts';

/** A share as a percentage with one decimal; what falls short of a whole is never rounded up to it, and what is there is not nothing. */
export const shareText = (share: number): string => {
  if (share > 0 && share < 0.001) return '< 0.1 %';
  const percent = Math.floor(share * 1000 + 1e-9) / 10;
  return `${percent} %`;
};

/** How long, in the unit that a person would use. */
export const lengthText = (ms: number, words: FiguresWords): string => {
  if (ms < 100_000) return words.seconds(String(Math.round(ms / 100) / 10));
  if (ms < 6_000_000) return words.minutes(String(Math.round(ms / 6_000) / 10));
  return words.hours(String(Math.round(ms / 360_000) / 10));
};

/** The ways an alert ends that say it was none. */
export const falseOnes: ReadonlySet<Disposition> = new Set([
  'pressed-by-mistake',
  'false-cooking',
  'false-steam',
  'false-dust',
  'device-fault',
]);

/** Whether a target is met; null where there is nothing to judge. */
export const isMet = ({ share, target }: AnswerTimes['targets'][number]): boolean | null =>
  share === null ? null : share >= target;

/** The share of each priority, and whether it is at most what is aimed for; null where nothing is aimed for. */
export const mixOf = (
  figures: Figures,
): readonly {
  readonly priority: (typeof priorities)[number];
  readonly alerts: number;
  readonly share: number;
  readonly aim: number | null;
  readonly fine: boolean | null;
}[] =>
  figures.priorities.map(({ priority, alerts }) => {
    const share = figures.alerts === 0 ? 0 : alerts / figures.alerts;
    const aim = priority === 'critical' || priority === 'high' ? priorityAims[priority] : null;
    return { priority, alerts, share, aim, fine: aim === null ? null : share <= aim };
  });

/** A cell of a CSV file: quoted where it must be, and never taken for a formula by a spreadsheet. */
const cell = (value: string | number): string => {
  if (typeof value === 'number') return String(value);
  const safe = /^[=+\-@\t\r]/.test(value) ? `'${value}` : value;
  return /[",\n\r]/.test(safe) ? `"${safe.replaceAll('"', '""')}"` : safe;
};

/** Everything on the page as a CSV file in the seat's language: figure, of what, value, unit, target. Lengths are in s, shares in parts of 1. It begins with the mark that tells a spreadsheet of UTF-8. */
export const figuresCsv = (
  figures: Figures,
  given: {
    readonly words: FiguresWords;
    readonly dictionary: Dictionary;
    readonly deviceName: (id: string) => string;
    readonly userName: (id: string) => string;
  },
): string => {
  const { words, dictionary, deviceName, userName } = given;
  const { csv } = words;
  const rows: (readonly (string | number)[])[] = [[csv.figure, csv.of, csv.value, csv.unit, csv.target]];
  const add = (
    figure: string,
    of: string,
    value: number | null,
    unit: string,
    target: number | '' = '',
  ): void => {
    rows.push([figure, of, value ?? '', unit, target]);
  };
  const moment = (at: number): string => new Date(at).toISOString();
  rows.push(['from', '', moment(figures.from), '', ''], ['to', '', moment(figures.to), '', '']);
  for (const [name, answers] of [
    [words.people, figures.answers.people],
    [words.emergencies, figures.answers.emergencies],
  ] as const) {
    add(name, '', answers.count, csv.count);
    add(name, words.waiting(answers.waiting), answers.waiting, csv.count);
    for (const { withinMs, share, target } of answers.targets)
      add(name, words.within(withinMs / 1000), share, csv.share, target);
    for (const [label, ms] of [
      [words.half, answers.p50Ms],
      [words.ninety, answers.p90Ms],
      [words.ninetyNine, answers.p99Ms],
      [words.longest, answers.longestMs],
    ] as const)
      add(name, label, ms === null ? null : ms / 1000, 's');
  }
  add(words.calls, words.callsIn(figures.calls.in), figures.calls.in, csv.count);
  add(words.calls, words.callsOut(figures.calls.out), figures.calls.out, csv.count);
  add(words.calls, words.connected, figures.calls.connected, csv.count);
  add(words.calls, words.missedCalls, figures.calls.missed, csv.count);
  add(words.calls, words.failedCalls, figures.calls.failed, csv.count);
  add(words.calls, words.cancelledCalls, figures.calls.cancelled, csv.count);
  add(words.load, words.alerts(figures.alerts), figures.alerts, csv.count);
  add(words.load, words.tests(figures.tests), figures.tests, csv.count);
  add(words.load, words.perTen, figures.load.perTenMinutes, csv.count);
  add(words.load, words.worstTen, figures.load.most, csv.count);
  add(words.load, words.flood, figures.load.floodShare, csv.share);
  add(words.stale, words.staleNow, figures.stale.now, csv.count);
  for (const { priority, share, aim } of mixOf(figures))
    add(words.mix, dictionary.priority[priority], share, csv.share, aim ?? '');
  for (const { device, alerts } of figures.talkers) add(words.talkers, deviceName(device), alerts, csv.count);
  for (const { user, alerts } of figures.holders) add(words.holders, userName(user), alerts, csv.count);
  for (const { kind, disposition, alerts } of figures.dispositions)
    add(
      words.outcomes,
      `${dictionary.kind[kind]}: ${disposition === null ? words.open : dictionary.disposition[disposition]}`,
      alerts,
      csv.count,
    );
  for (const day of figures.days)
    add(
      words.perDay,
      day.day,
      priorities.reduce((sum, priority) => sum + day[priority], 0),
      csv.count,
    );
  for (const [hour, alerts] of figures.hours.entries())
    add(words.perHour, `${String(hour).padStart(2, '0')}:00`, alerts, csv.count);
  return `\uFEFF${rows.map((row) => row.map(cell).join(',')).join('\r\n')}\r\n`;
};
