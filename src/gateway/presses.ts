import type { Alert } from '../model/alert.ts';
import type { Text } from '../model/text.ts';
import { type AlertBook, pressKey } from './alert-book.ts';
import type { CommandBook } from './command-book.ts';
import type { Effects } from './ingest.ts';

const pressed: Text = { zh: '紧急呼叫', en: 'Emergency call' };
const pressedUnregistered: Text = {
  zh: '紧急呼叫（未登记设备）',
  en: 'Emergency call from an unregistered device',
};

/** How much of an unregistered device's message the alert carries, in bytes. */
const rawKept = 2048;

/** An id-like name for a device that is not registered: what it is called on the wire, with what no id may hold replaced. */
const wireId = (name: string): string =>
  name
    .replace(/[^A-Za-z0-9._-]/g, '_')
    .replace(/^[^A-Za-z0-9]/, 'x')
    .slice(0, 64) || 'unnamed';

/** What a press does, whoever pressed: it joins the device's open emergency call or raises one, always rings, and the device hears that it was received. No rule, no repair and no test mode stands between. */
export const press = (
  alerts: AlertBook,
  commands: CommandBook,
  { device, sender, name, at, receivedAt, late, raw }: Parameters<Effects['pressed']>[0],
): Alert => {
  const common = {
    key: pressKey,
    rule: null,
    priority: 'critical' as const,
    latching: true,
    test: false,
    testMode: false,
    shelvable: false,
    outOfService: false,
    late,
    receivedAt,
    reAlarmAfterMs: null,
    explainedBy: null,
  };
  if (device === null) {
    const text = new TextDecoder().decode(raw.bytes.subarray(0, rawKept));
    return alerts.raise(
      {
        ...common,
        kind: 'unregistered-sos',
        title: pressedUnregistered,
        subject: wireId(name),
        device: wireId(name),
        place: sender.record.place,
        evidence: { at, receivedAt, event: 'sos', note: `${raw.topic} ${text}` },
      },
      `device:${sender.record.id}`,
      receivedAt,
    );
  }
  const { id, place } = device.record;
  const alert = alerts.raise(
    {
      ...common,
      kind: 'sos',
      title: pressed,
      subject: id,
      device: id,
      place,
      evidence: { at, receivedAt, event: 'sos' },
    },
    `device:${id}`,
    receivedAt,
  );
  commands.issue(id, 'sos-received', alert.id, receivedAt);
  return alert;
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
