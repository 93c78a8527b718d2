import type { Priority } from '../model/alert.ts';
import type { Text } from '../model/text.ts';
import type { AlertBook } from './alert-book.ts';

/** In place of a device's id on alerts about the gateway itself. No device is registered under it. */
export const systemDevice = 'system';

/** Something wrong with the gateway itself that a person must know; `id` stands where a rule's does. */
export type SystemFault = { readonly id: string; readonly priority: Priority; readonly title: Text };

/** Alerts about the gateway itself. */
export type SystemAlerts = {
  /** The fault is there now; where its alert is active already nothing happens. `note` says what in particular. */
  readonly raise: (fault: SystemFault, note: string, now: number) => void;
  /** The fault is over: its alert returns. */
  readonly clear: (fault: SystemFault, now: number) => void;
};

const longestNote = 4000;

/** Makes them over the alert book. */
export const createSystemAlerts = (alerts: AlertBook): SystemAlerts => ({
  raise: ({ id, priority, title }, note, now) => {
    if (alerts.holding(id, systemDevice) !== 0) return;
    alerts.hold(
      {
        rule: { id, version: '1' },
        kind: 'system',
        priority,
        latching: false,
        test: false,
        title,
        testMode: false,
        subject: systemDevice,
        device: systemDevice,
        devices: [systemDevice],
        place: null,
        shelvable: true,
        outOfService: false,
        explainedBy: null,
        holding: 1,
        level: 1,
        late: false,
        receivedAt: now,
        evidence: { at: now, receivedAt: now, note: note.slice(0, longestNote) },
        reAlarmAfterMs: null,
      },
      'system',
      now,
    );
  },
  clear: ({ id }, now) => {
    const open = alerts.openOf(systemDevice, id);
    if (open?.active) alerts.befall(open.id, { event: 'returned', at: now }, 'system');
  },
});
