import { expect, test } from 'vitest';
import { figuresWords } from '../../console/src/figures/figures-words.ts';
import { figuresCsv, isMet, mixOf, shareText } from '../../console/src/figures/say-figures.ts';
import { zh } from '../../console/src/words/zh.ts';
import { figuresOf } from '../../src/gateway/figures.ts';

const hour = 3_600_000;
const from = Date.UTC(2026, 10, 23);

const figures = figuresOf({
  from,
  to: from + 24 * hour,
  now: from + 24 * hour,
  alerts: [0, 1, 2].map((index) => ({
    id: `a${index}`,
    kind: 'sos' as const,
    priority: index === 0 ? ('critical' as const) : ('low' as const),
    device: index === 2 ? '=cmd' : 'pager-1',
    test: false,
    quiet: false,
    raisedAt: from + index * hour,
    receivedAt: from + index * hour,
    activeSince: from + index * hour,
    activeUntil: from + index * hour,
    takenAt: null,
    holder: 'li',
    disposition: 'pressed-by-mistake' as const,
  })),
  answeringOf: ({ receivedAt, id }) => ({
    takenAt: id === 'a2' ? null : receivedAt + 12_345,
    voiceAt: null,
    askedAt: null,
  }),
  calls: [],
  staleNow: [],
  offsetAt: () => 0,
  complete: () => true,
});

test('a share is never said to be better than it is', () => {
  expect([0.97499, 0.975, 0.99999, 1, 0, 0.0001].map(shareText)).toEqual([
    '97.4 %',
    '97.5 %',
    '99.9 %',
    '100 %',
    '0 %',
    '< 0.1 %',
  ]);
});

test('a target is met from its own share on, and nothing is judged where nothing was answered', () => {
  const target = { withinMs: 60_000, target: 0.975, of: 1 };
  expect([0.975, 0.9749, null].map((share) => isMet({ ...target, share }))).toEqual([true, false, null]);
  expect(mixOf(figures).map(({ priority, fine }) => [priority, fine])).toEqual([
    ['critical', false],
    ['high', true],
    ['medium', null],
    ['low', null],
  ]);
});

test('the file holds what the page shows, opens in a spreadsheet as UTF-8 and runs no formula there', () => {
  const text = figuresCsv(figures, {
    words: figuresWords.zh,
    dictionary: zh,
    deviceName: (id) => (id === 'pager-1' ? '床头, 呼叫器' : id),
    userName: () => '李姐',
  });
  expect(text.startsWith('\uFEFF项目,对象,数值,单位,目标\r\n')).toBe(true);
  const rows = text.trim().split('\r\n');
  expect(rows).toContain('from,,2026-11-23T00:00:00.000Z,,');
  expect(rows).toContain('呼救应答,60 秒内,0.6666666666666666,比例,0.975');
  expect(rows).toContain('呼救应答,一半在,12.345,s,');
  expect(rows).toContain('报得最多的设备,"床头, 呼叫器",2,次,');
  expect(rows).toContain("报得最多的设备,'=cmd,1,次,");
  expect(rows).toContain('处理结果,一键呼叫: 误按,3,次,');
  expect(rows).toContain('每天的警情,2026-11-23,3,次,');
  expect(rows).toContain('一天里各小时的警情,01:00,1,次,');
});

test('every language has words for all of it', () => {
  const namesOf = (words: object): readonly string[] =>
    Object.entries(words).flatMap(([name, inner]: [string, unknown]) =>
      typeof inner === 'object' && inner !== null ? namesOf(inner).map((one) => `${name}.${one}`) : [name],
    );
  expect(namesOf(figuresWords.en)).toEqual(namesOf(figuresWords.zh));
});
