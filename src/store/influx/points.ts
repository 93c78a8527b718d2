import type { IPoint } from 'influx';
import type { OwedReading } from './owed.ts';

/** Why a reading can be no point of InfluxDB. */
export type NoPoint =
  | 'no-device'
  | 'no-measurement'
  | 'name-too-long'
  | 'not-a-number'
  | 'no-value'
  | 'time-out-of-range';

/** Names the field by the kind of value, so that a measurement that changes its kind never conflicts with its own past. */
export const fieldOf = (value: OwedReading['value']): 'value' | 'flag' | 'text' =>
  typeof value === 'number' ? 'value' : typeof value === 'boolean' ? 'flag' : 'text';

/** InfluxDB keeps nanoseconds in 64 bits: beyond this many ms from 1970 it refuses the line. */
const farthestMs = 9_223_372_036_854;
/** InfluxDB refuses keys beyond 64 KiB; no name of ours comes near this many bytes. */
const longestNameBytes = 16 * 1024;
/** A text field holds less than 64 KiB. */
const longestTextBytes = 64 * 1024 - 1;

// biome-ignore lint/suspicious/noControlCharactersInRegex: control characters are what must not get through.
const control = /[\u0000-\u001f\u007f-\u009f\u2028\u2029]/g;

/** A name as InfluxDB can hold it: what ends a line and what escapes becomes `_`, since neither can be written so that every server reads the same. */
export const nameFor = (name: string): string =>
  name.toWellFormed().replace(control, '_').replaceAll('\\', '_');

/** A measurement's name: as any other, but a line that begins with `#` is a comment, and is not stored. */
export const measurementFor = (name: string): string => nameFor(name).replace(/^#/, '_');

/** VictoriaMetrics ends a line at a line break even inside quotes, and would take what follows for a point of its own. */
const textFor = (text: string): string => {
  const clean = text.toWellFormed().replace(control, ' ');
  if (Buffer.byteLength(clean) <= longestTextBytes) return clean;
  const cut = Buffer.from(clean).subarray(0, longestTextBytes);
  return new TextDecoder().decode(cut).replace(/\ufffd+$/, '');
};

// The library leaves measurements as they are, and doubles a backslash before a quotation mark in texts.
const escapeMeasurement = (name: string): string => name.replace(/[, ]/g, '\\$&');
const quote = (text: string): string => `"${text.replace(/["\\]/g, '\\$&')}"`;

const fieldFor = (value: OwedReading['value']): unknown =>
  typeof value === 'string' ? { toString: () => quote(textFor(value)) } : value;

/** The point of a reading: measurement = its measurement, tag `device`, one field by kind, time in ms. InfluxDB takes one point for a measurement, device and time, so what is sent twice is there once. */
export const toPoint = (
  reading: OwedReading,
): { readonly ok: true; readonly point: IPoint } | { readonly ok: false; readonly reason: NoPoint } => {
  const { device, measurement, at, value } = reading;
  const no = (reason: NoPoint) => ({ ok: false, reason }) as const;
  if (typeof device !== 'string' || device === '') return no('no-device');
  if (typeof measurement !== 'string' || measurement === '') return no('no-measurement');
  if (Buffer.byteLength(device) > longestNameBytes || Buffer.byteLength(measurement) > longestNameBytes)
    return no('name-too-long');
  if (!Number.isInteger(at) || Math.abs(at) > farthestMs) return no('time-out-of-range');
  if (typeof value === 'number' && !Number.isFinite(value)) return no('not-a-number');
  if (typeof value !== 'number' && typeof value !== 'boolean' && typeof value !== 'string')
    return no('no-value');
  return {
    ok: true,
    point: {
      measurement: escapeMeasurement(measurementFor(measurement)),
      tags: { device: nameFor(device) },
      fields: { [fieldOf(value)]: fieldFor(value) },
      timestamp: String(at),
    },
  };
};
