import { mkdirSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { setAside } from '../../../src/store/influx/set-aside.ts';
import { temporary } from './servers.ts';

const refused = (device: string, value = 1) => ({
  reading: { device, measurement: 'temperature', at: 5, value },
  error: '400 no',
});

test('what InfluxDB never takes stands in a file, a line each', () => {
  const path = join(temporary(), 'refused.ndjson');
  setAside(path, [refused('air-1'), refused('a\nb', Number.NaN)], 7);
  setAside(path, [refused('air-2')], 8);
  expect(
    readFileSync(path, 'utf8')
      .trimEnd()
      .split('\n')
      .map((line) => JSON.parse(line)),
  ).toEqual([
    { setAsideAt: 7, error: '400 no', reading: refused('air-1').reading },
    { setAsideAt: 7, error: '400 no', reading: { ...refused('a\nb').reading, value: 'NaN' } },
    { setAsideAt: 8, error: '400 no', reading: refused('air-2').reading },
  ]);
  expect(statSync(path).mode & 0o077).toBe(0);
});

test('the file and the one before it never grow beyond their bounds, and the newest is kept', () => {
  const path = join(temporary(), 'refused.ndjson');
  for (let round = 0; round < 60; round += 1)
    setAside(
      path,
      Array.from({ length: 20 }, (_, index) => refused(`air-${round}-${index}`)),
      round,
      8_000,
    );
  expect(statSync(path).size).toBeLessThanOrEqual(8_000);
  expect(statSync(`${path}.1`).size).toBeLessThanOrEqual(8_000);
  expect(readFileSync(path, 'utf8')).toContain('air-59-19');
});

test('a file that cannot be written is said', () => {
  const path = join(temporary(), 'refused.ndjson');
  mkdirSync(path);
  expect(() => setAside(path, [refused('air-1')], 7)).toThrow('EISDIR');
});
