import { useEffect, useRef, useState } from 'react';
import { keyOf, type Series, withLatest } from '../chart/series.ts';
import { lengthsMs } from '../chart/span.ts';
import { aheadMs } from '../chart/use-readings.ts';
import { clock } from '../feed/clock.ts';
import { useFeedState, useLine } from '../feed/live-feed.ts';
import { readReadings, type SeriesName } from '../server/gateway.ts';

/** As many as one question to the gateway may name. */
const askedAtOnce = 64;
const pointsWanted = 120;
/** With more points than this, brought one by one by the feed, a sketch is read anew. */
const pointsAtMost = 600;

/** What was measured in the last 24 hours, by `keyOf` of the series; read once for each as it comes to be drawn, again when the line is new, and carried on by the feed. */
export const useSketches = (
  names: readonly SeriesName[],
): {
  readonly sketches: ReadonlyMap<string, Series>;
  readonly failed: boolean;
  readonly again: () => void;
} => {
  const { devices } = useFeedState();
  const { openSince } = useLine();
  const [sketches, setSketches] = useState<ReadonlyMap<string, Series>>(new Map());
  const [failed, setFailed] = useState(false);
  const [times, setTimes] = useState(0);
  const run = useRef({ given: new AbortController(), asked: new Set<string>() });
  const newest = useRef(names);
  newest.current = names;

  // biome-ignore lint/correctness/useExhaustiveDependencies: another line, or another try, begins anew.
  useEffect(() => {
    const mine = { given: new AbortController(), asked: new Set<string>() };
    run.current = mine;
    return () => mine.given.abort();
  }, [openSince, times]);

  const wanted = names.map(keyOf).join(' ');
  // biome-ignore lint/correctness/useExhaustiveDependencies: whenever others are drawn, those not asked for yet are.
  useEffect(() => {
    const { given, asked } = run.current;
    const missing = newest.current.filter((name) => !asked.has(keyOf(name)));
    for (const name of missing) asked.add(keyOf(name));
    const read = async (): Promise<void> => {
      for (let next = 0; next < missing.length; next += askedAtOnce) {
        const now = clock.now();
        const span = { from: now - lengthsMs['24h'], to: now + aheadMs };
        const some = missing.slice(next, next + askedAtOnce);
        const answer = await readReadings(some, span, pointsWanted, given.signal);
        if (given.signal.aborted) return;
        setFailed(!answer.ok);
        if (!answer.ok) return;
        setSketches(
          (before) => new Map([...before, ...answer.value.map((one) => [keyOf(one), one] as const)]),
        );
      }
    };
    void read();
  }, [wanted, openSince, times]);

  useEffect(() => {
    setSketches((before) => {
      const carried = [...before].map(
        ([key, one]) => [key, withLatest(one, devices.get(one.device)?.latest)] as const,
      );
      return carried.some(([key, one]) => one !== before.get(key)) ? new Map(carried) : before;
    });
  }, [devices]);
  const grown = [...sketches.values()].some(({ points }) => points.length > pointsAtMost);
  useEffect(() => {
    if (grown) setTimes((now) => now + 1);
  }, [grown]);
  return { sketches, failed, again: () => setTimes((now) => now + 1) };
};
