import { useMemo } from 'react';
import { clock } from '../feed/clock.ts';
import { useSpeech } from '../words/words.tsx';
import { sayTimes, type Times } from './say-times.ts';
import { useStreetZone } from './street-zone.ts';

/** How this seat says moments: by the street's clocks, in its own language. */
export const useTimes = (): Times => {
  const { language } = useSpeech();
  const zone = useStreetZone();
  return useMemo(() => sayTimes(zone, language, clock.now), [zone, language]);
};
