import { createHash } from 'node:crypto';
import { deviceTypes, dialects } from '../../devices/index.ts';
import type { Media } from '../../src/gateway/call-doors.ts';
import type { Inbound } from '../../src/gateway/doors.ts';
import { createGateway, type Gateway } from '../../src/gateway/gateway.ts';
import { defaultLadderTimes } from '../../src/gateway/ladder.ts';
import { defaultLedgerLimits } from '../../src/gateway/ledger.ts';
import type { Batch, Downlink, Outbound, StoredState } from '../../src/gateway/ports.ts';
import type { DirectoryOutcome } from '../../src/gateway/rulebook-versions.ts';
import type { Alert } from '../../src/model/alert.ts';
import { endedStates, type VoiceMessage } from '../../src/model/call.ts';
import type { Change } from '../../src/model/change.ts';
import type { Result } from '../../src/model/fault.ts';
import type { Place } from '../../src/model/place.ts';
import type { Rule, RuleLevel } from '../../src/model/rule.ts';
import type { RulebookVersion, RuleDirectory } from '../../src/model/rulebook.ts';
import { createClockwork } from '../../src/rules/hours.ts';

/** A street in the hands of a test: time stands still until it is moved, and nothing is committed until the disk is asked to. */
export type Street = {
  readonly gateway: Gateway;
  readonly batches: readonly Batch[];
  readonly changes: readonly Change[];
  readonly uncommitted: readonly Alert[];
  readonly sent: readonly Outbound[];
  /** Signalling of calls for consoles. */
  readonly voice: readonly { readonly console: string; readonly message: VoiceMessage }[];
  /** Sound for devices. */
  readonly streamed: readonly {
    readonly connection: string;
    readonly topic: string;
    readonly bytes: Uint8Array;
  }[];
  readonly acknowledged: readonly string[];
  readonly now: () => number;
  /** What was decided is committed, unless the disk is held. */
  readonly settle: () => void;
  /** Time passes, tick by tick of 200 ms. */
  readonly pass: (ms: number) => void;
  /** Somebody sets the wall clock by so many ms, as the process notices it. */
  readonly setClock: (byMs: number) => void;
  /** While held, the disk takes nothing. */
  readonly holdDisk: (held: boolean) => void;
  readonly register: (
    id: string,
    type: string,
    more?: {
      readonly hub?: string;
      readonly dialect?: string;
      readonly address?: string;
      readonly place?: Place;
    },
  ) => void;
  /** The registry is told that a device is in another place. */
  readonly moveDevice: (id: string, place: Place | null) => void;
  readonly publish: (
    sender: string,
    topic: string,
    payload: unknown,
    more?: { readonly retained?: boolean; readonly name?: string },
  ) => void;
  readonly event: (device: string, event: unknown, more?: { readonly retained?: boolean }) => void;
  readonly readings: (
    device: string,
    values: Record<string, unknown>,
    more?: { readonly at?: number; readonly id?: string },
  ) => void;
  /** The directory of rules is read. */
  readonly read: (directory: RuleDirectory) => DirectoryOutcome;
  /** Somebody edits the rulebook; what they are answered. */
  readonly edit: (files: Readonly<Record<string, string | null>>, base?: number) => Result<RulebookVersion>;
  readonly restore: (version: RulebookVersion) => Result<RulebookVersion>;
  readonly open: () => Alert[];
  readonly only: () => Alert;
  /** What a restart from disk would find. */
  readonly stored: () => StoredState;
};

/** An empty data directory. */
export const emptyState: StoredState = {
  seq: 0,
  feed: 'a-feed',
  devices: [],
  deviceStates: new Map(),
  households: [],
  alerts: [],
  calls: [],
  delays: [],
  memories: [],
  commands: [],
  users: [],
  sessions: [],
  testModes: [],
  presences: [],
  sites: [],
  shifts: [],
  rulebook: null,
  facts: new Map(),
};

/** A moment in 2026 at which tests begin (epoch ms). */
export const dawn = 1_790_000_000_000;

/** What the rows put so far amount to: what a store would load. */
const replay = (before: StoredState, batches: readonly Batch[]): StoredState => {
  const rows = new Map<string, Map<string, unknown>>();
  const table = (kind: string): Map<string, unknown> => {
    const known = rows.get(kind) ?? new Map<string, unknown>();
    rows.set(kind, known);
    return known;
  };
  for (const device of before.devices) table('device').set(device.id, device);
  for (const record of before.alerts) table('alert').set(record.alert.id, record);
  for (const record of before.calls) table('call').set(record.call.id, record);
  for (const user of before.users) table('user').set(user.id, user);
  for (const household of before.households) table('household').set(household.place, household);
  for (const delay of before.delays)
    table('delay').set(`${delay.rule} ${delay.branch} ${delay.subject}`, delay);
  for (const kept of before.memories)
    table('memory').set(`${kept.rule} ${kept.branch} ${kept.subject}`, kept);
  for (const command of before.commands) table('command').set(command.id, command);
  for (const mode of before.testModes) table('test-mode').set(mode.id, mode);
  for (const shift of before.shifts) table('shift').set(shift.id, shift);
  for (const presence of before.presences) table('presence').set(presence.place, presence);
  for (const [id, state] of before.deviceStates) table('device-state').set(id, state);
  for (const [id, fact] of before.facts) table('fact').set(id, fact);
  for (const batch of batches) {
    for (const { kind, id, body } of batch.puts) {
      if (body === null) table(kind).delete(id);
      else table(kind).set(id, body);
    }
  }
  const all = <T>(kind: string): T[] => [...table(kind).values()] as T[];
  const alerts = all<StoredState['alerts'][number]>('alert').filter(({ alert }) => alert.state !== 'closed');
  return {
    seq: batches.flatMap(({ entries }) => entries).at(-1)?.seq ?? before.seq,
    feed: before.feed,
    devices: all('device'),
    deviceStates: table('device-state') as StoredState['deviceStates'] & Map<string, unknown>,
    households: all('household'),
    alerts,
    calls: all<StoredState['calls'][number]>('call').filter(({ call }) => !endedStates.has(call.state)),
    delays: all('delay'),
    memories: all('memory'),
    commands: all('command'),
    users: all('user'),
    sessions: all('session'),
    testModes: all('test-mode'),
    presences: all('presence'),
    sites: all('site'),
    shifts: all('shift'),
    rulebook:
      all<NonNullable<StoredState['rulebook']>>('rulebook').sort((a, b) => b.number - a.number)[0] ??
      before.rulebook,
    facts: table('fact') as StoredState['facts'] & Map<string, unknown>,
  };
};

/** Opens a street on a core with real devices and dialects and a disk of paper. */
export const openStreet = (
  options: {
    readonly rules?: readonly Rule[];
    readonly state?: StoredState;
    readonly at?: number;
    readonly isPoison?: (message: Inbound) => boolean;
    readonly media?: Media;
    readonly recording?: boolean;
  } = {},
): Street => {
  const state = options.state ?? emptyState;
  let at = options.at ?? dawn;
  let ids = state.seq * 1000;
  let held = false;
  let writing: { batch: Batch; committed: (at: number) => void } | null = null;
  const soon: (() => void)[] = [];
  const batches: Batch[] = [];
  const changes: Change[] = [];
  const uncommitted: Alert[] = [];
  const sent: Outbound[] = [];
  const acknowledged: string[] = [];
  const voice: Street['voice'][number][] = [];
  const streamed: Street['streamed'][number][] = [];

  const work = (): void => {
    for (;;) {
      const next = soon.shift();
      if (next) {
        next();
        continue;
      }
      if (held || writing === null) return;
      const { batch, committed } = writing;
      writing = null;
      batches.push(batch);
      committed(at);
    }
  };
  const downlink: Downlink = {
    send: (outbound) => sent.push(outbound),
    disconnect: () => undefined,
    stream: (connection, topic, bytes) => streamed.push({ connection, topic, bytes }),
    congestion: () => undefined,
  };
  const gateway = createGateway({
    state,
    rules: options.rules ?? [],
    clockwork: createClockwork('Asia/Shanghai'),
    types: deviceTypes,
    dialects,
    journal: {
      write: (batch, committed) => {
        if (writing) throw new Error('two batches at once');
        writing = { batch, committed };
      },
    },
    messageIds: { find: () => null, last: () => 0 },
    downlink,
    schedule: (run) => soon.push(run),
    digest: (text) => createHash('sha256').update(text).digest('hex'),
    now: () => at,
    newId: () => {
      ids += 1;
      return `id-${String(ids).padStart(8, '0')}`;
    },
    isPoison: options.isPoison ?? (() => false),
    media: options.media ?? null,
    recording: options.recording ?? false,
    ladder: defaultLadderTimes,
    limits: defaultLedgerLimits,
  });
  gateway.duty.listen({
    change: (change) => changes.push(change),
    uncommitted: (alert) => uncommitted.push(alert),
    voice: (console, message) => voice.push({ console, message }),
  });
  work();

  const publish: Street['publish'] = (sender, topic, payload, more = {}) => {
    const text = typeof payload === 'string' ? payload : JSON.stringify(payload);
    gateway.devices.receive(
      {
        sender,
        topic,
        bytes: new TextEncoder().encode(text),
        retained: more.retained ?? false,
        receivedAt: at,
      },
      () => acknowledged.push(more.name ?? text),
    );
    work();
  };

  return {
    gateway,
    batches,
    changes,
    uncommitted,
    sent,
    acknowledged,
    voice,
    streamed,
    settle: work,
    now: () => at,
    pass: (ms) => {
      for (const end = at + ms; at < end; ) {
        at = Math.min(end, at + 200);
        gateway.tick(at);
        work();
      }
    },
    setClock: (byMs) => {
      at += byMs;
      gateway.shiftClock(byMs);
      work();
    },
    holdDisk: (next) => {
      held = next;
      work();
    },
    register: (id, type, more = {}) => {
      const result = gateway.duty.registerDevice('admin', { id, type, ...more }, 'hash');
      if (!result.ok) throw new Error(result.refusal.message);
      work();
    },
    moveDevice: (id, place) => {
      const result = gateway.duty.changeDevice('admin', id, { place });
      if (!result.ok) throw new Error(result.refusal.message);
      work();
    },
    publish,
    event: (device, event, more) =>
      publish(
        device,
        `zhishou/v1/devices/${device}/events`,
        typeof event === 'string' ? { event } : event,
        more,
      ),
    readings: (device, values, more = {}) =>
      publish(device, `zhishou/v1/devices/${device}/readings`, { values, ...more }),
    read: (directory) => {
      const outcome = gateway.readRules(directory);
      work();
      return outcome;
    },
    edit: (files, base) => {
      const result = gateway.duty.rulebook.edit('li', {
        files: Object.entries(files).map(([name, text]) => ({ name, text })),
        note: '',
        base: base ?? gateway.duty.rulebook.current()?.number ?? 0,
      });
      work();
      return result;
    },
    restore: (version) => {
      const result = gateway.duty.rulebook.restore('li', version, { note: '', base: undefined });
      work();
      return result;
    },
    open: () => [...gateway.duty.committed.alerts.values()],
    only: () => {
      const open = [...gateway.duty.committed.alerts.values()];
      const [alert] = open;
      if (alert === undefined || open.length !== 1)
        throw new Error(`${open.length} alerts are open, not one`);
      return alert;
    },
    stored: () => replay(state, batches),
  };
};

/** A home of a building. */
export const homeIn = (building: string, number: number): Place => ({
  id: `${building}-${number}`,
  path: [
    { kind: 'building', id: building, name: building },
    { kind: 'household', id: `${building}-${number}`, name: String(number) },
  ],
  text: `${building}, home ${number}`,
});

/** A rule of one level for tests, critical, latching and about smoke unless it says otherwise; `params` are the kind's own parameters. */
export const rule = (
  id: string,
  kind: string,
  types: readonly string[],
  params: Record<string, unknown>,
  more: Partial<Rule & Omit<RuleLevel, 'params'>> = {},
): Rule => {
  const { priority, latching, onDelayMs, offDelayMs, title, ...rest } = more;
  return {
    id,
    version: '1',
    kind,
    types,
    levels: [
      {
        params,
        priority: priority ?? 'critical',
        latching: latching ?? true,
        onDelayMs: onDelayMs ?? 0,
        offDelayMs: offDelayMs ?? 0,
        title: title ?? null,
      },
    ],
    reAlarmAfterMs: null,
    alert: { kind: 'smoke', test: false, title: { zh: '烟', en: 'Smoke' } },
    shelvable: true,
    hours: null,
    limits: [],
    explains: [],
    groups: false,
    ...rest,
  };
};
