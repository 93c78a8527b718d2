import type { Measurement } from '../src/model/device-type.ts';

const common: Readonly<Record<string, Measurement>> = {
  battery: { kind: 'number', unit: '%', min: 0, max: 100, label: { zh: '电量', en: 'Battery' } },
  battery_low: { kind: 'flag', label: { zh: '电量低', en: 'Battery low' } },
  tamper: { kind: 'flag', label: { zh: '防拆', en: 'Tampered with' } },
  fault: { kind: 'flag', label: { zh: '故障', en: 'Fault' } },
  rssi: { kind: 'number', unit: 'dBm', min: -200, max: 50, label: { zh: '信号强度', en: 'Signal strength' } },
  link_quality: { kind: 'number', unit: '', min: 0, max: 255, label: { zh: '链路质量', en: 'Link quality' } },
};

/** The names of the measurements that every type has. */
export const commonMeasurementNames: readonly string[] = Object.keys(common);

/** The measurements of a type: its own and those that every type has. The record has no prototype, so that a measurement called `constructor` on the wire is simply unknown. */
export const measuring = (
  own: Readonly<Record<string, Measurement>>,
): Readonly<Record<string, Measurement>> => {
  const all: Record<string, Measurement> = Object.create(null);
  return Object.freeze(Object.assign(all, own, common));
};
