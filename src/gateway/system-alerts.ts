import type { Priority } from '../model/alert.ts';
import type { Text } from '../model/text.ts';
import type { AlertBook } from './alert-book.ts';

/** In place of a device's id on alerts about the gateway itself. No device is registered under it. */
export const systemDevice = 'system';

/** Something wrong with the gateway itself that a person must know; `id` stands where a rule's does. */
export type SystemFault = { readonly id: string; readonly priority: Priority; readonly title: Text };

/** Rules about life that were in force are gone, which nobody may find out by a fire. */
export const lifeRulesGone: SystemFault = {
  id: 'life-rules-gone',
  priority: 'high',
  title: {
    zh: '涉及生命的规则已不再生效',
    en: 'Rules about life are no longer in force',
  },
};

/** Alerts about the gateway itself. */
export type SystemAlerts = {
  /** Something happened that stands on the board until a person closes it, or `undo` takes it back; once more on an open one rings again. */
  readonly announce: (fault: SystemFault, note: string, now: number) => void;
  readonly undo: (fault: SystemFault, now: number) => void;
  readonly isOpen: (fault: SystemFault) => boolean;
  /** The fault is there now; where its alert is active already nothing happens. `note` says what in particular. */
  readonly raise: (fault: SystemFault, note: string, now: number) => void;
  /** The fault is over: its alert returns. */
  readonly clear: (fault: SystemFault, now: number) => void;
};

const longestNote = 4000;

const detected = ({ id, priority, title }: SystemFault, note: string, now: number) => ({
  rule: { id, version: '1' },
  kind: 'system' as const,
  priority,
  latching: false,
  test: false,
  title,
  testMode: false,
  subject: systemDevice,
  device: systemDevice,
  place: null,
  shelvable: true,
  outOfService: false,
  explainedBy: null,
  late: false,
  receivedAt: now,
  evidence: { at: now, receivedAt: now, note: note.slice(0, longestNote) },
  reAlarmAfterMs: null,
});

/** Makes them over the alert book. */
export const createSystemAlerts = (alerts: AlertBook): SystemAlerts => ({
  announce: (fault, note, now) => {
    alerts.raise(
      { ...detected(fault, note, now), key: fault.id, latching: true, shelvable: false },
      'system',
      now,
    );
  },
  undo: ({ id }, now) => {
    const open = alerts.openOf(systemDevice, id);
    if (open !== undefined) alerts.befall(open.id, { event: 'reset', at: now, by: 'system' }, 'system');
  },
  isOpen: ({ id }) => alerts.openOf(systemDevice, id)?.latching === true,
  raise: (fault, note, now) => {
    if (alerts.holding(fault.id, systemDevice) !== 0) return;
    alerts.hold(
      { ...detected(fault, note, now), devices: [systemDevice], holding: 1, level: 1 },
      'system',
      now,
    );
  },
  clear: ({ id }, now) => {
    const open = alerts.openOf(systemDevice, id);
    if (open?.active) alerts.befall(open.id, { event: 'returned', at: now }, 'system');
  },
});
