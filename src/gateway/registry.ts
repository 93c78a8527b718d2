import type { Device, DevicePatch, NewDevice, OutOfService } from '../model/device.ts';
import type { DeviceTypes } from '../model/device-type.ts';
import type { Dialects } from '../model/dialect.ts';
import type { Refusal, Result } from '../model/fault.ts';
import type { Place, RenamedPlace } from '../model/place.ts';
import { placesOf } from './committed.ts';
import { type DeviceBook, livenessOf, type WorkingDevice } from './device-book.ts';
import type { RegistrationFault } from './doors.ts';
import type { Ledger } from './ledger.ts';
import { createPlaceWords, type PlaceWords, renameIn } from './place-words.ts';
import type { DeviceRecord } from './ports.ts';
import { systemDevice } from './system-alerts.ts';

/** Who is in the registry and what is written there; every change is a line, a row and a change for the consoles. */
export type Registry = {
  readonly register: (user: string, device: NewDevice, secretHash: string, now: number) => Result<Device>;
  /** What is wrong with registering all of these together. */
  readonly check: (devices: readonly NewDevice[]) => readonly RegistrationFault[];
  /** All of them or none; hubs may stand behind their children. Answers them in the order given. */
  readonly registerAll: (
    user: string,
    devices: readonly { readonly device: NewDevice; readonly secretHash: string }[],
    now: number,
  ) => Result<readonly Device[]>;
  readonly change: (user: string, id: string, patch: DevicePatch, now: number) => Result<Device>;
  /** Calls a place otherwise in the place of every device there. */
  readonly renamePlace: (user: string, id: string, name: string, now: number) => Result<RenamedPlace>;
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

/** The parts of a registration that point elsewhere, found. */
type Stand = Pick<DeviceRecord, 'place' | 'hub' | 'dialect' | 'address'>;

const refuse = (code: Refusal['code'], message: string): Result<never> => ({
  ok: false,
  refusal: { code, message },
});

/** A device as it is now. */
export const viewOf = (device: WorkingDevice): Device => {
  const { secretHash: _secret, ...known } = device.record;
  return { ...known, ...livenessOf(device), latest: Object.fromEntries(device.latest) };
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

  const taken = (id: string): Result<never> => refuse('already-exists', `device ${id} is registered already`);
  const noType = (type: string): Result<never> =>
    refuse('unknown-type', `no device type ${type}; there are ${[...types.keys()].join(', ')}`);
  const noDialect = (dialect: string): Result<never> =>
    refuse('unknown-dialect', `no dialect ${dialect}; there are ${[...dialects.keys()].join(', ')}`);
  const addressTaken = (holder: string, address: string, hub: string): Result<never> =>
    refuse('already-exists', `${holder} has the address ${address} under ${hub}`);
  const noPlace = (place: string): Result<never> =>
    refuse('unknown-place', `no place ${place} is known; give the whole place`);
  const missingPlace = (id: string): Result<never> => refuse('not-found', `no device stands in ${id}`);
  const placeDiffers = (contradiction: string): Result<never> =>
    refuse(
      'place-differs',
      `${contradiction}; give a known place by its id, and another place another id; PATCH /places/{id} calls one otherwise`,
    );
  const missing = (id: string): Result<never> => refuse('not-found', `no device ${id}`);

  const placeOf = (ref: Place | string): Place | null => {
    if (typeof ref !== 'string') return ref;
    return (
      placesOf([...devices.all()].map(({ record }) => record.place)).find(({ id }) => id === ref) ?? null
    );
  };

  /** Takes in what every device says of its place, but not one of them. */
  const wordsOf = (words: PlaceWords, except?: string): PlaceWords => {
    for (const { record } of devices.all())
      if (record.place !== null && record.id !== except) words.note(record.place);
    return words;
  };

  /** How a whole place contradicts what every other device says of it; its card and its rights hang on the id alone. */
  const contradicted = (place: Place, by: string): string | null =>
    wordsOf(createPlaceWords(place), by).contradiction(place);

  /** The parts of a registration that point elsewhere, found; or what is wrong with them. */
  const located = (wanted: DevicePatch, before: Stand & Pick<DeviceRecord, 'id'>): Result<Stand> => {
    const hub = wanted.hub === undefined ? before.hub : wanted.hub;
    const over = hub === null ? undefined : devices.get(hub)?.record;
    if (hub !== null && (over === undefined || over.type !== 'hub' || hub === before.id))
      return refuse('unknown-hub', `no hub ${hub}`);
    const dialect = wanted.dialect ?? (over && wanted.hub !== undefined ? over.dialect : before.dialect);
    if (!dialects.has(dialect)) return noDialect(dialect);
    const address = wanted.address === undefined ? before.address : wanted.address;
    if (hub !== null && address !== null) {
      const holder = devices.resolve(hub, { by: 'address', address });
      if (holder && holder.record.id !== before.id) return addressTaken(holder.record.id, address, hub);
    }
    const place =
      wanted.place === undefined ? before.place : wanted.place === null ? null : placeOf(wanted.place);
    if (place === null && wanted.place) return noPlace(String(wanted.place));
    const differs =
      typeof wanted.place === 'object' && wanted.place !== null
        ? contradicted(wanted.place, before.id)
        : null;
    if (differs !== null) return placeDiffers(differs);
    return { ok: true, value: { place, hub, dialect, address } };
  };

  /** Where each of these would stand, or what is wrong with it; each is held against the registry and all the others. */
  const survey = (
    wanted: readonly NewDevice[],
  ): { readonly faults: RegistrationFault[]; readonly found: readonly Stand[] } => {
    const faults: RegistrationFault[] = [];
    const fault = (index: number, field: RegistrationFault['field'], refused: Result<never>): void => {
      if (!refused.ok) faults.push({ index, field, ...refused.refusal });
    };
    const beside = new Map<string, NewDevice>();
    for (const device of wanted) if (!beside.has(device.id)) beside.set(device.id, device);
    const places = new Map(
      placesOf([
        ...wanted.map(({ place }) => (typeof place === 'string' ? null : (place ?? null))),
        ...[...devices.all()].map(({ record }) => record.place),
      ]).map((place) => [place.id, place]),
    );
    const hubOf = ({ hub }: NewDevice): NewDevice | DeviceRecord | undefined =>
      hub === undefined || hub === null ? undefined : (beside.get(hub) ?? devices.get(hub)?.record);
    const hangsOnItself = (device: NewDevice): boolean => {
      const above = new Set([device.id]);
      for (let over = hubOf(device); over !== undefined && beside.has(over.id); over = hubOf(over)) {
        if (above.has(over.id)) return true;
        above.add(over.id);
      }
      return false;
    };
    const dialectOf = (device: NewDevice): string => {
      let over: NewDevice | DeviceRecord | undefined = device;
      while (over !== undefined && over.dialect === undefined) over = hubOf(over);
      return over?.dialect ?? 'native';
    };
    const addresses = new Map<string, string>();
    const words = wordsOf(createPlaceWords());
    const found = wanted.map((device, index): Stand => {
      const { id, place: ref } = device;
      if (beside.get(id) !== device) fault(index, 'id', refuse('already-exists', `${id} stands here twice`));
      else if (devices.get(id) || id === systemDevice) fault(index, 'id', taken(id));
      if (!types.has(device.type)) fault(index, 'type', noType(device.type));
      const hub = device.hub ?? null;
      const address = device.address ?? null;
      const isTangled = hangsOnItself(device);
      if (hub !== null && (isTangled || hubOf(device)?.type !== 'hub'))
        fault(index, 'hub', refuse('unknown-hub', `no hub ${hub}`));
      const dialect = isTangled ? (device.dialect ?? 'native') : dialectOf(device);
      if (!dialects.has(dialect)) fault(index, 'dialect', noDialect(dialect));
      if (hub !== null && address !== null) {
        const key = `${hub} ${address}`;
        const holder = addresses.get(key) ?? devices.resolve(hub, { by: 'address', address })?.record.id;
        if (holder === undefined) addresses.set(key, id);
        else fault(index, 'address', addressTaken(holder, address, hub));
      }
      const place = typeof ref === 'string' ? (places.get(ref) ?? null) : (ref ?? null);
      if (typeof ref === 'string' && place === null) fault(index, 'place', noPlace(ref));
      if (typeof ref === 'object' && ref !== null) {
        const differs = words.contradiction(ref);
        if (differs === null) words.note(ref);
        else fault(index, 'place', placeDiffers(differs));
      }
      return { place, hub, dialect, address };
    });
    return { faults, found };
  };

  const enroll = (user: string, wanted: NewDevice, stand: Stand, secretHash: string, now: number): Device => {
    const device = devices.put({
      id: wanted.id,
      type: wanted.type,
      // What its type is called is a matter of the language in which somebody reads it.
      name: wanted.name ?? wanted.id,
      ...stand,
      createdAt: now,
      outOfService: null,
      flags: [],
      secretHash,
    });
    return write(device, 'registered', `user:${user}`, now, { type: wanted.type });
  };

  return {
    check: (wanted) => survey(wanted).faults,
    registerAll: (user, wanted, now) => {
      const { faults, found } = survey(wanted.map(({ device }) => device));
      if (faults.length > 0)
        return {
          ok: false,
          refusal: { code: 'invalid', message: 'nothing was registered', details: { faults } },
        };
      // Whoever reads along, or reads the record later, meets no child before its hub.
      const depth = new Map<string, number>();
      const beside = new Map(wanted.map(({ device }) => [device.id, device]));
      const depthOf = ({ id, hub }: NewDevice): number => {
        const over = typeof hub === 'string' ? beside.get(hub) : undefined;
        const known = depth.get(id) ?? (over === undefined ? 0 : depthOf(over) + 1);
        depth.set(id, known);
        return known;
      };
      const order = [...wanted.entries()].sort((a, b) => depthOf(a[1].device) - depthOf(b[1].device));
      const views: Device[] = [];
      for (const [index, { device, secretHash }] of order) {
        const stand = found[index];
        if (stand) views[index] = enroll(user, device, stand, secretHash, now);
      }
      return { ok: true, value: views };
    },
    register: (user, wanted, secretHash, now) => {
      if (devices.get(wanted.id) || wanted.id === systemDevice) return taken(wanted.id);
      if (!types.has(wanted.type)) return noType(wanted.type);
      const found = located(wanted, {
        id: wanted.id,
        place: null,
        hub: null,
        dialect: 'native',
        address: null,
      });
      if (!found.ok) return found;
      return { ok: true, value: enroll(user, wanted, found.value, secretHash, now) };
    },
    change: (user, id, patch, now) => {
      const device = devices.get(id);
      if (device === undefined) return missing(id);
      const found = located(patch, device.record);
      if (!found.ok) return found;
      devices.put({ ...device.record, name: patch.name ?? device.record.name, ...found.value });
      return { ok: true, value: write(device, 'changed', `user:${user}`, now) };
    },
    renamePlace: (user, id, name, now) => {
      const actor = `user:${user}`;
      const renamed: Place[] = [];
      const unchangedTexts: string[] = [];
      for (const device of devices.all()) {
        const { place } = device.record;
        const old = place?.path.find((step) => step.id === id)?.name;
        if (place === null || old === undefined) continue;
        const there = renameIn(place, id, name);
        renamed.push(there);
        if (old === name) continue;
        if (there.text === place.text && place.text.includes(old)) unchangedTexts.push(device.record.id);
        devices.put({ ...device.record, place: there });
        write(device, 'changed', actor, now);
      }
      const place = placesOf(renamed).find((known) => known.id === id);
      if (place === undefined) return missingPlace(id);
      ledger.enter(now, actor, 'place.renamed', `place:${id}`, null, { devices: renamed.length });
      return { ok: true, value: { place, devices: renamed.length, unchangedTexts } };
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
