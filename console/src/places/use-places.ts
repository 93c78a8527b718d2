import { useEffect, useMemo, useRef } from 'react';
import type { Place } from '../../../src/model/place.ts';
import { useFeedState } from '../feed/live-feed.ts';
import { readPlaces } from '../server/gateway.ts';
import type { Answer } from '../server/request.ts';
import { useAnswer } from '../server/use-answer.ts';
import { strangePlaces } from './strange-places.ts';

/** Every place this seat may see: read when the line is new, and when an alert or a device on the feed names one that is not in the list. */
export const usePlaces = (): {
  readonly answer: Answer<readonly Place[]> | null;
  readonly again: () => void;
} => {
  const { answer, again } = useAnswer(readPlaces);
  const { alerts, devices } = useFeedState();
  const known = useMemo(
    () => (answer?.ok === true ? new Set(answer.value.map(({ id }) => id)) : null),
    [answer],
  );
  // What the gateway does not name either is not asked for again.
  const asked = useRef(new Set<string>());
  const heed = (standing: Iterable<{ readonly place: Place | null }>): void => {
    if (known === null) return;
    const strange = [...strangePlaces(known, standing)].filter((id) => !asked.current.has(id));
    if (strange.length === 0) return;
    for (const id of strange) asked.current.add(id);
    again();
  };
  // biome-ignore lint/correctness/useExhaustiveDependencies: only what is new of them.
  useEffect(() => heed(alerts.values()), [known, alerts]);
  // biome-ignore lint/correctness/useExhaustiveDependencies: only what is new of them.
  useEffect(() => heed(devices.values()), [known, devices]);
  return { answer, again };
};
