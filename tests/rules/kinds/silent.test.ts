import { expect, test } from 'vitest';
import { deviceTypes } from '../../../devices/index.ts';
import type { DeviceType } from '../../../src/model/device-type.ts';
import { silent } from '../../../src/rules/kinds/silent.ts';

const conditionOf = (when: unknown) => silent.branches(silent.params.parse(when))[0]?.condition;

const typeOf = (name: string): DeviceType => {
  const type = deviceTypes.get(name);
  if (type === undefined) throw new Error(`no ${name}`);
  return type;
};

test('a silence may last differently by power source, and says nothing where none is named', () => {
  const one = conditionOf({ what: 'data', after: '10m' });
  const many = conditionOf({ what: 'data', after: { mains: '10m', battery: '25h' } });
  if (one?.on !== 'silence' || many?.on !== 'silence') throw new Error('not about silence');
  expect([one.afterMs('mains'), one.afterMs('battery')]).toEqual([600_000, 600_000]);
  expect([many.afterMs('mains'), many.afterMs('battery'), many.afterMs('cellular')]).toEqual([
    600_000,
    90_000_000,
    null,
  ]);
});

test.each([
  ['link', ['gas-detector', 'water-monitor', 'siren']],
  ['hub', ['hub']],
])('of a smoke alarm, a gas detector, a 4G meter, a siren and a hub, %s concerns %j', (what, concerned) => {
  const condition = conditionOf({ what });
  if (condition?.on !== 'link') throw new Error('not about the link');
  const types = ['smoke-alarm', 'gas-detector', 'water-monitor', 'siren', 'hub'].map(typeOf);
  expect(types.filter((type) => condition.concerns(type)).map(({ name }) => name)).toEqual(concerned);
});

test('a device that reports once an hour is not called silent after ten minutes', () => {
  const type = typeOf('smoke-alarm');
  expect(silent.faults(silent.params.parse({ what: 'data', after: '10m' }), type)).toHaveLength(1);
  expect(silent.faults(silent.params.parse({ what: 'data', after: { mains: '10m' } }), type)).toEqual([]);
});

test('only a hub can be missed as a hub; of any other a link may be asked for, whether it concerns it or not', () => {
  const [hub, link] = [silent.params.parse({ what: 'hub' }), silent.params.parse({ what: 'link' })];
  expect(silent.faults(hub, typeOf('hub'))).toEqual([]);
  expect(silent.faults(hub, typeOf('siren'))).toEqual(['siren is no hub: it carries no other devices']);
  expect([...deviceTypes.values()].flatMap((type) => silent.faults(link, type))).toEqual([]);
});
