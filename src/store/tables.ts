import type { Rows } from '../gateway/ports.ts';

/** The table of every kind of row a batch may put. Each has an `id` and a `body` of JSON; further columns are drawn from the body by the schema. */
export const tables: { readonly [K in keyof Rows]: string } = {
  device: 'device',
  'device-state': 'device_state',
  household: 'household',
  alert: 'alert',
  call: 'call',
  delay: 'delay',
  memory: 'memory',
  command: 'command',
  user: 'user',
  session: 'session',
  note: 'note',
  quarantine: 'quarantine',
  'test-mode': 'test_mode',
  presence: 'presence',
  rulebook: 'rulebook',
  site: 'site',
  shift: 'shift',
  fact: 'fact',
};

/** A kind of row that a batch may put. */
export type RowKind = keyof Rows;

/** Every kind, in the order of the declaration. */
export const rowKinds = Object.keys(tables) as readonly RowKind[];
