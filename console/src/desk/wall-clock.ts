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

const asUtc = ({ year, month, day, hour, minute, second }: WallTime): number =>
  Date.UTC(year, month - 1, day, hour, minute, second);

/** The moment (epoch ms) at which the clocks of a zone show this; of an hour that is shown twice the first or the second, of one that is skipped a moment beside it. */
export const momentOf = (wall: WallTime, zone: string): number => {
  const wanted = asUtc(wall);
  const offsetAt = (at: number): number => asUtc(wallTimeOf(at, zone)) - Math.floor(at / 1000) * 1000;
  const guess = wanted - offsetAt(wanted);
  return wanted - offsetAt(guess);
};

const two = (figure: number): string => String(figure).padStart(2, '0');

/** A moment as the zone's clocks show it: `2026-11-26 14:11:31`, or without its seconds. */
export const wallText = (at: number, zone: string, withSeconds = false): string => {
  const { year, month, day, hour, minute, second } = wallTimeOf(at, zone);
  return `${year}-${two(month)}-${two(day)} ${two(hour)}:${two(minute)}${withSeconds ? `:${two(second)}` : ''}`;
};
