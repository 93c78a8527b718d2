import { z } from 'zod';
import { Alert } from './alert.ts';
import { Call, VoiceMessage } from './call.ts';
import { Device, LoginRefusal } from './device.ts';
import { Flood } from './flood.ts';
import { Latest } from './reading.ts';
import { Seat, SeatMessage } from './seat.ts';
import { Id, Moment } from './text.ts';
import { User } from './user.ts';

/** What happened to an alert; the name of the journal's entry is `alert.<event>`. */
export const alertEvents = [
  'raised',
  'raised-again',
  'raised-higher',
  'lowered',
  'returned',
  'acknowledged',
  'claimed',
  'released',
  'handed-over',
  'taken',
  'reset',
  'commented',
  'dispatched',
  'arrived',
  'family-informed',
  'home-tended',
  'closed',
  'shown',
  're-announced',
  'escalated',
  'untended',
  're-alarmed',
  'cancel-requested',
  'notified',
  'notify-failed',
  'siren-answered',
  'out-of-service',
  'in-service',
  'shelved',
  'unshelved',
  'suppressed',
  'unsuppressed',
  'grouped',
  'joined-incident',
  'test-ended',
  'moved',
  'call-requested',
  'call-answered',
  'voice-connected',
  'call-missed',
  'call-lost',
  'call-failed',
  'call-ended',
] as const;
export type AlertEvent = (typeof alertEvents)[number];

/** A note that a person wrote on an alert (an empty text: none), and at its close who saw the person who had called. Both live outside the journal, so that a person can be erased. */
export const Note = z.object({
  id: Id,
  alert: Id,
  at: Moment,
  by: z.string(),
  text: z.string(),
  seenBy: z.string().optional(),
});
export type Note = Readonly<z.infer<typeof Note>>;

/** One line of an alert's timeline. At its close `data.reached` says how the person was reached (`spoke`, `seen`), `data.seenAt` when and `seenBy` by whom they were seen. */
export const TimelineEntry = z.object({
  seq: z.number().int(),
  at: Moment,
  actor: z.string(),
  event: z.string(),
  data: z.record(z.string(), z.unknown()),
  note: z.string().optional(),
  seenBy: z.string().optional(),
});
export type TimelineEntry = Readonly<z.infer<typeof TimelineEntry>>;

/** A committed change, as the live feed sends it. `seq` is the journal's number and never repeats. */
export const Change = z.object({
  type: z.literal('change'),
  seq: z.number().int().positive(),
  at: Moment,
  what: z.enum(['alert', 'call', 'device', 'user', 'household', 'rules', 'system']),
  event: z.string(),
  by: z.string().optional(),
  data: z.record(z.string(), z.unknown()).optional(),
  alert: Alert.optional(),
  call: Call.optional(),
  device: Device.optional(),
  note: Note.optional(),
});
export type Change = Readonly<z.infer<typeof Change>>;

/** What the server sends on the live feed. `uncommitted` is an emergency that could not be stored within 1 s; `readings` and `devices` carry only the newest state of what is watched and have no number. */
export const ServerMessage = z.discriminatedUnion('type', [
  z.object({
    type: z.literal('hello'),
    seq: z.number().int(),
    feed: z.string(),
    serverTime: Moment,
    user: User,
    version: z.string(),
    /** Which console this is: signalling of calls comes to it by this name. */
    console: z.string().optional(),
    /** What the people of the duty room are called, by id. */
    names: z.record(z.string(), z.string()).optional(),
  }),
  z.object({
    type: z.literal('snapshot'),
    seq: z.number().int(),
    alerts: z.array(Alert),
    calls: z.array(Call),
    /** Floods under way for those with this user's rights. */
    floods: z.array(Flood).optional(),
  }),
  Change,
  z.object({ type: z.literal('uncommitted'), alert: Alert }),
  z.object({ type: z.literal('tick'), seq: z.number().int(), serverTime: Moment }),
  z.object({ type: z.literal('readings'), devices: z.record(z.string(), z.record(z.string(), Latest)) }),
  z.object({
    type: z.literal('devices'),
    devices: z.array(
      z.object({
        id: Id,
        link: z.enum(['online', 'offline', 'unknown']),
        lastSeenAt: Moment.nullable(),
        loginRefused: LoginRefusal.optional(),
      }),
    ),
  }),
  /** Everybody who may answer and is on line; the whole list anew, a second at most after it changed. */
  z.object({ type: z.literal('seats'), seats: z.array(Seat) }),
  VoiceMessage,
  z.object({ type: z.literal('error'), error: z.object({ code: z.string(), message: z.string() }) }),
]);
export type ServerMessage = Readonly<z.infer<typeof ServerMessage>>;

/** What a console sends on the live feed. */
export const ClientMessage = z.discriminatedUnion('type', [
  z.object({ type: z.literal('shown'), alert: z.string(), version: z.number().int() }),
  z.object({ type: z.literal('watch'), devices: z.array(Id).max(1000) }),
  SeatMessage,
  VoiceMessage,
]);
export type ClientMessage = Readonly<z.infer<typeof ClientMessage>>;
