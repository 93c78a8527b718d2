import type { Value } from '../../src/model/reading.ts';

/** What a field of a device's state says in our words: values by measurement, nothing where it says nothing, or null where it cannot be read. `state` is the whole message, because some fields mean another thing beside others. */
type Field = (
  value: unknown,
  state: Readonly<Record<string, unknown>>,
) => Readonly<Record<string, Value>> | null;

const nothing: Readonly<Record<string, Value>> = Object.freeze({});

/** Words that devices use for "not known". */
const isUnknown = (value: unknown): boolean =>
  value === null || value === undefined || value === '' || value === 'N/A';

/** A number, or one in a text such as "80.00". */
const numberOf = (value: unknown): number | null => {
  if (typeof value === 'number') return Number.isFinite(value) ? value : null;
  return typeof value === 'string' && /^-?\d{1,15}(\.\d{1,15})?$/.test(value) ? Number(value) : null;
};

const flagWords: ReadonlyMap<unknown, boolean> = new Map<unknown, boolean>([
  [true, true],
  [false, false],
  ['true', true],
  ['false', false],
  ['ON', true],
  ['OFF', false],
]);

const number =
  (measurement: string, scale = 1): Field =>
  (value) => {
    if (isUnknown(value)) return nothing;
    const read = numberOf(value);
    return read === null ? null : { [measurement]: read * scale };
  };

const flag =
  (measurement: string, inverted = false): Field =>
  (value) => {
    if (isUnknown(value)) return nothing;
    const read = flagWords.get(value);
    return read === undefined ? null : { [measurement]: read !== inverted };
  };

/** -100 °C is what a failed sensor says. */
const temperature: Field = (value) => (numberOf(value) === -100 ? nothing : number('temperature')(value, {}));

/** Beside `battery`, or in thousands, it is the battery's, in millivolts. */
const voltage: Field = (value, state) => {
  const volts = numberOf(value);
  return 'battery' in state || (volts !== null && volts > 1000) ? nothing : number('voltage')(value, state);
};

/** Some detectors send the sensor's raw step, 0..255, where others send percent; more than full is full. */
const smokeDensity: Field = (value) => {
  const read = number('smoke_density')(value, {});
  const density = read?.smoke_density;
  return typeof density === 'number' ? { smoke_density: Math.min(100, density) } : read;
};

/** Declared as mg/m³, but detectors send a raw whole number under this name, whose unit nobody states: 1 mg/m³ would be twelve times the limit, so a whole number above 0 is not believed. */
const formaldehyde: Field = (value) => {
  const read = numberOf(value);
  return read !== null && read > 0 && Number.isInteger(read) ? nothing : number('hcho')(value, {});
};

/** A radar's word: any word that is not "nothing is wrong" is taken for a fall. */
const fallStatus: Field = (value) => {
  if (isUnknown(value)) return nothing;
  return typeof value === 'string' ? { fall: value !== 'normal' && value !== 'none' } : null;
};

/** An alarm zone of a model that Zigbee2MQTT does not know: which hazard it is only the device's type can say, so that it says every one and the type takes its own. */
const zoneAlarm: Field = (_, state) => {
  const channels = [state.alarm_1, state.alarm_2].map((channel) => flagWords.get(channel));
  if (channels.every((channel) => channel === undefined)) {
    return isUnknown(state.alarm_1) && isUnknown(state.alarm_2) ? nothing : null;
  }
  const alarm = channels.includes(true);
  return {
    smoke: alarm,
    gas: alarm,
    co_alarm: alarm,
    water_leak: alarm,
    fall: alarm,
    motion: alarm,
    open: alarm,
  };
};

/** The state of a relay is no measurement; that of a water valve is known by what stands beside it. */
const valve: Field = (value, state) => {
  if (!('last_valve_open_duration' in state)) return nothing;
  const open = flagWords.get(value);
  return open === undefined ? nothing : { valve: open ? 'open' : 'closed' };
};

const fields: ReadonlyMap<string, Field> = new Map([
  // First, so that a hazard that is named overrides it.
  ['alarm_1', zoneAlarm],
  ['alarm_2', zoneAlarm],
  ['smoke', flag('smoke')],
  ['smoke_density', smokeDensity],
  ['gas', flag('gas')],
  ['carbon_monoxide', flag('co_alarm')],
  ['co', number('co')],
  ['water_leak', flag('water_leak')],
  ['contact', flag('open', true)],
  ['occupancy', flag('motion')],
  ['presence', flag('motion')],
  ['fall_status', fallStatus],
  ['temperature', temperature],
  ['humidity', number('humidity')],
  ['co2', number('co2')],
  ['pm25', number('pm25')],
  ['pm10', number('pm10')],
  ['hcho', number('hcho')],
  ['formaldehyd', formaldehyde],
  ['current', number('current')],
  ['power', number('power')],
  ['voltage', voltage],
  ['energy', number('energy')],
  ['water_consumed', number('water_total', 0.001)],
  ['state', valve],
  ['battery', number('battery')],
  ['battery_low', flag('battery_low')],
  ['tamper', flag('tamper')],
  ['linkquality', number('link_quality')],
]);

/** Whether this is the name of a field that says something. */
export const isField = (name: string): boolean => fields.has(name) || name === 'action' || name === 'test';

/** The readings in a device's state, in our names and units; `unreadable` names the fields that hold neither a value nor "not known". Settings and whatever else a device says are passed over. */
export const readFields = (
  state: Readonly<Record<string, unknown>>,
): { readonly values: Readonly<Record<string, Value>>; readonly unreadable: readonly string[] } => {
  const values: Record<string, Value> = {};
  const unreadable: string[] = [];
  for (const [name, read] of fields) {
    if (!Object.hasOwn(state, name)) continue;
    const found = read(state[name], state);
    if (found === null) unreadable.push(name);
    else Object.assign(values, found);
  }
  return { values, unreadable };
};

/** What buttons and keypads call a press for help. A keypad's fire key is a person who calls, too. */
const pressWords: ReadonlySet<string> = new Set(['emergency', 'sos', 'panic', 'fire']);

/** Whether an `action` is a press for help. An empty one is only the end of the last, and null is said when a button announces itself. */
export const isPress = (action: unknown): boolean =>
  typeof action === 'string' && pressWords.has(action.trim().toLowerCase());
