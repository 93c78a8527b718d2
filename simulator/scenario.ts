import type { Alert } from '../src/model/alert.ts';
import type { ApiClient } from './api-client.ts';
import type { Clock } from './clock.ts';
import type { Fleet } from './fleet.ts';
import type { PlannedDevice } from './fleet-plan.ts';
import type { AlertChange, CallChange, LiveFeed } from './live-feed.ts';
import type { Random } from './random.ts';
import type { Street } from './street.ts';
import type { SpeakingConsole } from './voice/console-leg.ts';

/** Without what has just failed to happen the rest of the scenario makes no sense. */
export class CannotGoOnError extends Error {
  override readonly name = 'CannotGoOnError';
}

/** Where a scenario is played: a running gateway, a street, and the record of what was expected and what was seen. `Key` are the names of what must follow. */
export type Stage<Key extends string> = {
  readonly api: ApiClient;
  readonly feed: LiveFeed;
  readonly fleet: Fleet;
  readonly street: Street;
  readonly mqttUrl: string;
  readonly seed: number;
  /** How many devices the fleet in the background has. */
  readonly devices: number;
  readonly speed: number;
  /** When the scenario began (epoch ms, our clock). */
  readonly startedAt: number;
  /** What the ids of all its devices begin with. */
  readonly prefix: string;
  readonly random: (purpose: string) => Random;
  /** Registers devices, adds them to the fleet and connects them; answers the secrets of those with a connection of their own. */
  readonly install: (plan: readonly PlannedDevice[]) => Promise<ReadonlyMap<string, string>>;
  /** Installs the fleet in the background and lets it report; the street's clock begins at `streetStart` (default: now). */
  readonly runBackground: (streetStart?: number) => Promise<Clock>;
  /** Takes a seat with a headset, for the one who plays or for an operator of that name, who is created for it; given up at the end. */
  readonly takeSeat: (operator?: string) => Promise<SpeakingConsole>;
  /** Writes down whether something that must follow did; `seen` says what was seen instead. Said several times, it must hold every time. */
  readonly must: (key: Key, held: boolean, seen: string) => void;
  /** Waits on the feed for a change of an alert that must follow; throws CannotGoOnError where it does not come. */
  readonly mustSee: (
    key: Key,
    fits: (change: AlertChange) => boolean,
    since?: number,
  ) => Promise<AlertChange>;
  /** The same for a change of a call. */
  readonly mustSeeCall: (
    key: Key,
    fits: (change: CallChange) => boolean,
    since?: number,
    withinMs?: number,
  ) => Promise<CallChange>;
  /** Waits for something else that must follow; what it rejects with is written down. */
  readonly mustCome: <T>(key: Key, coming: Promise<T>) => Promise<T>;
  /** Asks again and again until `holds` answers true; writes down `seen()` where it never does. */
  readonly mustBecome: (key: Key, holds: () => Promise<boolean>, seen: () => string) => Promise<void>;
  /** Every alert, open or closed, that was raised since the beginning by a device of this scenario; committed state. */
  readonly alertsRaised: () => Promise<readonly Alert[]>;
  /** Lets so many ms of our clock pass on the street. */
  readonly pass: (ms: number) => Promise<void>;
  /** How far it is, for the one who watches. */
  readonly progress: (doing: string, done: number, total: number) => void;
};

/** How long a scenario waits for what must follow, in ms: a slow machine is no failure. */
export const patienceMs = 20_000;

/** A play on the street, and what must follow from it. */
export type Scenario = {
  readonly name: string;
  /** What is played, in a sentence. */
  readonly plot: string;
  /** What must follow, each in a sentence, by a short name. */
  readonly mustFollow: Readonly<Record<string, string>>;
  readonly defaults: { readonly devices: number; readonly speed: number };
  readonly play: (stage: Stage<string>) => Promise<void>;
};

/** Declares a scenario, so that `play` can only speak of what `mustFollow` names. */
export const declareScenario = <Key extends string>(
  scenario: Omit<Scenario, 'mustFollow' | 'play'> & {
    readonly mustFollow: Readonly<Record<Key, string>>;
    readonly play: (stage: Stage<NoInfer<Key>>) => Promise<void>;
  },
): Scenario => scenario;
