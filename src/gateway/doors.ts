import type { Alert, AlertKind } from '../model/alert.ts';
import type { Call } from '../model/call.ts';
import type { Device, DevicePatch, NewDevice, OutOfService } from '../model/device.ts';
import type { DeviceTypes } from '../model/device-type.ts';
import type { Dialect, Dialects } from '../model/dialect.ts';
import type { FaultCode, Result } from '../model/fault.ts';
import type { Flood } from '../model/flood.ts';
import type { Household, NewPresence, Presence } from '../model/household.ts';
import type { AlertOperation } from '../model/operation.ts';
import type { Place, RenamedPlace } from '../model/place.ts';
import type { Quarantined, RetryOutcome } from '../model/quarantine.ts';
import type { Rule } from '../model/rule.ts';
import type { RulebookVersion, RuleEdit, RuleProblem } from '../model/rulebook.ts';
import type { Shift, ShiftSummary } from '../model/shift.ts';
import type { NewSite, Site } from '../model/site.ts';
import type { NewTestMode, TestMode } from '../model/test-mode.ts';
import type { User } from '../model/user.ts';
import type { CallDoor } from './call-doors.ts';
import type { Congestion, Listener, Outbound, Session, StoreHealth, UserRecord } from './ports.ts';

/** A message as the broker hands it in: over whose connection, in which convention, and whether it had the retain flag. */
export type Inbound = {
  readonly sender: string;
  readonly topic: string;
  readonly bytes: Uint8Array;
  readonly retained: boolean;
  readonly receivedAt: number;
};

/** What the broker may ask and tell. */
export type DeviceDoor = {
  /** SHA-256 (hex) of the device's secret; null = no such device, or one that has no connection of its own. Committed state. */
  readonly secretHash: (device: string) => string | null;
  readonly dialect: (device: string) => Dialect | null;
  /** Whether this connection may carry an emergency, and is therefore held back last. */
  readonly carriesEmergencies: (device: string) => boolean;
  /** A message takes effect now; `acknowledge` is called, in order, once it and all that followed from it are committed. Answers how many values it brought. Never throws for what is in the message. */
  readonly receive: (message: Inbound, acknowledge: () => void) => number;
  /** The device said this under a topic on which it may not publish, for this reason (kebab-case): it is not acknowledged and its connection ends. Never throws. */
  readonly misdirected: (message: Inbound, reason: string) => void;
  /** Somebody gave the name of this device and a wrong secret. It may be told as often as anybody guesses. */
  readonly loginRefused: (device: string, at: number) => void;
  /** The connection came or went. A will, and a connection lost, are "link down" and no more; `instead`: it takes the place of one that stood, which its device has therefore lost. */
  readonly linkUp: (device: string, at: number, instead: boolean) => void;
  readonly linkDown: (device: string, at: number) => void;
  /** Committed commands that wait for this connection, oldest first. */
  readonly waiting: (connection: string) => readonly Outbound[];
  /** The device's side has acknowledged a command. */
  readonly delivered: (command: string) => void;
  readonly congestion: () => Congestion;
};

/** Committed state: what snapshot, feed and every GET show. The maps are live; they change only between ticks of the event loop. */
export type Committed = {
  readonly seq: () => number;
  readonly feed: string;
  /** Open alerts by id. */
  readonly alerts: ReadonlyMap<string, Alert>;
  /** Calls under way by id. */
  readonly calls: ReadonlyMap<string, Call>;
  readonly device: (id: string) => Device | null;
  readonly deviceIds: () => Iterable<string>;
  readonly places: () => readonly Place[];
  readonly households: ReadonlyMap<string, Household>;
  readonly presences: ReadonlyMap<string, Presence>;
  /** By the place. */
  readonly sites: ReadonlyMap<string, Site>;
  /** Running ones, and those that ended not long ago. */
  readonly testModes: ReadonlyMap<string, TestMode>;
  /** Running ones, and the last that ended. */
  readonly shifts: ReadonlyMap<string, Shift>;
  readonly floods: () => readonly Flood[];
  readonly users: ReadonlyMap<string, UserRecord>;
  readonly sessions: ReadonlyMap<string, Session>;
};

/** What a draft comes to: its rules and what is worth a second look, or everything that is wrong with it. */
export type RuleCheck =
  | { readonly ok: true; readonly rules: readonly Rule[]; readonly warnings: readonly string[] }
  | { readonly ok: false; readonly problems: readonly RuleProblem[] };

/** A rule that is gone, or no longer does what it did: its id, the kind of alert that it raised, and for which device types. */
export type GoneRule = { readonly id: string; readonly kind: AlertKind; readonly types: readonly string[] };

/** The rulebook and its versions. Only the whole book is ever judged: an edit is put over the files in force and is good or bad with all of them. */
export type RulebookDoor = {
  /** The version in force, committed; null = the rules came from nowhere that is kept. */
  readonly current: () => RulebookVersion | null;
  /** What is wrong in the directory of rules, so that it was not taken up. */
  readonly problems: () => readonly RuleProblem[];
  /** The rules about life that were in force and are gone, and of which nobody has said yet that it is meant. */
  readonly gone: () => readonly GoneRule[];
  /** The names of files that are not the same in the directory and in the book. */
  readonly differing: () => readonly string[];
  /** What the book would be with these edits. */
  readonly check: (edits: readonly RuleEdit[]) => RuleCheck;
  /** One draft file by itself. */
  readonly checkText: (text: string) => RuleCheck;
  /** A new version; `base` is the number of the one it was made from. Where nothing would change the present one is answered. */
  readonly edit: (
    user: string,
    edit: { readonly files: readonly RuleEdit[]; readonly note: string; readonly base: number },
  ) => Result<RulebookVersion>;
  /** A new version with the texts of an old one. */
  readonly restore: (
    user: string,
    version: RulebookVersion,
    why: { readonly note: string; readonly base: number | undefined },
  ) => Result<RulebookVersion>;
};

/** A hand-over as it is asked for; what was signed when is in epoch ms. `seat`: the successor sits down where the giver was, and need not be signed in elsewhere. */
export type HandingOver = {
  readonly to: string;
  readonly givenAt: number;
  readonly takenAt: number;
  readonly taken: readonly string[];
  readonly note?: string | undefined;
  readonly seat: boolean;
};

/** The shifts of the duty room. */
export type ShiftDoor = {
  /** `already-running` where one runs for this user's rights, and its operator is on line. */
  readonly begin: (user: string, isOnLine: (user: string) => boolean) => Result<Shift>;
  readonly soundTested: (user: string, shift: string, heard: boolean) => Result<Shift>;
  /** Answers the successor's shift, which has begun; `not-all-taken` with what is `missing`. */
  readonly handOver: (giver: string, shift: string, wanted: HandingOver) => Result<Shift>;
  /** Of committed state. */
  readonly summary: (places: readonly string[], shift: Shift | null) => ShiftSummary;
};

/** Why the device at `index` of a list cannot be registered, and which of its fields says so. */
export type RegistrationFault = {
  readonly index: number;
  readonly field: 'id' | 'type' | 'place' | 'hub' | 'dialect' | 'address';
  readonly code: FaultCode;
  readonly message: string;
};

/** What the duty room may ask and tell. Commands take effect at once and are answered at once; the answer may be passed on only after `settled`. */
export type DutyDoor = {
  readonly committed: Committed;
  /** Resolves when everything decided so far is committed. */
  readonly settled: () => Promise<void>;
  readonly storeHealth: () => StoreHealth;
  readonly listen: (listener: Listener) => () => void;
  readonly types: DeviceTypes;
  readonly dialects: Dialects;
  /** Rules in force, committed. */
  readonly rules: () => readonly Rule[];
  readonly rulebook: RulebookDoor;
  readonly calls: CallDoor;
  readonly shifts: ShiftDoor;
  /** `console`: the one at which it is done; where a call of the alert rings `take` answers it there. */
  readonly perform: (user: string, operation: AlertOperation, console?: string | null) => Result<Alert>;
  /** A console has drawn an emergency on a visible screen. */
  readonly shown: (user: string, alert: string, version: number) => void;
  /** The places of everybody on line who could answer, one entry a console (an empty one = the whole street): what none of them covers nobody watches. */
  readonly watching: (rights: readonly (readonly string[])[]) => void;
  /** `secretHash` is null for a device behind a hub. */
  readonly registerDevice: (user: string, device: NewDevice, secretHash: string) => Result<Device>;
  /** What is wrong with registering all of these at once; in any order, children before their hubs. */
  readonly checkDevices: (devices: readonly NewDevice[]) => readonly RegistrationFault[];
  /** All of them or none, in one commit; answers them in the order in which they were given. */
  readonly registerDevices: (
    user: string,
    devices: readonly { readonly device: NewDevice; readonly secretHash: string }[],
  ) => Result<readonly Device[]>;
  readonly changeDevice: (user: string, id: string, patch: DevicePatch) => Result<Device>;
  /** Calls a place otherwise for every device in it, in one commit; what is open there follows, as when its device is moved. */
  readonly renamePlace: (user: string, id: string, name: string) => Result<RenamedPlace>;
  readonly removeDevice: (user: string, id: string) => Result<null>;
  readonly renewSecret: (user: string, id: string, secretHash: string) => Result<Device>;
  readonly takeOutOfService: (
    user: string,
    id: string,
    why: Omit<OutOfService, 'since' | 'by'>,
  ) => Result<Device>;
  readonly putInService: (user: string, id: string) => Result<Device>;
  /** Takes a message in quarantine in again; `row` as it is committed, and each row one at a time. */
  readonly retryQuarantined: (user: string, row: Quarantined) => Result<RetryOutcome>;
  readonly startTestMode: (user: string, wanted: NewTestMode) => Result<TestMode>;
  readonly endTestMode: (user: string, id: string) => Result<TestMode>;
  readonly putPresence: (user: string, place: string, wanted: NewPresence) => Result<Presence>;
  /** Whether nobody is at home at this place now. */
  readonly isAway: (place: Place | null, now: number) => boolean;
  readonly putSite: (user: string, place: string, site: NewSite) => Result<Site>;
  readonly removeSite: (user: string, place: string) => Result<null>;
  readonly putHousehold: (user: string, household: Household) => Result<Household>;
  readonly eraseHousehold: (user: string, place: string) => Result<null>;
  readonly putUser: (by: string, user: UserRecord, newPassword: boolean) => Result<User>;
  readonly removeUser: (by: string, id: string) => Result<null>;
  readonly openSession: (session: Session) => void;
  readonly endSession: (id: string) => void;
  /** A line in the journal for what concerns people and keys and is no command to the core: a refused login, a lock-out, readings that somebody exported. */
  readonly record: (
    actor: string,
    event: string,
    subject: string,
    data?: Readonly<Record<string, unknown>>,
  ) => void;
};

/** What the notifiers may ask and tell. */
export type NotifyDoor = {
  readonly committed: Committed;
  readonly listen: (listener: Listener) => () => void;
  /** Devices of a type, committed. */
  readonly devicesOfType: (type: string) => readonly Device[];
  /** Sends a command to a device; answers its id. */
  readonly command: (device: string, command: 'siren-on' | 'siren-off', alert: string) => string;
  /** What came of telling somebody, on the alert's own record. */
  readonly told: (
    alert: string,
    channel: string,
    outcome: 'sent' | 'refused' | 'gave-up',
    detail: string,
  ) => void;
  readonly cursor: () => number;
  readonly advance: (seq: number) => void;
};
