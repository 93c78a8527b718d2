import type { AlertBook } from './alert-book.ts';
import type { DeviceBook } from './device-book.ts';
import type { DeviceRecord } from './ports.ts';
import type { Registry } from './registry.ts';

/** Whether a device is out of service now: an end that has passed counts even before anybody has written it down. */
export const isOutOfService = ({ outOfService }: Pick<DeviceRecord, 'outOfService'>, now: number): boolean =>
  outOfService !== null && outOfService.until > now;

/** A device's repair begins or ends: its open alerts are covered, or wait for somebody again. A call for help never is. */
export const coverOpenAlerts = (
  alerts: AlertBook,
  device: string,
  event: 'out-of-service' | 'in-service',
  actor: string,
  at: number,
): void => {
  for (const alert of alerts.openOfDevice(device)) alerts.befall(alert.id, { event, at }, actor);
};

/** Ends the repairs whose time is over. */
export const endRepairs = (
  parts: { readonly devices: DeviceBook; readonly registry: Registry; readonly alerts: AlertBook },
  at: number,
): void => {
  const { devices, registry, alerts } = parts;
  for (const { record } of [...devices.all()]) {
    if (record.outOfService === null || isOutOfService(record, at)) continue;
    registry.outOfService('system', record.id, null, at);
    coverOpenAlerts(alerts, record.id, 'in-service', 'system', at);
  }
};
