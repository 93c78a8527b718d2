import { isEmergency } from '../model/alert.ts';
import type { LoginRefusal } from '../model/device.ts';
import type { DeviceTypes } from '../model/device-type.ts';
import type { Dialects } from '../model/dialect.ts';
import { covers, liesWithin, type Place } from '../model/place.ts';
import type { Engine, Rule } from '../model/rule.ts';
import type { RuleDirectory } from '../model/rulebook.ts';
import { createEngine } from '../rules/engine/engine.ts';
import type { Clockwork } from '../rules/hours.ts';
import { type AlertBook, createAlertBook } from './alert-book.ts';
import type { Media, MediaDoor } from './call-doors.ts';
import { createCalls } from './calls.ts';
import { createCommandBook } from './command-book.ts';
import { createCommitted } from './committed.ts';
import { createDeviceBook, livenessOf, stateOfDevice, type WorkingDevice } from './device-book.ts';
import type { DeviceDoor, DutyDoor, Inbound, NotifyDoor } from './doors.ts';
import { createFindings } from './findings.ts';
import { createFloodWatch, floodFact } from './flood.ts';
import { createHeardIds } from './heard-ids.ts';
import { createHouseholdBook } from './household-book.ts';
import { createIngest, type Effects, type IngestCounts } from './ingest.ts';
import type { LadderTimes } from './ladder.ts';
import { createLedger, type LedgerLimits } from './ledger.ts';
import { createMisdirected } from './misdirected.ts';
import { createNotUnderstood } from './not-understood.ts';
import { pressKey } from './open-alerts.ts';
import { createPeopleBook } from './people-book.ts';
import type { Batch, Downlink, Journal, Listener, MessageIds, StoredState, StoreHealth } from './ports.ts';
import { createPresenceBook } from './presence-book.ts';
import { followDevice, press, tellPresser } from './presses.ts';
import { createQuarantine } from './quarantine.ts';
import { createRegistry } from './registry.ts';
import { coverOpenAlerts, endRepairs } from './repairs.ts';
import { createRetry } from './retries.ts';
import { createRulebookVersions, type DirectoryOutcome, goneFact, seenFact } from './rulebook-versions.ts';
import { createShiftBook } from './shift-book.ts';
import { createSiteBook } from './site-book.ts';
import { createSystemAlerts, type SystemFault, systemDevice } from './system-alerts.ts';
import { createTestModes } from './test-modes.ts';

/** An emergency that is not committed after this long is sent to the consoles all the same (ms). */
const uncommittedAfterMs = 1_000;
/** How often a sign of life is written, so that a start can tell how long nobody watched (ms). */
const aliveEveryMs = 10_000;
/** How often it is looked whether a repair is over (ms). */
const repairsEveryMs = 1_000;
/** How often what was last heard of the devices is written, and of how many at a time: it is only the newest that matters. */
const statesEveryMs = 30_000;
const statesAtOnce = 500;
/** Of a device that is refused again and again only so often a change is made (ms): guessing must cost nothing. */
const refusalToldEveryMs = 60_000;
/** After a start every device has at least this long to come back before its silence counts (ms). */
const returnGraceMs = 60_000;

/** What the core is told about itself, for `/metrics`. */
export type GatewayStats = {
  readonly ingest: Readonly<IngestCounts>;
  readonly quarantined: ReadonlyMap<string, number>;
  readonly openAlerts: number;
  readonly devices: number;
  readonly waitingMessages: number;
  /** The version in force, and how much is wrong in the directory of rules. */
  readonly rulebookVersion: number;
  readonly ruleProblems: number;
};

/** The core: synchronous; it never asks for the time or chance, which come in. */
export type Gateway = {
  readonly devices: DeviceDoor;
  readonly duty: DutyDoor;
  readonly notify: NotifyDoor;
  /** What whoever ends the media of the calls may tell. */
  readonly voice: MediaDoor;
  /** Everything whose time has come; to be called a few times a second. */
  readonly tick: (now: number) => void;
  /** The wall clock was set by so many ms: deadlines move along. */
  readonly shiftClock: (byMs: number) => void;
  readonly setHealth: (health: StoreHealth) => void;
  /** Puts down at once what is otherwise put down only now and then; for a stop in good order. */
  readonly putDown: () => void;
  /** The directory of rules was read. */
  readonly readRules: (directory: RuleDirectory) => DirectoryOutcome;
  /** Something is wrong with the gateway itself, which `note` says more of, or it is over. */
  readonly raiseFault: (fault: SystemFault, note: string) => void;
  readonly clearFault: (fault: SystemFault) => void;
  /** Messages that are not committed yet, oldest first. */
  readonly unsettled: () => readonly Inbound[];
  readonly stats: () => GatewayStats;
};

/** What the core needs. `rules` are those to start with; `digest` is SHA-256 in hex; `now` gives the time of an operator's command (epoch ms); `newId` gives unique ids that sort by time; `isPoison` knows messages in whose company the process has died twice. */
export type GatewayParts = {
  readonly state: StoredState;
  readonly rules: readonly Rule[];
  /** The clock of the street, for the hours of rules. */
  readonly clockwork: Clockwork;
  readonly types: DeviceTypes;
  readonly dialects: Dialects;
  readonly journal: Journal;
  readonly messageIds: MessageIds;
  readonly downlink: Downlink;
  readonly schedule: (run: () => void) => void;
  readonly digest: (text: string) => string;
  readonly now: () => number;
  readonly newId: () => string;
  readonly isPoison: (message: Inbound) => boolean;
  /** Ends the media of the calls; without it calls ring and nobody can answer them. */
  readonly media?: Media | null;
  /** Whether calls are recorded, in homes where everybody agrees; no, unless it is said. */
  readonly recording?: boolean;
  readonly ladder: LadderTimes;
  readonly limits: LedgerLimits;
};

/** Puts the core together from what was stored, and takes up everything that was running. */
export const createGateway = (parts: GatewayParts): Gateway => {
  const { state, types, dialects, downlink, now, newId } = parts;
  const listeners = new Set<Listener>();
  const devices = createDeviceBook(state);
  const committed = createCommitted(state, (id) => {
    const device = devices.get(id);
    return device === undefined ? { link: 'unknown', lastSeenAt: null } : livenessOf(device);
  });
  let health: StoreHealth = { ok: true };
  let watching: readonly (readonly string[])[] = [];
  const announcedUncommitted = new Set<string>();

  const onCommitted = (batch: Batch, at: number): void => {
    committed.apply(batch);
    for (const { alert } of batch.changes) if (alert) alerts.stamp(alert.id, at);
    for (const change of batch.changes) {
      const text = JSON.stringify(change);
      for (const listener of listeners) listener.change?.(change, text);
    }
    if (batch.readings.length > 0) for (const listener of listeners) listener.readings?.(batch.readings);
    for (const put of batch.puts) {
      if (put.kind === 'command' && put.body) {
        const outbound = commands.committed(put.body);
        if (outbound) downlink.send(outbound);
      }
      if (put.kind === 'call' && put.body) calls.committed(put.body.call);
    }
    announcedUncommitted.clear();
  };

  const ledger = createLedger({
    seq: state.seq,
    journal: parts.journal,
    schedule: parts.schedule,
    committed: onCommitted,
    limits: parts.limits,
    congested: (level) => downlink.congestion(level),
  });
  const alerts: AlertBook = createAlertBook({
    stored: state.alerts,
    ledger,
    newId,
    times: parts.ladder,
    raised: (alert, at) => floods.note(alert, at),
  });
  const commands = createCommandBook({ stored: state.commands, ledger, devices, dialects, newId });
  const people = createPeopleBook(state, ledger);
  const registry = createRegistry({ devices, types, dialects, ledger });
  const quarantine = createQuarantine(ledger, newId);
  const floods = createFloodWatch({ stored: state.facts.get(floodFact), ledger, rights: people.rights });
  const knowsHousehold = (place: string): boolean =>
    committed.view.places().some(({ id, path }) => id === place && path.at(-1)?.kind === 'household');
  const presences = createPresenceBook({
    stored: state.presences,
    ledger,
    knowsHousehold,
    changed: (place, at) => {
      const home = [...devices.all()].map(({ record }) => record);
      const devicesThere = home.filter((record) => record.place !== null && liesWithin(record.place, place));
      heed(engine.presence(devicesThere, at), at, false);
    },
  });
  const households = createHouseholdBook({
    ledger,
    presences,
    knows: knowsHousehold,
    has: (place) => committed.view.households.has(place) || committed.view.presences.has(place),
  });
  const sites = createSiteBook({
    ledger,
    known: (place) => committed.view.places().some(({ id }) => id === place),
    has: (place) => committed.view.sites.has(place),
  });
  const testModes = createTestModes({
    stored: state.testModes,
    ledger,
    types,
    newId,
    knowsPlace: (place) => committed.view.places().some(({ id }) => id === place),
  });
  /** Alerts that were tests only because of a test mode are real once none covers their device any more. */
  const endTests = (at: number): void =>
    alerts.endTests((alert) => {
      const device = devices.get(alert.device)?.record;
      return device !== undefined && testModes.covers(device.type, device.place, at);
    }, at);
  const engine: Engine = createEngine({
    rules: parts.rules,
    types,
    surroundings: {
      holding: alerts.holding,
      active: alerts.active,
      latest: (device, measurement) => devices.get(device)?.latest.get(measurement) ?? null,
      away: ({ place }, at) => presences.isAway(place, at),
    },
    clockwork: parts.clockwork,
  });

  const findings = createFindings({
    rules: parts.rules,
    engine: () => engine,
    alerts,
    devices,
    ledger,
    covered: testModes.covers,
  });
  const { heed } = findings;

  const noteLogin = (device: WorkingDevice, refused: LoginRefusal | null): void => {
    devices.noteLogin(device, refused);
    for (const listener of listeners) listener.links?.(device.record.id);
  };

  const setLink = (device: WorkingDevice, link: 'online' | 'offline', at: number): void => {
    if (link === 'online') devices.noteHeard(device, at);
    if (device.link !== link) {
      device.link = link;
      for (const listener of listeners) listener.links?.(device.record.id);
    }
    heed(engine.link(device.record, link, at), at, false);
    if (link === 'online') heed(engine.heard(device.record, at), at, false);
    else {
      // Behind a hub that is gone nothing is known; it is not known to be gone.
      for (const child of devices.children(device.record.id)) {
        child.link = 'unknown';
        for (const listener of listeners) listener.links?.(child.record.id);
      }
    }
  };

  const puzzled = createNotUnderstood({ alerts, types, covered: testModes.covers });
  const watched = (place: Place | null): boolean => watching.some((places) => covers(places, place));
  const mayTakeOver = (user: string): boolean => {
    const heir = people.get(user);
    return heir !== undefined && !heir.disabled && heir.role !== 'viewer';
  };
  const calls = createCalls({
    stored: state.calls,
    ledger,
    alerts,
    devices,
    dialects,
    downlink,
    media: parts.media ?? null,
    recording: parts.recording ?? false,
    quarantine,
    puzzled,
    newId,
    now,
    underWay: committed.view.calls,
    households: committed.view.households,
    watched,
    mayTakeOver,
    take: (user, id, at) => {
      const before = alerts.get(id);
      const taken = alerts.befall(id, { event: 'taken', at, by: user }, `user:${user}`);
      if (taken.ok && before) tellPresser(alerts, commands, before, taken.value, user, false, at);
    },
    voice: (console, message) => {
      for (const listener of listeners) listener.voice?.(console, message);
    },
  });

  const effects: Effects = {
    findings: (findings, _device, receivedAt, late) => heed(findings, receivedAt, late),
    puzzled,
    pressed: (pressed) => {
      const device = pressed.device?.record.id;
      const alert = press(
        alerts,
        commands,
        devices,
        pressed,
        device !== undefined && calls.spokenWith(device),
      );
      if (device !== undefined) calls.pressed(device, alert, pressed.now);
    },
    signalled: calls.signalled,
    askedBefore: calls.askedBefore,
    sounded: calls.sounded,
    cancelled: ({ record: { id } }, receivedAt, at) => {
      const open = alerts.openOf(id, pressKey);
      // What was cancelled before anybody pressed was another call.
      if (open && open.receivedAt <= receivedAt)
        alerts.befall(open.id, { event: 'cancel-requested', at }, `device:${id}`);
    },
    happened: (device, event, at) => {
      ledger.enter(at, `device:${device.record.id}`, 'device.event', `device:${device.record.id}`, null, {
        event,
      });
    },
    statusChanged: setLink,
    replied: (device, id, ok, error, at) => {
      const command = commands.replied(device.record.id, id, ok, error, at);
      if (command?.alert !== undefined && command.command === 'siren-on') {
        alerts.befall(command.alert, { event: 'siren-answered', at }, `device:${device.record.id}`, { ok });
      }
    },
    flagged: registry.flag,
  };
  const intake = {
    devices,
    types,
    dialects,
    engine: () => engine,
    ledger,
    seenBefore: createHeardIds(parts.messageIds, ledger),
    quarantine,
    effects,
  };
  const ingest = createIngest(intake);
  const retry = createRetry({ ...intake, counts: ingest.counts });

  /** Nothing can tell any more whether a condition holds whose rule or device went while nobody looked. */
  const endOrphans = (at: number): void => {
    const rules = new Set(parts.rules.map(({ id }) => id));
    for (const alert of [...alerts.open()]) {
      if (alert.rule === null || alert.device === systemDevice) continue;
      if (devices.get(alert.device) === undefined || !rules.has(alert.rule.id))
        alerts.befall(alert.id, { event: 'returned', at }, 'system');
    }
  };

  const systemAlerts = createSystemAlerts(alerts);
  const rulebook = createRulebookVersions({
    stored: state.rulebook,
    rules: parts.rules,
    seen: state.facts.get(seenFact),
    gone: state.facts.get(goneFact),
    types,
    ledger,
    digest: parts.digest,
    now,
    adopt: (rules, at) => {
      findings.adopt(rules);
      heed(engine.adopt(rules, at), at, false);
    },
    systemAlerts,
  });

  /** The wall clock is another one by so many ms: every deadline that is kept moves along. The new time is put down with them, so that no start moves them again. */
  const moveAlong = (byMs: number, at: number): void => {
    alerts.shift(byMs);
    calls.shift(byMs);
    commands.shift(byMs);
    testModes.shift(byMs);
    floods.shift(byMs);
    devices.shift(byMs, at);
    committed.shift(byMs, at);
    ledger.put('fact', 'alive', at);
    // What was received before and is not stored yet comes with the times of before.
    ledger.afterCommit(() => committed.shift(byMs, now()));
  };

  const takeUp = (): void => {
    const startedAt = now();
    const aliveAt = Number(state.facts.get('alive') ?? startedAt);
    const awayMs = Math.max(0, startedAt - aliveAt);
    const watchAll = (): void => {
      for (const device of devices.all()) {
        // Nobody listened while we were away: that time is not the device's silence. It has at least the grace to come back.
        const heardAt = (device.lastSeenAt ?? device.record.createdAt) + awayMs;
        heed(
          engine.watch(device.record, Math.min(heardAt, startedAt), startedAt + returnGraceMs, startedAt),
          startedAt,
          false,
        );
      }
    };
    watchAll();
    heed(engine.resume(state.delays, state.memories, startedAt), startedAt, false);
    // A machine may start with a time that has been, and is put right later or never: what is due would wait for it to come again.
    if (startedAt < aliveAt) {
      heed(engine.shift(startedAt - aliveAt, startedAt), startedAt, false);
      watchAll();
      moveAlong(startedAt - aliveAt, startedAt);
    }
    endOrphans(startedAt);
    calls.takeUp(startedAt);
    findings.follow(startedAt);
  };
  takeUp();
  // From the first start on: what is escalated before the notifiers have written a cursor of their own is told after a crash too.
  if (!state.facts.has('notify-cursor')) ledger.put('fact', 'notify-cursor', state.seq);

  /** Puts down what was last heard of up to `most` devices; answers of how many. */
  const putStates = (most: number): number => {
    const taken = devices.takeDirty(most);
    for (const device of taken) ledger.put('device-state', device.record.id, stateOfDevice(device));
    return taken.length;
  };

  /** Who had a line of its own before the start and is not back is gone, as if its line had broken now. Of one that never spoke nothing is missed yet. */
  let missFrom: number | null = now() + returnGraceMs;
  const missTheGone = (at: number): void => {
    for (const device of devices.all())
      if (device.link === 'unknown' && device.record.hub === null && device.lastSeenAt !== null)
        setLink(device, 'offline', at);
  };

  let repairsAt = 0;
  let aliveAt = 0;
  let statesAt = 0;
  const tick = (at: number): void => {
    heed(engine.tick(at), at, false);
    if (missFrom !== null && at >= missFrom) {
      missFrom = null;
      missTheGone(at);
    }
    alerts.tick(at, ({ place }) => watched(place));
    calls.tick(at);
    if (testModes.tick(at)) endTests(at);
    floods.tick(at);
    // What covers an alert has its end also while the store fails.
    if (at - repairsAt >= repairsEveryMs) {
      repairsAt = at;
      endRepairs({ devices, registry, alerts }, at);
    }
    for (const { at: changedAt, alert, event } of ledger.uncommitted()) {
      if (alert === undefined || changedAt > at - uncommittedAfterMs || !isEmergency(alert)) continue;
      if (!ringsAnew.has(event) || alert.state === 'closed') continue;
      const key = `${alert.id} ${alert.version}`;
      if (announcedUncommitted.has(key)) continue;
      announcedUncommitted.add(key);
      for (const listener of listeners) listener.uncommitted?.(alert);
    }
    // The housekeeping rests while the store fails: it would only lengthen the queue.
    if (!health.ok) return;
    if (at - aliveAt >= aliveEveryMs) {
      aliveAt = at;
      ledger.put('fact', 'alive', at);
      commands.tick(at);
      people.tick(at);
      presences.tick(at);
    }
    if (at - statesAt >= statesEveryMs && putStates(statesAtOnce) < statesAtOnce) statesAt = at;
  };

  const listen = (listener: Listener): (() => void) => {
    listeners.add(listener);
    return () => listeners.delete(listener);
  };

  const deviceDoor: DeviceDoor = {
    secretHash: (id) => {
      const record = devices.get(id)?.record;
      return record !== undefined && record.hub === null ? record.secretHash : null;
    },
    dialect: (id) => dialects.get(devices.get(id)?.record.dialect ?? '') ?? null,
    carriesEmergencies: (id) => {
      const type = devices.get(id)?.record.type;
      return type !== undefined && emergencyTypes.has(type);
    },
    receive: (message, acknowledge) => {
      const before = ingest.counts.readings;
      if (parts.isPoison(message)) {
        quarantine.keep(
          message,
          null,
          'poison',
          'the gateway stopped twice while this message was under way',
        );
        ingest.takeSuspect(message);
      } else ingest.take(message);
      ledger.afterMessage(message, message.bytes.length, acknowledge);
      return ingest.counts.readings - before;
    },
    misdirected: createMisdirected({ devices, quarantine, puzzled }),
    loginRefused: (id, at) => {
      const device = devices.get(id);
      if (device === undefined) return;
      const known = device.loginRefused;
      if (known === null || Math.abs(at - known.at) >= refusalToldEveryMs)
        noteLogin(device, { at, reason: 'wrong-secret' });
    },
    linkUp: (id, at, instead) => {
      const device = devices.get(id);
      if (device === undefined) return;
      if (device.loginRefused !== null) noteLogin(device, null);
      // Whoever comes in beside a connection of its own has lost that one.
      if (instead) heed(engine.link(device.record, 'offline', at), at, false);
      setLink(device, 'online', at);
    },
    linkDown: (id, at) => {
      const device = devices.get(id);
      if (device) setLink(device, 'offline', at);
    },
    waiting: (connection) => [...commands.waiting(connection, now()), ...calls.waiting(connection)],
    delivered: (command) => commands.delivered(command, now()),
    congestion: ledger.congestion,
  };

  /** Whatever rang under the name of a device that was just registered is its own, and its silence counts. */
  const welcome = (user: string, id: string, at: number): void => {
    const registered = devices.get(id);
    if (registered === undefined) return;
    followDevice(alerts, registered.record, `user:${user}`, at);
    heed(engine.watch(registered.record, at, 0, at), at, false);
  };

  /** What is open of a device goes where it is now, and so does what the rules keep of it: another place may have other limits. */
  const follow = (user: string, device: WorkingDevice, at: number): void => {
    followDevice(alerts, device.record, `user:${user}`, at);
    calls.moved(device.record.id, `user:${user}`, at);
    heed(engine.watch(device.record, device.lastSeenAt ?? at, 0, at), at, false);
  };

  const shifts = createShiftBook({
    stored: state.shifts,
    ledger,
    committed: committed.view,
    user: people.get,
    isSignedIn: people.isSignedIn,
    alert: alerts.get,
    perform: (user, operation) => duty.perform(user, operation),
    newId,
  });

  const duty: DutyDoor = {
    committed: committed.view,
    settled: () => new Promise((resolve) => ledger.afterCommit(resolve)),
    storeHealth: () => health,
    listen,
    types,
    dialects,
    rules: rulebook.rules,
    rulebook: rulebook.door,
    calls: calls.door,
    shifts: {
      begin: (user, isOnLine) => shifts.begin(user, isOnLine, now()),
      soundTested: (user, id, heard) => shifts.soundTested(user, id, heard, now()),
      handOver: (giver, id, wanted) => shifts.handOver(giver, id, wanted, now()),
      summary: (places, shift) => shifts.summary(places, shift, now()),
    },
    perform: (user, operation, console = null) => {
      const at = now();
      if (operation.verb === 'hand-over' && !mayTakeOver(operation.to)) {
        return {
          ok: false,
          refusal: { code: 'unknown-user', message: `${operation.to} cannot take over` },
        };
      }
      const before = alerts.get(operation.alert);
      const result = alerts.operate(user, operation, at);
      if (result.ok && before) {
        tellPresser(
          alerts,
          commands,
          before,
          result.value,
          user,
          operation.verb === 'dispatch' && operation.confirmed,
          at,
        );
      }
      if (result.ok) calls.performed(user, operation, console, result.value, at);
      return result;
    },
    shown: (user, alert, version) => alerts.shown(user, alert, version, now()),
    watching: (rights) => {
      watching = rights;
      calls.ringWhereWatched(now());
    },
    retryQuarantined: (user, row) => retry(user, row, now()),
    registerDevice: (user, device, secretHash) => {
      const at = now();
      const result = registry.register(user, device, secretHash, at);
      if (result.ok) welcome(user, device.id, at);
      return result;
    },
    checkDevices: registry.check,
    registerDevices: (user, wanted) => {
      const at = now();
      const result = registry.registerAll(user, wanted, at);
      if (result.ok) for (const { id } of result.value) welcome(user, id, at);
      return result;
    },
    changeDevice: (user, id, patch) => {
      const at = now();
      const result = registry.change(user, id, patch, at);
      const device = devices.get(id);
      if (result.ok && device) follow(user, device, at);
      // Nor may anything be under test there.
      if (result.ok) endTests(at);
      return result;
    },
    renamePlace: (user, id, name) => {
      const at = now();
      const result = registry.renamePlace(user, id, name, at);
      if (!result.ok) return result;
      for (const device of devices.all())
        if (device.record.place?.path.some((step) => step.id === id)) follow(user, device, at);
      return result;
    },
    removeDevice: (user, id) => {
      const at = now();
      const gone = devices.get(id)?.record;
      const result = registry.remove(user, id, at);
      if (!result.ok) return result;
      heed(engine.forget(id), at, false);
      for (const alert of alerts.openOfDevice(id))
        alerts.befall(alert.id, { event: 'returned', at }, `user:${user}`);
      calls.removed(id, at);
      if (gone) findings.follow(at, [gone]);
      ledger.afterCommit(() => downlink.disconnect(id));
      return result;
    },
    renewSecret: (user, id, secretHash) => {
      const result = registry.renewSecret(user, id, secretHash, now());
      if (result.ok) ledger.afterCommit(() => downlink.disconnect(id));
      return result;
    },
    takeOutOfService: (user, id, why) => {
      const at = now();
      const result = registry.outOfService(user, id, { ...why, since: at, by: user }, at);
      if (result.ok) coverOpenAlerts(alerts, id, 'out-of-service', `user:${user}`, at);
      return result;
    },
    putInService: (user, id) => {
      const at = now();
      const result = registry.outOfService(user, id, null, at);
      if (result.ok) coverOpenAlerts(alerts, id, 'in-service', `user:${user}`, at);
      return result;
    },
    startTestMode: (user, wanted) => testModes.start(user, wanted, now()),
    endTestMode: (user, id) => {
      const at = now();
      const result = testModes.end(user, id, at);
      if (result.ok) endTests(at);
      return result;
    },
    putSite: (user, place, site) => sites.put(user, place, site, now()),
    removeSite: (user, place) => sites.remove(user, place, now()),
    putPresence: (user, place, wanted) => presences.put(user, place, wanted, now()),
    isAway: presences.isAway,
    putHousehold: (user, household) => households.put(user, household, now()),
    eraseHousehold: (user, place) => households.erase(user, place, now()),
    putUser: (by, user, newPassword) => people.put(by, user, newPassword, now()),
    removeUser: (by, id) => people.remove(by, id, now()),
    openSession: (session) => people.openSession(session, now()),
    endSession: (id) => people.endSession(id, now()),
    record: (actor, event, subject, data = {}) => {
      ledger.enter(now(), actor, event, subject, null, data);
    },
  };

  const notify: NotifyDoor = {
    committed: committed.view,
    listen,
    devicesOfType: (type) =>
      [...committed.view.deviceIds()].flatMap((id) => {
        const device = committed.view.device(id);
        return device?.type === type ? [device] : [];
      }),
    command: (device, command, alert) => commands.issue(device, command, alert, now()),
    told: (alert, channel, outcome, detail) => {
      const event = outcome === 'sent' ? 'notified' : 'notify-failed';
      alerts.befall(alert, { event, at: now() }, 'system', { channel, outcome, detail });
    },
    cursor: () => Number(state.facts.get('notify-cursor') ?? state.seq),
    advance: (seq) => ledger.put('fact', 'notify-cursor', seq),
  };

  return {
    devices: deviceDoor,
    duty,
    notify,
    voice: calls.media,
    tick,
    shiftClock: (byMs) => {
      heed(engine.shift(byMs, now()), now(), false);
      if (missFrom !== null) missFrom += byMs;
      repairsAt += byMs;
      aliveAt += byMs;
      statesAt += byMs;
      ingest.shift();
      moveAlong(byMs, now());
    },
    setHealth: (next) => {
      health = next;
    },
    putDown: () => {
      ledger.put('fact', 'alive', now());
      putStates(Number.POSITIVE_INFINITY);
    },
    readRules: (directory) => rulebook.read(directory, now()),
    raiseFault: (fault, note) => systemAlerts.raise(fault, note, now()),
    clearFault: (fault) => systemAlerts.clear(fault, now()),
    unsettled: () => ledger.unsettled() as readonly Inbound[],
    stats: () => ({
      ingest: ingest.counts,
      quarantined: quarantine.counts,
      openAlerts: committed.view.alerts.size,
      devices: [...committed.view.deviceIds()].length,
      waitingMessages: ledger.unsettled().length,
      rulebookVersion: rulebook.door.current()?.number ?? 0,
      ruleProblems: rulebook.door.problems().length,
    }),
  };
};

/** What makes an emergency sound that was not, or not so, before. */
const ringsAnew: ReadonlySet<string> = new Set([
  'raised',
  'raised-again',
  'raised-higher',
  'test-ended',
  'in-service',
  'unshelved',
  'untended',
  're-alarmed',
  'released',
  'moved',
  'call-missed',
  'call-lost',
  'call-failed',
]);

/** The types whose connection may carry an emergency: held back last. */
const emergencyTypes: ReadonlySet<string> = new Set([
  'call-button',
  'smoke-alarm',
  'gas-detector',
  'co-detector',
  'fall-detector',
  'hub',
]);
