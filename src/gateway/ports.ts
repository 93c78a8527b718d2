import type { Alert, Priority } from '../model/alert.ts';
import type { Call, VoiceMessage } from '../model/call.ts';
import type { Change, Note, TimelineEntry } from '../model/change.ts';
import type { Command } from '../model/command.ts';
import type { Device, LoginRefusal } from '../model/device.ts';
import type { Figures } from '../model/figures.ts';
import type { Household, Presence } from '../model/household.ts';
import type { ChainedEntry, Entry } from '../model/journal.ts';
import type { Quarantined } from '../model/quarantine.ts';
import type { Latest, Reading, Series } from '../model/reading.ts';
import type { ExportFormat } from '../model/reading-export.ts';
import type { Delay, Observed, Remembered, Rule } from '../model/rule.ts';
import type { RulebookVersion, RulebookVersionHead } from '../model/rulebook.ts';
import type { Shift } from '../model/shift.ts';
import type { Site } from '../model/site.ts';
import type { TestMode } from '../model/test-mode.ts';
import type { Text } from '../model/text.ts';
import type { TryAnswer } from '../model/try-out.ts';
import type { User } from '../model/user.ts';

/** A device as the registry stores it; what was last heard of it is in its `DeviceState`. */
export type DeviceRecord = Omit<Device, 'link' | 'lastSeenAt' | 'loginRefused' | 'latest'> & {
  readonly secretHash: string;
};

/** What was last heard of a device: written now and then, because only the newest matters. */
export type DeviceState = {
  readonly lastSeenAt: number | null;
  readonly latest: Readonly<Record<string, Latest>>;
  readonly loginRefused?: LoginRefusal;
};

/** How far the ringing of an emergency, or of a person who asks to speak, has come; deadlines in epoch ms, null = none is running. */
export type Ladder = {
  /** Sent again to the consoles at this time unless one of them has shown it. */
  readonly announceAt: number | null;
  readonly announcements: number;
  /** Siren and webhook at this time unless somebody has taken it. */
  readonly escalateAt: number | null;
  /** Rings again at this time unless the one who took it has done something. */
  readonly tendBy: number | null;
  /** An acknowledged alert that still holds is unacknowledged again at this time. */
  readonly reAlarmAt: number | null;
  /** Who last spoke with the person, wrote a note or sent somebody, since it began to ring. */
  readonly tended?: { readonly by: string; readonly at: number };
  /** `help-dispatched` was sent to the device. */
  readonly helpAnnounced: boolean;
};

/** What one level of a rule makes of its alert. */
export type Standing = {
  /** 1 = the rule's mildest. */
  readonly level: number;
  readonly priority: Priority;
  readonly latching: boolean;
  readonly title: Text;
};

/** An alert with what only the alert book needs to know of it. */
export type AlertRecord = {
  readonly alert: Alert;
  readonly ladder: Ladder;
  readonly reAlarmAfterMs: number | null;
  /** The key under which alerts of one rule join: a device's id, or `place:<id>` for a combination. */
  readonly subject: string;
  /** The branches of the rule that hold, as a bit mask; 0 = the alert is not active. */
  readonly holding: number;
  /** The level that holds, or held last. The alert may stand higher until somebody has acknowledged it. */
  readonly standing: Standing;
  /** It is a test only because of a test mode, and becomes real when that ends. */
  readonly testMode: boolean;
  /** When it last came and went (epoch ms), newest last. */
  readonly transitions: readonly number[];
};

/** A call with what only the call book needs to know of it. Deadlines in epoch ms, null = none is running. */
export type CallRecord = {
  readonly call: Call;
  /** The console that speaks; null = none. */
  readonly console: string | null;
  /** Nobody has answered it by then: missed, or, where an operator called, over. */
  readonly missAt: number | null;
  /** Sound must flow both ways by then. */
  readonly soundBy: number | null;
  /** The console that spoke is gone and must be back by then. */
  readonly consoleBackBy: number | null;
};

/** A user with what the API needs to recognise a password (an argon2id hash in PHC form). */
export type UserRecord = User & { readonly passwordHash: string };

/** A session; its id is the SHA-256 of its token, in hex. */
export type Session = {
  readonly id: string;
  readonly user: string;
  readonly createdAt: number;
  readonly expiresAt: number;
};

/** The kinds of row that a batch may put or remove, with their bodies. */
export type Rows = {
  readonly device: DeviceRecord;
  readonly 'device-state': DeviceState;
  readonly household: Household;
  readonly alert: AlertRecord;
  readonly call: CallRecord;
  readonly delay: Delay;
  readonly memory: Remembered;
  readonly command: Command;
  readonly user: UserRecord;
  readonly session: Session;
  readonly note: Note;
  readonly quarantine: Quarantined;
  readonly 'test-mode': TestMode;
  /** By the household's place; without a row somebody is at home. */
  readonly presence: Presence;
  readonly rulebook: RulebookVersion;
  /** By the place. */
  readonly site: Site;
  readonly shift: Shift;
  /** Small single facts: a notifier's cursor, the last sign of life. */
  readonly fact: number | string;
};

/** A row to be put, or removed where `body` is null. Of several for one (kind, id) in a batch the last counts. */
export type Put = {
  readonly [K in keyof Rows]: { readonly kind: K; readonly id: string; readonly body: Rows[K] | null };
}[keyof Rows];

/** A device's own message id, and the how-manieth id of that device it is. */
export type MessageId = {
  readonly device: string;
  readonly id: string;
  readonly ordinal: number;
  readonly at: number;
};

/** What is committed together, in order. `entries` number on from the last batch without a gap; every change has the number of an entry of the same batch. An alert whose `committedAt` is 0 gets the time of the commit. */
export type Batch = {
  readonly entries: readonly Entry[];
  readonly changes: readonly Change[];
  readonly readings: readonly Reading[];
  readonly puts: readonly Put[];
  readonly messageIds: readonly MessageId[];
};

/** The one way to the disk. One batch at a time: the next only after `committed` (with the time of the commit, epoch ms) was called. A batch is tried until it is committed; an error that trying again cannot mend ends the process. */
export type Journal = { readonly write: (batch: Batch, committed: (at: number) => void) => void };

/** How the store is. `since` (epoch ms) is when it began to fail. */
export type StoreHealth =
  | { readonly ok: true }
  | { readonly ok: false; readonly since: number; readonly error: string };

/** Everything the core needs to go on where it stopped. */
export type StoredState = {
  /** The last number of the journal; 0 = empty. */
  readonly seq: number;
  /** Names this run of numbers; another one after a backup is restored. */
  readonly feed: string;
  readonly devices: readonly DeviceRecord[];
  readonly deviceStates: ReadonlyMap<string, DeviceState>;
  readonly households: readonly Household[];
  /** The open ones. */
  readonly alerts: readonly AlertRecord[];
  /** Those under way. */
  readonly calls: readonly CallRecord[];
  readonly delays: readonly Delay[];
  readonly memories: readonly Remembered[];
  /** Those not yet answered and not expired. */
  readonly commands: readonly Command[];
  readonly users: readonly UserRecord[];
  readonly sessions: readonly Session[];
  /** Running ones, and those that ended not long ago. */
  readonly testModes: readonly TestMode[];
  readonly presences: readonly Presence[];
  readonly sites: readonly Site[];
  /** Those that are running, one for each set of rights, and the last that ended. */
  readonly shifts: readonly Shift[];
  /** The newest version; null = there is none yet. */
  readonly rulebook: RulebookVersion | null;
  readonly facts: ReadonlyMap<string, number | string>;
};

/** Remembers the devices' message ids, committed ones only; synchronous, because an answer decides what a message does. */
export type MessageIds = {
  /** The ordinal and time of this id, if it is still kept. */
  readonly find: (device: string, id: string) => { readonly ordinal: number; readonly at: number } | null;
  /** The highest ordinal of the device; 0 = none. */
  readonly last: (device: string) => number;
};

/** A span of readings: `[at, value]`, or `[from, min, mean, max]` where `points` asked for fewer. */
export type ReadingPoint =
  | readonly [number, number | boolean | string]
  | readonly [number, number, number, number];

/** Which alerts are asked for. `after` is the id of the last one of the page before; newest first. */
export type AlertQuery = {
  readonly open?: boolean | undefined;
  readonly priority?: string | undefined;
  readonly place?: string | undefined;
  readonly device?: string | undefined;
  readonly from?: number | undefined;
  readonly to?: number | undefined;
  readonly limit: number;
  readonly after?: string | undefined;
};

/** Which calls are asked for, open ones and those that are over. `after` is the id of the last one of the page before; newest first. */
export type CallQuery = {
  readonly device?: string | undefined;
  readonly alert?: string | undefined;
  readonly place?: string | undefined;
  readonly from?: number | undefined;
  readonly to?: number | undefined;
  readonly limit: number;
  readonly after?: string | undefined;
};

/** Of which span figures are asked, and what `now` is (epoch ms); of `place` only, and of what a right over `places` covers (none = the whole street). Days and hours are those of the zone. */
export type FiguresQuery = {
  readonly from: number;
  readonly to: number;
  readonly now: number;
  readonly place?: string | undefined;
  readonly places: readonly string[];
  readonly timeZone: string;
};

/** Where an export goes on: with which of its series, and at which moment (epoch ms). */
export type ExportCursor = { readonly series: number; readonly at: number };

/** The next lines of an export: the readings of `[from, to)` of one series after another, each oldest first. */
export type ExportQuery = {
  readonly series: readonly Series[];
  readonly from: number;
  readonly to: number;
  readonly format: ExportFormat;
  /** Null = from the beginning. */
  readonly cursor: ExportCursor | null;
  /** No more lines than this. */
  readonly limit: number;
};

/** Some lines of an export in UTF-8, perhaps none, and where it goes on; null = that was all. */
export type ExportPage = {
  readonly bytes: Uint8Array<ArrayBuffer>;
  readonly rows: number;
  readonly next: ExportCursor | null;
};

/** Questions to what is committed; answered off the main thread. */
export type Archive = {
  readonly journal: (after: number, limit: number) => Promise<readonly ChainedEntry[]>;
  readonly alerts: (query: AlertQuery) => Promise<readonly Alert[]>;
  readonly alert: (id: string) => Promise<Alert | null>;
  readonly calls: (query: CallQuery) => Promise<readonly Call[]>;
  readonly call: (id: string) => Promise<Call | null>;
  /** Shifts before the one with the id `after`, running and ended ones, newest first. */
  readonly shifts: (after: string | undefined, limit: number) => Promise<readonly Shift[]>;
  readonly timeline: (alert: string) => Promise<readonly TimelineEntry[]>;
  /** Changes after a number, each as the JSON text that was sent, oldest first; null where the number is older than what is kept. */
  readonly changes: (
    after: number,
    limit: number,
  ) => Promise<readonly { readonly seq: number; readonly text: string }[] | null>;
  readonly readings: (query: {
    readonly device: string;
    readonly measurement: string;
    readonly from: number;
    readonly to: number;
    readonly points: number;
  }) => Promise<readonly ReadingPoint[]>;
  /** A page of an export. It is also cut short by time, so that no other question waits long behind it. */
  readonly exported: (query: ExportQuery) => Promise<ExportPage>;
  readonly quarantine: (query: {
    readonly after?: string | undefined;
    readonly limit: number;
  }) => Promise<readonly Quarantined[]>;
  /** One message in quarantine; null = there is none of that id. */
  readonly quarantined: (id: string) => Promise<Quarantined | null>;
  /** Versions of the rulebook before a number, newest first. */
  readonly rulebookVersions: (
    before: number | undefined,
    limit: number,
  ) => Promise<readonly RulebookVersionHead[]>;
  readonly rulebookVersion: (number: number) => Promise<RulebookVersion | null>;
  readonly figures: (query: FiguresQuery) => Promise<Figures>;
};

/** Rules to be tried out over what was recorded of these devices (each with when it was registered) in `[from, to)`. */
export type TryQuestion = {
  readonly rules: readonly Rule[];
  /** The street's, for the hours of rules. */
  readonly timeZone: string;
  readonly devices: readonly (Observed & { readonly createdAt: number })[];
  readonly from: number;
  readonly to: number;
};

/** Tries rules out, off the main thread; one question at a time, the next is told `busy`. Stops, and rejects with the signal's reason, once that is aborted. */
export type TryOuts = {
  readonly run: (question: TryQuestion, signal: AbortSignal) => Promise<TryAnswer | 'busy'>;
};

/** A message for a device, on its way out over the connection of `connection` (its own or its hub's). */
export type Outbound = {
  readonly command: string;
  readonly connection: string;
  readonly topic: string;
  readonly payload: string;
  readonly expiresAt: number;
};

/** What the core needs of the broker. Sending is at least once; `delivered` on the device door is the answer. A device that is not there is no error: it asks when it returns. */
export type Downlink = {
  readonly send: (outbound: Outbound) => void;
  readonly disconnect: (connection: string) => void;
  /** Sound: sent once at QoS 0, now or never; left out where the connection lags behind. */
  readonly stream: (connection: string, topic: string, bytes: Uint8Array) => void;
  /** How full the way to the disk is: at `soft` connections that carry no emergencies are held back, at `hard` all are. */
  readonly congestion: (level: Congestion) => void;
};
export type Congestion = 'free' | 'soft' | 'hard';

/** Those who are told what happened, after it is committed. A listener must not throw. */
export type Listener = {
  readonly change?: (change: Change, text: string) => void;
  readonly uncommitted?: (alert: Alert) => void;
  readonly readings?: (readings: readonly Reading[]) => void;
  /** Its link, or whether it was refused, changed. */
  readonly links?: (device: string) => void;
  /** Signalling of a call for one console. Not a change: nothing of it is kept. */
  readonly voice?: (console: string, message: VoiceMessage) => void;
};
