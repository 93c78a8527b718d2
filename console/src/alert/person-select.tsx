import { useFeedState } from '../feed/live-feed.ts';
import { useSpeech } from '../words/words.tsx';

/** A choice among the people of the duty room, without oneself; '' = nobody yet. */
export const PersonSelect = (props: {
  readonly value: string;
  readonly label: string;
  readonly choose: (user: string) => void;
}) => {
  const { words, language } = useSpeech();
  const { names, user } = useFeedState();
  const others = [...names]
    .filter(([id]) => id !== user?.id)
    .sort(([, a], [, b]) => a.localeCompare(b, language === 'zh' ? 'zh-CN' : 'en'));
  return (
    <select
      value={props.value}
      aria-label={props.label}
      onChange={(event) => props.choose(event.target.value)}
    >
      <option value="">{others.length === 0 ? words.call.nobodyElse : props.label}</option>
      {others.map(([id, name]) => (
        <option key={id} value={id}>
          {name === id ? id : `${name}（${id}）`}
        </option>
      ))}
    </select>
  );
};
