import { describe, expect, test } from 'vitest';
import { readJson, shapeFault } from '../../../devices/dialects/read-json.ts';
import { zigbee2mqtt } from '../../../devices/dialects/zigbee2mqtt.ts';

const bytes = (text: string): Uint8Array => new TextEncoder().encode(text);
const reasonOf = (text: string): string | null => {
  const read = readJson(bytes(text));
  return read.ok ? null : read.reason;
};

describe('JSON is refused before it is parsed', () => {
  test.each([
    [
      'brackets by the hundred thousand',
      `{"values":${'['.repeat(120_000)}${']'.repeat(120_000)}}`,
      'too-deep',
    ],
    ['brackets that never end', '{"a":'.repeat(40_000), 'too-deep'],
    ['seventeen levels', '['.repeat(17) + ']'.repeat(17), 'too-deep'],
    ['a thousand and one elements', `[${Array.from({ length: 1001 }, () => 1).join()}]`, 'too-many'],
    [
      'a thousand and one members',
      `{${Array.from({ length: 1001 }, (_, i) => `"k${i}":1`).join()}}`,
      'too-many',
    ],
    [
      'too many of them deep inside',
      `{"a":{"b":[${Array.from({ length: 1001 }, () => 1).join()}]}}`,
      'too-many',
    ],
  ])('where it has %s', (_, text, reason) => {
    expect(reasonOf(text)).toBe(reason);
  });

  test.each([
    ['sixteen levels', '['.repeat(16) + ']'.repeat(16)],
    ['a thousand elements', `[${Array.from({ length: 1000 }, () => 1).join()}]`],
    ['many elements in many arrays', `[${Array.from({ length: 900 }, () => '[1,2,3]').join()}]`],
    ['brackets, commas and quotes within a text', JSON.stringify({ a: `${'[,"\\'.repeat(2000)}"` })],
  ])('and not where it has %s', (_, text) => {
    expect(shapeFault(bytes(text))).toBeNull();
    expect(reasonOf(text)).toBeNull();
  });
});

test('what Zigbee2MQTT passes on is bounded the same way', () => {
  const deep = bytes('['.repeat(100_000));
  expect(zigbee2mqtt.decode({ sender: 'hub-1', topic: 'zigbee2mqtt/lamp', bytes: deep })).toMatchObject({
    ok: false,
    reason: 'too-deep',
  });
});
