import { z } from 'zod';
import { isEmergency } from '../../model/alert.ts';
import { Login, User } from '../../model/user.ts';
import { refuseForeignPage, sessionCookie, signedInOf, userOf } from '../access.ts';
import { Refused, refuse } from '../errors.ts';
import type { App, RouteParts } from '../parts.ts';
import { publicUser, type SignedIn } from '../sessions.ts';

// Far above what people and scripts need, and below what keeps the password checker busy.
const loginsPerMinute = 300;

/** Signing in and out. */
export const sessionRoutes = (
  app: App,
  { sessions, seats, login, commits, duty, options }: RouteParts,
): void => {
  /** What somebody holds who sits nowhere any more, nobody sees to; a session without a page is a telephone left at home. */
  const refuseToLeave = ({ user: { id: user }, session }: SignedIn): void => {
    if (seats.sitsElsewhere(user, session.id)) return;
    const alerts = [...duty.committed.alerts.values()]
      .filter((alert) => alert.claimedBy === user && isEmergency(alert))
      .map(({ id }) => id);
    if (alerts.length > 0)
      refuse('still-holding', 'You hold open emergencies: hand them over, or give them back.', { alerts });
  };

  app.post(
    '/api/v1/session',
    {
      config: {
        role: 'anyone',
        rateLimit: {
          max: loginsPerMinute,
          timeWindow: 60_000,
          errorResponseBuilder: (_request, { ttl }) =>
            new Refused({ code: 'too-many-requests', message: 'Too many logins from this address.' }, ttl),
        },
      },
      schema: {
        tags: ['session'],
        summary: "Sign in; answers the token, which it sets as a cookie too, and the street's time zone",
        body: Login,
        response: { 200: z.object({ token: z.string(), user: User, timeZone: z.string() }) },
      },
    },
    async (request, reply) => {
      refuseForeignPage(request);
      const { username, password } = request.body;
      const record = await login(username, password, request.ip);
      const { token, session } = sessions.open(record.id);
      // Whoever signs in while the store fails must still see what rings: the session counts at once and is stored when the store recovers.
      if (duty.storeHealth().ok) await commits.settled();
      reply.setCookie(sessionCookie, token, {
        path: '/',
        httpOnly: true,
        sameSite: 'strict',
        secure: request.protocol === 'https',
        maxAge: Math.floor((session.expiresAt - session.createdAt) / 1000),
      });
      reply.header('cache-control', 'no-store');
      return { token, user: publicUser(record), timeZone: options.timeZone };
    },
  );

  app.get(
    '/api/v1/session',
    {
      config: { role: 'viewer' },
      schema: {
        tags: ['session'],
        summary: "Who is signed in, and the street's time zone, in which people speak of times",
        response: { 200: z.object({ user: User, timeZone: z.string() }) },
      },
    },
    async (request) => ({ user: userOf(request), timeZone: options.timeZone }),
  );

  app.delete(
    '/api/v1/session',
    {
      config: { role: 'viewer' },
      schema: {
        tags: ['session'],
        summary:
          'Sign out. With `leaving=seat`, as a console asks: 409 still-holding to whoever holds an open emergency and has a page open at no other desk',
        querystring: z.object({ leaving: z.literal('seat').optional() }),
        response: { 204: z.undefined() },
      },
    },
    async (request, reply) => {
      if (request.query.leaving === 'seat') refuseToLeave(signedInOf(request));
      if (request.signedIn !== null) sessions.end(request.signedIn.session.id);
      if (duty.storeHealth().ok) await commits.settled();
      reply.clearCookie(sessionCookie, { path: '/' });
      return reply.code(204).send();
    },
  );
};
