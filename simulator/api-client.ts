import { z } from 'zod';
import { ErrorBody } from '../src/model/fault.ts';
import { User } from '../src/model/user.ts';

/** The gateway refused a request: its HTTP status, its kebab-case code and what it said. */
export class ApiError extends Error {
  override readonly name = 'ApiError';
  readonly status: number;
  readonly code: string;
  readonly details: unknown;
  constructor(request: string, status: number, code: string, message: string, details: unknown) {
    super(`${request}: ${status} ${code}: ${message}`);
    this.status = status;
    this.code = code;
    this.details = details;
  }
}

/** Nobody answers at that address, or not in time. */
export class UnreachableError extends Error {
  override readonly name = 'UnreachableError';
}

/** Somebody signed in at the gateway's API. Paths begin after `/api/v1`; answers are held against the schema given; refusals are ApiErrors. */
export type ApiClient = {
  readonly url: string;
  readonly token: string;
  readonly user: User;
  readonly get: <T>(path: string, schema: z.ZodType<T>) => Promise<T>;
  readonly post: <T>(path: string, body: unknown, schema: z.ZodType<T>) => Promise<T>;
  readonly put: <T>(path: string, body: unknown, schema: z.ZodType<T>) => Promise<T>;
  readonly patch: <T>(path: string, body: unknown, schema: z.ZodType<T>) => Promise<T>;
  readonly remove: (path: string) => Promise<void>;
};

const SessionAnswer = z.object({ token: z.string().min(1), user: User });

const call = async (
  base: string,
  token: string | null,
  method: string,
  path: string,
  body: unknown,
): Promise<unknown> => {
  const what = `${method} /api/v1${path}`;
  for (let attempt = 1; ; attempt += 1) {
    const response = await fetch(new URL(`/api/v1${path}`, base), {
      method,
      headers: {
        ...(token === null ? {} : { authorization: `Bearer ${token}` }),
        ...(body === undefined ? {} : { 'content-type': 'application/json' }),
      },
      body: body === undefined ? null : JSON.stringify(body),
      signal: AbortSignal.timeout(30_000),
    }).catch((error: unknown) => {
      const cause = error instanceof Error && error.cause instanceof Error ? error.cause : error;
      throw new UnreachableError(
        `${what} at ${base}: ${cause instanceof Error ? cause.message : String(cause)}`,
      );
    });
    const text = await response.text();
    if (response.ok) return text === '' ? null : JSON.parse(text);
    // Registering a large street may be asked to go slower; that is no refusal.
    const pauseMs = Number(response.headers.get('retry-after')) * 1000;
    if (response.status === 429 && token !== null && attempt < 10 && pauseMs > 0 && pauseMs <= 60_000) {
      await new Promise((resolve) => setTimeout(resolve, pauseMs));
      continue;
    }
    const refusal = ErrorBody.safeParse(readJson(text));
    if (!refusal.success)
      throw new ApiError(what, response.status, 'unreadable-answer', text.slice(0, 200), null);
    const { code, message, details } = refusal.data.error;
    throw new ApiError(what, response.status, code, message, details ?? null);
  }
};

const readJson = (text: string): unknown => {
  try {
    return JSON.parse(text);
  } catch {
    return null;
  }
};

/** Signs in at the gateway at `url` (`http://host:port`); throws ApiError where it refuses, UnreachableError where nobody is there. */
export const signIn = async (url: string, username: string, password: string): Promise<ApiClient> => {
  const { token, user } = SessionAnswer.parse(
    await call(url, null, 'POST', '/session', { username, password }),
  );
  return {
    url,
    token,
    user,
    get: async (path, schema) => schema.parse(await call(url, token, 'GET', path, undefined)),
    post: async (path, body, schema) => schema.parse(await call(url, token, 'POST', path, body)),
    put: async (path, body, schema) => schema.parse(await call(url, token, 'PUT', path, body)),
    patch: async (path, body, schema) => schema.parse(await call(url, token, 'PATCH', path, body)),
    remove: async (path) => {
      await call(url, token, 'DELETE', path, undefined);
    },
  };
};
