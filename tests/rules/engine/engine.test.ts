import { describe, expect, test } from 'vitest';
import { createStreet, deviceOf, ruleOf, rulesOf } from '../street.ts';

const kitchen = deviceOf('gas-1', 'gas-detector');
const pager = deviceOf('pager-1', 'call-button');
const minute = 60_000;

describe('levels and the alert book', () => {
  const low = ruleOf('threshold', 'gas-detector', '{ measurement: gas_lel, above: 10, deadband: 1 }');

  test('gas over the limit raises at once, is said once, and clears once it is back by the deadband', () => {
    const street = createStreet([low]);
    for (const level of [3, 10, 12, 15]) street.says(kitchen, 'gas_lel', level, 1000);
    expect(street.log).toEqual(['holds r gas-1']);
    street.says(kitchen, 'gas_lel', 9.5, 2000);
    expect(street.log).toHaveLength(1);
    for (const level of [8.9, 8, 9.5]) street.says(kitchen, 'gas_lel', level, 3000);
    expect(street.log).toEqual(['holds r gas-1', 'clears r gas-1']);
  });

  test('the finding carries the value, its unit and the limit for the record', () => {
    const street = createStreet([low]);
    expect(street.says(kitchen, 'gas_lel', 12, 1000)).toMatchObject([
      {
        what: 'level',
        holding: 1,
        level: 1,
        subject: { key: 'gas-1', device: 'gas-1', place: null },
        since: 1000,
        evidence: { value: 12, unit: '%LEL', limit: 10, measurement: 'gas_lel' },
      },
    ]);
  });

  test('an alert that the book lost is raised again with the next reading, and one it should not have is cleared', () => {
    const street = createStreet([low]);
    street.says(kitchen, 'gas_lel', 20, 1000);
    street.active.clear();
    street.says(kitchen, 'gas_lel', 20, 2000);
    street.says(kitchen, 'gas_lel', 2, 3000);
    street.active.add('r gas-1');
    street.says(kitchen, 'gas_lel', 2, 4000);
    expect(street.log).toEqual(['holds r gas-1', 'holds r gas-1', 'clears r gas-1', 'clears r gas-1']);
  });

  test('what concerns no rule costs no list of its own', () => {
    const street = createStreet([low]);
    const quiet = street.says(kitchen, 'gas_lel', 1, 1000);
    expect(quiet).toHaveLength(0);
    expect(street.says(kitchen, 'valve', 'open', 1000)).toBe(quiet);
    expect(street.says(pager, 'battery', 50, 1000)).toBe(quiet);
    expect(street.tick(2000)).toBe(quiet);
  });

  test('a device of a type that nobody knows is heard without harm', () => {
    const street = createStreet([low]);
    const stranger = deviceOf('x', 'constructor');
    street.watch(stranger, 0, 0);
    expect(street.says(stranger, 'gas_lel', 99, 1000)).toHaveLength(0);
    expect(street.engine().heard(stranger, 1000)).toHaveLength(0);
  });
});

describe('delays', () => {
  const slow = ruleOf('flag', 'gas-detector', '{ measurement: gas }', 'on-delay: 30s, off-delay: 60s,');

  test('a flag that is set for a moment only raises nothing', () => {
    const street = createStreet([slow]);
    street.says(kitchen, 'gas', true, 0);
    expect(street.delays.size).toBe(1);
    street.says(kitchen, 'gas', false, 20_000);
    expect(street.delays.size).toBe(0);
    street.tick(40_000);
    expect(street.log).toEqual([]);
  });

  test('a condition that lasts takes effect at its deadline, once, with the evidence of its beginning', () => {
    const street = createStreet([slow]);
    street.says(kitchen, 'gas', true, 0);
    street.says(kitchen, 'gas', true, 10_000);
    expect(street.tick(29_999)).toEqual([]);
    const findings = street.tick(30_000);
    expect(findings.at(-1)).toMatchObject({ what: 'level', level: 1, since: 0, evidence: { receivedAt: 0 } });
    street.tick(90_000);
    expect(street.log).toEqual(['holds r gas-1']);
    expect(street.delays.size).toBe(0);
  });

  test('a flag that flaps while its alert is active does not end it before the off-delay is over', () => {
    const street = createStreet([slow]);
    street.says(kitchen, 'gas', true, 0);
    street.tick(30_000);
    street.says(kitchen, 'gas', false, 40_000);
    street.says(kitchen, 'gas', true, 50_000);
    street.says(kitchen, 'gas', false, 60_000);
    street.tick(119_999);
    expect(street.log).toEqual(['holds r gas-1']);
    street.tick(120_000);
    expect(street.log).toEqual(['holds r gas-1', 'clears r gas-1']);
  });

  test('a reading that comes after the deadline but before the tick does not undo what had lasted long enough', () => {
    const street = createStreet([slow]);
    street.says(kitchen, 'gas', true, 0);
    street.says(kitchen, 'gas', false, 30_500);
    expect(street.log).toEqual(['holds r gas-1']);
    street.tick(90_500);
    expect(street.log).toEqual(['holds r gas-1', 'clears r gas-1']);
  });

  test('a delay ends when the alert book comes to its end another way', () => {
    const street = createStreet([slow]);
    street.says(kitchen, 'gas', true, 0);
    street.active.add('r gas-1');
    street.says(kitchen, 'gas', true, 1000);
    expect(street.delays.size).toBe(0);
    street.tick(60_000);
    expect(street.log).toEqual([]);
  });

  test('a value inside the deadband keeps the delay running and does not start one', () => {
    const band = ruleOf(
      'threshold',
      'gas-detector',
      '{ measurement: gas_lel, above: 10, deadband: 2 }',
      'on-delay: 30s,',
    );
    const street = createStreet([band]);
    street.says(kitchen, 'gas_lel', 9, 0);
    expect(street.delays.size).toBe(0);
    street.says(kitchen, 'gas_lel', 10, 1000);
    street.says(kitchen, 'gas_lel', 8.5, 2000);
    street.tick(31_000);
    expect(street.log).toEqual(['holds r gas-1']);
  });

  test('a delay goes on over a restart, and one whose rule is gone is reported as ended', () => {
    const street = createStreet([slow]);
    street.says(kitchen, 'gas', true, 0);
    const [delay] = street.delays.values();
    street.restart(new Map([[kitchen, 0]]), 10_000);
    street.tick(30_000);
    expect(street.log).toEqual(['holds r gas-1']);
    const other = createStreet([ruleOf('flag', 'co-detector', '{ measurement: co_alarm }')]);
    other.watch(kitchen, 0, 0);
    if (delay === undefined) throw new Error('no delay');
    const { rule, version, branch, subject } = delay;
    expect(other.engine().resume([delay], [], 0)).toEqual([
      { what: 'delay', key: { rule, version, branch, subject }, body: null },
    ]);
    expect(other.tick(60_000)).toEqual([]);
  });

  test('the wall clock that jumps takes delays and silences along', () => {
    const quiet = ruleOf('silent', 'gas-detector', '{ what: data, after: 10m }');
    const street = createStreet([slow, { ...quiet, id: 'quiet' }]);
    street.watch(kitchen, 0, 0);
    street.says(kitchen, 'gas', true, 0);
    street.heed(street.engine().shift(3_600_000, 3_600_000));
    expect([...street.delays.values()]).toMatchObject([{ since: 3_600_000, deadline: 3_630_000 }]);
    street.tick(3_600_001);
    expect(street.log).toEqual([]);
    street.tick(3_630_000);
    street.tick(3_600_000 + 10 * minute);
    expect(street.log).toEqual(['holds r gas-1', 'holds quiet gas-1']);
  });

  test('another rulebook keeps the delays of unchanged rules and ends the others', () => {
    const book = (percent: number) =>
      rulesOf(`
source: a test
rules:
  - { id: same, kind: flag, types: [gas-detector], when: { measurement: gas }, on-delay: 30s, alert: { kind: gas, priority: high, title: { zh: 甲, en: a } } }
  - { id: changed, kind: threshold, types: [gas-detector], when: { measurement: gas_lel, above: ${percent} }, on-delay: 30s, alert: { kind: gas, priority: high, title: { zh: 乙, en: b } } }`);
    const street = createStreet(book(10));
    street.watch(kitchen, 0, 0);
    street.says(kitchen, 'gas', true, 0);
    street.says(kitchen, 'gas_lel', 15, 0);
    street.adopt(book(20), 1000);
    expect([...street.delays.keys()]).toEqual(['same gas-1']);
    street.tick(30_000);
    expect(street.log).toEqual(['holds same gas-1']);
  });

  test('a device that leaves takes its delays along', () => {
    const street = createStreet([slow]);
    street.says(kitchen, 'gas', true, 0);
    street.heed(street.engine().forget('gas-1'));
    expect(street.delays.size).toBe(0);
    expect(street.tick(60_000)).toEqual([]);
  });
});

describe('silence', () => {
  const quiet = ruleOf('silent', 'gas-detector', '{ what: data, after: 10m }');

  test('a detector that says nothing for ten minutes is missed, and found again with its next word', () => {
    const street = createStreet([quiet]);
    street.watch(kitchen, 0, 0);
    street.heed(street.engine().heard(kitchen, 5 * minute));
    street.tick(10 * minute);
    street.tick(15 * minute - 1);
    expect(street.log).toEqual([]);
    street.tick(15 * minute);
    street.tick(60 * minute);
    expect(street.log).toEqual(['holds r gas-1']);
    street.heed(street.engine().heard(kitchen, 61 * minute));
    street.heed(street.engine().heard(kitchen, 62 * minute));
    expect(street.log).toEqual(['holds r gas-1', 'clears r gas-1']);
    street.tick(72 * minute);
    expect(street.log).toHaveLength(3);
  });

  test('a silence that the alert book lost is raised again while it lasts', () => {
    const street = createStreet([quiet]);
    street.watch(kitchen, 0, 0);
    street.tick(10 * minute);
    street.active.clear();
    street.tick(20 * minute);
    expect(street.log).toEqual(['holds r gas-1', 'holds r gas-1']);
  });

  test('after a start nobody is silent before the grace is over, and who was silent before is found with its first word', () => {
    const street = createStreet([quiet]);
    street.active.add('r gas-1');
    street.watch(kitchen, 0, 0, 20 * minute);
    street.heed(street.engine().heard(kitchen, 12 * minute));
    expect(street.log).toEqual(['clears r gas-1']);
    const other = createStreet([quiet]);
    other.watch(kitchen, 0, 0, 20 * minute);
    other.tick(20 * minute - 1);
    expect(other.log).toEqual([]);
    other.tick(20 * minute);
    expect(other.log).toEqual(['holds r gas-1']);
  });

  test('a device that has left is not missed', () => {
    const street = createStreet([quiet]);
    street.watch(kitchen, 0, 0);
    street.engine().forget('gas-1');
    street.tick(60 * minute);
    expect(street.log).toEqual([]);
  });

  test('a lost link is reported after its grace, unless it is back before', () => {
    const link = ruleOf('silent', 'gas-detector', '{ what: link }', 'on-delay: 2m,');
    const street = createStreet([link]);
    street.heed(street.engine().link(kitchen, 'offline', 0));
    street.heed(street.engine().link(kitchen, 'online', minute));
    street.tick(5 * minute);
    expect(street.log).toEqual([]);
    street.heed(street.engine().link(kitchen, 'offline', 6 * minute));
    street.tick(8 * minute);
    street.heed(street.engine().link(kitchen, 'online', 9 * minute));
    street.tick(9.4 * minute);
    expect(street.log).toEqual(['holds r gas-1']);
    street.tick(9.5 * minute);
    expect(street.log).toEqual(['holds r gas-1', 'clears r gas-1']);
  });

  test('a link that returns several times a second is reported after the grace of the first loss, and is back when it has stood for half a minute', () => {
    const link = ruleOf('silent', 'gas-detector', '{ what: link }', 'on-delay: 2m,');
    const street = createStreet([link]);
    const flap = (from: number, to: number): void => {
      for (let at = from; at < to; at += 300) {
        street.heed(street.engine().link(kitchen, 'offline', at), at);
        street.tick(at + 100);
        street.heed(street.engine().link(kitchen, 'online', at + 200), at + 200);
      }
    };
    flap(0, 11 * minute);
    expect(street.log).toEqual(['holds r gas-1']);
    street.tick(11.4 * minute);
    expect(street.log).toHaveLength(1);
    street.tick(11.6 * minute);
    expect(street.log).toEqual(['holds r gas-1', 'clears r gas-1']);
  });

  test('a link that stands for a minute between two short losses is never reported', () => {
    const link = ruleOf('silent', 'gas-detector', '{ what: link }', 'on-delay: 2m,');
    const street = createStreet([link]);
    for (let at = 0; at < 20 * minute; at += minute) {
      street.heed(street.engine().link(kitchen, 'offline', at), at);
      street.heed(street.engine().link(kitchen, 'online', at + 1_000), at + 1_000);
      street.tick(at + 59_000);
    }
    expect(street.log).toEqual([]);
  });

  test('a link that is back shortly before its grace ends is given the time to stand', () => {
    const link = ruleOf('silent', 'gas-detector', '{ what: link }', 'on-delay: 2m,');
    const street = createStreet([link]);
    street.heed(street.engine().link(kitchen, 'offline', 0));
    street.heed(street.engine().link(kitchen, 'online', 119_000));
    street.tick(125_000);
    street.tick(150_000);
    expect(street.log).toEqual([]);
    street.heed(street.engine().link(kitchen, 'offline', 200_000));
    street.heed(street.engine().link(kitchen, 'online', 319_000));
    street.tick(325_000);
    street.heed(street.engine().link(kitchen, 'offline', 326_000));
    expect(street.log).toEqual(['holds r gas-1']);
  });
});

describe('what comes too late', () => {
  const delayed = ruleOf('flag', 'gas-detector', '{ measurement: gas }', 'on-delay: 30s,', 'gas');
  const dull = ruleOf('flag', 'gas-detector', '{ measurement: fault }', '', 'fault');
  const reading = (measurement: string, value: boolean) => ({
    device: 'gas-1',
    measurement,
    value,
    at: 0,
    receivedAt: 9_000_000,
  });

  test('a late emergency raises at once whatever the delays, and leaves the engine as it was', () => {
    const street = createStreet([delayed]);
    expect(street.engine().late(kitchen, reading('gas', true), 9_000_000)).toMatchObject([
      { what: 'level', level: 1, since: 0 },
    ]);
    expect(street.engine().late(kitchen, reading('gas', false), 9_000_000)).toEqual([]);
    expect(street.tick(10_000_000)).toEqual([]);
  });

  test('what is active already, or is no emergency, is not raised late', () => {
    const street = createStreet([delayed, { ...dull, id: 'dull' }]);
    street.active.add('r gas-1');
    expect(street.engine().late(kitchen, reading('gas', true), 9_000_000)).toEqual([]);
    expect(street.engine().late(kitchen, reading('fault', true), 9_000_000)).toEqual([]);
  });
});
