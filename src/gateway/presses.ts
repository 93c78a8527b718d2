import type { Alert } from '../model/alert.ts';
import type { Text } from '../model/text.ts';
import type { AlertBook } from './alert-book.ts';
import type { CommandBook } from './command-book.ts';
import type { DeviceBook } from './device-book.ts';
import type { Effects } from './ingest.ts';
import { pressKey, unregisteredPressKey } from './open-alerts.ts';
import type { DeviceRecord } from './ports.ts';

const pressed: Text = { zh: '紧急呼叫', en: 'Emergency call' };
const pressedUnregistered = (name: string): Text => ({
  zh: `紧急呼叫（未登记设备 ${name}）`,
  en: `Emergency call from an unregistered device: ${name}`,
});
/** The same of a message that is suspected of having stopped the gateway. */
const suspected = ({ zh, en }: Text): Text => ({
  zh: `${zh}（报文可疑，内容未采用）`,
  en: `${en} (its message is suspect; nothing else of it was taken)`,
});
const noteMaybeStored = 'published with the retain flag: it may be a copy that some broker had kept';

/** How much of an unregistered device's message the alert carries, in bytes. */
const rawKept = 2048;

/** A name as somebody may read it: without what steers a screen, and short. */
const readable = (name: string): string =>
  [...name.replace(/[\p{C}\p{Z}]+/gu, ' ').trim()].slice(0, 64).join('') || '?';

/** An id-like name for a device that is not registered: what it is called on the wire, with what no id may hold replaced. */
const wireId = (name: string): string =>
  name
    .replace(/[^A-Za-z0-9._-]/g, '_')
    .replace(/^[^A-Za-z0-9]/, 'x')
    .slice(0, 64) || 'unnamed';

/** Under which subject presses of a name join that nobody registered under the hub. No id has a space in it, so that no device's presses join here; two hubs, and two names, never share one. */
const subjectUnder = (hub: string, by: 'id' | 'address', name: string): string =>
  `${unregisteredUnder(hub)}${by} ${name}`;

const unregisteredUnder = (hub: string): string => `unregistered ${hub} `;

/** Who pressed: a registered device, or a name under a hub. */
export type Presser = Pick<Parameters<Effects['pressed']>[0], 'device' | 'sender' | 'by' | 'name'>;

/** The open emergency call that a press of this one would join. */
export const openCallOf = (alerts: AlertBook, { device, sender, by, name }: Presser): Alert | undefined =>
  device
    ? alerts.openOf(device.record.id, pressKey)
    : alerts.openOf(subjectUnder(sender.record.id, by, name), unregisteredPressKey);

/** What a press does, whoever pressed: it joins the device's open emergency call or raises one, rings unless an operator speaks with the person over this device (`spokenWith`), and the device hears that it was received. No rule, no repair and no test mode stands between. */
export const press = (
  alerts: AlertBook,
  commands: CommandBook,
  devices: DeviceBook,
  {
    device,
    sender,
    by,
    name,
    at,
    receivedAt,
    now,
    late,
    raw,
    maybeStored,
    suspect,
  }: Parameters<Effects['pressed']>[0],
  spokenWith: boolean,
): Alert => {
  const titled = (title: Text): Text => (suspect ? suspected(title) : title);
  const common = {
    rule: null,
    priority: 'critical' as const,
    latching: true,
    test: false,
    testMode: false,
    shelvable: false,
    outOfService: false,
    late,
    receivedAt,
    ringsFrom: now,
    reAlarmAfterMs: null,
    explainedBy: null,
  };
  if (device === null) {
    const text = suspect ? '' : ` ${new TextDecoder().decode(raw.bytes.subarray(0, rawKept))}`;
    const hub = sender.record.id;
    // Somebody else may be registered under that id, in another home.
    const id = devices.get(wireId(name)) ? `${hub}/${wireId(name)}` : wireId(name);
    return alerts.raise(
      {
        ...common,
        key: unregisteredPressKey,
        kind: 'unregistered-sos',
        title: titled(pressedUnregistered(readable(name))),
        subject: subjectUnder(hub, by, name),
        device: id,
        place: sender.record.place,
        evidence: {
          at,
          receivedAt,
          event: 'sos',
          note: `${maybeStored ? `(${noteMaybeStored}) ` : ''}${raw.topic}${text}`,
        },
      },
      `device:${hub}`,
      now,
    );
  }
  const { id, place } = device.record;
  const alert = alerts.raise(
    {
      ...common,
      key: pressKey,
      spokenWith,
      kind: 'sos',
      title: titled(pressed),
      subject: id,
      device: id,
      place,
      evidence: { at, receivedAt, event: 'sos', ...(maybeStored ? { note: noteMaybeStored } : {}) },
    },
    `device:${id}`,
    now,
  );
  commands.issue(id, 'sos-received', alert.id, now);
  return alert;
};

/** A device was registered, or is somewhere else than it was: what is open of it follows, and so does what was raised while nobody had registered it. */
export const followDevice = (
  alerts: AlertBook,
  { id, place, hub, address }: DeviceRecord,
  actor: string,
  now: number,
): void => {
  const under = unregisteredUnder(id);
  alerts.move((subject) => subject === id || subject.startsWith(under), place, actor, now);
  if (hub === null) return;
  const as = { device: id, kind: 'sos', title: pressed } as const;
  alerts.recognise(subjectUnder(hub, 'id', id), as, place, actor, now);
  if (address !== null) alerts.recognise(subjectUnder(hub, 'address', address), as, place, actor, now);
};

/** What the person who pressed is told when an operator's command changed the alert from `before` to `after`. */
export const tellPresser = (
  alerts: AlertBook,
  commands: CommandBook,
  before: Alert,
  after: Alert,
  by: string,
  confirmedDispatch: boolean,
  now: number,
): void => {
  if (after.kind !== 'sos' || after.test) return;
  if (after.takenAt !== undefined && after.takenAt !== before.takenAt)
    commands.issue(after.device, 'sos-accepted', after.id, now, by);
  if (confirmedDispatch && alerts.markHelpAnnounced(after.id))
    commands.issue(after.device, 'help-dispatched', after.id, now);
};
