import { subscribe, unsubscribe } from 'node:diagnostics_channel';
import { Agent, type ClientRequest, type IncomingMessage } from 'node:http';
import { Agent as SecureAgent } from 'node:https';
import { InfluxDB, type IPoint } from 'influx';
import type { InfluxTarget } from './target.ts';

/** Why InfluxDB did not do as asked: `unreachable` network, timeout, 5xx, 429: the same may go well later; `misconfigured` 401, 403, 404 and the like: somebody has to change a setting; `refused` what was sent is at fault; `too-large` the request is. `denied` tells a lack of rights (403) from a wrong login. */
export type Failure = {
  readonly ok: false;
  readonly kind: 'unreachable' | 'misconfigured' | 'refused' | 'too-large';
  readonly error: string;
  readonly denied: boolean;
  readonly timedOut: boolean;
  /** What the server asked for in Retry-After; null = nothing. */
  readonly retryAfterMs: number | null;
};

/** A table of an answer; times in epoch ms. */
export type Series = {
  readonly name: string | undefined;
  readonly columns: readonly string[];
  readonly values: readonly (readonly unknown[])[];
};

/** All talk with InfluxDB. Nothing rejects, and every answer comes within its time. */
export type Connection = {
  /** `policy` null = the database's default one. */
  readonly write: (
    points: readonly IPoint[],
    policy: string | null,
  ) => Promise<{ readonly ok: true } | Failure>;
  /** One statement; `parameters` stand in it as `$name`. `change` for what changes something. */
  readonly ask: (
    statement: string,
    options: {
      readonly withinMs: number;
      readonly change?: boolean;
      readonly parameters?: Readonly<Record<string, string>>;
    },
  ) => Promise<{ readonly ok: true; readonly series: readonly Series[] } | Failure>;
  readonly close: () => void;
};

/** The library disables its only host after a failure and answers "No host available" until it thinks better of it; ours is the only breaker. */
const noBackOff = {
  getDelay: () => 0,
  next: () => noBackOff,
  reset: () => noBackOff,
};

const longestErrorText = 500;
const shorten = (text: string): string => text.trim().slice(0, longestErrorText);

/** The error text of an answer's body, in the words of InfluxDB 1 (`error`), 2 (`message`) or 3 (`data`). */
const textIn = (body: string): string => {
  try {
    const said = JSON.parse(body) as {
      readonly error?: unknown;
      readonly message?: unknown;
      readonly data?: unknown;
    };
    const details = Array.isArray(said.data)
      ? (said.data as { readonly error_message?: unknown }[]).map(({ error_message }) => error_message)
      : [];
    const texts = [said.error, said.message, ...details.slice(0, 1)].filter(
      (text) => typeof text === 'string',
    );
    return texts.length > 0 ? texts.join(': ') : body;
  } catch {
    return body;
  }
};

const longestRetryAfterMs = 600_000;

/** Retry-After in seconds or as a date, at most ten minutes. */
export const readRetryAfter = (header: string | undefined, now: number): number | null => {
  if (header === undefined) return null;
  const ms = /^\s*\d+\s*$/.test(header) ? Number(header) * 1000 : Date.parse(header) - now;
  return Number.isFinite(ms) ? Math.min(Math.max(ms, 0), longestRetryAfterMs) : null;
};

/** What an answer's status means. InfluxDB 1.x answers 500 for a retention policy that is not there. */
export const kindOf = (status: number, text: string): Failure['kind'] => {
  if (/(retention policy|database) not found/.test(text)) return 'misconfigured';
  if (status === 400 || status === 422) return 'refused';
  if (status === 413) return 'too-large';
  if (status === 408 || status === 425 || status === 429 || status >= 500) return 'unreachable';
  return 'misconfigured';
};

type Seen = { readonly request: ClientRequest; readonly response: IncomingMessage };
const responses = 'http.client.response.finish';

/** Opens nothing yet; connections are kept between requests. A write takes `writeWithinMs` at most. */
export const connect = (target: InfluxTarget, options: { readonly writeWithinMs: number }): Connection => {
  const agent =
    target.protocol === 'https'
      ? new SecureAgent({ keepAlive: true, maxSockets: 4 })
      : new Agent({ keepAlive: true, maxSockets: 4 });
  let last = 0;
  const underWay = new Map<string, (response: IncomingMessage) => void>();
  // The library tells of a 5xx no more than "Internal Server Error", and nothing of Retry-After; the answer itself has both.
  const see = (message: unknown): void => {
    const { request, response } = message as Seen;
    const id = request.getHeader('x-request-id');
    if (typeof id === 'string') underWay.get(id)?.(response);
  };
  subscribe(responses, see);

  /** Calls the library with a client made for this one request, which ends when its time is up whatever the server does. */
  const call = async <T>(
    withinMs: number,
    make: (client: InfluxDB) => Promise<T>,
  ): Promise<{ readonly ok: true; readonly value: T; readonly status: number } | Failure> => {
    last += 1;
    const id = `zhishou-${process.pid}-${last}`;
    const abort = new AbortController();
    const client = new InfluxDB({
      host: target.host,
      port: target.port,
      protocol: target.protocol,
      path: target.prefix,
      database: target.database,
      // Without these two the library would log in as root.
      username: (target.login?.user ?? null) as string,
      password: (target.login?.password ?? null) as string,
      options: { agent, signal: abort.signal, headers: { 'x-request-id': id } },
      pool: { maxRetries: 0, requestTimeout: withinMs, backoff: noBackOff },
    });
    let answered: IncomingMessage | null = null;
    let timedOut = false;
    let timer: NodeJS.Timeout | undefined;
    // The library waits for ever for an answer that begins and does not end.
    const cut = new Promise<never>((_, reject) => {
      timer = setTimeout(() => {
        timedOut = true;
        reject(new Error(`no answer within ${withinMs} ms`));
      }, withinMs);
      underWay.set(id, (response) => {
        answered = response;
        response.once('close', () => {
          if (!response.complete) reject(new Error('the answer was cut off'));
        });
      });
    });
    try {
      const value = await Promise.race([make(client), cut]);
      return { ok: true, value, status: (answered as IncomingMessage | null)?.statusCode ?? 0 };
    } catch (error) {
      abort.abort();
      const said =
        error instanceof Error
          ? error.message || (error as NodeJS.ErrnoException).code || error.name
          : String(error);
      const response = answered as IncomingMessage | null;
      const status = response?.statusCode ?? 0;
      if (timedOut || response === null || !response.complete || status < 300)
        return {
          ok: false,
          // A statement that fails is answered with status 200 and the error in its result.
          kind: !timedOut && response?.complete === true ? kindOf(400, said) : 'unreachable',
          error: shorten(said.replace(/^Error from InfluxDB: /, '')),
          denied: false,
          timedOut: timedOut || said === 'Request timed out',
          retryAfterMs: null,
        };
      const header = response.headers['x-influxdb-error'];
      const text =
        typeof header === 'string' && header !== ''
          ? header
          : textIn(said.replace(/^A \d+ .*? error occurred: /, ''));
      return {
        ok: false,
        kind: kindOf(status, text),
        error: shorten(`${status} ${text}`),
        denied: status === 403,
        timedOut: false,
        retryAfterMs: readRetryAfter(response.headers['retry-after'], Date.now()),
      };
    } finally {
      clearTimeout(timer);
      underWay.delete(id);
    }
  };

  return {
    write: async (points, policy) => {
      const done = await call(options.writeWithinMs, (client) =>
        client.writePoints([...points], {
          precision: 'ms',
          ...(policy === null ? {} : { retentionPolicy: policy }),
        }),
      );
      if (!done.ok) return done;
      // Any web server may answer 200; what took points says 204.
      if (done.status === 204) return { ok: true };
      return {
        ok: false,
        kind: 'misconfigured',
        error: `${done.status} to a write: this is no InfluxDB`,
        denied: false,
        timedOut: false,
        retryAfterMs: null,
      };
    },
    ask: async (statement, { withinMs, change = false, parameters = {} }) => {
      const done = await call(withinMs, async (client) => {
        const said = (await client.queryRaw(statement, {
          precision: 'ms',
          placeholders: parameters,
          ...(change ? { method: 'POST' as const } : {}),
        })) as {
          readonly results?: readonly {
            readonly error?: string;
            readonly series?: readonly Partial<Series>[];
          }[];
        };
        const results = said.results ?? [];
        const wrong = results.find(({ error }) => error !== undefined)?.error;
        if (wrong !== undefined) throw new Error(wrong);
        return results.flatMap(({ series = [] }) =>
          series.map(({ name, columns = [], values = [] }): Series => ({ name, columns, values })),
        );
      });
      return done.ok ? { ok: true, series: done.value } : done;
    },
    close: () => {
      unsubscribe(responses, see);
      agent.destroy();
    },
  };
};
