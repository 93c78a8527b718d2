import { deskPages } from '../address.ts';

/** The pages of the console, in the order of the keys 1 to 9. */
export const pages = ['watch', 'devices', 'places', ...deskPages] as const;
export type Page = (typeof pages)[number];
