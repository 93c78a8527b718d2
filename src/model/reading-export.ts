import { csvField, csvLineEnd, csvText } from './csv.ts';
import type { Reading, Series } from './reading.ts';

/** The forms in which readings leave the house: a table for people, a line of JSON each for programs. */
export const exportFormats = ['csv', 'ndjson'] as const;
export type ExportFormat = (typeof exportFormats)[number];

/** A reading of a series that is named beside it. */
export type ExportedReading = Omit<Reading, 'device' | 'measurement'>;

const columns = ['device', 'measurement', 'unit', 'time', 'epoch_ms', 'value', 'received_at'];

const time = (at: number): string => new Date(at).toISOString();

const csvLine = ({ device, measurement, unit }: Series, { at, value, receivedAt }: ExportedReading): string =>
  `${csvField(device)},${csvField(measurement)},${csvField(unit ?? '')},${time(at)},${at},${
    typeof value === 'string' ? csvText(value) : value
  },${time(receivedAt)}${csvLineEnd}`;

const jsonLine = (
  { device, measurement }: Series,
  { at, value, receivedAt, deviceAt }: ExportedReading,
): string =>
  `${JSON.stringify({ device, measurement, at, value, receivedAt, ...(deviceAt === undefined ? {} : { deviceAt }) })}\n`;

/** What a file begins with: the names of the columns, or nothing. `bom` marks the text as UTF-8, without which Excel in a Chinese Windows takes it for GBK. */
export const exportHead = (format: ExportFormat, bom: boolean): string =>
  format === 'csv' ? `${bom ? '\uFEFF' : ''}${columns.join(',')}${csvLineEnd}` : '';

/** One reading as a line with its end. CSV follows RFC 4180: times in ISO 8601 with milliseconds in UTC, numbers and flags bare, texts quoted, and with an apostrophe before those that a spreadsheet would take for a formula. */
export const exportLine = (format: ExportFormat, series: Series, reading: ExportedReading): string =>
  format === 'csv' ? csvLine(series, reading) : jsonLine(series, reading);
