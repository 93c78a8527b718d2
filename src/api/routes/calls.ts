import { z } from 'zod';
import type { CallQuery } from '../../gateway/ports.ts';
import { Call, endedStates } from '../../model/call.ts';
import type { Result } from '../../model/fault.ts';
import { type CallVerb, callOperations, NewCall } from '../../model/operation.ts';
import { liesWithin } from '../../model/place.ts';
import { Id } from '../../model/text.ts';
import { mayActAs, type Role, type User } from '../../model/user.ts';
import { maySee, signedInOf, userOf } from '../access.ts';
import { findCall } from '../call-finder.ts';
import { Refused, refuse } from '../errors.ts';
import type { App, RouteParts } from '../parts.ts';
import { QueryMoment } from '../query-moment.ts';
import type { SignedIn } from '../sessions.ts';

const Query = z.object({
  open: z
    .enum(['true', 'false'])
    .transform((open) => open === 'true')
    .optional(),
  device: z.string().max(64).optional(),
  alert: z.string().max(64).optional(),
  place: Id.optional(),
  from: QueryMoment.optional(),
  to: QueryMoment.optional(),
  limit: z.coerce.number().int().min(1).max(1000).optional(),
  after: z.string().max(64).optional(),
});
type Query = z.infer<typeof Query>;
type Page = { calls: Call[]; next?: string };

const pageOfDefault = 100;
// What is read at a time to fill a page of what passes a filter that the archive does not know.
const scanned = 500;

const fits = (call: Call, { device, alert, place, from, to }: Query): boolean =>
  (device === undefined || call.device === device) &&
  (alert === undefined || call.alert === alert) &&
  (place === undefined || (call.place !== null && liesWithin(call.place, place))) &&
  (from === undefined || call.requestedAt >= from) &&
  (to === undefined || call.requestedAt < to);

// The ids are the devices' own and sort by nothing.
const newestFirst = (a: Call, b: Call): number =>
  b.requestedAt - a.requestedAt || (a.id < b.id ? 1 : a.id > b.id ? -1 : 0);

const pageOf = (found: readonly Call[], limit: number | undefined): Page => {
  const calls = found.slice(0, limit);
  const last = calls.at(-1);
  return last === undefined || calls.length === found.length ? { calls } : { calls, next: last.id };
};

const verbs: Readonly<Record<CallVerb, { readonly role: Role; readonly summary: string }>> = {
  answer: {
    role: 'operator',
    summary:
      'Answer: the first wins, the next gets 409 already-answered. Its alert is taken too where nobody has it; 409 no-console without a page on the live feed that could speak',
  },
  'hang-up': {
    role: 'operator',
    summary:
      'End a call, or decline one that rings; its alert stands. What somebody else speaks in only a supervisor ends',
  },
  'hand-over': {
    role: 'operator',
    summary:
      'Another operator speaks on, at the newest console of theirs; the old one goes on until that has sound. What somebody else speaks in only a supervisor gives away',
  },
  listen: { role: 'supervisor', summary: 'Listen in, which both sides of the desk can see' },
  leave: { role: 'operator', summary: 'Stop listening in' },
};

/** Voice calls and what an operator does with them. */
export const callRoutes = (app: App, { duty, archive, commits, consoles }: RouteParts): void => {
  const { committed, calls } = duty;
  const find = findCall(calls, archive);

  const openCalls = async (user: User, query: Query): Promise<Page> => {
    const { after, limit } = query;
    const last = after === undefined ? undefined : await find(after);
    if (last === null) return { calls: [] };
    const found = [...calls.live.values()]
      .filter((call) => maySee(user, call.place) && fits(call, query))
      .filter((call) => last === undefined || newestFirst(last, call) < 0)
      .sort(newestFirst);
    return pageOf(found, limit);
  };

  const storedCalls = async (user: User, query: Query): Promise<Page> => {
    const limit = query.limit ?? pageOfDefault;
    const { open, ...asked } = query;
    const pageSize = user.places.length === 0 && open === undefined ? limit + 1 : scanned;
    const found: Call[] = [];
    let { after } = query;
    for (;;) {
      const page: readonly Call[] = await archive.calls({
        ...asked,
        after,
        limit: pageSize,
      } satisfies CallQuery);
      for (const call of page)
        if (maySee(user, call.place) && (open !== false || endedStates.has(call.state))) found.push(call);
      after = page.at(-1)?.id;
      if (found.length > limit || page.length < pageSize) return pageOf(found, limit);
    }
  };

  /** For a command: the call, where it exists and the user may see it. */
  const commandable = async (user: User, id: string): Promise<void> => {
    // It may ring already and not be stored yet.
    if (!calls.live.has(id) && duty.storeHealth().ok) await commits.settled();
    const call = await find(id);
    if (call !== null && !maySee(user, call.place)) refuse('not-found', `There is no call ${id}.`);
  };

  /** A call must not be given to somebody from whom its place is hidden. */
  const refuseBlindHeir = async (to: string, id: string): Promise<void> => {
    const heir = committed.users.get(to);
    const call = heir === undefined ? null : await find(id);
    if (heir !== undefined && call !== null && !maySee(heir, call.place))
      refuse('unknown-user', `The rights of ${to} do not cover this call.`);
  };

  /** A conversation is nobody else's to end or to give away, except for whoever answers for the room; null = it may be. */
  const refuseStranger = (user: User, id: string): Result<never> | null => {
    const speaker = calls.live.get(id)?.answeredBy;
    if (speaker === undefined || speaker === user.id || mayActAs(user.role, 'supervisor')) return null;
    return {
      ok: false,
      refusal: {
        code: 'already-answered',
        message: `${speaker} speaks in it.`,
        details: { call: id, answeredBy: speaker },
      },
    };
  };

  const perform = async (user: User, id: string, decide: () => Result<Call>): Promise<Call> => {
    await commandable(user, id);
    try {
      return await commits.run(decide);
    } catch (error) {
      if (!(error instanceof Refused) || error.refusal.code !== 'not-found') throw error;
      const over = await archive.call(id);
      if (over === null) throw error;
      const { state, endedAt, reason } = over;
      return refuse('already-ended', `Call ${id} is over.`, { state, endedAt, reason });
    }
  };

  const decisions: {
    readonly [V in CallVerb]: (
      signedIn: SignedIn,
      call: string,
      body: z.output<(typeof callOperations)[V]>,
    ) => Result<Call>;
  } = {
    answer: (by, call, body) => calls.answer(by.user.id, consoles.of(by, body.console), call),
    'hang-up': ({ user }, call) => refuseStranger(user, call) ?? calls.hangUp(user.id, call),
    'hand-over': ({ user }, call, { to }) =>
      refuseStranger(user, call) ?? calls.handOver(user.id, call, to, consoles.newestOf(to)),
    listen: (by, call, body) => calls.listenIn(by.user.id, consoles.of(by, body.console), call),
    leave: (by, call, body) => {
      const console = consoles.of(by, body.console);
      if (console !== null) return calls.leave(by.user.id, console, call);
      return { ok: false, refusal: { code: 'no-console', message: 'No console of yours is on line.' } };
    },
  };

  app.get(
    '/api/v1/calls',
    {
      config: { role: 'viewer' },
      schema: {
        tags: ['calls'],
        summary:
          'Voice calls, newest first; `next` is the `after` of the next page. `open=true`: those under way, all of them unless a `limit` is given',
        querystring: Query,
        response: { 200: z.object({ calls: z.array(Call), next: z.string().optional() }) },
      },
    },
    async (request) => {
      const user = userOf(request);
      return request.query.open === true ? openCalls(user, request.query) : storedCalls(user, request.query);
    },
  );

  const params = z.object({ id: z.string().max(64) });

  app.get(
    '/api/v1/calls/:id',
    {
      config: { role: 'viewer' },
      schema: { tags: ['calls'], summary: 'A voice call', params, response: { 200: Call } },
    },
    async (request) => {
      const { id } = request.params;
      const call = await find(id);
      return call !== null && maySee(userOf(request), call.place)
        ? call
        : refuse('not-found', `There is no call ${id}.`);
    },
  );

  app.post(
    '/api/v1/calls',
    {
      config: { role: 'operator' },
      schema: {
        tags: ['calls'],
        summary:
          'Call a device, as part of an `alert` where one is named; 409 already-running where a call with it is under way, 409 no-console without a page on the live feed that could speak',
        body: NewCall,
        response: { 201: Call },
      },
    },
    async (request, reply) => {
      const signedIn = signedInOf(request);
      const { user } = signedIn;
      const { device: id, alert, console: named } = request.body;
      if (committed.device(id) === null && duty.storeHealth().ok) await commits.settled();
      const device = committed.device(id);
      if (device === null || !maySee(user, device.place)) refuse('not-found', `There is no device ${id}.`);
      if (alert !== undefined) {
        const joined = committed.alerts.get(alert);
        if (joined === undefined || !maySee(user, joined.place))
          refuse('not-found', `There is no open alert ${alert}.`);
      }
      const call = await commits.run(() => calls.place(user.id, consoles.of(signedIn, named), id, alert));
      return reply.code(201).send(call);
    },
  );

  for (const verb of Object.keys(callOperations) as CallVerb[]) {
    app.post(
      `/api/v1/calls/:id/${verb}`,
      {
        config: { role: verbs[verb].role },
        schema: {
          tags: ['calls'],
          summary: verbs[verb].summary,
          params,
          body: callOperations[verb] as z.ZodType<object>,
          response: { 200: Call },
        },
      },
      async (request) => {
        const signedIn = signedInOf(request);
        const { id } = request.params;
        // The schema of this very verb has read the body.
        const body = request.body as { readonly to: string; readonly console?: string };
        if (verb === 'hand-over') await refuseBlindHeir(body.to, id);
        return perform(signedIn.user, id, () => decisions[verb](signedIn, id, body));
      },
    );
  }
};
