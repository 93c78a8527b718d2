import { type Alert, priorities } from '../../../src/model/alert.ts';
import { PriorityShape } from '../alert/priority-shape.tsx';
import { useSpeech } from '../words/words.tsx';
import './counts.css';

/** How many of these alerts there are of each priority; nothing where there is none. */
export const Counts = ({ alerts }: { readonly alerts: readonly Pick<Alert, 'priority'>[] }) => {
  const { words } = useSpeech();
  const counts = priorities.flatMap((priority) => {
    const count = alerts.filter((alert) => alert.priority === priority).length;
    return count === 0 ? [] : [{ priority, count }];
  });
  if (counts.length === 0) return null;
  return (
    <span className="counts">
      {counts.map(({ priority, count }) => (
        <span key={priority} className={`priority ${priority}`}>
          <PriorityShape priority={priority} /> {words.board.ofPriority(words.priority[priority], count)}
        </span>
      ))}
    </span>
  );
};
