import type { Alert } from '../model/alert.ts';
import type { Call } from '../model/call.ts';
import type { Device } from '../model/device.ts';
import type { Flood } from '../model/flood.ts';
import type { Household, Presence } from '../model/household.ts';
import type { Place } from '../model/place.ts';
import { type Latest, movedAlong } from '../model/reading.ts';
import type { Shift } from '../model/shift.ts';
import type { Site } from '../model/site.ts';
import type { TestMode } from '../model/test-mode.ts';
import { isOver } from './call-life.ts';
import type { Committed } from './doors.ts';
import { floodFact, floodsIn } from './flood.ts';
import type { Batch, DeviceRecord, Session, StoredState, UserRecord } from './ports.ts';

/** What is volatile about a device and never journalled: how its link stands, when it was last heard, and whether it was refused. */
export type Liveness = (device: string) => Pick<Device, 'link' | 'lastSeenAt' | 'loginRefused'>;

/** The places named by the paths of these, each once. */
export const placesOf = (places: Iterable<Place | null>): Place[] => {
  const known = new Map<string, Place>();
  for (const place of places) {
    if (place === null) continue;
    known.set(place.id, place);
    for (let depth = 1; depth < place.path.length; depth += 1) {
      const path = place.path.slice(0, depth);
      const last = path[depth - 1];
      if (last && !known.has(last.id))
        known.set(last.id, { id: last.id, path, text: path.map((step) => step.name).join(' ') });
    }
  }
  return [...known.values()];
};

/** The committed side of the books: it moves on only with a commit, and is all that anybody outside is shown. */
export const createCommitted = (
  state: StoredState,
  liveness: Liveness,
): {
  readonly view: Committed;
  readonly apply: (batch: Batch) => void;
  /** The wall clock was set by so many ms and shows `now`. */
  readonly shift: (byMs: number, now: number) => void;
} => {
  let seq = state.seq;
  const alerts = new Map<string, Alert>(state.alerts.map(({ alert }) => [alert.id, alert]));
  const calls = new Map<string, Call>(state.calls.map(({ call }) => [call.id, call]));
  const devices = new Map<string, DeviceRecord>(state.devices.map((device) => [device.id, device]));
  const latest = new Map<string, Record<string, Latest>>();
  for (const [id, known] of state.deviceStates) latest.set(id, { ...known.latest });
  const households = new Map<string, Household>(
    state.households.map((household) => [household.place, household]),
  );
  const presences = new Map<string, Presence>(state.presences.map((presence) => [presence.place, presence]));
  const sites = new Map<string, Site>(state.sites.map((site) => [site.place, site]));
  const testModes = new Map<string, TestMode>(state.testModes.map((mode) => [mode.id, mode]));
  const shifts = new Map<string, Shift>(state.shifts.map((shift) => [shift.id, shift]));
  let floods: readonly Flood[] = floodsIn(state.facts.get(floodFact));
  const users = new Map<string, UserRecord>(state.users.map((user) => [user.id, user]));
  const sessions = new Map<string, Session>(state.sessions.map((session) => [session.id, session]));
  let places: Place[] | null = null;

  const move = <V>(map: Map<string, V>, id: string, body: V | null): void => {
    if (body === null) map.delete(id);
    else map.set(id, body);
  };

  const apply = (batch: Batch): void => {
    for (const put of batch.puts) {
      switch (put.kind) {
        case 'alert':
          move(
            alerts,
            put.id,
            put.body === null || put.body.alert.state === 'closed' ? null : put.body.alert,
          );
          break;
        case 'call':
          move(calls, put.id, put.body === null || isOver(put.body.call) ? null : put.body.call);
          break;
        case 'device':
          move(devices, put.id, put.body);
          if (put.body === null) latest.delete(put.id);
          places = null;
          break;
        case 'household':
          move(households, put.id, put.body);
          break;
        case 'presence':
          move(presences, put.id, put.body);
          break;
        case 'site':
          move(sites, put.id, put.body);
          break;
        case 'test-mode':
          move(testModes, put.id, put.body);
          break;
        case 'shift':
          if (put.body?.endedAt !== undefined)
            for (const { id, endedAt } of [...shifts.values()])
              if (endedAt !== undefined && id !== put.id) shifts.delete(id);
          move(shifts, put.id, put.body);
          break;
        case 'fact':
          if (put.id === floodFact) floods = floodsIn(put.body ?? undefined);
          break;
        case 'user':
          move(users, put.id, put.body);
          break;
        case 'session':
          move(sessions, put.id, put.body);
          break;
        default:
          break;
      }
    }
    for (const { device, measurement, value, at, receivedAt } of batch.readings) {
      let values = latest.get(device);
      if (values === undefined) {
        values = {};
        latest.set(device, values);
      }
      const known = values[measurement];
      if (known === undefined || known.at <= at) values[measurement] = { value, at, receivedAt };
    }
    const last = batch.entries.at(-1);
    if (last) seq = last.seq;
  };

  const device = (id: string): Device | null => {
    const record = devices.get(id);
    if (record === undefined) return null;
    const { secretHash: _secret, ...known } = record;
    return { ...known, ...liveness(id), latest: { ...latest.get(id) } };
  };

  return {
    apply,
    shift: (byMs, now) => {
      for (const values of latest.values())
        for (const [measurement, known] of Object.entries(values))
          values[measurement] = movedAlong(known, byMs, now);
    },
    view: {
      seq: () => seq,
      feed: state.feed,
      alerts,
      calls,
      device,
      deviceIds: () => devices.keys(),
      places: () => {
        places ??= placesOf([...devices.values()].map(({ place }) => place));
        return places;
      },
      households,
      presences,
      sites,
      testModes,
      shifts,
      floods: () => floods,
      users,
      sessions,
    },
  };
};
