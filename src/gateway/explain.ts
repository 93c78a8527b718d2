import type { Alert, Evidence } from '../model/alert.ts';
import type { DeviceTypes, Measurement } from '../model/device-type.ts';
import { endsOf, type Value } from '../model/reading.ts';
import type { Text } from '../model/text.ts';

/** Says a moment (epoch ms) by the street's clock. */
export type SayTime = (at: number) => string;

/** What a user (by id) is called. */
export type SayName = (user: string) => string;

const events: Readonly<Record<string, Text>> = {
  sos: { zh: '按下了呼叫按钮', en: 'the button was pressed' },
  'sos-cancel': { zh: '取消了呼叫', en: 'the call was cancelled' },
  'call-request': { zh: '请求与值班室通话', en: 'somebody asked to speak with the duty room' },
  test: { zh: '按下了测试按钮', en: 'its test button was pressed' },
  tamper: { zh: '被拆动', en: 'it was tampered with' },
  fault: { zh: '报告故障', en: 'it reported a fault' },
  'power-lost': { zh: '断电', en: 'it lost its power' },
  'power-restored': { zh: '恢复供电', en: 'its power came back' },
};

const both = (text: string): Text => ({ zh: text, en: text });

const labelOf = (types: DeviceTypes, name: string): Text => {
  for (const type of types.values()) {
    const found: Measurement | undefined = Object.hasOwn(type.measurements, name)
      ? type.measurements[name]
      : undefined;
    if (found) return found.label;
  }
  return both(name);
};

const said = (value: Value): Text => {
  if (typeof value === 'boolean') return value ? { zh: '是', en: 'yes' } : { zh: '否', en: 'no' };
  const ends = endsOf(value);
  return ends === null
    ? both(String(value))
    : { zh: `${ends[0]} 至 ${ends[1]}`, en: `${ends[0]} to ${ends[1]}` };
};

const withUnit = (value: Value, unit: string | undefined): Text => {
  const { zh, en } = said(value);
  const tail = unit === undefined ? '' : ` ${unit}`;
  return { zh: `${zh}${tail}`, en: `${en}${tail}` };
};

const minuteMs = 60_000;

const lasting = (ms: number): Text => {
  if (ms < minuteMs) return { zh: `${Math.round(ms / 1000)} 秒`, en: `${Math.round(ms / 1000)} s` };
  if (ms < 120 * minuteMs) {
    const minutes = Math.floor(ms / minuteMs);
    return { zh: `${minutes} 分钟`, en: `${minutes} min` };
  }
  const hours = Math.floor(ms / (60 * minuteMs));
  return { zh: `${hours} 小时`, en: `${hours} h` };
};

/** Why it was raised: what was measured against which limit and how long, what occurred, or how long nothing was heard. */
const cause = (alert: Alert, evidence: Evidence | undefined, types: DeviceTypes, time: SayTime): Text => {
  if (evidence === undefined) return alert.title;
  const { measurement, value, unit, limit, event, since, at, receivedAt } = evidence;
  if (event !== undefined) {
    const what = Object.hasOwn(events, event) ? events[event] : undefined;
    const { zh, en } = what ?? both(event);
    return { zh: `${time(receivedAt)} ${zh}`, en: `${en} at ${time(receivedAt)}` };
  }
  if (measurement !== undefined && value !== undefined) {
    const label = labelOf(types, measurement);
    const measured = withUnit(value, unit);
    const held = since === undefined ? null : { from: time(since), ms: receivedAt - since };
    const span = held === null || held.ms <= 0 ? null : { from: held.from, ...lasting(held.ms) };
    const found: Text =
      value === true
        ? { zh: `检测到${label.zh}`, en: `${label.en} detected` }
        : { zh: `${label.zh} ${measured.zh}`, en: `${label.en} ${measured.en}` };
    const against = limit === undefined || typeof limit === 'boolean' ? null : withUnit(limit, unit);
    return {
      zh: `${found.zh}${against ? `，限值 ${against.zh}` : ''}${span ? `，自 ${span.from} 起已持续 ${span.zh}` : `，${time(receivedAt)}`}`,
      en: `${found.en}${against ? ` against a limit of ${against.en}` : ''}${span ? `, since ${span.from}, for ${span.en}` : ` at ${time(receivedAt)}`}`,
    };
  }
  // A lost connection is no silence: its title says it better.
  if (alert.kind === 'silent' && evidence.note?.startsWith('link') !== true) {
    const from = since ?? at;
    const { zh, en } = lasting(Math.max(0, receivedAt - from));
    return {
      zh: `自 ${time(from)} 起没有收到消息，已 ${zh}`,
      en: `nothing was heard since ${time(from)}, for ${en}`,
    };
  }
  const { zh, en } = alert.title;
  return { zh: `${time(receivedAt)} ${zh}`, en: `${en} at ${time(receivedAt)}` };
};

/** Why it is in the state in which it is. */
const standing = (alert: Alert, now: number, time: SayTime, name: SayName): Text => {
  const by = alert.acknowledgedBy === undefined ? '?' : name(alert.acknowledgedBy);
  const known = alert.acknowledgedAt === undefined ? '' : time(alert.acknowledgedAt);
  const over = alert.returnedAt === undefined ? null : time(alert.returnedAt);
  switch (alert.state) {
    case 'closed': {
      const at = time(alert.closedAt ?? now);
      return alert.disposition === 'returned'
        ? { zh: `情况已解除，${at} 自行结束`, en: `it is over and closed by itself at ${at}` }
        : { zh: `${at} 已结`, en: `it was closed at ${at}` };
    }
    case 'out-of-service':
      return {
        zh: '设备停用检修，不打扰任何人',
        en: 'its device is out of service for repair, so it calls nobody',
      };
    case 'suppressed':
      return {
        zh: `已由警情 ${alert.suppressedBy} 解释，随其抑制`,
        en: `alert ${alert.suppressedBy} explains it, so it is suppressed`,
      };
    case 'shelved': {
      const until = time(alert.shelvedUntil ?? now);
      const who = alert.shelvedBy === undefined ? by : name(alert.shelvedBy);
      return alert.shelvedOnce === true
        ? {
            zh: `由 ${who} 搁置至 ${until}，或到首次恢复为止`,
            en: `${who} shelved it until ${until} or until it is over for the first time`,
          }
        : { zh: `由 ${who} 搁置至 ${until}`, en: `${who} shelved it until ${until}` };
    }
    case 'unacknowledged':
      return { zh: '情况仍在，无人确认', en: 'it still holds and nobody has acknowledged it' };
    case 'acknowledged':
      return {
        zh: `情况仍在，${known} 由 ${by} 确认`,
        en: `it still holds; ${by} acknowledged it at ${known}`,
      };
    case 'latched-unacknowledged':
      return over === null
        ? {
            zh: '一直保持到有人处理，无人确认',
            en: 'it stays until a person deals with it, and nobody has acknowledged it',
          }
        : {
            zh: `${over} 已恢复，但须人工处理，无人确认`,
            en: `it was over at ${over} but stays until a person deals with it, and nobody has acknowledged it`,
          };
    case 'latched-acknowledged':
      return over === null
        ? {
            zh: `${known} 由 ${by} 确认，一直保持到写明结果`,
            en: `${by} acknowledged it at ${known}; it stays until it is closed with what was done`,
          }
        : {
            zh: `${over} 已恢复，${known} 由 ${by} 确认，一直保持到复位或写明结果`,
            en: `it was over at ${over} and ${by} acknowledged it at ${known}; it stays until it is reset or closed`,
          };
    case 'returned-unacknowledged':
      return over === null
        ? { zh: '无人确认', en: 'nobody has acknowledged it' }
        : { zh: `${over} 已恢复，但无人确认`, en: `it was over at ${over} but nobody has acknowledged it` };
  }
};

/** In one sentence of each language: why the alert was raised and why it is in its state. `time` says moments by the street's clock, `name` what an operator is called. */
export const explain = (
  alert: Alert,
  types: DeviceTypes,
  now: number,
  time: SayTime,
  name: SayName = (user) => user,
): Text => {
  const why = cause(alert, alert.evidence.at(-1), types, time);
  const state = standing(alert, now, time, name);
  const marks: Text[] = [];
  if (alert.test)
    marks.push({ zh: '这是演练或测试，不通知任何人', en: 'it is a drill or test and calls nobody' });
  if (alert.late)
    marks.push({
      zh: `设备所报时间为 ${time(alert.deviceTime ?? alert.receivedAt)}，消息来迟或时钟不准`,
      en: `by the device's own clock it was ${time(alert.deviceTime ?? alert.receivedAt)}, so the message came late or that clock is wrong`,
    });
  if (alert.count > 1) marks.push({ zh: `共 ${alert.count} 次`, en: `it came ${alert.count} times` });
  const parts = [why, state, ...marks];
  return {
    zh: `${parts.map(({ zh }) => zh).join('；')}。`,
    en: `${parts.map(({ en }) => en).join('; ')}.`.replace(/^./, (first) => first.toUpperCase()),
  };
};
