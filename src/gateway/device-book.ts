import type { Device, LoginRefusal } from '../model/device.ts';
import type { Subject } from '../model/dialect.ts';
import { type Latest, movedAlong, type Value } from '../model/reading.ts';
import type { DeviceRecord, DeviceState, StoredState } from './ports.ts';

/** A device in the core's hands: its record, and what was last heard of it, which changes with every message. */
export type WorkingDevice = {
  record: DeviceRecord;
  link: Device['link'];
  lastSeenAt: number | null;
  /** Its last connection with a wrong secret, unless it has connected since. */
  loginRefused: LoginRefusal | null;
  readonly latest: Map<string, Latest>;
  /** Heard, or refused, since its state was last put down. */
  dirty: boolean;
};

/** The devices as they are now, committed or not. */
export type DeviceBook = {
  readonly get: (id: string) => WorkingDevice | undefined;
  readonly all: () => IterableIterator<WorkingDevice>;
  readonly children: (hub: string) => readonly WorkingDevice[];
  /** Whom an item over `sender`'s connection speaks of; null where nobody by that name is registered under it. */
  readonly resolve: (sender: string, subject: Subject) => WorkingDevice | null;
  readonly put: (record: DeviceRecord) => WorkingDevice;
  readonly remove: (id: string) => void;
  /** Up to `most` devices heard, or refused, since their state was last taken. */
  readonly takeDirty: (most: number) => readonly WorkingDevice[];
  readonly noteValue: (
    device: WorkingDevice,
    measurement: string,
    value: Value,
    at: number,
    receivedAt: number,
  ) => void;
  readonly noteHeard: (device: WorkingDevice, at: number) => void;
  /** The wall clock was set by so many ms and shows `now`: what is known is not from a time that is still to come. */
  readonly shift: (byMs: number, now: number) => void;
  readonly noteLogin: (device: WorkingDevice, refused: LoginRefusal | null) => void;
};

/** How its connection stands; who speaks through a hub has none that could be refused. */
export const livenessOf = ({
  record,
  link,
  lastSeenAt,
  loginRefused,
}: WorkingDevice): Pick<Device, 'link' | 'lastSeenAt' | 'loginRefused'> => ({
  link,
  lastSeenAt,
  ...(loginRefused === null || record.hub !== null ? {} : { loginRefused }),
});

/** What of a device is put down now and then. */
export const stateOfDevice = (device: WorkingDevice): DeviceState => ({
  lastSeenAt: device.lastSeenAt,
  latest: Object.fromEntries(device.latest),
  ...(device.loginRefused === null ? {} : { loginRefused: device.loginRefused }),
});

/** Makes the book from what was stored. */
export const createDeviceBook = (stored: Pick<StoredState, 'devices' | 'deviceStates'>): DeviceBook => {
  const devices = new Map<string, WorkingDevice>();
  const byAddress = new Map<string, string>();
  // A whole street may lose its line at once, and each time it is asked who is behind: no walk through all devices then.
  const byHub = new Map<string, Set<WorkingDevice>>();
  const dirty = new Set<WorkingDevice>();
  const addressKey = (hub: string, address: string): string => `${hub} ${address}`;

  const leaveHub = (device: WorkingDevice): void => {
    const { hub, address } = device.record;
    if (hub === null) return;
    byHub.get(hub)?.delete(device);
    if (address !== null) byAddress.delete(addressKey(hub, address));
  };
  const joinHub = (device: WorkingDevice): void => {
    const { hub, address, id } = device.record;
    if (hub === null) return;
    const children = byHub.get(hub);
    if (children === undefined) byHub.set(hub, new Set([device]));
    else children.add(device);
    if (address !== null) byAddress.set(addressKey(hub, address), id);
  };

  const take = (record: DeviceRecord, state: DeviceState | null): WorkingDevice => {
    const known = devices.get(record.id);
    if (known) {
      leaveHub(known);
      known.record = record;
      joinHub(known);
      return known;
    }
    const device: WorkingDevice = {
      record,
      link: 'unknown',
      lastSeenAt: state?.lastSeenAt ?? null,
      loginRefused: state?.loginRefused ?? null,
      latest: new Map(Object.entries(state?.latest ?? {})),
      dirty: false,
    };
    devices.set(record.id, device);
    joinHub(device);
    return device;
  };
  for (const record of stored.devices) take(record, stored.deviceStates.get(record.id) ?? null);

  const soil = (device: WorkingDevice): void => {
    if (device.dirty) return;
    device.dirty = true;
    dirty.add(device);
  };

  return {
    get: (id) => devices.get(id),
    all: () => devices.values(),
    children: (hub) => [...(byHub.get(hub) ?? [])],
    resolve: (sender, subject) => {
      if (subject.by === 'sender') return devices.get(sender) ?? null;
      const id = subject.by === 'id' ? subject.id : byAddress.get(addressKey(sender, subject.address));
      const device = id === undefined ? undefined : devices.get(id);
      return device?.record.hub === sender ? device : null;
    },
    // Whoever is registered under the id of one that was taken off has been heard of by nobody.
    put: (record) => take(record, null),
    remove: (id) => {
      const known = devices.get(id);
      if (known === undefined) return;
      leaveHub(known);
      dirty.delete(known);
      devices.delete(id);
    },
    takeDirty: (most) => {
      const taken: WorkingDevice[] = [];
      for (const device of dirty) {
        if (taken.length === most) break;
        device.dirty = false;
        dirty.delete(device);
        taken.push(device);
      }
      return taken;
    },
    noteValue: (device, measurement, value, at, receivedAt) => {
      const known = device.latest.get(measurement);
      if (known === undefined || known.at <= at) device.latest.set(measurement, { value, at, receivedAt });
    },
    noteHeard: (device, at) => {
      device.lastSeenAt = at;
      soil(device);
    },
    shift: (byMs, now) => {
      for (const device of devices.values()) {
        const { lastSeenAt, latest } = device;
        if (lastSeenAt === null || lastSeenAt <= now) continue;
        device.lastSeenAt = Math.min(lastSeenAt + byMs, now);
        for (const [measurement, known] of latest) latest.set(measurement, movedAlong(known, byMs, now));
        soil(device);
      }
    },
    noteLogin: (device, refused) => {
      device.loginRefused = refused;
      soil(device);
    },
  };
};
