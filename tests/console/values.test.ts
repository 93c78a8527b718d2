import { expect, test } from 'vitest';
import { readableValues } from '../../console/src/devices/values.ts';
import { en } from '../../console/src/words/en.ts';
import { zh } from '../../console/src/words/zh.ts';

const at = { at: 1, receivedAt: 1 };

test('the values of a device are in the words of the seat, what tells most of the home first', () => {
  const latest = {
    battery: { value: 80, ...at },
    gas_lel: { value: 0.41234, ...at },
    valve: { value: 'open', ...at },
  };
  expect(readableValues(latest, zh).map(({ text }) => text)).toEqual([
    '燃气浓度 0.4123 %LEL',
    '阀门 开',
    '电池 80 %',
  ]);
  expect(readableValues(latest, en).map(({ text }) => text)).toEqual([
    'gas level 0.4123 %LEL',
    'valve open',
    'battery 80 %',
  ]);
});

test('smoke is loud, somebody who walks about is not, and what is not so is not said', () => {
  const latest = {
    smoke: { value: true, ...at },
    motion: { value: true, ...at },
    gas: { value: false, ...at },
  };
  expect(readableValues(latest, zh)).toEqual([
    { name: 'smoke', text: '烟雾', loud: true },
    { name: 'motion', text: '有人活动', loud: false },
  ]);
});
