import { expect, test } from 'vitest';
import { deviceLabel, deviceWord, isNamed } from '../../console/src/devices/device-word.ts';
import { en } from '../../console/src/words/en.ts';
import { zh } from '../../console/src/words/zh.ts';

const nameless = { id: 'smoke-301', name: 'smoke-301', type: 'smoke-alarm', place: null };
const named = { ...nameless, name: '厨房烟感' };

test('a device that nobody has named is called by its type, in the language on the screen', () => {
  expect(isNamed(nameless)).toBe(false);
  expect([deviceWord(nameless, zh), deviceWord(nameless, en)]).toEqual(['烟雾报警器', 'Smoke alarm']);
  expect(deviceLabel(nameless, en)).toBe('Smoke alarm smoke-301');
});

test('one that has a name keeps it in every language', () => {
  expect([deviceWord(named, zh), deviceWord(named, en)]).toEqual(['厨房烟感', '厨房烟感']);
  const home = {
    id: 'h-301',
    path: [{ kind: 'household', id: 'h-301', name: '301' }],
    text: '3栋301',
  } as const;
  expect(deviceLabel({ ...named, place: { ...home, path: [...home.path] } }, zh)).toBe(
    '厨房烟感 smoke-301 · 3栋301',
  );
});
