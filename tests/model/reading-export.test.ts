import { expect, test } from 'vitest';
import type { Value } from '../../src/model/reading.ts';
import { exportHead, exportLine } from '../../src/model/reading-export.ts';

const at = Date.UTC(2026, 0, 5, 8, 30, 1, 7);
const series = { device: 'gas-1', measurement: 'valve', unit: null };
const reading = (value: Value) => ({ at, value, receivedAt: at + 93 });
const csv = (value: Value): string => exportLine('csv', series, reading(value));
const valueIn = (line: string): string => line.split(',').slice(5, -1).join(',');

test('a table has a head, a line for each reading, times in UTC and CRLF at every end', () => {
  expect(exportHead('csv', false)).toBe('device,measurement,unit,time,epoch_ms,value,received_at\r\n');
  expect(exportHead('csv', true)).toBe(`\uFEFF${exportHead('csv', false)}`);
  expect(exportLine('csv', { device: 'gas-1', measurement: 'gas_lel', unit: '%LEL' }, reading(3.25))).toBe(
    'gas-1,gas_lel,%LEL,2026-01-05T08:30:01.007Z,1767601801007,3.25,2026-01-05T08:30:01.100Z\r\n',
  );
});

test('numbers and flags stand as they are, texts in quotes, whatever is in them', () => {
  for (const [value, written] of [
    [-4.5, '-4.5'],
    [1e-7, '1e-7'],
    [true, 'true'],
    [false, 'false'],
    ['open', '"open"'],
    ['', '""'],
    ['3', '"3"'],
    ['半开,"慢"', '"半开,""慢"""'],
    ['one\r\ntwo\nthree', '"one\r\ntwo\nthree"'],
    ['🚰', '"🚰"'],
  ] as const)
    expect(valueIn(csv(value))).toBe(written);
});

test('a text that a spreadsheet would run is made harmless, a number that begins like one is left alone', () => {
  for (const text of ['=1+1', '+1', '-1', '@SUM(A1)', '＝1', '＋1', '－1', '＠a', '\t=1', '\r=1', '\n=1'])
    expect(valueIn(csv(text))).toBe(`"'${text}"`);
  expect(valueIn(csv('a=1'))).toBe('"a=1"');
  expect(valueIn(csv(-1))).toBe('-1');
});

test('a unit or name that needs quotes gets them', () => {
  expect(exportLine('csv', { device: 'd', measurement: 'a,b', unit: 'x"y' }, reading(1))).toMatch(
    /^d,"a,b","x""y",/,
  );
});

test('a line of JSON is a reading as the gateway knows it, the device’s own time where it was not believed', () => {
  expect(exportHead('ndjson', false)).toBe('');
  const line = exportLine('ndjson', series, reading('=1\n"半开"'));
  expect(line).toBe(
    `{"device":"gas-1","measurement":"valve","at":${at},"value":"=1\\n\\"半开\\"","receivedAt":${at + 93}}\n`,
  );
  expect(JSON.parse(exportLine('ndjson', series, { ...reading(true), deviceAt: 77 }))).toEqual({
    device: 'gas-1',
    measurement: 'valve',
    at,
    value: true,
    receivedAt: at + 93,
    deviceAt: 77,
  });
});
