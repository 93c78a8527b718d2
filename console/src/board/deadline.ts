import type { Alert } from '../../../src/model/alert.ts';

/** Where a wait stands against the moment it was to be over by: how full its bar is (0..1), and by how many ms that moment is missed (null: not yet). */
export type Waiting = {
  readonly filled: number;
  readonly overMs: number | null;
};

/** How the waiting of an alert stands at `now` (epoch ms, the gateway's); null where the gateway names no moment. */
export const waitingOf = (
  { receivedAt, takeBy }: Pick<Alert, 'receivedAt' | 'takeBy'>,
  now: number,
): Waiting | null =>
  takeBy === undefined
    ? null
    : {
        filled:
          takeBy <= receivedAt ? 1 : Math.min(1, Math.max(0, (now - receivedAt) / (takeBy - receivedAt))),
        overMs: now < takeBy ? null : now - takeBy,
      };

/** What stands behind a number of seconds, minutes, hours and days. */
export type Units = { readonly s: string; readonly m: string; readonly h: string; readonly d: string };

const plainUnits: Units = { s: ' s', m: ' min', h: ' h', d: ' d' };

/** A span as a person reads it on a clock: `0:42`, `12:05`, `3:07:09`; from two days on in hours only (`49 h`). Never negative. */
export const spanText = (ms: number, units: Units = plainUnits): string => {
  const seconds = Math.max(0, Math.floor(ms / 1000));
  const hours = Math.floor(seconds / 3600);
  if (hours >= 48) return `${hours}${units.h}`;
  const two = (n: number): string => String(n).padStart(2, '0');
  const minutes = Math.floor(seconds / 60) % 60;
  return hours > 0 ? `${hours}:${two(minutes)}:${two(seconds % 60)}` : `${minutes}:${two(seconds % 60)}`;
};

/** An age in one word for a list: `8 s`, `12 min`, `3 h`, `2 d`. */
export const ageText = (ms: number, units: Units = plainUnits): string => {
  const seconds = Math.max(0, Math.floor(ms / 1000));
  if (seconds < 100) return `${seconds}${units.s}`;
  if (seconds < 6_000) return `${Math.floor(seconds / 60)}${units.m}`;
  if (seconds < 172_800) return `${Math.floor(seconds / 3600)}${units.h}`;
  return `${Math.floor(seconds / 86_400)}${units.d}`;
};
