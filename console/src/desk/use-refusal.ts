import type { Answer } from '../server/request.ts';
import { refusalText } from '../words/refusal.ts';
import { usePageWords, useSpeech } from '../words/words.tsx';

const texts = {
  zh: {
    'last-admin': '这是最后一位启用中的管理员，不能停用、降级或删除。请先另设一位管理员',
    'has-children': '它下面还接着别的设备，请先移走或删除那些设备',
    'already-exists': '这个编号已经有人用了',
    'already-running': '这里已经在演练中',
    'already-ended': '演练已经结束',
    'unknown-type': '没有这种设备类型',
    'unknown-place': '没有这个地点',
    'place-differs':
      '这个地点编号已经登记在另一个地址下（上级或名称不同）。同一地点请填它的编号；不同地点请换一个编号',
    'unknown-hub': '没有这个网关箱',
    'unknown-dialect': '没有这种通信约定',
    'not-retriable': '这条报文不能再试',
    'not-testable': '呼救设备不能列入演练',
    'not-implemented': '这台网关还不支持这项操作',
    'not-found': '找不到了，可能刚被删除，或不在您的权限范围内',
    'not-allowed': '您没有这项权限',
    busy: '同时导出的太多，请等前一个完成',
  },
  en: {
    'last-admin':
      'This is the last admin who is not disabled, and cannot be disabled, lowered or removed. Make another admin first',
    'has-children': 'Other devices hang on it; move or remove those first',
    'already-exists': 'This id is taken',
    'already-running': 'A test is running here already',
    'already-ended': 'The test has ended already',
    'unknown-type': 'There is no such device type',
    'unknown-place': 'There is no such place',
    'place-differs':
      'This place id belongs to another address already (another name, or elsewhere). Give the id of a known place; give another place another id',
    'unknown-hub': 'There is no such hub',
    'unknown-dialect': 'There is no such wire convention',
    'not-retriable': 'This message cannot be tried again',
    'not-testable': 'What calls for help is never put under test',
    'not-implemented': 'This gateway cannot do that yet',
    'not-found': 'It is gone: somebody may have removed it, or your rights do not cover it',
    'not-allowed': 'Your role does not allow that',
    busy: 'Too many exports at once: wait for the one before',
  },
};

type Refused = Exclude<Answer<unknown>, { readonly ok: true }>;

/** Says why the gateway did not do something that was asked of it on a page of the desk. */
export const useRefusal = (): ((answer: Refused) => string) => {
  const own: Readonly<Record<string, string>> = usePageWords(texts);
  const { words } = useSpeech();
  return (answer) => {
    const text = Object.hasOwn(own, answer.code) ? own[answer.code] : undefined;
    if (text !== undefined) return text;
    // What was filled in wrongly is named by the gateway itself.
    return answer.code === 'invalid' || answer.code === 'bad-request'
      ? words.refusal.other(answer.message)
      : refusalText(words, answer);
  };
};
