/** What a clock on a wall shows: `month` from 1. */
export type WallTime = {
  readonly year: number;
  readonly month: number;
  readonly day: number;
  readonly hour: number;
  readonly minute: number;
  readonly second: number;
};

const faces = new Map<string, Intl.DateTimeFormat>();
const faceOf = (zone: string): Intl.DateTimeFormat => {
  const face =
    faces.get(zone) ??
    new Intl.DateTimeFormat('en-US', {
      timeZone: zone,
      hourCycle: 'h23',
      year: 'numeric',
      month: '2-digit',
      day: '2-digit',
      hour: '2-digit',
      minute: '2-digit',
      second: '2-digit',
    });
  faces.set(zone, face);
  return face;
};

/** What the clocks of a zone show at a moment (epoch ms). */
export const wallTimeOf = (at: number, zone: string): WallTime => {
  const parts = new Map(
    faceOf(zone)
      .formatToParts(at)
      .map(({ type, value }) => [type, Number(value)]),
  );
  const part = (name: Intl.DateTimeFormatPartTypes): number => parts.get(name) ?? 0;
  return {
    year: part('year'),
    month: part('month'),
    day: part('day'),
    hour: part('hour'),
    minute: part('minute'),
    second: part('second'),
  };
};

/** The same figures as a moment of UTC (epoch ms), to reckon with. */
export const asUtc = ({ year, month, day, hour, minute, second }: WallTime): number =>
  Date.UTC(year, month - 1, day, hour, minute, second);

/** The moment (epoch ms) at which the clocks of a zone show this; of an hour that is shown twice the first or the second, of one that is skipped a moment behind the gap. */
export const momentOf = (wall: WallTime, zone: string): number => {
  const wanted = asUtc(wall);
  const offsetAt = (at: number): number => asUtc(wallTimeOf(at, zone)) - Math.floor(at / 1000) * 1000;
  const guess = wanted - offsetAt(wanted);
  const at = wanted - offsetAt(guess);
  return at + Math.max(0, wanted - asUtc(wallTimeOf(at, zone)));
};

/** The moment (epoch ms) at which the day of `at` begins by the clocks of a zone, or of a day that is `days` later. */
export const dayStartOf = (at: number, zone: string, days = 0): number => {
  const { year, month, day } = wallTimeOf(at, zone);
  return momentOf({ year, month, day: day + days, hour: 0, minute: 0, second: 0 }, zone);
};

/** The moment (epoch ms) at which the hour of `at` begins by the clocks of a zone. */
export const hourStartOf = (at: number, zone: string): number => {
  const { minute, second } = wallTimeOf(at, zone);
  return Math.floor(at / 1000) * 1000 - (minute * 60 + second) * 1000;
};

/** The last moment (epoch ms) at or before `now` at which the clocks of a zone showed this hour and minute, as a field holds them: `14:05`. */
export const lastTimeOf = (typed: string, now: number, zone: string): number => {
  const [hour = 0, minute = 0] = typed.split(':').map(Number);
  const { year, month, day } = wallTimeOf(now, zone);
  const shown = (that: number): number => momentOf({ year, month, day: that, hour, minute, second: 0 }, zone);
  return shown(day) > now ? shown(day - 1) : shown(day);
};

const two = (figure: number): string => String(figure).padStart(2, '0');

/** A moment as the zone's clocks show it: `2026-11-26 14:11:31`, or without its seconds. */
export const wallText = (at: number, zone: string, withSeconds = false): string => {
  const { year, month, day, hour, minute, second } = wallTimeOf(at, zone);
  return `${year}-${two(month)}-${two(day)} ${two(hour)}:${two(minute)}${withSeconds ? `:${two(second)}` : ''}`;
};

/** How much of a moment is asked for. */
export type Grain = 'minute' | 'day';

/** A moment (epoch ms) as the browser's own field holds it: `2026-11-26T14:05`, or its day. */
export const fieldText = (at: number, zone: string, grain: Grain): string =>
  wallText(at, zone)
    .slice(0, grain === 'day' ? 10 : 16)
    .replace(' ', 'T');

/** The moment (epoch ms) that such a field holds, of a day its beginning; null where it is none. */
export const fieldMoment = (text: string, zone: string): number | null => {
  const shown = Date.parse(`${text.includes('T') ? text : `${text}T00:00`}Z`);
  return Number.isNaN(shown) ? null : momentOf(wallTimeOf(shown, 'UTC'), zone);
};
