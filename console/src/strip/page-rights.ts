import { mayActAs, type Role, type User } from '../../../src/model/user.ts';
import type { Page } from './pages.ts';

/** The role that a page takes; every other page is for whoever may look. */
const needed: Partial<Readonly<Record<Page, Role>>> = { quarantine: 'supervisor', people: 'admin' };

/** Whether a page is offered to this user; before the gateway has said who sits here, only what everybody may see is. */
export const maySeePage = (user: User | null, page: Page): boolean => {
  const role = needed[page];
  return role === undefined || (user !== null && mayActAs(user.role, role));
};
