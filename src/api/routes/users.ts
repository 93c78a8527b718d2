import { z } from 'zod';
import type { UserRecord } from '../../gateway/ports.ts';
import { covers } from '../../model/place.ts';
import { NewUser, User, UserPatch } from '../../model/user.ts';
import { userOf } from '../access.ts';
import { refuse } from '../errors.ts';
import type { App, RouteParts } from '../parts.ts';
import { publicUser } from '../sessions.ts';

/** Who may work here. */
export const userRoutes = (app: App, { duty, commits, sessions, lockOut, passwords }: RouteParts): void => {
  const { committed } = duty;
  const params = z.object({ id: z.string().max(64) });

  // A patch is made from what is committed: two at once, and the second would undo the first.
  let last: Promise<unknown> = Promise.resolve();
  const inTurn = <T>(work: () => Promise<T>): Promise<T> => {
    const turn = last.then(work, work);
    last = turn.catch(() => undefined);
    return turn;
  };

  const existing = (id: string): UserRecord =>
    committed.users.get(id) ?? refuse('not-found', `There is no user ${id}.`);

  /** Nobody grants rights beyond their own, or changes somebody who has them: a new password for such a one would be as good. */
  const keepWithinOwn = (own: readonly string[], places: readonly string[]): void => {
    if (own.length === 0) return;
    const known = new Map(committed.places().map((place) => [place.id, place]));
    const within = (id: string): boolean => {
      const place = known.get(id);
      return own.includes(id) || (place !== undefined && covers(own, place));
    };
    if (places.length === 0 || !places.every(within))
      refuse('not-allowed', 'That reaches beyond the places that you have rights to.');
  };

  app.get(
    '/api/v1/users',
    {
      config: { role: 'admin' },
      schema: { tags: ['users'], summary: 'Users', response: { 200: z.object({ users: z.array(User) }) } },
    },
    async () => ({
      users: [...committed.users.values()].map(publicUser).sort((a, b) => (a.id < b.id ? -1 : 1)),
    }),
  );

  app.get(
    '/api/v1/users/:id',
    {
      config: { role: 'admin' },
      schema: { tags: ['users'], summary: 'A user', params, response: { 200: User } },
    },
    async (request) => publicUser(existing(request.params.id)),
  );

  app.post(
    '/api/v1/users',
    {
      config: { role: 'admin' },
      schema: { tags: ['users'], summary: 'A new user', body: NewUser, response: { 201: User } },
    },
    async (request, reply) => {
      const { id: by, places: own } = userOf(request);
      const { username, password, name, role, places } = request.body;
      keepWithinOwn(own, places ?? []);
      const passwordHash = await passwords.hash(password);
      const user = await inTurn(async () => {
        if (committed.users.has(username)) refuse('already-exists', `There is a user ${username} already.`);
        const record = {
          id: username,
          username,
          name: name ?? username,
          role,
          places: places ?? [],
          disabled: false,
          passwordHash,
        };
        return commits.run(() => duty.putUser(by, record, true));
      });
      reply.header('location', `/api/v1/users/${user.id}`);
      return reply.code(201).send(user);
    },
  );

  app.patch(
    '/api/v1/users/:id',
    {
      config: { role: 'admin' },
      schema: {
        tags: ['users'],
        summary: "Change a user; a new password lifts a lock-out and ends that user's sessions",
        params,
        body: UserPatch,
        response: { 200: User },
      },
    },
    async (request) => {
      const { id: by, places: own } = userOf(request);
      const { id } = request.params;
      const { password, name, role, places, disabled } = request.body;
      keepWithinOwn(own, existing(id).places);
      keepWithinOwn(own, places ?? existing(id).places);
      const passwordHash = password === undefined ? undefined : await passwords.hash(password);
      const user = await inTurn(async () => {
        const before = existing(id);
        keepWithinOwn(own, before.places);
        const record: UserRecord = {
          ...before,
          name: name ?? before.name,
          role: role ?? before.role,
          places: places ?? before.places,
          disabled: disabled ?? before.disabled,
          passwordHash: passwordHash ?? before.passwordHash,
        };
        return commits.run(() => duty.putUser(by, record, passwordHash !== undefined));
      });
      if (passwordHash !== undefined) lockOut.lift(id);
      if (passwordHash !== undefined || user.disabled) sessions.endAllOf(id);
      return user;
    },
  );

  app.delete(
    '/api/v1/users/:id',
    {
      config: { role: 'admin' },
      schema: { tags: ['users'], summary: 'Remove a user', params, response: { 204: z.undefined() } },
    },
    async (request, reply) => {
      const { id: by, places: own } = userOf(request);
      const { id } = request.params;
      await inTurn(async () => {
        keepWithinOwn(own, existing(id).places);
        await commits.run(() => duty.removeUser(by, id));
      });
      sessions.endAllOf(id);
      return reply.code(204).send();
    },
  );
};
