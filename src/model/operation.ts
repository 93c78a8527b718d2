import { z } from 'zod';
import { dispositions } from './alert.ts';
import { Reached } from './reach.ts';
import { Id, Moment } from './text.ts';

const base = {
  version: z.number().int().positive().optional(),
  note: z.string().min(1).max(2000).optional(),
};

/** Whom a duty operator sends. */
export const helpers = ['grid-worker', 'neighbour', 'family', '120', '119', '110', 'other'] as const;

/** The bodies of `POST /alerts/{id}/<verb>`. Each may name the `version` it was made from (a stale one is refused) and carry a `note`. */
export const alertOperations = {
  /** `console`: the one, as the live feed's hello named it, at which a call of the alert that rings is answered. */
  take: z.strictObject({ ...base, console: Id.optional() }),
  acknowledge: z.strictObject(base),
  claim: z.strictObject(base),
  release: z.strictObject(base),
  'hand-over': z.strictObject({ ...base, to: Id }),
  reset: z.strictObject(base),
  /** The note is the reason; `once`: the shelf ends at the first return. */
  shelve: z.strictObject({
    ...base,
    note: z.string().trim().min(1).max(2000),
    until: Moment,
    once: z.boolean().default(false),
  }),
  unshelve: z.strictObject(base),
  comment: z.strictObject({ ...base, note: z.string().min(1).max(2000) }),
  /** `confirmed: false` says that somebody was asked and has not agreed yet; the device hears `help-dispatched` once it is confirmed. */
  dispatch: z.strictObject({
    ...base,
    who: z.enum(helpers).default('other'),
    name: z.string().max(100).optional(),
    confirmed: z.boolean().default(true),
  }),
  /** Somebody who was sent is there; for people without a telephone of their own the seat enters it. */
  arrived: z.strictObject({
    ...base,
    who: z.enum(helpers).default('other'),
    name: z.string().max(100).optional(),
  }),
  'family-informed': z.strictObject(base),
  /** `reached`: how the person who called for help was reached. It must be said where a call with them came to nothing, nobody arrived, and the disposition says that nothing was wrong. */
  close: z.strictObject({
    ...base,
    disposition: z.enum(dispositions).exclude(['returned']),
    reached: Reached.optional(),
  }),
} as const;
export type AlertVerb = keyof typeof alertOperations;

/** An operator's command to an alert. */
export type AlertOperation = {
  [V in AlertVerb]: { readonly verb: V; readonly alert: string } & Readonly<
    z.infer<(typeof alertOperations)[V]>
  >;
}[AlertVerb];

/** At which console a command to a call is done, by the id that the live feed's hello named; without it the newest one of the session counts, else of the user. */
const atConsole = { console: Id.optional() };

/** `POST /calls`. */
export const NewCall = z.strictObject({ ...atConsole, device: Id, alert: z.string().max(64).optional() });
export type NewCall = Readonly<z.infer<typeof NewCall>>;

/** The bodies of `POST /calls/{id}/<verb>`. `to` is a user; the call goes to that user's newest console. */
export const callOperations = {
  answer: z.strictObject(atConsole),
  'hang-up': z.strictObject(atConsole),
  'hand-over': z.strictObject({ ...atConsole, to: Id }),
  listen: z.strictObject(atConsole),
  leave: z.strictObject(atConsole),
} as const;
export type CallVerb = keyof typeof callOperations;

/** `PUT /calls/{id}/legal-hold`. */
export const LegalHold = z.strictObject({ held: z.boolean() });
