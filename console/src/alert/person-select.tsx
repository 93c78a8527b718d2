import { useFeedState } from '../feed/live-feed.ts';
import { useSpeech } from '../words/words.tsx';
import { colleaguesOf } from './colleagues.ts';

/** A choice among the people of the duty room, without oneself: who is at a desk first, and each with a word for it; '' = nobody yet. */
export const PersonSelect = (props: {
  readonly value: string;
  readonly label: string;
  readonly choose: (user: string) => void;
}) => {
  const { words, language } = useSpeech();
  const { names, seats, user } = useFeedState();
  const others = colleaguesOf(names, seats, user?.id, language === 'zh' ? 'zh-CN' : 'en');
  return (
    <select
      value={props.value}
      aria-label={props.label}
      onChange={(event) => props.choose(event.target.value)}
    >
      <option value="">{others.length === 0 ? words.call.nobodyElse : props.label}</option>
      {others.map(({ id, name, atDesk }) => (
        <option key={id} value={id}>
          {words.call.colleague(name, id, atDesk)}
        </option>
      ))}
    </select>
  );
};
