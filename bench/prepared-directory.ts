import { pino } from 'pino';
import { deviceTypes } from '../devices/index.ts';
import { hashSecret, newSecret } from '../src/api/sessions.ts';
import type { AlertRecord, Batch, DeviceRecord, Put } from '../src/gateway/ports.ts';
import type { Alert } from '../src/model/alert.ts';
import type { Change } from '../src/model/change.ts';
import type { Device } from '../src/model/device.ts';
import type { Entry } from '../src/model/journal.ts';
import type { Place } from '../src/model/place.ts';
import type { Latest, Reading } from '../src/model/reading.ts';
import { openStore } from '../src/store/store.ts';
import { type Login, temporaryDirectory } from './own-gateway.ts';

/** A data directory as years on a street would leave it, and the logins of its devices. */
export type PreparedDirectory = { readonly dir: string; readonly logins: readonly Login[] };

const entriesPerBatch = 10_000;
const homesPerBuilding = 60;
/** Of so many lines of the record one alert's whole life is written down; the others are events and commands. */
const entriesPerAlert = 100;
const openAlerts = 100;
const entryEveryMs = 30_000;

const life = ['raised', 'shown', 'taken', 'dispatched', 'commented', 'closed'] as const;

const placeOf = (home: number): Place => {
  const building = Math.floor(home / homesPerBuilding) + 1;
  const path: Place['path'] = [
    { kind: 'street', id: 'street', name: '和平街道' },
    { kind: 'community', id: `community-${building % 10}`, name: `第${building % 10}社区` },
    { kind: 'building', id: `building-${building}`, name: `${building}号楼` },
    { kind: 'household', id: `home-${home}`, name: `${home % homesPerBuilding}室` },
  ];
  return { id: `home-${home}`, path, text: `${building}号楼${home % homesPerBuilding}室` };
};

const types = [...deviceTypes.values()].filter(({ name }) => name !== 'hub');

const recordOf = (index: number, secretHash: string, createdAt: number): DeviceRecord => {
  const type = types[index % types.length];
  if (type === undefined) throw new Error('there are no device types');
  return {
    id: `device-${index}`,
    type: type.name,
    name: type.label.zh,
    place: placeOf(Math.floor(index / 4)),
    hub: null,
    dialect: 'native',
    address: null,
    createdAt,
    outOfService: null,
    flags: [],
    secretHash,
  };
};

const valuesOf = (type: string, at: number) =>
  deviceTypes.get(type)?.simulate({ at, random: Math.random, previous: {}, incident: null }) ?? {};

const alertOf = (number: number, device: DeviceRecord, at: number, closed: boolean): Alert => ({
  id: `alert-${number}`,
  version: closed ? 4 : 1,
  rule: null,
  kind: 'sos',
  device: device.id,
  devices: [device.id],
  place: device.place,
  priority: 'critical',
  state: closed ? 'closed' : 'latched-unacknowledged',
  active: false,
  acknowledged: closed,
  latching: true,
  reset: false,
  outOfService: false,
  count: 1,
  raisedAt: at,
  lastAt: at,
  receivedAt: at,
  committedAt: at,
  test: false,
  late: false,
  title: { zh: '紧急呼叫', en: 'Emergency call' },
  evidence: [{ at, receivedAt: at, event: 'sos' }],
  ...(closed ? { closedAt: at, disposition: 'assistance-given' } : {}),
});

const stillAlert = (alert: Alert): AlertRecord => ({
  alert,
  ladder: {
    announceAt: null,
    announcements: 0,
    escalateAt: null,
    tendBy: null,
    reAlarmAt: null,
    helpAnnounced: false,
  },
  reAlarmAfterMs: null,
  subject: alert.device,
  holding: 0,
  standing: { level: 1, priority: alert.priority, latching: alert.latching, title: alert.title },
  testMode: false,
  transitions: [],
});

/** Writes a data directory by the store's own code: so many devices, each heard a while ago, and so many lines of the record, registrations included. */
export const prepareDirectory = async (parts: {
  readonly devices: number;
  readonly entries: number;
}): Promise<PreparedDirectory> => {
  const dir = temporaryDirectory();
  const fatal = Promise.withResolvers<never>();
  fatal.promise.catch(() => {});
  const store = await openStore({
    dir,
    log: pino({ level: 'silent' }),
    version: 'bench',
    onHealth: () => {},
    onFatal: (error) => fatal.reject(error),
  });
  const endsAt = Date.now() - 60_000;
  let batch = emptyBatch();
  let seq = 0;
  const flush = (): Promise<unknown> => {
    const full: Batch = batch;
    batch = emptyBatch();
    return Promise.race([new Promise((resolve) => store.journal.write(full, resolve)), fatal.promise]);
  };
  const enter = (entry: Omit<Entry, 'seq' | 'at'>): Pick<Entry, 'seq' | 'at'> => {
    seq += 1;
    const at = endsAt - (parts.entries - seq) * entryEveryMs;
    batch.entries.push({ seq, at, ...entry });
    return { seq, at };
  };
  const tell = (change: Omit<Change, 'type'>): void => {
    batch.changes.push({ type: 'change', ...change });
  };

  const logins: Login[] = [];
  const records: DeviceRecord[] = [];

  const registerOne = (index: number): void => {
    const secret = newSecret();
    const subject = `device:device-${index}`;
    const type = types[index % types.length]?.name ?? '';
    const stamp = enter({
      actor: 'user:admin',
      event: 'device.registered',
      subject,
      version: null,
      data: { type },
    });
    const record = recordOf(index, hashSecret(secret), stamp.at);
    records.push(record);
    logins.push({ username: record.id, password: secret });
    const latest: Record<string, Latest> = {};
    for (const [measurement, value] of Object.entries(valuesOf(type, endsAt))) {
      latest[measurement] = { value, at: endsAt, receivedAt: endsAt };
      batch.readings.push({ device: record.id, measurement, value, at: endsAt, receivedAt: endsAt });
    }
    batch.puts.push({ kind: 'device', id: record.id, body: record });
    batch.puts.push({ kind: 'device-state', id: record.id, body: { lastSeenAt: endsAt, latest } });
    const { secretHash: _secret, ...known } = record;
    const device: Device = { ...known, link: 'unknown', lastSeenAt: null, latest: {} };
    tell({ ...stamp, what: 'device', event: 'registered', by: 'user:admin', device });
  };

  const aliveOne = (number: number, device: DeviceRecord, isOpen: boolean): void => {
    for (const event of isOpen ? life.slice(0, 1) : life) {
      const stamp = enter({
        actor: event === 'raised' ? `device:${device.id}` : 'user:admin',
        event: `alert.${event}`,
        subject: `alert:alert-${number}`,
        version: 1,
        data: { device: device.id },
      });
      const alert = alertOf(number, device, stamp.at, event === 'closed');
      tell({ ...stamp, what: 'alert', event, alert });
      if (event === 'closed' || isOpen)
        batch.puts.push({ kind: 'alert', id: alert.id, body: stillAlert(alert) });
    }
  };

  const flushIfFull = async (): Promise<void> => {
    if (batch.entries.length >= entriesPerBatch) await flush();
  };
  try {
    for (let index = 0; index < parts.devices; index += 1) {
      registerOne(index);
      await flushIfFull();
    }
    for (let alerts = 0; seq + entriesPerAlert <= parts.entries; alerts += 1) {
      const device = records[alerts % records.length];
      if (device === undefined) throw new Error('a record of nobody cannot be made');
      aliveOne(alerts, device, seq + (openAlerts + 1) * entriesPerAlert > parts.entries);
      while (seq % entriesPerAlert !== 0)
        enter({
          actor: `device:${device.id}`,
          event: 'device.event',
          subject: `device:${device.id}`,
          version: null,
          data: { event: seq % 2 === 0 ? 'power-lost' : 'power-restored' },
        });
      await flushIfFull();
    }
    await flush();
  } finally {
    await store.close();
  }
  return { dir, logins };
};

type Growing = {
  readonly entries: Entry[];
  readonly changes: Change[];
  readonly readings: Reading[];
  readonly puts: Put[];
  readonly messageIds: [];
};

const emptyBatch = (): Growing => ({ entries: [], changes: [], readings: [], puts: [], messageIds: [] });
