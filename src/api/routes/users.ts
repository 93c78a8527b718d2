import { z } from 'zod';
import type { UserRecord } from '../../gateway/ports.ts';
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
      const by = userOf(request).id;
      const { username, password, name, role, places } = request.body;
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
      const by = userOf(request).id;
      const { id } = request.params;
      const { password, name, role, places, disabled } = request.body;
      existing(id);
      const passwordHash = password === undefined ? undefined : await passwords.hash(password);
      const user = await inTurn(async () => {
        const before = existing(id);
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
      const by = userOf(request).id;
      const { id } = request.params;
      await inTurn(async () => {
        existing(id);
        await commits.run(() => duty.removeUser(by, id));
      });
      sessions.endAllOf(id);
      return reply.code(204).send();
    },
  );
};
