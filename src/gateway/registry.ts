import type { Device, DevicePatch, NewDevice, OutOfService } from '../model/device.ts';
import type { DeviceTypes } from '../model/device-type.ts';
import type { Dialects } from '../model/dialect.ts';
import type { Refusal, Result } from '../model/fault.ts';
import type { Place } from '../model/place.ts';
import { placesOf } from './committed.ts';
import type { DeviceBook, WorkingDevice } from './device-book.ts';
import type { Ledger } from './ledger.ts';
import type { DeviceRecord } from './ports.ts';
import { systemDevice } from './system-alerts.ts';

/** Who is in the registry and what is written there; every change is a line, a row and a change for the consoles. */
export type Registry = {
  readonly register: (user: string, device: NewDevice, secretHash: string, now: number) => Result<Device>;
  readonly change: (user: string, id: string, patch: DevicePatch, now: number) => Result<Device>;
  readonly remove: (user: string, id: string, now: number) => Result<null>;
  readonly renewSecret: (user: string, id: string, secretHash: string, now: number) => Result<Device>;
  readonly outOfService: (user: string, id: string, why: OutOfService | null, now: number) => Result<Device>;
  readonly flag: (
    device: WorkingDevice,
    flag: DeviceRecord['flags'][number],
    set: boolean,
    now: number,
  ) => void;
};

const refuse = (code: Refusal['code'], message: string): Result<never> => ({
  ok: false,
  refusal: { code, message },
});

/** A device as it is now. */
export const viewOf = ({ record, link, lastSeenAt, latest }: WorkingDevice): Device => {
  const { secretHash: _secret, ...known } = record;
  return { ...known, link, lastSeenAt, latest: Object.fromEntries(latest) };
};

/** Makes the registry. */
export const createRegistry = (parts: {
  readonly devices: DeviceBook;
  readonly types: DeviceTypes;
  readonly dialects: Dialects;
  readonly ledger: Ledger;
}): Registry => {
  const { devices, types, dialects, ledger } = parts;

  const write = (
    device: WorkingDevice,
    event: string,
    actor: string,
    now: number,
    data: Record<string, unknown> = {},
  ): Device => {
    const view = viewOf(device);
    const seq = ledger.enter(now, actor, `device.${event}`, `device:${view.id}`, null, data);
    ledger.put('device', view.id, device.record);
    ledger.tell({ seq, at: now, what: 'device', event, by: actor, data, device: view });
    return view;
  };

  const missing = (id: string): Result<never> => refuse('not-found', `no device ${id}`);

  const placeOf = (ref: Place | string): Place | null => {
    if (typeof ref !== 'string') return ref;
    return (
      placesOf([...devices.all()].map(({ record }) => record.place)).find(({ id }) => id === ref) ?? null
    );
  };

  /** The parts of a registration that point elsewhere, found; or what is wrong with them. */
  const located = (
    wanted: DevicePatch,
    before: Pick<DeviceRecord, 'id' | 'place' | 'hub' | 'dialect' | 'address'>,
  ): Result<Pick<DeviceRecord, 'place' | 'hub' | 'dialect' | 'address'>> => {
    const hub = wanted.hub === undefined ? before.hub : wanted.hub;
    const over = hub === null ? undefined : devices.get(hub)?.record;
    if (hub !== null && (over === undefined || over.type !== 'hub' || hub === before.id))
      return refuse('unknown-hub', `no hub ${hub}`);
    const dialect = wanted.dialect ?? (over && wanted.hub !== undefined ? over.dialect : before.dialect);
    if (!dialects.has(dialect))
      return refuse('unknown-dialect', `no dialect ${dialect}; there are ${[...dialects.keys()].join(', ')}`);
    const address = wanted.address === undefined ? before.address : wanted.address;
    if (hub !== null && address !== null) {
      const taken = devices.resolve(hub, { by: 'address', address });
      if (taken && taken.record.id !== before.id)
        return refuse('already-exists', `${taken.record.id} has the address ${address} under ${hub}`);
    }
    const place =
      wanted.place === undefined ? before.place : wanted.place === null ? null : placeOf(wanted.place);
    if (place === null && wanted.place)
      return refuse('unknown-place', `no place ${String(wanted.place)} is known; give the whole place`);
    return { ok: true, value: { place, hub, dialect, address } };
  };

  return {
    register: (user, wanted, secretHash, now) => {
      if (devices.get(wanted.id) || wanted.id === systemDevice)
        return refuse('already-exists', `device ${wanted.id} is registered already`);
      const type = types.get(wanted.type);
      if (type === undefined)
        return refuse(
          'unknown-type',
          `no device type ${wanted.type}; there are ${[...types.keys()].join(', ')}`,
        );
      const found = located(wanted, {
        id: wanted.id,
        place: null,
        hub: null,
        dialect: 'native',
        address: null,
      });
      if (!found.ok) return found;
      const device = devices.put({
        id: wanted.id,
        type: wanted.type,
        name: wanted.name ?? type.label.zh,
        ...found.value,
        createdAt: now,
        outOfService: null,
        flags: [],
        secretHash,
      });
      return { ok: true, value: write(device, 'registered', `user:${user}`, now, { type: wanted.type }) };
    },
    change: (user, id, patch, now) => {
      const device = devices.get(id);
      if (device === undefined) return missing(id);
      const found = located(patch, device.record);
      if (!found.ok) return found;
      devices.put({ ...device.record, name: patch.name ?? device.record.name, ...found.value });
      return { ok: true, value: write(device, 'changed', `user:${user}`, now) };
    },
    remove: (user, id, now) => {
      const device = devices.get(id);
      if (device === undefined) return missing(id);
      if (devices.children(id).length > 0)
        return refuse('has-children', `devices are registered under ${id}`);
      const view = viewOf(device);
      devices.remove(id);
      const seq = ledger.enter(now, `user:${user}`, 'device.removed', `device:${id}`, null, {});
      ledger.put('device', id, null);
      ledger.put('device-state', id, null);
      ledger.tell({ seq, at: now, what: 'device', event: 'removed', by: `user:${user}`, device: view });
      return { ok: true, value: null };
    },
    renewSecret: (user, id, secretHash, now) => {
      const device = devices.get(id);
      if (device === undefined) return missing(id);
      devices.put({ ...device.record, secretHash });
      return { ok: true, value: write(device, 'secret-renewed', `user:${user}`, now) };
    },
    outOfService: (user, id, why, now) => {
      const device = devices.get(id);
      if (device === undefined) return missing(id);
      devices.put({ ...device.record, outOfService: why });
      const actor = user === 'system' ? user : `user:${user}`;
      return {
        ok: true,
        value: write(
          device,
          why ? 'out-of-service' : 'in-service',
          actor,
          now,
          why ? { until: why.until } : {},
        ),
      };
    },
    flag: (device, flag, set, now) => {
      const { flags, id } = device.record;
      if (flags.includes(flag) === set) return;
      devices.put({
        ...device.record,
        flags: set ? [...flags, flag] : flags.filter((known) => known !== flag),
      });
      write(device, set ? 'flagged' : 'unflagged', `device:${id}`, now, { flag });
    },
  };
};
