import type { Language } from '../words/first-language.ts';
import { wallText, wallTimeOf } from './wall-clock.ts';

const hourMs = 3_600_000;
const manyDaysMs = 60 * 24 * hourMs;

/** How the console says moments (epoch ms): by the clocks of one zone, in one language. */
export type Times = {
  readonly zone: string;
  /** The year, as people count their age. */
  readonly year: (at: number) => number;
  /** `14:05` */
  readonly minute: (at: number) => string;
  /** `14:05:31`; another day's than today's with its date. */
  readonly second: (at: number) => string;
  /** `14:05`; another day's than today's with its date. */
  readonly minuteOf: (at: number) => string;
  /** A moment in a span of this length (ms): with seconds in a short one, with the year in a long one or where it is not this year. */
  readonly inSpan: (at: number, lengthMs: number) => string;
  /** Day and month: `11/26` in Chinese, `26/11` in English. */
  readonly day: (at: number) => string;
  /** What a clock on the wall says of its day: `11月26日星期四`. */
  readonly longDay: (at: number) => string;
  /** `2026-11-26 14:05`, which sorts; or with its seconds. */
  readonly full: (at: number, withSeconds?: boolean) => string;
};

const shapes = {
  minute: { hour: '2-digit', minute: '2-digit' },
  second: { hour: '2-digit', minute: '2-digit', second: '2-digit' },
  day: { month: 'numeric', day: 'numeric' },
  longDay: { month: 'long', day: 'numeric', weekday: 'long' },
} as const satisfies Readonly<Record<string, Intl.DateTimeFormatOptions>>;

/** Says moments by the clocks of `zone` in this language; `now` (epoch ms) says which of them are of today. */
export const sayTimes = (zone: string, language: Language, now: () => number): Times => {
  const locale = language === 'zh' ? 'zh-CN' : 'en-GB';
  const faces = new Map<string, Intl.DateTimeFormat>();
  const say = (at: number, options: Intl.DateTimeFormatOptions): string => {
    const key = JSON.stringify(options);
    const face =
      faces.get(key) ?? new Intl.DateTimeFormat(locale, { ...options, hourCycle: 'h23', timeZone: zone });
    faces.set(key, face);
    return face.format(at);
  };
  const day = (at: number): string => say(at, shapes.day);
  const ofDay = (at: number, time: string): string =>
    wallText(at, zone).slice(0, 10) === wallText(now(), zone).slice(0, 10) ? time : `${day(at)} ${time}`;
  const year = (at: number): number => wallTimeOf(at, zone).year;
  const minute = (at: number): string => say(at, shapes.minute);
  return {
    zone,
    year,
    minute,
    second: (at) => ofDay(at, say(at, shapes.second)),
    minuteOf: (at) => ofDay(at, minute(at)),
    inSpan: (at, lengthMs) =>
      say(at, {
        ...(lengthMs > manyDaysMs || year(at) !== year(now()) ? { year: 'numeric' } : {}),
        month: language === 'zh' ? 'numeric' : 'short',
        day: 'numeric',
        ...(lengthMs <= 2 * hourMs ? shapes.second : shapes.minute),
      }),
    day,
    longDay: (at) => say(at, shapes.longDay),
    full: (at, withSeconds = false) => wallText(at, zone, withSeconds),
  };
};
