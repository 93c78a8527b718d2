import type { DeviceTypes } from '../model/device-type.ts';
import type { Text } from '../model/text.ts';
import type { AlertBook } from './alert-book.ts';
import type { WorkingDevice } from './device-book.ts';
import type { Inbound } from './doors.ts';
import { isOutOfService } from './repairs.ts';

const title: Text = {
  zh: '说了看不懂的话：可能是求助',
  en: 'Said something we cannot understand: it may be a call for help',
};

/** The rule's place in these alerts; no rule of the book stands behind them. */
const ruleId = 'not-understood';

/** An open alert is joined, and rings again, once in this time: a device that says nothing sensible any more must not flood the room (ms). */
const joinAfterMs = 60_000;

/** How much of the message the alert carries, in bytes. */
const rawKept = 512;

/** What is wrong beside something that was understood, or in a number, is no call for help. */
const understood: ReadonlySet<string> = new Set([
  'invalid-time',
  'invalid-id',
  'invalid-data',
  'invalid-reply',
  'more',
  'value-out-of-range',
  'invalid-sdp',
  'invalid-candidate',
  'invalid-media',
  'invalid-audio',
]);

/** A message of a device, or a part of it, that went to quarantine under `quarantine`. */
export type Riddle = {
  readonly device: WorkingDevice;
  readonly reason: string;
  readonly detail: string;
  readonly quarantine: string | null;
  readonly message: Inbound;
};

/** Makes what raises an alert on a device whose type can call for help and that says what nobody understands; at most one is open for each. `covered` says whether a test mode covers the device. */
export const createNotUnderstood = (parts: {
  readonly alerts: AlertBook;
  readonly types: DeviceTypes;
  readonly covered: (type: string, place: WorkingDevice['record']['place'], now: number) => boolean;
}): ((riddle: Riddle) => void) => {
  const { alerts, types, covered } = parts;
  return ({ device, reason, detail, quarantine, message }) => {
    const { id, type, place } = device.record;
    if (understood.has(reason) || types.get(type)?.events.includes('sos') !== true) return;
    // The empty retained message only deletes a stored one.
    if (reason === 'empty' && message.retained) return;
    const { receivedAt: at } = message;
    const open = alerts.openOf(id, ruleId);
    if (open !== undefined && Math.abs(at - open.lastAt) < joinAfterMs) return;
    const raw = new TextDecoder().decode(message.bytes.subarray(0, rawKept));
    alerts.raise(
      {
        key: ruleId,
        rule: { id: ruleId, version: '1' },
        kind: 'not-understood',
        priority: 'high',
        latching: true,
        test: false,
        testMode: covered(type, place, at),
        title,
        subject: id,
        device: id,
        place,
        shelvable: true,
        outOfService: isOutOfService(device.record, at),
        late: false,
        receivedAt: at,
        evidence: {
          at,
          receivedAt: at,
          note: `${reason}: ${detail.slice(0, 500)}\n${raw}`,
          ...(quarantine === null ? {} : { quarantine }),
        },
        reAlarmAfterMs: null,
        explainedBy: null,
      },
      `device:${id}`,
      at,
    );
  };
};
