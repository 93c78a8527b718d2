import { readdirSync, readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { en } from '../../console/src/words/en.ts';
import { firstLanguage } from '../../console/src/words/first-language.ts';
import { refusalText } from '../../console/src/words/refusal.ts';
import { zh } from '../../console/src/words/zh.ts';
import { deviceTypes } from '../../devices/index.ts';
import { callReasons } from '../../src/model/call.ts';
import { alertEvents } from '../../src/model/change.ts';
import { commandNames } from '../../src/model/command.ts';
import { eventNames } from '../../src/model/reading.ts';

const leaves = (words: object, path = ''): readonly (readonly [string, unknown])[] =>
  Object.entries(words).flatMap(([key, value]) =>
    typeof value === 'object' && value !== null
      ? leaves(value, `${path}${key}.`)
      : [[`${path}${key}`, value] as const],
  );

test('both languages say everything, and say it in their own words', () => {
  const chinese = leaves(zh);
  const english = new Map(leaves(en));
  expect([...english.keys()].sort()).toEqual(chinese.map(([path]) => path).sort());
  const empty = [...chinese, ...english].filter(([, value]) => value === '');
  expect(empty).toEqual([]);
  const unchanged = [...english].filter(
    ([path, value]) =>
      typeof value === 'string' && /\p{Script=Han}/u.test(value) && path !== 'strip.otherLanguage',
  );
  expect(unchanged).toEqual([]);
});

test('every device type, measurement, event and step of an alert’s life has a word', () => {
  for (const words of [zh, en]) {
    expect(Object.keys(words.type)).toEqual(expect.arrayContaining([...deviceTypes.keys()]));
    const measurements = [...deviceTypes.values()].flatMap((type) => Object.keys(type.measurements));
    expect(Object.keys(words.measurement)).toEqual(expect.arrayContaining([...new Set(measurements)]));
    expect(Object.keys(words.event)).toEqual(expect.arrayContaining([...eventNames]));
    expect(Object.keys(words.timeline)).toEqual(expect.arrayContaining([...alertEvents, ...commandNames]));
  }
});

test('a device type is called at the console what its file declares, in both languages', () => {
  for (const [name, { label }] of deviceTypes) {
    expect((zh.type as Readonly<Record<string, string>>)[name]).toBe(label.zh);
    expect((en.type as Readonly<Record<string, string>>)[name]).toBe(label.en);
  }
  expect(Object.keys(zh.type).sort()).toEqual([...deviceTypes.keys()].sort());
});

test('every reason that a call can end or break for has a word', () => {
  for (const words of [zh, en])
    expect(Object.keys(words.call.reason)).toEqual(expect.arrayContaining([...callReasons]));
});

// What the sources give as a reason: of a step of a call, of a leg that failed, and of a console that is out.
const given = [
  /event: '(?:rings-again|ended|failed)', at(?:: now)?, reason: '([a-z-]+)'/g,
  /\bconst reason = '([a-z-]+)'/g,
  /\b(?:ringsAgain|giveBack|wordOf)\([^()]*'([a-z-]+)'\)/g,
  /\bfail\((?:pathFound \? )?'([a-z-]+)'/g,
  /\bfail\(pathFound \? '[a-z-]+' : '([a-z-]+)'/g,
  /\bover\(call, 'ended', at, ofRoom \? '([a-z-]+)'/g,
  /\bover\(call, 'ended', at, ofRoom \? '[a-z-]+' : '([a-z-]+)'/g,
];

test('the list of those reasons is what the gateway gives, no more and no less', () => {
  const gateway = new URL('../../src/gateway/', import.meta.url);
  const sources = [
    ...readdirSync(gateway).flatMap((name) => (name.startsWith('call') ? [new URL(name, gateway)] : [])),
    new URL('../../src/voice/legs/webrtc.ts', import.meta.url),
  ].map((file) => readFileSync(file, 'utf8'));
  const found = sources.flatMap((source) =>
    given.flatMap((pattern) => [...source.matchAll(pattern)].map(([, reason]) => reason)),
  );
  expect([...new Set(found)].sort()).toEqual([...callReasons].sort());
});

test('a refusal says who was faster, that the store cannot store, or at least what the gateway said', () => {
  const refused = (code: string, details = {}) =>
    refusalText(en, { ok: false, code, message: 'no', details });
  expect(refused('already-claimed', { claimedBy: 'wang' })).toContain('wang');
  const claimed = {
    ok: false,
    code: 'already-claimed',
    message: 'no',
    details: { claimedBy: 'li' },
  } as const;
  expect(refusalText(zh, claimed, () => '李姐')).toContain('李姐');
  expect(refused('already-claimed')).toBe(en.refusal.claimedBySomebody);
  expect(refused('store-unavailable')).toBe(en.refusal['store-unavailable']);
  expect(refused('toString')).toContain('no');
});

test('a page starts in the language that was chosen, else in the browser’s, else in English', () => {
  expect(firstLanguage(null, ['en-GB', 'zh-CN'])).toBe('en');
  expect(firstLanguage(null, ['zh-TW', 'en'])).toBe('zh');
  expect(firstLanguage(null, ['fr-FR', 'zh'])).toBe('zh');
  expect(firstLanguage(null, ['fr-FR'])).toBe('en');
  expect(firstLanguage(null, [])).toBe('en');
  expect(firstLanguage('zh', ['en-GB'])).toBe('zh');
  expect(firstLanguage('en', ['zh-CN'])).toBe('en');
});
