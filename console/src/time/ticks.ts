import type { Language } from '../words/first-language.ts';
import { asUtc, momentOf, wallTimeOf } from './wall-clock.ts';

const secondMs = 1_000;
const minuteMs = 60 * secondMs;
const hourMs = 60 * minuteMs;
const dayMs = 24 * hourMs;

/** More marks than this stand too close on the narrowest chart. */
const ticksAtMost = 10;

const steps = [
  ...[1, 2, 5, 10, 30].map((count) => count * secondMs),
  ...[1, 2, 5, 10, 30].map((count) => count * minuteMs),
  ...[1, 2, 3, 6, 12].map((count) => count * hourMs),
  ...[1, 2, 7].map((count) => count * dayMs),
];
const monthSteps = [1, 2, 3, 6, 12, 24, 60] as const;

/** A mark on an axis of time: its moment (epoch ms), and what stands under it. */
export type Tick = { readonly at: number; readonly label: string };

/** A Monday, from which days and weeks are counted. */
const aMonday = Date.UTC(2024, 0, 1);

const two = (figure: number): string => String(figure).padStart(2, '0');

const labelOf = (at: number, stepMs: number, zone: string, language: Language): string => {
  const { year, month, day, hour, minute, second } = wallTimeOf(at, zone);
  if (hour === 0 && minute === 0 && second === 0) {
    if (day > 1 || stepMs < dayMs) return language === 'zh' ? `${month}月${day}日` : `${day}/${month}`;
    if (month > 1) return language === 'zh' ? `${month}月` : `${two(month)}/${year}`;
    return language === 'zh' ? `${year}年` : String(year);
  }
  return `${two(hour)}:${two(minute)}${stepMs < minuteMs ? `:${two(second)}` : ''}`;
};

/** Round moments of a span (epoch ms) by the clocks of a zone, ten at most: full minutes, hours, days, weeks from Monday, or months. */
export const ticksOf = (from: number, to: number, zone: string, language: Language): readonly Tick[] => {
  const stepMs = steps.find((step) => (to - from) / step < ticksAtMost);
  const moments: number[] = [];
  if (stepMs === undefined) {
    const months = monthSteps.find((count) => (to - from) / (count * 28 * dayMs) < ticksAtMost) ?? 120;
    const { year, month } = wallTimeOf(from, zone);
    const first = Math.floor((year * 12 + month - 1) / months) * months;
    for (let nth = first; ; nth += months) {
      const wall = {
        year: Math.floor(nth / 12),
        month: (nth % 12) + 1,
        day: 1,
        hour: 0,
        minute: 0,
        second: 0,
      };
      const at = momentOf(wall, zone);
      if (at > to) break;
      moments.push(at);
    }
  } else {
    const shown = asUtc(wallTimeOf(from, zone));
    const first = Math.floor((shown - aMonday) / stepMs) * stepMs + aMonday;
    const end = asUtc(wallTimeOf(to, zone)) + hourMs;
    for (let shownThere = first; shownThere <= end; shownThere += stepMs)
      moments.push(momentOf(wallTimeOf(shownThere, 'UTC'), zone));
  }
  return [...new Set(moments)]
    .filter((at) => at >= from && at <= to)
    .map((at) => ({ at, label: labelOf(at, stepMs ?? 28 * dayMs, zone, language) }));
};
