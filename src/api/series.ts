import { z } from 'zod';
import type { DutyDoor } from '../gateway/doors.ts';
import type { Device } from '../model/device.ts';
import type { Series } from '../model/reading.ts';
import type { User } from '../model/user.ts';
import { maySee } from './access.ts';
import { refuse } from './errors.ts';
import { QueryMoment } from './query-moment.ts';

const dayMs = 24 * 3_600_000;

/** The span of a question about readings, as it stands in a query string. */
export const Span = {
  from: QueryMoment.optional(),
  to: QueryMoment.optional(),
};

/** A query parameter that may be repeated, `most` times. */
export const repeated = <T extends z.ZodType>(one: T, most: number) =>
  z.preprocess((given) => (typeof given === 'string' ? [given] : given), z.array(one).min(1).max(most));

/** Finds what was measured, for somebody whose rights it must lie within. Every function throws Refused. */
export type SeriesFinder = {
  /** `not-found` where there is no such device, or not for this user. */
  readonly device: (user: User, id: string) => Device;
  /** `invalid` where the device measures no such thing. */
  readonly series: (device: Device, measurement: string) => Series;
  /** The device's series of these measurements, in their order; of all it measures where none are named. */
  readonly all: (device: Device, measurements: readonly string[] | undefined) => readonly Series[];
  /** The last day unless the question says otherwise; `bad-request` where it is empty. */
  readonly span: (asked: { readonly from?: number | undefined; readonly to?: number | undefined }) => {
    readonly from: number;
    readonly to: number;
  };
};

/** Makes the finder over committed state. */
export const createSeriesFinder = (
  { committed, types }: Pick<DutyDoor, 'committed' | 'types'>,
  now: () => number,
): SeriesFinder => {
  const find = (device: Device, measurement: string): Series | null => {
    const declared = types.get(device.type)?.measurements ?? {};
    const known = Object.hasOwn(declared, measurement) ? declared[measurement] : undefined;
    if (known === undefined && !Object.hasOwn(device.latest, measurement)) return null;
    return { device: device.id, measurement, unit: known?.kind === 'number' ? known.unit : null };
  };
  const allOf = (device: Device): readonly string[] => [
    ...new Set([
      ...Object.keys(types.get(device.type)?.measurements ?? {}),
      ...Object.keys(device.latest).sort(),
    ]),
  ];

  return {
    device: (user, id) => {
      const device = committed.device(id);
      return device !== null && maySee(user, device.place)
        ? device
        : refuse('not-found', `There is no device ${id}.`);
    },
    series: (device, measurement) =>
      find(device, measurement) ?? refuse('invalid', `A ${device.type} does not measure ${measurement}.`),
    all: (device, measurements) =>
      (measurements ?? allOf(device)).flatMap((measurement) => find(device, measurement) ?? []),
    span: (asked) => {
      const to = asked.to ?? now() + 1;
      const from = asked.from ?? Math.max(0, to - dayMs);
      return from < to ? { from, to } : refuse('bad-request', '`from` must lie before `to`.');
    },
  };
};
