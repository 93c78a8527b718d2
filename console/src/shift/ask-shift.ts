import { z } from 'zod';
import { type NewHandOver, Shift, ShiftSummary } from '../../../src/model/shift.ts';
import { TestMode } from '../../../src/model/test-mode.ts';
import { type Answer, request } from '../server/request.ts';

const Shifts = z.object({ current: Shift.nullable(), shifts: z.array(Shift) });
/** The shift that runs for this seat, and the last 50, newest first. */
export type Shifts = Readonly<z.infer<typeof Shifts>>;

const Before = z.object({
  shift: Shift.nullable(),
  summary: ShiftSummary,
  outOfService: z.array(
    z.object({
      id: z.string(),
      name: z.string(),
      place: z.string().nullable(),
      until: z.number(),
      reason: z.string(),
    }),
  ),
  testModes: z.array(TestMode.extend({ where: z.string().nullable() })),
});
/** What lies before whoever takes over. */
export type Before = Readonly<z.infer<typeof Before>>;

/** Asks for the shifts. */
export const readShifts = (): Promise<Answer<Shifts>> => request(Shifts, '/shifts');

/** Asks what lies before whoever takes over now. */
export const readBefore = (): Promise<Answer<Before>> => request(Before, '/shifts/current/summary');

/** Begins a shift for this seat's own rights. */
export const beginShift = (): Promise<Answer<Shift>> =>
  request(Shift, '/shifts', { method: 'POST', body: {} });

/** Hands a shift over, signed by the successor's password. */
export const handOver = (id: string, wanted: z.input<typeof NewHandOver>): Promise<Answer<Shift>> =>
  request(Shift, `/shifts/${encodeURIComponent(id)}/hand-over`, { method: 'POST', body: wanted });
