import { z } from 'zod';
import { Id } from './text.ts';

/** What a person may do, each role including those after it: run the gateway; lead the room; answer; look. */
export const roles = ['admin', 'supervisor', 'operator', 'viewer'] as const;
export type Role = (typeof roles)[number];

/** Whether `role` includes what `needed` may do. */
export const mayActAs = (role: Role, needed: Role): boolean => roles.indexOf(role) <= roles.indexOf(needed);

/** A person of the duty room. `id` and `username` are the same word; `places` limits what is seen and done (none = the whole street). */
export const User = z.object({
  id: Id,
  username: Id,
  name: z.string(),
  role: z.enum(roles),
  places: z.array(Id),
  disabled: z.boolean(),
});
export type User = Readonly<z.infer<typeof User>>;

const Password = z.string().min(8, 'a password has at least 8 characters').max(200);

/** `POST /users`. */
export const NewUser = z.strictObject({
  username: Id,
  password: Password,
  name: z.string().min(1).max(60).optional(),
  role: z.enum(roles),
  places: z.array(Id).max(100).optional(),
});
export type NewUser = Readonly<z.infer<typeof NewUser>>;

/** `PATCH /users/{id}`; a new password ends that user's sessions and lifts a lock-out. */
export const UserPatch = NewUser.omit({ username: true })
  .partial()
  .extend({ disabled: z.boolean().optional() });
export type UserPatch = Readonly<z.infer<typeof UserPatch>>;

/** `POST /session`. */
export const Login = z.strictObject({
  username: z.string().min(1).max(64),
  password: z.string().min(1).max(200),
});
