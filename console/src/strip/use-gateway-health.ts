import { useEffect } from 'react';
import { useOnScreen } from '../feed/on-screen.ts';
import { type Health, readHealth } from '../server/gateway.ts';
import { useAnswer } from '../server/use-answer.ts';

/** How often the gateway is asked how it is (ms). */
const askEveryMs = 15_000;

/** How the gateway is, asked every 15 s while anybody can see it; null while it cannot say. */
export const useGatewayHealth = (): Health | null => {
  const { answer, again } = useAnswer(readHealth);
  const seen = useOnScreen();
  useEffect(() => {
    if (!seen) return;
    again();
    const timer = setInterval(again, askEveryMs);
    return () => clearInterval(timer);
  }, [seen, again]);
  return answer?.ok === true ? answer.value : null;
};
