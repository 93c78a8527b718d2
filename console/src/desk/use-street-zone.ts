import { useEffect, useState } from 'react';
import { z } from 'zod';
import { request } from '../server/request.ts';

const Session = z.object({ timeZone: z.string() });
const here = Intl.DateTimeFormat().resolvedOptions().timeZone;

let known: string | null = null;

/** The street's time zone, in which people speak of times; until the gateway has said it, this machine's. */
export const useStreetZone = (): string => {
  const [zone, setZone] = useState(known ?? here);
  useEffect(() => {
    if (known !== null) return;
    let left = false;
    void request(Session, '/session').then((answer) => {
      if (!answer.ok) return;
      known = answer.value.timeZone;
      if (!left) setZone(known);
    });
    return () => {
      left = true;
    };
  }, []);
  return zone;
};
