import type { Alert } from '../../../src/model/alert.ts';
import type { Call } from '../../../src/model/call.ts';
import type { Device } from '../../../src/model/device.ts';
import type { Flood } from '../../../src/model/flood.ts';
import type { Seat } from '../../../src/model/seat.ts';
import type { User } from '../../../src/model/user.ts';

/** A call that this user was speaking in and that broke, as it was then. `reason`: the gateway's word; null where this console's own live link was gone when it happened. `at`: epoch ms; null where nobody has told this console. */
export type BrokenCall = { readonly call: Call; readonly reason: string | null; readonly at: number | null };

/** What this console knows from the live feed: committed state up to `seq` of the run of numbers `feed`, and beside it the emergencies that are not stored yet. */
export type FeedState = {
  /** The run of numbers; null until the first hello. */
  readonly feed: string | null;
  readonly seq: number;
  /** The alerts are those of `feed` up to `seq`; false between a hello of another run and its snapshot. */
  readonly complete: boolean;
  readonly user: User | null;
  /** What the people of the duty room are called, by id. */
  readonly names: ReadonlyMap<string, string>;
  readonly version: string | null;
  /** The gateway was replaced by another version since this page was loaded. */
  readonly outdated: boolean;
  /** The gateway's clock minus this machine's, in ms. */
  readonly clockOffsetMs: number;
  /** Open alerts by id, committed ones only. */
  readonly alerts: ReadonlyMap<string, Alert>;
  /** Calls under way by id. */
  readonly calls: ReadonlyMap<string, Call>;
  /** By alert: the last call of an open alert that was not connected or is over, as far as this page has seen it end. */
  readonly overCalls: ReadonlyMap<string, Call>;
  /** By call: those of this user that broke and that nobody has answered anew. */
  readonly brokenCalls: ReadonlyMap<string, BrokenCall>;
  /** Which console this is, as the gateway calls it; null before it has said so. */
  readonly console: string | null;
  /** Emergencies that ring although the store has not taken them. */
  readonly uncommitted: ReadonlyMap<string, Alert>;
  /** By alert: the number of the change that last asked the consoles to show it. */
  readonly announced: ReadonlyMap<string, number>;
  /** By alert: the number of its last change. */
  readonly touched: ReadonlyMap<string, number>;
  /** Devices by id, as far as they were asked for or have changed. */
  readonly devices: ReadonlyMap<string, Device>;
  /** By device: the number of its last change; also of one that is removed. */
  readonly devicesTouched: ReadonlyMap<string, number>;
  /** Floods of alerts under way, one for each set of rights that has one. */
  readonly floods: readonly Flood[];
  /** Everybody who may answer and is on line, this seat among them; empty until the gateway has said so. */
  readonly seats: readonly Seat[];
  /** The number of the last change of any shift. */
  readonly shiftsAt: number;
  /** The number of the last change of any household's card that this console can have missed or heard. */
  readonly householdsAt: number;
  /** Messages that could not be read. */
  readonly unreadable: number;
};

/** A console that has heard nothing yet. */
export const nothingHeard: FeedState = {
  feed: null,
  seq: 0,
  complete: false,
  user: null,
  names: new Map(),
  version: null,
  outdated: false,
  clockOffsetMs: 0,
  alerts: new Map(),
  calls: new Map(),
  overCalls: new Map(),
  brokenCalls: new Map(),
  console: null,
  uncommitted: new Map(),
  announced: new Map(),
  touched: new Map(),
  devices: new Map(),
  devicesTouched: new Map(),
  floods: [],
  seats: [],
  shiftsAt: 0,
  householdsAt: 0,
  unreadable: 0,
};

const rightsOf = (places: readonly string[]): string => [...new Set(places)].sort().join(' ');

/** Whether two sets of rights cover the same places. */
export const sameRights = (a: readonly string[], b: readonly string[]): boolean =>
  rightsOf(a) === rightsOf(b);

/** The flood that this seat itself stands in; another's, with other rights, is not its concern. */
export const floodHere = ({ floods, user }: Pick<FeedState, 'floods' | 'user'>): Flood | null =>
  user === null ? null : (floods.find(({ places }) => sameRights(places, user.places)) ?? null);

/** How many of these call for somebody: a rehearsal, what another alert explains and what is being repaired do not. The number that every desk shows of a flood. */
export const countCalling = (alerts: Iterable<Alert>): number => {
  let calling = 0;
  for (const { test, state } of alerts)
    if (!test && state !== 'suppressed' && state !== 'out-of-service') calling += 1;
  return calling;
};

/** An alert as the console draws it; `stored` is false for one that no disk holds yet. */
export type Shown = { readonly alert: Alert; readonly stored: boolean };

/** Every open alert once: what is not stored yet stands in for its older, stored version. */
export const openAlerts = (state: Pick<FeedState, 'alerts' | 'uncommitted'>): ReadonlyMap<string, Shown> => {
  const open = new Map<string, Shown>();
  for (const [id, alert] of state.alerts) open.set(id, { alert, stored: true });
  for (const [id, alert] of state.uncommitted) open.set(id, { alert, stored: false });
  return open;
};
