import { z } from 'zod';
import type { ApiClient } from './api-client.ts';
import { type PlannedDevice, planDevice } from './fleet-plan.ts';
import { registerCards, registerDevices } from './registration.ts';
import type { Street } from './street.ts';

/** A visitor's pager: what it is, and its secret. */
export type VisitorPager = { readonly planned: PlannedDevice; readonly secret: string };

/** Pagers for people who look at the demonstration, and whom they speak with. */
export type Visitors = {
  /** Registers one more, in a home of its own; null once there are as many as the street is to bear. */
  readonly welcome: () => Promise<VisitorPager | null>;
  /** What the people of the duty room are called, by id. */
  readonly people: () => Promise<Readonly<Record<string, string>>>;
};

// A page left open somewhere must not fill the street.
const mostVisitors = 50;
const warnings: ReadonlySet<string> = new Set(['lives-alone']);

const Users = z.looseObject({ users: z.array(z.looseObject({ id: z.string(), name: z.string() })) });

/** Homes with a card for visitors, those of people living alone first, none of which is in `taken` (ids of places). */
export const createVisitors = (
  api: ApiClient,
  street: Street,
  prefix: string,
  taken: ReadonlySet<string>,
): Visitors => {
  const free = street.homes.filter(({ place, card }) => card !== null && !taken.has(place.id));
  const alone = free.filter(({ card }) => card?.warnings.some((warning) => warnings.has(warning)));
  const homes = [...alone, ...free.filter((home) => !alone.includes(home))].slice(0, mostVisitors).values();
  return {
    welcome: async () => {
      const { value: home, done } = homes.next();
      if (done === true) return null;
      const planned = planDevice(prefix, 'call-button', home.place);
      const secret = (await registerDevices(api, [planned])).get(planned.id);
      if (secret === undefined) throw new TypeError(`${planned.id} was registered without a secret`);
      await registerCards(api, [home]);
      return { planned, secret };
    },
    people: async () => {
      const { users } = await api.get('/users', Users);
      return Object.fromEntries(users.map(({ id, name }) => [id, name]));
    },
  };
};
