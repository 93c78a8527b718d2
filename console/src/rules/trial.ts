import type { RuleFile } from '../../../src/model/rulebook.ts';
import type { WouldRaise } from '../../../src/model/try-out.ts';
import { dayStartOf, hourStartOf } from '../time/wall-clock.ts';
import { fileOf, isRecord, readRuleFile, type WrittenRule } from './rule-text.ts';

/** Every text that stands in a value, however deep. */
const textsIn = (value: unknown): readonly string[] =>
  typeof value === 'string'
    ? [value]
    : Array.isArray(value)
      ? value.flatMap(textsIn)
      : isRecord(value)
        ? Object.values(value).flatMap(textsIn)
        : [];

/** A file with one rule of a draft, or with all of one of its files, and with whatever other rules of the draft these rest on; null where there is nothing to try. What is about explaining others is left out: it changes nothing of what would be raised. */
export const draftToTry = (files: readonly RuleFile[], name: string, rule: string | null): string | null => {
  const all = new Map<string, WrittenRule>();
  let wanted: readonly WrittenRule[] = [];
  for (const file of files) {
    const read = readRuleFile(file.text);
    if (!read.ok) {
      if (file.name === name) return file.text;
      continue;
    }
    for (const each of read.rules) if (typeof each.id === 'string') all.set(each.id, each);
    if (file.name === name) wanted = read.rules.filter(({ id }) => rule === null || id === rule);
  }
  if (wanted.length === 0) return null;
  const taken = new Set<WrittenRule>();
  const take = (one: WrittenRule): void => {
    if (taken.has(one)) return;
    taken.add(one);
    for (const text of textsIn(one.when)) {
      const member = all.get(text);
      if (member !== undefined) take(member);
    }
  };
  for (const one of wanted) take(one);
  return fileOf(
    'draft',
    [...taken].map((one) => Object.fromEntries(Object.entries(one).filter(([key]) => key !== 'explains'))),
  );
};

/** How many moments fall into each hour or day (by the clocks of `zone`) of a span: at most some 370 of them. */
export const countByTime = (
  moments: readonly number[],
  from: number,
  to: number,
  zone: string,
): {
  readonly by: 'hour' | 'day';
  readonly starts: readonly number[];
  readonly counts: readonly number[];
} => {
  const hourMs = 3_600_000;
  const by = to - from <= 48 * hourMs ? 'hour' : 'day';
  const starts: number[] = [];
  for (
    let at = by === 'day' ? dayStartOf(from, zone) : hourStartOf(from, zone);
    at < to;
    at = by === 'day' ? dayStartOf(at, zone, 1) : at + hourMs
  )
    starts.push(at);
  const counts = starts.map(() => 0);
  for (const at of moments) {
    const index = starts.findLastIndex((start) => start <= at);
    if (index !== -1) counts[index] = (counts[index] ?? 0) + 1;
  }
  return { by, starts, counts };
};

/** Whether an alert that would be raised is over as it comes. */
export const isMoment = ({ from, to }: Pick<WouldRaise, 'from' | 'to'>): boolean => from === to;
