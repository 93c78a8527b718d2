import { z } from 'zod';
import { Id, Moment } from './text.ts';

/** What the operator must know before the first word is spoken. */
export const householdWarnings = ['deaf', 'dementia', 'dialect', 'oxygen', 'lives-alone'] as const;

/** The number as it is kept: full-width digits as plain ones, and no space around it. */
export const plainPhone = (phone: string): string => phone.normalize('NFKC').trim();

/** Whether it can be dialled, once it is plain: 3 to 15 digits (110; 1380000; +86 138 0000 0000), with a + before and spaces or hyphens between them. */
export const isPhone = (plain: string): boolean => /^\+?\d(?:[ -]*\d){2,14}$/.test(plain);

const Phone = z
  .string()
  .max(40)
  .transform(plainPhone)
  .refine((phone) => phone === '' || isPhone(phone), {
    error:
      'must be a telephone number: 3 to 15 digits, a + before and spaces or hyphens between them if need be',
  });

const Resident = z.object({
  name: z.string().min(1).max(60),
  born: z.number().int().min(1890).max(2100).optional(),
  phone: z.string().max(40).optional(),
  health: z.string().max(300).optional(),
  /** Agrees that calls with the duty room are recorded. */
  recordingConsent: z.boolean().default(false),
});

const Contact = z.object({
  name: z.string().min(1).max(60),
  relation: z.string().max(40).default(''),
  phone: z.string().max(40).default(''),
  hasKey: z.boolean().default(false),
});

const mostPeople = 20;

/** The card of one home. Personal data: it is kept outside the journal, so that a person can be erased. `place` is the household's place id. */
export const Household = z.object({
  place: Id,
  warnings: z.array(z.enum(householdWarnings)).default([]),
  residents: z.array(Resident).max(mostPeople).default([]),
  contacts: z.array(Contact).max(mostPeople).default([]),
  note: z.string().max(1000).default(''),
});
export type Household = Readonly<z.infer<typeof Household>>;

/** `PUT /households/{place}`: the whole card. What is left out is empty from then on, so a misspelt field is refused, and so is a card without any. */
export const NewHousehold = z
  .strictObject({
    place: Id.optional(),
    warnings: z.array(z.enum(householdWarnings)).optional(),
    residents: z
      .array(Resident.extend({ phone: Phone.optional() }).strict())
      .max(mostPeople)
      .optional(),
    contacts: z
      .array(Contact.extend({ phone: Phone.default('') }).strict())
      .max(mostPeople)
      .optional(),
    note: z.string().max(1000).optional(),
  })
  .refine(
    ({ place: _place, ...card }) => Object.keys(card).length > 0,
    'says nothing of the home: give warnings, residents, contacts or note; DELETE erases a card',
  );

/** Whether somebody is at home. Nothing of it mutes a call for help. */
export const presenceStates = ['home', 'away', 'hospital', 'moved', 'deceased'] as const;
export type PresenceState = (typeof presenceStates)[number];

/** The longest time before somebody must look at it again (ms). */
export const longestAbsenceMs = 90 * 86_400_000;

/** `PUT /households/{place}/presence`; `until`, the end or the day of review, is required for `away` and `hospital`. */
export const NewPresence = z.strictObject({ state: z.enum(presenceStates), until: Moment.optional() });
export type NewPresence = Readonly<z.infer<typeof NewPresence>>;

/** Who is at home in a household; without an entry somebody is. Personal data. */
export const Presence = z.object({
  place: Id,
  state: z.enum(presenceStates),
  since: Moment,
  until: Moment.optional(),
  by: z.string(),
});
export type Presence = Readonly<z.infer<typeof Presence>>;
