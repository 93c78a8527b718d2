import type { Alert } from '../../../src/model/alert.ts';
import { type Call, endedStates } from '../../../src/model/call.ts';
import type { Change, ServerMessage } from '../../../src/model/change.ts';
import type { Device } from '../../../src/model/device.ts';
import { type BrokenCall, type FeedState, sameRights } from './feed-state.ts';

/** The events after which every console must show the alert anew. */
const announcing: ReadonlySet<string> = new Set([
  'raised',
  'raised-again',
  're-announced',
  're-alarmed',
  'untended',
  'released',
  'in-service',
  'raised-higher',
  'unshelved',
  'unsuppressed',
  'test-ended',
  'moved',
  'call-requested',
  'call-missed',
  'call-lost',
  'call-failed',
]);

const isOpen = (alert: Alert): boolean => alert.closedAt === undefined && alert.state !== 'closed';

/** A press that is stored makes its unstored announcement superfluous; a further press that is not stored yet stays. */
const isCovered = (waiting: Alert, stored: Alert): boolean =>
  stored.version >= waiting.version && stored.count >= waiting.count;

const withAlert = (state: FeedState, change: Change, alert: Alert): FeedState => {
  const alerts = new Map(state.alerts);
  if (isOpen(alert)) alerts.set(alert.id, alert);
  else alerts.delete(alert.id);
  let { overCalls } = state;
  if (!isOpen(alert) && overCalls.has(alert.id)) {
    const rest = new Map(overCalls);
    rest.delete(alert.id);
    overCalls = rest;
  }
  let uncommitted = state.uncommitted;
  const waiting = uncommitted.get(alert.id);
  if (waiting && (isCovered(waiting, alert) || !isOpen(alert))) {
    const rest = new Map(uncommitted);
    rest.delete(alert.id);
    uncommitted = rest;
  }
  const touched = new Map(state.touched).set(alert.id, change.seq);
  const announced =
    announcing.has(change.event) || !state.announced.has(alert.id)
      ? new Map(state.announced).set(alert.id, change.seq)
      : state.announced;
  return { ...state, seq: change.seq, alerts, overCalls, uncommitted, touched, announced };
};

const withDevice = (state: FeedState, change: Change, device: Device): FeedState => {
  const devices = new Map(state.devices);
  if (change.event === 'removed') devices.delete(device.id);
  else devices.set(device.id, device);
  const devicesTouched = new Map(state.devicesTouched).set(device.id, change.seq);
  return { ...state, seq: change.seq, devices, devicesTouched };
};

const withFlood = (state: FeedState, change: Change): FeedState => {
  const { seq, at, event, data } = change;
  const places = Array.isArray(data?.places) ? data.places.map(String) : [];
  const others = state.floods.filter((flood) => !sameRights(flood.places, places));
  const alerts = typeof data?.alerts === 'number' ? data.alerts : 1;
  return {
    ...state,
    seq,
    floods: event === 'flood-began' ? [...others, { places, since: at, alerts }] : others,
  };
};

const isSpoken = ({ state }: Call): boolean => state === 'answered' || state === 'connected';

/** The broken calls after a call became `now`: one more where this user spoke in it and was cut off, one fewer where somebody speaks in it again. */
const brokenAfter = (
  { calls, brokenCalls, user }: FeedState,
  now: Call,
  reason: string | null,
  at: number,
): FeedState['brokenCalls'] => {
  const before = calls.get(now.id);
  const mine = before !== undefined && isSpoken(before) && before.answeredBy === user?.id;
  const broke = now.state === 'failed' || (now.state === 'ringing' && now.answeredBy === undefined);
  if (mine && broke) return new Map(brokenCalls).set(now.id, { call: before, reason, at });
  if (!brokenCalls.has(now.id) || (!isSpoken(now) && !endedStates.has(now.state))) return brokenCalls;
  // A failed call stays told: only that there is a recording of it became known.
  if (now.state === 'failed') return brokenCalls;
  const rest = new Map(brokenCalls);
  rest.delete(now.id);
  return rest;
};

/** The broken calls after this console was cut off from the feed: what it spoke in before and what is known of it now. */
const brokenMeanwhile = (state: FeedState, now: ReadonlyMap<string, Call>): FeedState['brokenCalls'] => {
  const broken = new Map<string, BrokenCall>();
  for (const [id, one] of state.brokenCalls) {
    const call = now.get(id);
    if (call === undefined || !isSpoken(call)) broken.set(id, one);
  }
  for (const [id, before] of state.calls) {
    if (!isSpoken(before) || before.answeredBy !== state.user?.id) continue;
    const call = now.get(id);
    if (call !== undefined && call.answeredBy !== undefined) continue;
    broken.set(id, { call: before, reason: null, at: call?.ringingAt ?? null });
  }
  return broken;
};

const withCall = (state: FeedState, { seq, at, data }: Change, call: Call): FeedState => {
  const reason = typeof data?.reason === 'string' ? data.reason : (call.reason ?? null);
  const brokenCalls = brokenAfter(state, call, reason, at);
  const calls = new Map(state.calls);
  if (!endedStates.has(call.state)) {
    calls.set(call.id, call);
    return { ...state, seq, calls, brokenCalls };
  }
  calls.delete(call.id);
  const { alert } = call;
  const overCalls =
    alert !== undefined && state.alerts.has(alert)
      ? new Map(state.overCalls).set(alert, call)
      : state.overCalls;
  return { ...state, seq, calls, overCalls, brokenCalls };
};

const withChange = (state: FeedState, change: Change): FeedState => {
  if (!state.complete || change.seq <= state.seq) return state;
  if (change.alert) return withAlert(state, change, change.alert);
  if (change.call) return withCall(state, change, change.call);
  if (change.device) return withDevice(state, change, change.device);
  if (change.what === 'household') return { ...state, seq: change.seq, householdsAt: change.seq };
  if (change.event.startsWith('shift-')) return { ...state, seq: change.seq, shiftsAt: change.seq };
  if (change.event === 'flood-began' || change.event === 'flood-ended') return withFlood(state, change);
  return { ...state, seq: change.seq };
};

/** What the console knows after `message`, heard at `heardAt` (epoch ms of this machine). Pure; what was heard before has no second effect, and a snapshot replaces everything but what is not stored yet. */
export const applyMessage = (state: FeedState, message: ServerMessage, heardAt: number): FeedState => {
  switch (message.type) {
    case 'hello': {
      const sameRun = state.feed === message.feed;
      return {
        ...state,
        feed: message.feed,
        seq: sameRun ? state.seq : 0,
        complete: sameRun && state.complete,
        user: message.user,
        names: new Map(Object.entries(message.names ?? {})),
        console: message.console ?? null,
        version: message.version,
        outdated: state.outdated || (state.version !== null && state.version !== message.version),
        clockOffsetMs: message.serverTime - heardAt,
      };
    }
    case 'snapshot': {
      const alerts = new Map(message.alerts.filter(isOpen).map((alert) => [alert.id, alert]));
      const uncommitted = new Map(
        [...state.uncommitted].filter(([id, waiting]) => {
          const stored = alerts.get(id);
          return stored === undefined || !isCovered(waiting, stored);
        }),
      );
      const calls = new Map(message.calls.map((call) => [call.id, call]));
      const known = new Map(message.alerts.map((alert) => [alert.id, message.seq]));
      return {
        ...state,
        seq: message.seq,
        complete: true,
        alerts,
        calls,
        brokenCalls: brokenMeanwhile(state, calls),
        overCalls: new Map([...state.overCalls].filter(([id]) => alerts.has(id))),
        uncommitted,
        floods: message.floods ?? [],
        announced: known,
        touched: known,
        devicesTouched: new Map(),
        // Nobody has told which cards were changed before it.
        householdsAt: message.seq,
      };
    }
    case 'change':
      return withChange(state, message);
    case 'uncommitted': {
      const stored = state.alerts.get(message.alert.id);
      if (stored && isCovered(message.alert, stored)) return state;
      return { ...state, uncommitted: new Map(state.uncommitted).set(message.alert.id, message.alert) };
    }
    case 'tick':
      return { ...state, clockOffsetMs: message.serverTime - heardAt };
    case 'readings': {
      const devices = new Map(state.devices);
      for (const [id, latest] of Object.entries(message.devices)) {
        const device = devices.get(id);
        if (device) devices.set(id, { ...device, latest: { ...device.latest, ...latest } });
      }
      return { ...state, devices };
    }
    case 'devices': {
      const devices = new Map(state.devices);
      for (const { id, link, lastSeenAt, loginRefused } of message.devices) {
        const device = devices.get(id);
        if (device) devices.set(id, { ...device, link, lastSeenAt, loginRefused });
      }
      return { ...state, devices };
    }
    case 'seats':
      return {
        ...state,
        seats: message.seats,
        // Who was made known after the hello is called by their name too.
        names: message.seats.every(({ user, name }) => state.names.get(user) === name)
          ? state.names
          : new Map([...state.names, ...message.seats.map(({ user, name }) => [user, name] as const)]),
      };
    // Signalling is no state: it goes to whoever makes the legs.
    case 'voice':
    case 'error':
      return state;
  }
};

/** A device as it was read, with what the feed has told meanwhile of its link and its values. */
const freshened = (read: Device, known: Device | undefined): Device => {
  if (known === undefined) return read;
  const latest = { ...read.latest };
  for (const [name, value] of Object.entries(known.latest))
    if (value.receivedAt > (latest[name]?.receivedAt ?? 0)) latest[name] = value;
  if ((known.lastSeenAt ?? 0) <= (read.lastSeenAt ?? 0)) return { ...read, latest };
  const { link, lastSeenAt, loginRefused } = known;
  return { ...read, link, lastSeenAt, loginRefused, latest };
};

/** Those of `read` of which the feed has told no change after the number `since`, which it had come to when they were asked for. */
const stillSo = (state: FeedState, read: readonly Device[], since: number): Map<string, Device> =>
  new Map(
    read
      .filter(({ id }) => (state.devicesTouched.get(id) ?? 0) <= since)
      .map((device) => [device.id, freshened(device, state.devices.get(device.id))]),
  );

/** The devices as a list tells them that was asked for when the feed had come to the number `since`; what the feed has told meanwhile is kept. */
export const withDeviceList = (state: FeedState, list: readonly Device[], since: number): FeedState => ({
  ...state,
  devices: new Map([
    ...stillSo(state, list, since),
    ...[...state.devices].filter(([id]) => (state.devicesTouched.get(id) ?? 0) > since),
  ]),
});

/** Some devices as they were read, asked for at `since`, beside all others that are known. */
export const withDevicesRead = (state: FeedState, some: readonly Device[], since: number): FeedState => ({
  ...state,
  devices: new Map([...state.devices, ...stillSo(state, some, since)]),
});

/** Without an unstored emergency that the gateway, asked for it, does not know (it was restarted before it could store it; the device will send it again). */
export const withoutUncommitted = (state: FeedState, alert: string): FeedState => {
  const uncommitted = new Map(state.uncommitted);
  uncommitted.delete(alert);
  return { ...state, uncommitted };
};
