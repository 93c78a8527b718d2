import { z } from 'zod';
import { reachesOver, scopeOf, shiftOf } from '../../gateway/shift-book.ts';
import { NewHandOver, NewSoundTest, Shift, ShiftSummary } from '../../model/shift.ts';
import { TestMode } from '../../model/test-mode.ts';
import { Id, Moment } from '../../model/text.ts';
import type { User } from '../../model/user.ts';
import { sessionCookie, userOf } from '../access.ts';
import { Refused, refuse } from '../errors.ts';
import type { App, RouteParts } from '../parts.ts';

/** As many shifts the list goes back. */
const listed = 50;
/** What is read at a time to fill it for a user with limited rights, and at most. */
const scanned = 200;
const scannedAtMost = 2000;

// As many as logins: each of these checks a password too.
const handOversPerMinute = 300;

const OutOfServiceDevice = z.object({
  id: Id,
  name: z.string(),
  place: z.string().nullable(),
  until: Moment,
  reason: z.string(),
});

/** The shifts of the duty room: who answers for it, the sound tests, and the hand-over, which both sign. */
export const shiftRoutes = (
  app: App,
  { duty, archive, commits, login, sessions, seats, options }: RouteParts,
): void => {
  const { committed } = duty;
  const params = z.object({ id: z.string().max(64) });

  const maySee = (user: User, { places, operator }: Shift): boolean =>
    operator === user.id || reachesOver(user.places, places, committed.places());

  const isOnLine = (id: string): boolean => seats.list().some(({ user }) => user === id);

  const current = (user: User): Shift | null => shiftOf(committed.shifts.values(), user);

  /** The running shift of this id, or this user's own as `current`. */
  const running = (user: User, id: string): Shift => {
    const shift = id === 'current' ? current(user) : (committed.shifts.get(id) ?? null);
    if (shift === null || !maySee(user, shift))
      return refuse('not-found', id === 'current' ? 'No shift of yours is running.' : `No shift ${id}.`);
    if (shift.endedAt !== undefined) return refuse('already-ended', `The shift ${id} is over.`);
    return shift;
  };

  app.get(
    '/api/v1/shifts',
    {
      config: { role: 'operator' },
      schema: {
        tags: ['shifts'],
        summary: 'The shift that is running for you, or null, and the last 50, newest first',
        response: { 200: z.object({ current: Shift.nullable(), shifts: z.array(Shift) }) },
      },
    },
    async (request) => {
      const user = userOf(request);
      const shifts: Shift[] = [];
      let after: string | undefined;
      for (let read = 0; read < scannedAtMost && shifts.length < listed; read += scanned) {
        const page = await archive.shifts(after, user.places.length === 0 ? listed : scanned);
        shifts.push(...page.filter((shift) => maySee(user, shift)));
        after = page.at(-1)?.id;
        if (user.places.length === 0 || page.length < scanned) break;
      }
      return { current: current(user), shifts: shifts.slice(0, listed) };
    },
  );

  app.get(
    '/api/v1/shifts/current/summary',
    {
      config: { role: 'operator' },
      schema: {
        tags: ['shifts'],
        summary: 'What lies before whoever takes over now',
        response: {
          200: z.object({
            shift: Shift.nullable(),
            summary: ShiftSummary,
            outOfService: z.array(OutOfServiceDevice),
            testModes: z.array(TestMode.extend({ where: z.string().nullable() })),
          }),
        },
      },
    },
    async (request, reply) => {
      reply.header('cache-control', 'no-store');
      const user = userOf(request);
      const shift = current(user);
      const summary = duty.shifts.summary(shift?.places ?? scopeOf(user.places), shift);
      return {
        shift,
        summary,
        outOfService: summary.outOfService.flatMap((id) => {
          const device = committed.device(id);
          if (device === null || device.outOfService === null) return [];
          const { name, place, outOfService } = device;
          const { until, reason } = outOfService;
          return [{ id, name, place: place?.text ?? null, until, reason }];
        }),
        testModes: summary.testModes.flatMap((id) => {
          const mode = committed.testModes.get(id);
          if (mode === undefined) return [];
          const place = committed.places().find((known) => known.id === mode.place);
          return [{ ...mode, where: place?.text ?? null }];
        }),
      };
    },
  );

  app.post(
    '/api/v1/shifts',
    {
      config: { role: 'operator' },
      schema: {
        tags: ['shifts'],
        summary:
          '上岗: begin a shift for your own rights; 409 already-running while somebody who is on line has one',
        body: z.strictObject({}),
        response: { 201: Shift },
      },
    },
    async (request, reply) =>
      reply.code(201).send(await commits.run(() => duty.shifts.begin(userOf(request).id, isOnLine))),
  );

  app.post(
    '/api/v1/shifts/:id/sound-test',
    {
      config: { role: 'operator' },
      schema: {
        tags: ['shifts'],
        summary: 'The tune was played at your seat: was it heard? The id may be `current`',
        params,
        body: NewSoundTest,
        response: { 200: Shift },
      },
    },
    async (request) => {
      const user = userOf(request);
      const { id } = running(user, request.params.id);
      return commits.run(() => duty.shifts.soundTested(user.id, id, request.body.heard));
    },
  );

  app.post(
    '/api/v1/shifts/:id/hand-over',
    {
      config: {
        role: 'operator',
        rateLimit: {
          max: handOversPerMinute,
          timeWindow: 60_000,
          errorResponseBuilder: (_request, { ttl }) =>
            new Refused(
              { code: 'too-many-requests', message: 'Too many hand-overs from this address.' },
              ttl,
            ),
        },
      },
      schema: {
        tags: ['shifts'],
        summary:
          "Hand your shift over. The successor signs with their own password and names every critical alert that is open (409 not-all-taken with what is `missing`); what you hold becomes theirs. With `seat` they sit down here, and you are signed out. Answers the successor's shift",
        params,
        body: NewHandOver,
        response: { 200: Shift },
      },
    },
    async (request, reply) => {
      const givenAt = options.now();
      const user = userOf(request);
      const { successor, password, taken, note, seat } = request.body;
      const shift = running(user, request.params.id);
      if (shift.operator !== user.id)
        refuse('not-allowed', `The shift is that of ${shift.operator}, who hands it over.`);
      if (successor === user.id) refuse('same-person', 'Nobody hands over to themselves.');
      const heir = await login(successor, password, request.ip);
      const next = await commits.run(() =>
        duty.shifts.handOver(user.id, shift.id, {
          to: heir.id,
          givenAt,
          takenAt: options.now(),
          taken,
          note,
          seat,
        }),
      );
      if (seat && request.signedIn !== null) {
        // The successor's session before the giver's ends: the seat is at no moment nobody's.
        const { token, session } = sessions.open(heir.id);
        sessions.end(request.signedIn.session.id);
        if (duty.storeHealth().ok) await commits.settled();
        reply.setCookie(sessionCookie, token, {
          path: '/',
          httpOnly: true,
          sameSite: 'strict',
          secure: request.protocol === 'https',
          maxAge: Math.floor((session.expiresAt - session.createdAt) / 1000),
        });
      }
      reply.header('cache-control', 'no-store');
      return next;
    },
  );
};
