import type { HandsetView } from './handset.ts';

/** Everything the page says in one language. */
export type Words = {
  readonly title: string;
  readonly press: string;
  readonly pressAgain: string;
  readonly light: string;
  readonly loudspeaker: string;
  readonly hangUp: string;
  readonly withdraw: string;
  readonly sends: string;
  readonly sendsLater: string;
  readonly shows: Readonly<Record<'nothing' | 'received' | 'help-is-coming', string>>;
  readonly ringsAgain: string;
  readonly accepted: (name: string | null) => string;
  readonly call: Readonly<Record<NonNullable<HandsetView['call']>, string>>;
  readonly nobodyYet: string;
  readonly silent: string;
  readonly line: Readonly<Record<Exclude<HandsetView['line'], 'up'>, string>>;
  readonly microphone: Readonly<Record<Exclude<HandsetView['microphone'], 'unasked' | 'open'>, string>>;
  readonly noPager: string;
  readonly again: string;
  readonly demo: string;
};

const zh: Words = {
  title: '呼叫器',
  press: '按下求助',
  pressAgain: '再按一次',
  light: '指示灯',
  loudspeaker: '扬声器',
  hangUp: '挂断',
  withdraw: '不用通话了',
  sends: '正在送出求助…',
  sendsLater: '求助已记下，网络一恢复就送出',
  shows: { nothing: '未亮', received: '值班室已收到', 'help-is-coming': '已派人，正在赶来' },
  ringsAgain: '通话断了，值班室重新响铃，请不要走开',
  accepted: (name) => (name === null ? '值班员已接警' : `${name} 已接警`),
  call: {
    asked: '正在呼叫值班室…',
    requested: '已收到，正在找值班员…',
    ringing: '值班室正在响铃，请稍候',
    answered: '已接听，正在接通声音…',
    connected: '已接通，请讲话',
    ended: '通话已结束',
    cancelled: '通话已取消；求助仍然有效',
    declined: '值班员没有接通话；求助仍然有效',
    failed: '通话没有接通；求助仍然有效',
  },
  nobodyYet: '还没有人接听，仍在响铃，请不要走开',
  silent: '无声',
  line: {
    connecting: '正在连接网关…',
    lost: '网络断开，正在重新连接。按过的求助不会丢。',
    refused: '网关不再认得这个呼叫器。',
  },
  microphone: {
    asking: '请允许使用麦克风，值班员才能听到您。',
    denied: '没有麦克风权限：值班员听到的是提示音，您仍能听到值班员。可在浏览器设置中允许后再按一次。',
    absent: '没有找到麦克风：值班员听到的是提示音，您仍能听到值班员。',
    insecure: '此页不是通过 HTTPS 打开的，浏览器不提供麦克风：值班员听到的是提示音，您仍能听到值班员。',
  },
  noPager: '演示程序没有给出呼叫器，可能已经停止。',
  again: '重试',
  demo: '这是演示：按下后，值班台会响铃，接听的人可以与您通话。',
};

const en: Words = {
  title: 'Pager',
  press: 'Press for help',
  pressAgain: 'Press again',
  light: 'Light',
  loudspeaker: 'Loudspeaker',
  hangUp: 'Hang up',
  withdraw: 'No need to talk',
  sends: 'Sending your call for help…',
  sendsLater: 'Your call for help is kept, and sent as soon as the network is back',
  shows: { nothing: 'off', received: 'The duty room has it', 'help-is-coming': 'Help is on the way' },
  ringsAgain: 'The call broke; it rings again in the duty room, please stay',
  accepted: (name) => (name === null ? 'An operator has taken it' : `${name} has taken it`),
  call: {
    asked: 'Calling the duty room…',
    requested: 'Received; looking for an operator…',
    ringing: 'Ringing in the duty room, please wait',
    answered: 'Answered; connecting the sound…',
    connected: 'Connected: please speak',
    ended: 'The call has ended',
    cancelled: 'The call was taken back; your call for help stands',
    declined: 'The operator did not take the call; your call for help stands',
    failed: 'The call did not come about; your call for help stands',
  },
  nobodyYet: 'Nobody has answered yet; it goes on ringing, please stay',
  silent: 'silent',
  line: {
    connecting: 'Connecting to the gateway…',
    lost: 'Connection lost, connecting again. What you pressed is not lost.',
    refused: 'The gateway no longer knows this pager.',
  },
  microphone: {
    asking: 'Please allow the microphone, so that the operator can hear you.',
    denied:
      'No permission for the microphone: the operator hears a tone, and you can still hear the operator. Allow it in the browser and press again.',
    absent: 'No microphone was found: the operator hears a tone, and you can still hear the operator.',
    insecure:
      'This page did not come over HTTPS, so the browser gives it no microphone: the operator hears a tone, and you can still hear the operator.',
  },
  noPager: 'The demonstration gave out no pager; it may have stopped.',
  again: 'Try again',
  demo: 'This is a demonstration: the console rings when you press, and whoever answers can talk with you.',
};

/** The words for a browser's languages: Chinese where that comes before English, English otherwise. */
export const wordsFor = (languages: readonly string[]): { readonly tag: string; readonly words: Words } => {
  const first = languages
    .map((tag) => tag.slice(0, 2).toLowerCase())
    .find((tag) => tag === 'zh' || tag === 'en');
  return first === 'zh' ? { tag: 'zh-CN', words: zh } : { tag: 'en', words: en };
};

// The gateway's own mark: a call that nobody has answered for 60 s is missed, and rings on.
const nobodyYetAfterMs = 60_000;

/** What the pager's light says. */
export const lightOf = (view: HandsetView, words: Words, name: string | null): string => {
  if (view.press === 'sending') return view.line === 'up' ? words.sends : words.sendsLater;
  if (view.ringsAgain) return words.ringsAgain;
  switch (view.shows) {
    case 'accepted':
      return words.accepted(name);
    case 'received':
    case 'help-is-coming':
      return words.shows[view.shows];
    case 'nothing':
    case 'sounding':
      return view.press === 'stored' ? words.shows.received : words.shows.nothing;
  }
};

/** What the pager's loudspeaker says. */
export const loudspeakerOf = (view: HandsetView, words: Words, now: number): string => {
  if (view.call === null) return words.silent;
  if (view.ringingSince !== null && now - view.ringingSince >= nobodyYetAfterMs) return words.nobodyYet;
  return words.call[view.call];
};
