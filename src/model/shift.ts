import { z } from 'zod';
import { type Alert, isEmergency } from './alert.ts';
import { Id, Moment } from './text.ts';

/** What lies before whoever takes over, as committed state had it at `at`: ids and counts, no personal data. `critical`: open emergencies and whatever else is critical and not set aside, most urgent first; `open`: how many alerts of each priority are open, rehearsals left out; `shelved` and `faults` (of the gateway itself): alerts; `outOfService`: devices; `testModes`: those that run; `floods`: how many are under way; `sound`: what came of the shift's last sound test. */
export const ShiftSummary = z.object({
  at: Moment,
  critical: z.array(z.string()),
  open: z.object({
    critical: z.number().int().nonnegative(),
    high: z.number().int().nonnegative(),
    medium: z.number().int().nonnegative(),
    low: z.number().int().nonnegative(),
  }),
  shelved: z.array(z.string()),
  outOfService: z.array(z.string()),
  testModes: z.array(z.string()),
  floods: z.number().int().nonnegative(),
  faults: z.array(z.string()),
  sound: z.enum(['untested', 'heard', 'not-heard']),
});
export type ShiftSummary = Readonly<z.infer<typeof ShiftSummary>>;

/** A sound test: somebody played the tune at their seat and said whether it was heard. */
export const SoundTest = z.object({ at: Moment, by: z.string(), heard: z.boolean() });
export type SoundTest = Readonly<z.infer<typeof SoundTest>>;

/** A hand-over, signed by both: the giver's session asked for it at `givenAt`, the successor's own password was checked at `takenAt`. `taken`: the critical alerts that the successor took by name. The note is free text, and stays out of the journal. */
export const HandOver = z.object({
  by: z.string(),
  givenAt: Moment,
  to: z.string(),
  takenAt: Moment,
  taken: z.array(z.string()),
  summary: ShiftSummary,
  note: z.string().optional(),
});
export type HandOver = Readonly<z.infer<typeof HandOver>>;

/** A shift of the duty room for one set of rights (`places`, sorted; none = the whole street): `operator` answers for it. `after` is the shift before it. It ends by a hand-over, or is `lapsed`: its operator was not on line any more, and somebody else began. Times in epoch ms. */
export const Shift = z.object({
  id: Id,
  places: z.array(Id),
  operator: z.string(),
  beganAt: Moment,
  after: z.string().optional(),
  soundTests: z.array(SoundTest),
  endedAt: Moment.optional(),
  handOver: HandOver.optional(),
  lapsed: z.literal(true).optional(),
});
export type Shift = Readonly<z.infer<typeof Shift>>;

/** Whether whoever takes over a shift must take this alert by name: an emergency, or anything critical, that nobody has set aside and that is no rehearsal. */
export const isHandedOverByName = ({ kind, test, priority, state }: Alert): boolean =>
  !test &&
  (isEmergency({ kind, test }) || priority === 'critical') &&
  !(['closed', 'shelved', 'suppressed', 'out-of-service'] as readonly string[]).includes(state);

/** `POST /shifts/{id}/sound-test`. */
export const NewSoundTest = z.strictObject({ heard: z.boolean() });

/** `POST /shifts/{id}/hand-over`: the successor signs with their own password. `taken` names every critical alert that is open; `seat`: the successor sits down at this very seat, where the giver is signed out. */
export const NewHandOver = z.strictObject({
  successor: z.string().min(1).max(64),
  password: z.string().min(1).max(200),
  taken: z.array(z.string().max(64)).max(5000),
  note: z.string().trim().min(1).max(4000).optional(),
  seat: z.boolean().default(false),
});
export type NewHandOver = Readonly<z.infer<typeof NewHandOver>>;
