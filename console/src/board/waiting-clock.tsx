import { useClock } from '../feed/clock.ts';
import { spanText, standing } from './deadline.ts';

/** How long somebody has been waiting since `since` (epoch ms), and how many of the three marks are passed; the marks also show as dots, so that colour is never alone. */
export const WaitingClock = ({ since, big = false }: { readonly since: number; readonly big?: boolean }) => {
  const shown = useClock((now) => `${spanText(now - since)}|${standing(now - since).passed}`);
  const [span = '', passed = '0'] = shown.split('|');
  return (
    <span className={`waiting passed-${passed}${big ? ' big' : ''}`}>
      {span}{' '}
      <small aria-hidden="true">
        {'●'.repeat(Number(passed))}
        {'○'.repeat(3 - Number(passed))}
      </small>
    </span>
  );
};
