import { z } from 'zod';
import { Place } from '../../../src/model/place.ts';

/** The pager that the demonstration registered for a visitor, and the home it lies in. */
export const Visitor = z.object({ id: z.string(), secret: z.string(), name: z.string(), place: Place });
export type Visitor = Readonly<z.infer<typeof Visitor>>;

/** What the people of the duty room are called, by id. */
export const People = z.object({ names: z.record(z.string(), z.string()) });
export type People = Readonly<z.infer<typeof People>>;
