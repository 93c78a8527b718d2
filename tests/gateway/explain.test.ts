import { expect, test } from 'vitest';
import { deviceTypes } from '../../devices/index.ts';
import { explain } from '../../src/gateway/explain.ts';
import type { Alert, Evidence } from '../../src/model/alert.ts';

const minute = 60_000;
const noon = Date.UTC(2026, 10, 24, 4);
// Shanghai is 8 h ahead of UTC all year.
const time = (at: number): string => new Date(at + 8 * 60 * minute).toISOString().slice(11, 16);

const leak: Alert = {
  id: 'alert-1',
  version: 1,
  rule: { id: 'gas', version: '1' },
  kind: 'gas',
  device: 'gas-1',
  devices: ['gas-1'],
  place: null,
  priority: 'high',
  state: 'unacknowledged',
  active: true,
  acknowledged: false,
  latching: false,
  reset: false,
  outOfService: false,
  count: 1,
  raisedAt: noon,
  lastAt: noon,
  receivedAt: noon,
  test: false,
  late: false,
  title: { zh: '燃气浓度高', en: 'Gas' },
  evidence: [],
};

const measured: Evidence = {
  at: noon,
  receivedAt: noon,
  measurement: 'gas_lel',
  value: 12,
  unit: '%LEL',
  limit: 10,
};

const said = (alert: Partial<Alert>, evidence: Evidence = measured) =>
  explain({ ...leak, evidence: [evidence], ...alert }, deviceTypes, noon + 60 * minute, time);

const label = deviceTypes.get('gas-detector')?.measurements.gas_lel?.label;

test.each<readonly [string, Evidence, Partial<Alert>, readonly string[], readonly string[]]>([
  [
    'a reading above its limit',
    measured,
    {},
    [`${label?.zh} 12 %LEL，限值 10 %LEL，12:00`],
    [`${label?.en} 12 %LEL against a limit of 10 %LEL at 12:00`],
  ],
  [
    'a reading that has been above its limit for long',
    { ...measured, since: noon - 90 * minute },
    {},
    ['自 10:30 起已持续 90 分钟'],
    ['since 10:30, for 90 min'],
  ],
  [
    'a flag',
    { at: noon, receivedAt: noon, measurement: 'smoke', value: true, limit: true },
    { kind: 'smoke' },
    ['检测到烟雾，12:00'],
    ['Smoke detected at 12:00'],
  ],
  [
    'a press',
    { at: noon, receivedAt: noon, event: 'sos' },
    { kind: 'sos', state: 'latched-unacknowledged', active: false, latching: true },
    ['12:00 按下了呼叫按钮', '一直保持到有人处理，无人确认'],
    ['The button was pressed at 12:00', 'stays until a person deals with it, and nobody has acknowledged it'],
  ],
  [
    'a silence',
    { at: noon - 180 * minute, receivedAt: noon, note: 'not heard' },
    { kind: 'silent' },
    ['自 09:00 起没有收到消息，已 3 小时'],
    ['Nothing was heard since 09:00, for 3 h'],
  ],
  [
    'a drill whose clock is wrong and that came twice',
    measured,
    { test: true, late: true, count: 2, deviceTime: noon - 60 * minute },
    ['演练或测试', '设备所报时间为 11:00', '共 2 次'],
    ['drill or test', 'it was 11:00', 'it came 2 times'],
  ],
  [
    'an alert that somebody shelved',
    measured,
    { state: 'shelved', shelvedUntil: noon + 30 * minute, shelvedBy: 'li' },
    ['由 li 搁置至 12:30'],
    ['li shelved it until 12:30'],
  ],
  [
    'an alert that somebody shelved for one time',
    measured,
    { state: 'shelved', shelvedUntil: noon + 30 * minute, shelvedBy: 'li', shelvedOnce: true },
    ['或到首次恢复为止'],
    ['over for the first time'],
  ],
  [
    'an alert that another explains',
    measured,
    { kind: 'silent', state: 'suppressed', suppressedBy: 'alert-9' },
    ['已由警情 alert-9 解释'],
    ['alert alert-9 explains it'],
  ],
  ['an alert of a device under repair', measured, { state: 'out-of-service' }, ['停用检修'], ['repair']],
  [
    'an alert in hand',
    measured,
    { state: 'acknowledged', acknowledged: true, acknowledgedBy: 'li', acknowledgedAt: noon + minute },
    ['情况仍在，12:01 由 li 确认'],
    ['it still holds; li acknowledged it at 12:01'],
  ],
  [
    'an alert that is over and was never acknowledged',
    measured,
    { state: 'returned-unacknowledged', active: false, returnedAt: noon + 5 * minute },
    ['12:05 已恢复，但无人确认'],
    ['it was over at 12:05 but nobody has acknowledged it'],
  ],
  [
    'a latched alert that was acknowledged',
    measured,
    {
      state: 'latched-acknowledged',
      active: false,
      returnedAt: noon + 5 * minute,
      acknowledgedBy: 'li',
      acknowledgedAt: noon + minute,
    },
    ['一直保持到复位或写明结果'],
    ['stays until it is reset or closed'],
  ],
  [
    'a latched alert that nobody has acknowledged',
    measured,
    { state: 'latched-unacknowledged', active: false, returnedAt: noon + 5 * minute },
    ['12:05 已恢复，但须人工处理'],
    ['over at 12:05 but stays'],
  ],
  [
    'an alert that closed by itself',
    measured,
    { state: 'closed', disposition: 'returned', closedAt: noon + 6 * minute },
    ['12:06 自行结束'],
    ['closed by itself at 12:06'],
  ],
])('%s is explained in both languages', (_what, evidence, alert, zh, en) => {
  const sentence = said(alert, evidence);
  for (const part of zh) expect(sentence.zh).toContain(part);
  for (const part of en) expect(sentence.en).toContain(part);
  expect(sentence.zh).toMatch(/。$/);
  expect(sentence.en).toMatch(/^[A-Z\d].*\.$/s);
  expect(`${sentence.zh}${sentence.en}`).not.toContain('undefined');
});

test('an alert without evidence, or of something nobody has a word for, is explained by its title', () => {
  expect(explain(leak, deviceTypes, noon, time).en).toMatch(/^Gas; /);
  expect(said({ kind: 'system' }, { at: noon, receivedAt: noon, note: 'x' }).zh).toContain(
    '12:00 燃气浓度高',
  );
  expect(said({}, { at: noon, receivedAt: noon, event: 'dance' }).en).toContain('Dance at 12:00');
  expect(said({}, { ...measured, measurement: 'moonlight' }).zh).toContain('moonlight 12 %LEL');
});

test('a limit with two ends is said in words, and operators are called by their names', () => {
  const battery: Evidence = { ...measured, measurement: 'battery', value: 9, unit: '%', limit: '0.5..10' };
  const known = {
    ...leak,
    evidence: [battery],
    acknowledged: true,
    acknowledgedAt: noon,
    acknowledgedBy: 'li',
  };
  const { zh, en } = explain({ ...known, state: 'acknowledged' }, deviceTypes, noon, time, () => '李姐');
  expect(zh).toContain('限值 0.5 至 10 %');
  expect(zh).toContain('由 李姐 确认');
  expect(en).toContain('a limit of 0.5 to 10 %');
});
