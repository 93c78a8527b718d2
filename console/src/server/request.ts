import type { z } from 'zod';
import { ErrorBody } from '../../../src/model/fault.ts';

/** What came of asking the gateway: its answer, or why not. `unreachable`, `unreadable-answer` and `given-up` (the caller wants no answer any more) are codes of this page, the others the gateway's own. */
export type Answer<T> =
  | { readonly ok: true; readonly value: T }
  | {
      readonly ok: false;
      readonly code: string;
      readonly message: string;
      readonly details: Readonly<Record<string, unknown>>;
    };

const patienceMs = 15_000;

const failed = (
  code: string,
  message: string,
  details: Readonly<Record<string, unknown>> = {},
): Answer<never> => ({
  ok: false,
  code,
  message,
  details,
});

let sessionEnded: () => void = () => undefined;

let sessions = 0;

/** Says that there is a session again: what was asked before says nothing of it, however late its answer comes. */
export const sessionBegun = (): void => {
  sessions += 1;
};

/** Calls `listener` whenever the gateway no longer knows this seat's session. */
export const onSessionEnded = (listener: () => void): void => {
  sessionEnded = listener;
};

const isRecord = (value: unknown): value is Readonly<Record<string, unknown>> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

/** Asks the gateway and reads its answer with `schema`; never throws. */
export const request = async <S extends z.ZodType>(
  schema: S,
  path: string,
  options: {
    readonly method?: 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE';
    readonly body?: unknown;
    /** A file that is sent as it is, in place of a body. */
    readonly file?: { readonly type: string; readonly content: Blob };
    readonly signal?: AbortSignal;
    /** How long an answer may take, in ms; 15 s unless given. */
    readonly patienceMs?: number;
  } = {},
): Promise<Answer<z.infer<S>>> => {
  const asked = sessions;
  const patience = AbortSignal.timeout(options.patienceMs ?? patienceMs);
  let response: Response;
  let json: unknown;
  try {
    response = await fetch(`/api/v1${path}`, {
      method: options.method ?? 'GET',
      credentials: 'same-origin',
      signal: options.signal === undefined ? patience : AbortSignal.any([patience, options.signal]),
      ...(options.file === undefined
        ? {}
        : { headers: { 'content-type': options.file.type }, body: options.file.content }),
      ...(options.body === undefined
        ? {}
        : { headers: { 'content-type': 'application/json' }, body: JSON.stringify(options.body) }),
    });
    const text = await response.text();
    json = text === '' ? null : JSON.parse(text);
  } catch (error) {
    if (options.signal?.aborted === true) return failed('given-up', 'nobody waits for it any more');
    return failed('unreachable', error instanceof Error ? error.message : String(error));
  }
  if (!response.ok) {
    const refused = ErrorBody.safeParse(json);
    const code = refused.success ? refused.data.error.code : `http-${response.status}`;
    if (code === 'not-signed-in' && asked === sessions) sessionEnded();
    const details = refused.success ? refused.data.error.details : undefined;
    return failed(
      code,
      refused.success ? refused.data.error.message : response.statusText,
      isRecord(details) ? details : {},
    );
  }
  const parsed = schema.safeParse(json);
  return parsed.success
    ? { ok: true, value: parsed.data }
    : failed('unreadable-answer', parsed.error.message);
};
