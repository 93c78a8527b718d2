import { setImmediate as nextTurn } from 'node:timers/promises';
import type { FastifyReply } from 'fastify';
import { z } from 'zod';
import type { TryQuestion } from '../../gateway/ports.ts';
import { liesWithin } from '../../model/place.ts';
import type { Rule } from '../../model/rule.ts';
import { Id, Moment } from '../../model/text.ts';
import { TryAnswer } from '../../model/try-out.ts';
import type { User } from '../../model/user.ts';
import { membersOf } from '../../rules/rule-index.ts';
import { maySee, userOf } from '../access.ts';
import { refuse } from '../errors.ts';
import type { App, RouteParts } from '../parts.ts';

const longestSpanMs = 366 * 86_400_000;

const Question = z
  .strictObject({
    text: z.string().optional(),
    rules: z.array(Id).min(1).max(1000).optional(),
    from: Moment,
    to: Moment,
    place: Id.optional(),
    devices: z.array(Id).min(1).max(10_000).optional(),
  })
  .refine(({ text, rules }) => (text === undefined) !== (rules === undefined), 'takes either text or rules')
  .refine(({ from, to }) => from < to, { message: 'must lie after `from`', path: ['to'] })
  .refine(({ from, to }) => to - from <= longestSpanMs, { message: 'is more than 366 days', path: ['to'] });
type Question = z.infer<typeof Question>;

// The registry is looked through a few hundred devices at a time, so that presses pass in between.
const atOnce = 250;

/** Aborted once whoever asked has gone away. */
const whileWaitedFor = (reply: FastifyReply): AbortSignal => {
  const gone = new AbortController();
  reply.raw.once('close', () => {
    if (!reply.raw.writableFinished) gone.abort(new Error('whoever asked has gone away'));
  });
  return gone.signal;
};

/** Drafts over what was recorded. */
export const ruleTryRoutes = (app: App, { duty, tryOuts, options }: RouteParts): void => {
  const { committed, rulebook } = duty;
  const { timeZone } = options;

  const rulesOf = ({ text, rules: ids = [] }: Question): readonly Rule[] => {
    if (text !== undefined) {
      const draft = rulebook.checkText(text);
      return draft.ok
        ? draft.rules
        : refuse('invalid', 'The draft is wrong.', { problems: [...draft.problems] });
    }
    const byId = new Map(duty.rules().map((rule) => [rule.id, rule]));
    const wanted = new Map<string, Rule>();
    const want = (id: string): void => {
      const rule = byId.get(id) ?? refuse('invalid', `There is no rule ${id}.`);
      if (wanted.has(id)) return;
      wanted.set(id, rule);
      // A combination says nothing without the rules that it rests on.
      for (const member of membersOf(rule)) want(member);
    };
    for (const id of ids) want(id);
    return [...wanted.values()];
  };

  const devicesOf = async (
    user: User,
    { devices: ids, place }: Question,
  ): Promise<TryQuestion['devices']> => {
    const found: TryQuestion['devices'][number][] = [];
    let looked = 0;
    for (const id of ids ?? [...committed.deviceIds()]) {
      looked += 1;
      if (looked % atOnce === 0) await nextTurn();
      const device = committed.device(id);
      if (device === null || !maySee(user, device.place)) {
        if (ids !== undefined) refuse('not-found', `There is no device ${id}.`);
        continue;
      }
      if (place !== undefined && (device.place === null || !liesWithin(device.place, place))) continue;
      const { type, hub, place: at, createdAt } = device;
      found.push({ id, type, hub, place: at, createdAt });
    }
    return found;
  };

  app.post(
    '/api/v1/rules/try',
    {
      config: { role: 'supervisor' },
      schema: {
        tags: ['rules'],
        summary:
          'What a draft (`text`, one file by itself) or rules of the book (`rules`, their ids) would have raised over the readings and events recorded in [from, to), beside what was raised; one at a time, and stopped when whoever asked goes away',
        body: Question,
        response: { 200: TryAnswer.extend({ tookMs: z.number() }) },
      },
    },
    async (request, reply) => {
      const rules = rulesOf(request.body);
      const devices = await devicesOf(userOf(request), request.body);
      const { from } = request.body;
      const to = Math.max(from, Math.min(request.body.to, options.now()));
      const began = performance.now();
      const waitedFor = whileWaitedFor(reply);
      const answer = await tryOuts
        .run({ rules, timeZone, devices, from, to }, waitedFor)
        .catch((error: unknown) => {
          if (waitedFor.aborted) return refuse('bad-request', 'Whoever asked has gone away.');
          throw error;
        });
      if (answer === 'busy')
        return refuse('already-running', 'Something else is being tried out; try again when it has ended.');
      return { ...answer, tookMs: Math.round(performance.now() - began) };
    },
  );
};
