import type { DeviceType } from '../src/model/device-type.ts';
import { commonEvents, supplyEvents } from './common-events.ts';
import { measuring } from './common-measurements.ts';
import {
  between,
  bustle,
  drift,
  lastNumber,
  nearHour,
  progress,
  radio,
  round,
  struck,
} from './daily-life.ts';

const reportEveryMs = 60_000;

/** A monitor of a household's electrical circuit in its distribution box; a 4G terminal that outlives a power cut for a while. */
export const circuitMonitor: DeviceType = {
  name: 'circuit-monitor',
  label: { zh: '用电监测仪', en: 'Circuit monitor' },
  measurements: measuring({
    residual_current: {
      kind: 'number',
      unit: 'mA',
      min: 0,
      max: 100_000,
      label: { zh: '剩余电流', en: 'Residual current' },
    },
    cable_temperature: {
      kind: 'number',
      unit: '°C',
      min: -60,
      max: 500,
      label: { zh: '线缆温度', en: 'Cable temperature' },
    },
    voltage: { kind: 'number', unit: 'V', min: 0, max: 1500, label: { zh: '电压', en: 'Voltage' } },
    current: { kind: 'number', unit: 'A', min: -5000, max: 5000, label: { zh: '电流', en: 'Current' } },
    power: { kind: 'number', unit: 'W', min: -5_000_000, max: 5_000_000, label: { zh: '功率', en: 'Power' } },
    energy: {
      kind: 'number',
      unit: 'kWh',
      min: 0,
      max: 1_000_000_000,
      label: { zh: '电量读数', en: 'Energy' },
    },
    arc: { kind: 'flag', label: { zh: '故障电弧', en: 'Arc' } },
  }),
  events: [...commonEvents, ...supplyEvents],
  power: 'cellular',
  reportEveryMs,
  simulate: (moment) => {
    const { at, random, previous } = moment;
    const cut = struck(moment, 'power-cut', 0);
    const overload = progress(moment, 'overload', 900_000);
    const voltage = cut ? 0 : 224 - 6 * bustle(at) + between(random, -1.5, 1.5) - 4 * overload;
    const current = cut
      ? 0
      : 0.6 + 7 * bustle(at) + 3 * nearHour(at, 14, 3) + between(random, 0, 1.5) + 38 * overload;
    const power = voltage * current * 0.95;
    const energy = lastNumber(previous, 'energy') ?? between(random, 1000, 20_000);
    return {
      residual_current: round(cut ? 0 : between(random, 4, 14) + 650 * overload, 0, 0, 100_000),
      cable_temperature: round(
        drift(moment, 'cable_temperature', 22 + current * 0.8) + 10 * overload,
        1,
        -60,
        200,
      ),
      voltage: round(voltage, 1, 0, 1500),
      current: round(current, 2, 0, 5000),
      power: round(power, 0, 0, 5_000_000),
      energy: round(energy + (power * reportEveryMs) / 3_600_000_000, 4, 0, 1_000_000_000),
      arc: overload >= 1 && random() < 0.2,
      ...radio(moment),
    };
  },
};
