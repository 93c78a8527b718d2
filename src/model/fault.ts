import { z } from 'zod';

/** Every refusal has a name; the number is its HTTP status. */
export const faults = {
  'bad-request': 400,
  'invalid-credentials': 401,
  'not-signed-in': 401,
  'locked-out': 429,
  'too-many-requests': 429,
  busy: 429,
  'not-allowed': 403,
  'wrong-origin': 403,
  'not-found': 404,
  'already-exists': 409,
  'already-claimed': 409,
  'already-answered': 409,
  'already-closed': 409,
  'already-ended': 409,
  'no-console': 409,
  'no-voice': 409,
  'not-claimed': 409,
  'still-active': 409,
  'stale-version': 409,
  'needs-disposition': 409,
  'nobody-reached': 409,
  'not-latching': 409,
  'not-shelvable': 409,
  'not-shelved': 409,
  'has-children': 409,
  'last-admin': 409,
  'already-running': 409,
  'still-holding': 409,
  'not-all-taken': 409,
  'not-retriable': 409,
  'same-person': 409,
  'place-differs': 409,
  'successor-absent': 409,
  'unknown-type': 422,
  'unknown-place': 422,
  'unknown-hub': 422,
  'unknown-dialect': 422,
  'unknown-user': 422,
  'not-testable': 422,
  invalid: 422,
  'payload-too-large': 413,
  'range-not-satisfiable': 416,
  internal: 500,
  'not-implemented': 501,
  'store-unavailable': 503,
} as const;
export type FaultCode = keyof typeof faults;

/** A command that was refused, and why. */
export type Refusal = {
  readonly code: FaultCode;
  readonly message: string;
  readonly details?: Readonly<Record<string, unknown>>;
};

/** What came of a command: its value, or a refusal. */
export type Result<T> =
  | { readonly ok: true; readonly value: T }
  | { readonly ok: false; readonly refusal: Refusal };

/** The body of every HTTP error. */
export const ErrorBody = z.object({
  error: z.object({ code: z.string(), message: z.string(), details: z.unknown().optional() }),
});
