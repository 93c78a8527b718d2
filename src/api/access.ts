import type { FastifyRequest } from 'fastify';
import { covers, type Place } from '../model/place.ts';
import { mayActAs, type Role, type User } from '../model/user.ts';
import { refuse } from './errors.ts';
import type { App } from './parts.ts';
import type { Sessions, SignedIn } from './sessions.ts';

declare module 'fastify' {
  interface FastifyContextConfig {
    /** Who may call this route: a role and those above it, or anybody without signing in. */
    role?: Role | 'anyone';
  }
  interface FastifyRequest {
    signedIn: SignedIn | null;
  }
}

/** The cookie that carries the token. */
export const sessionCookie = 'zhishou_session';

const safeMethods: ReadonlySet<string> = new Set(['GET', 'HEAD', 'OPTIONS']);

const bearerOf = (authorization: string): string => {
  const match = /^Bearer +([\w-]{1,200})$/i.exec(authorization);
  return match?.[1] ?? '';
};

/** Whether the page that sent this request is ours. A browser says so itself where it can; else the Origin must be the host that was called. */
const isFromOurPage = (request: FastifyRequest): boolean => {
  const { origin, host, 'sec-fetch-site': site } = request.headers;
  if (!request.ws && site !== undefined) return site === 'same-origin';
  if (origin === undefined || host === undefined) return false;
  return URL.canParse(origin) && new URL(origin).host === host;
};

/** Refuses a login that another site's page sends in a visitor's name; scripts, which name no origin, pass. */
export const refuseForeignPage = (request: FastifyRequest): void => {
  const { origin, 'sec-fetch-site': site } = request.headers;
  if ((origin !== undefined || site !== undefined) && !isFromOurPage(request))
    refuse('wrong-origin', 'This request comes from a page of another site.');
};

/** Makes every route name who may call it, and keeps everybody else out, before the body is read or a connection is upgraded. */
export const guardRoutes = (app: App, sessions: Sessions): void => {
  app.decorateRequest('signedIn', null);

  app.addHook('onRoute', ({ url, config, method }) => {
    if (url.startsWith('/api/v1') && config?.role === undefined)
      throw new TypeError(`${method} ${url} does not say who may call it`);
  });

  app.addHook('onRequest', (request, _reply, done) => {
    const role = request.routeOptions.config.role ?? 'anyone';
    if (role === 'anyone') return done();
    const { authorization } = request.headers;
    // A script that presents a token stands by it: a wrong one is not made good by a cookie.
    const byCookie = authorization === undefined;
    const token = byCookie ? (request.cookies[sessionCookie] ?? '') : bearerOf(authorization);
    const signedIn = token === '' ? null : sessions.find(token);
    if (signedIn === null) return refuse('not-signed-in', 'Sign in first.');
    if (byCookie && (request.ws || !safeMethods.has(request.method)) && !isFromOurPage(request))
      refuse('wrong-origin', 'This request comes from a page of another site.');
    if (!mayActAs(signedIn.user.role, role)) refuse('not-allowed', `This takes the role of ${role}.`);
    request.signedIn = signedIn;
    done();
  });
};

/** Who sent the request, and in which session; only for routes that take a role. */
export const signedInOf = (request: FastifyRequest): SignedIn =>
  request.signedIn ?? refuse('not-signed-in', 'Sign in first.');

/** Who sent the request; only for routes that take a role. */
export const userOf = (request: FastifyRequest): User => signedInOf(request).user;

/** Whether the user's rights cover a place. */
export const maySee = (user: User, place: Place | null): boolean => covers(user.places, place);
