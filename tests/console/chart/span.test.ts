import { expect, test } from 'vitest';
import { hashOf, readAddress } from '../../../console/src/address.ts';
import {
  edgesOf,
  firstSpan,
  lengthsMs,
  longestMs,
  moved,
  nameOf,
  shortestMs,
  spanBetween,
  zoomed,
} from '../../../console/src/chart/span.ts';

const now = 1_800_000_000_000;
const hour = 3_600_000;

test('a closer look keeps the moment under the pointer where it is', () => {
  const span = { lengthMs: 24 * hour, to: now - 48 * hour };
  const { from } = edgesOf(span, now);
  const at = from + 6 * hour;
  const closer = zoomed(span, now, at, 0.5);
  expect(closer.lengthMs).toBe(12 * hour);
  expect((at - edgesOf(closer, now).from) / closer.lengthMs).toBeCloseTo(0.25);
});

test('what reaches now goes on with the time, what lies before it stands still', () => {
  expect(spanBetween(now - hour, now, now)).toEqual({ lengthMs: hour, to: null });
  expect(spanBetween(now - 3 * hour, now - hour, now)).toEqual({ lengthMs: 2 * hour, to: now - hour });
  expect(zoomed(firstSpan, now, now, 0.5)).toEqual({ lengthMs: 12 * hour, to: null });
  expect(zoomed({ lengthMs: hour, to: now - hour }, now, now - 2 * hour, 8).to).toBeNull();
});

test('nobody looks into the future, nor closer or wider than can be drawn', () => {
  expect(moved({ lengthMs: hour, to: now - hour / 4 }, now, 0.5)).toEqual({ lengthMs: hour, to: null });
  expect(moved(firstSpan, now, -0.5)).toEqual({ lengthMs: 24 * hour, to: now - 12 * hour });
  expect(zoomed({ lengthMs: shortestMs, to: now - hour }, now, now - hour, 0.1).lengthMs).toBe(shortestMs);
  expect(zoomed({ lengthMs: longestMs, to: null }, now, now, 4).lengthMs).toBe(longestMs);
});

test('every page and span can be sent to somebody as an address', () => {
  const addresses = [
    { page: 'watch' },
    { page: 'devices' },
    { page: 'places', place: null },
    { page: 'places', place: 'b-3' },
    { page: 'device', id: 'gas-1', span: firstSpan },
    { page: 'device', id: 'gas-1', span: { lengthMs: lengthsMs['1y'], to: null } },
    { page: 'device', id: 'gas-1', span: { lengthMs: 90 * 60_000, to: null } },
    { page: 'device', id: 'gas-1', span: { lengthMs: hour, to: now } },
  ] as const;
  for (const address of addresses) expect(readAddress(hashOf(address))).toEqual(address);
});

test('an address that cannot be read is the watch page, or the first span', () => {
  for (const hash of ['', '#', '#/nowhere', '#/devices/%E0%A4%A', '#/devices/a/b'])
    expect(readAddress(hash)).toEqual({ page: 'watch' });
  for (const query of ['last=soon', 'from=5&to=1', 'from=x&to=9', 'last=-3'])
    expect(readAddress(`#/devices/gas-1?${query}`)).toEqual({
      page: 'device',
      id: 'gas-1',
      span: firstSpan,
    });
});

test('a span of one click has its name only while it ends now', () => {
  expect(nameOf({ lengthMs: lengthsMs['7d'], to: null })).toBe('7d');
  expect(nameOf({ lengthMs: lengthsMs['7d'], to: now })).toBeNull();
});
