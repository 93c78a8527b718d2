import { z } from 'zod';
import { Place } from './place.ts';
import { Latest } from './reading.ts';
import { Id, Moment } from './text.ts';

/** Something about a device that somebody should look at; it blocks nothing. */
export const deviceFlags = ['wrong-clock', 'retained-press', 'unregistered-measurements'] as const;

/** A device taken out for repair, until when and why. It never covers an SOS. */
export const OutOfService = z.object({
  since: Moment,
  until: Moment,
  reason: z.string(),
  by: z.string(),
  onSite: z.string().optional(),
});
export type OutOfService = Readonly<z.infer<typeof OutOfService>>;

/** A connection under the device's name was refused: when (epoch ms, to the minute), and why. */
export const LoginRefusal = z.object({ at: Moment, reason: z.enum(['wrong-secret']) });
export type LoginRefusal = Readonly<z.infer<typeof LoginRefusal>>;

/** A device as the registry knows it and as it was last heard. `link` is its connection (its hub's word for a child); `unknown` until it has been heard since the last start. `loginRefused` stands until it has connected with the right secret. */
export const Device = z.object({
  id: Id,
  type: z.string(),
  name: z.string(),
  place: Place.nullable(),
  hub: Id.nullable(),
  dialect: z.string(),
  address: z.string().nullable(),
  createdAt: Moment,
  outOfService: OutOfService.nullable(),
  flags: z.array(z.enum(deviceFlags)),
  link: z.enum(['online', 'offline', 'unknown']),
  lastSeenAt: Moment.nullable(),
  loginRefused: LoginRefusal.optional(),
  latest: z.record(z.string(), Latest),
});
export type Device = Readonly<z.infer<typeof Device>>;

/** A place as it may be given when registering: the whole place, or the id of one that is known. */
export const PlaceRef = z.union([Place, Id], {
  error: ({ input }) => {
    const wanted =
      'must be the id of a known place, or a whole one: {"id","path":[{"kind","id","name"},…],"text"}, the path from the widest part down to the place itself';
    if (typeof input !== 'object') return wanted;
    const found = Place.safeParse(input).error?.issues[0];
    return found === undefined ? wanted : `${wanted}; ${found.path.join('.')}: ${found.message}`;
  },
});

/** `POST /devices`. */
export const NewDevice = z.strictObject({
  id: Id,
  type: z.string(),
  name: z.string().min(1).max(100).optional(),
  place: PlaceRef.nullish(),
  hub: Id.nullish(),
  dialect: z.string().optional(),
  address: z.string().min(1).max(256).nullish(),
});
export type NewDevice = Readonly<z.infer<typeof NewDevice>>;

/** `PATCH /devices/{id}`. */
export const DevicePatch = NewDevice.omit({ id: true, type: true }).partial();
export type DevicePatch = Readonly<z.infer<typeof DevicePatch>>;
