import { useEffect } from 'react';
import { useClock } from '../feed/clock.ts';
import { feedHealth } from '../feed/health.ts';
import { useLine } from '../feed/live-feed.ts';
import { useOnScreen } from '../feed/on-screen.ts';
import { type Health, readHealth } from '../server/gateway.ts';
import { useAnswer } from '../server/use-answer.ts';

/** How often the gateway is asked how it is (ms). */
const askEveryMs = 15_000;

/** How the gateway is, asked every 15 s while anybody can see it; null while it cannot say, or is not heard: what it said last says nothing of it then. */
export const useGatewayHealth = (): Health | null => {
  const { answer, again } = useAnswer(readHealth);
  const seen = useOnScreen();
  const line = useLine();
  const heard = useClock(() => feedHealth(line, Date.now()) === 'live');
  useEffect(() => {
    if (!seen || !heard) return;
    again();
    const timer = setInterval(again, askEveryMs);
    return () => clearInterval(timer);
  }, [seen, heard, again]);
  return heard && answer?.ok === true ? answer.value : null;
};
