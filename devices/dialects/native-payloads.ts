import { z } from 'zod';
import { commandNames } from '../../src/model/command.ts';
import { EventName, eventNames } from '../../src/model/reading.ts';
import { isShallow } from './read-json.ts';
import { readMoment } from './read-moment.ts';

/** What a measurement's name looks like on the wire. */
export const measurementName = /^[a-z][a-z0-9_]{0,63}$/;

/** The longest text a value may be, and the longest id of a message, in characters. */
export const maxTextValue = 256;
export const maxMessageId = 128;

/** How many elements an array of readings or events may have. */
export const maxReadings = 1000;

/** How many levels of objects and arrays an event's `data` may have. */
export const maxDataDepth = 8;

/** When it was measured: epoch milliseconds, or ISO 8601 with a zone. */
export const NativeMoment = z
  .union([z.number(), z.string()])
  .refine((value) => readMoment(value) !== null, 'must be epoch milliseconds, or ISO 8601 with a zone')
  .meta({ description: 'Epoch milliseconds, or ISO 8601 with a zone' });

/** The device's own id for a message. A whole number is taken as its digits; one too large to be exact is refused, and so is a text with half a character in it, because two of them could look the same. */
export const NativeMessageId = z.union([
  z
    .string()
    .min(1)
    .max(maxMessageId)
    .refine((id) => id.isWellFormed(), 'must be well-formed Unicode'),
  z.int(),
]);

/** One object on `…/readings`. A second value for the same measurement and `at` is a correction and replaces the first; what has no `at` never replaces anything. Keys that are not named here are ignored. */
export const NativeReadings = z.object({
  at: NativeMoment.optional(),
  id: NativeMessageId.optional(),
  values: z.record(
    z.string().regex(measurementName),
    z.union([z.number(), z.boolean(), z.string().max(maxTextValue)]),
  ),
});

/** The payload on `…/readings`. */
export const NativeReadingsPayload = z.union([
  NativeReadings,
  z.array(NativeReadings).min(1).max(maxReadings),
]);

/** One object on `…/events`. */
export const NativeEvent = z.object({
  event: z
    .string()
    .trim()
    .toLowerCase()
    .pipe(EventName)
    .meta({
      enum: [...eventNames],
      description: 'In any letter case, with or without blanks around it',
    }),
  at: NativeMoment.optional(),
  id: NativeMessageId.optional(),
  data: z
    .record(z.string(), z.unknown())
    .refine((data) => isShallow(data, maxDataDepth), `must have at most ${maxDataDepth} levels`)
    .optional(),
});

/** The payload on `…/events`. */
export const NativeEventPayload = z.union([NativeEvent, z.array(NativeEvent).min(1).max(maxReadings)]);

/** The payload on `…/status`, which is also the device's will. */
export const NativeStatusPayload = z.object({ state: z.enum(['online', 'offline']) });

/** The payload on `…/replies`: what came of a command. */
export const NativeReplyPayload = z.object({
  id: NativeMessageId,
  ok: z.boolean(),
  error: z.string().optional(),
});

/** The payload of a command to a device, on `…/commands`. */
export const NativeCommandPayload = z.object({
  id: z.string(),
  command: z.enum(commandNames),
  expiresAt: z.number().int(),
  alert: z.string().optional(),
  by: z.string().optional(),
});
