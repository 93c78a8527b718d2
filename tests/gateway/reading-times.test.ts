import fc from 'fast-check';
import { expect, test } from 'vitest';
import { createDeviceBook } from '../../src/gateway/device-book.ts';
import { createReadingTimes } from '../../src/gateway/reading-times.ts';
import { dawn, openStreet } from './core.ts';

const streetWithMeter = () => {
  const street = openStreet();
  street.register('air-1', 'air-monitor');
  street.register('air-2', 'air-monitor');
  return street;
};

const stored = (street: ReturnType<typeof openStreet>, device = 'air-1', measurement = 'co2') =>
  street.batches
    .flatMap(({ readings }) => readings)
    .filter((reading) => reading.device === device && reading.measurement === measurement);

test('no reading without its own time takes the time of one before it, in whatever burst they come', () => {
  const street = streetWithMeter();
  for (let value = 400; value < 600; value += 1) street.readings('air-1', { co2: value, humidity: 50 });
  street.readings('air-2', { co2: 1 });
  const burst = stored(street);
  expect(burst.map(({ value }) => value)).toEqual(Array.from({ length: 200 }, (_, index) => 400 + index));
  expect(burst.map(({ at }) => at)).toEqual(Array.from({ length: 200 }, (_, index) => dawn + index));
  expect(new Set(burst.map(({ receivedAt }) => receivedAt))).toEqual(new Set([dawn]));
  expect(stored(street, 'air-1', 'humidity').at(-1)?.at).toBe(dawn + 199);
  expect(stored(street, 'air-2').map(({ at }) => at)).toEqual([dawn]);
  expect(street.gateway.duty.committed.device('air-1')?.latest.co2?.value).toBe(599);
  street.pass(200);
  street.readings('air-1', { co2: 700 });
  expect(stored(street).at(-1)?.at).toBe(dawn + 200);
});

test('an array of readings without times of their own keeps all of them, in their order', () => {
  const street = streetWithMeter();
  const values = Array.from({ length: 1000 }, (_, index) => index);
  street.publish(
    'air-1',
    'zhishou/v1/devices/air-1/readings',
    values.map((co2) => ({ values: { co2 } })),
  );
  const kept = stored(street);
  expect(kept.map(({ value }) => value)).toEqual(values);
  expect(new Set(kept.map(({ at }) => at)).size).toBe(1000);
});

test('a second value with the same time of its own is a correction', () => {
  const street = streetWithMeter();
  street.readings('air-1', { co2: 400 }, { at: dawn - 1000 });
  street.readings('air-1', { co2: 410 }, { at: dawn - 1000 });
  expect(stored(street).map(({ at }) => at)).toEqual([dawn - 1000, dawn - 1000]);
});

test('a clock that is not believed costs no reading either', () => {
  const street = streetWithMeter();
  for (const co2 of [400, 410]) street.readings('air-1', { co2 }, { at: 12_345 });
  expect(stored(street).map(({ at, deviceAt }) => [at, deviceAt])).toEqual([
    [dawn, 12_345],
    [dawn + 1, 12_345],
  ]);
});

test('what was given before a restart is not given again', () => {
  const street = streetWithMeter();
  for (let co2 = 0; co2 < 100; co2 += 1) street.readings('air-1', { co2 });
  street.gateway.putDown();
  street.pass(200);
  const again = openStreet({ state: street.stored(), at: dawn + 50 });
  again.readings('air-1', { co2: 500 });
  expect(stored(again).map(({ at }) => at)).toEqual([dawn + 100]);
});

test('a clock that was set back is followed', () => {
  const street = streetWithMeter();
  street.readings('air-1', { co2: 400 });
  street.gateway.shiftClock(-3_600_000);
  const again = { at: dawn - 3_600_000 };
  street.gateway.devices.receive(
    {
      sender: 'air-1',
      topic: 'zhishou/v1/devices/air-1/readings',
      bytes: new TextEncoder().encode('{"values":{"co2":500}}'),
      retained: false,
      receivedAt: again.at,
    },
    () => undefined,
  );
  street.pass(200);
  expect(stored(street).at(-1)?.at).toBe(again.at);
});

test('whatever comes with and without times, none without one replaces what is there, and those run forward', () => {
  const message = fc.record({
    wait: fc.constantFrom(0, 0, 0, 1, 3),
    own: fc.option(fc.integer({ min: -5, max: 5 })),
  });
  fc.assert(
    fc.property(fc.array(message, { maxLength: 60 }), (messages) => {
      const street = streetWithMeter();
      for (const { wait, own } of messages) {
        street.pass(wait);
        street.readings('air-1', { co2: 400 }, own === null ? {} : { at: street.now() + own });
      }
      const taken = new Set<number>();
      let last = 0;
      for (const [index, { at, receivedAt }] of stored(street).entries()) {
        if (messages[index]?.own === null) {
          expect(taken.has(at)).toBe(false);
          expect(at).toBeGreaterThan(last);
          expect(at).toBeGreaterThanOrEqual(receivedAt);
          last = at;
        }
        taken.add(at);
      }
    }),
    { numRuns: 100 },
  );
});

test('a device that never stops for breath gets no time further ahead than a clock may run', () => {
  const street = streetWithMeter();
  const device = createDeviceBook(street.stored()).get('air-1');
  if (device === undefined) throw new Error('the meter is not there');
  const times = createReadingTimes();
  let last = 0;
  for (let count = 0; count < 130_000; count += 1) last = times.give(device, 'co2', dawn);
  expect(last).toBe(dawn + 120_000);
  expect(times.give(device, 'co2', dawn + 500_000)).toBe(dawn + 500_000);
});
