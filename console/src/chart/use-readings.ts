import { useEffect, useMemo, useState } from 'react';
import type { Latest } from '../../../src/model/reading.ts';
import { clock } from '../feed/clock.ts';
import { useLine } from '../feed/live-feed.ts';
import { readReadings } from '../server/gateway.ts';
import { type Series, withLatest } from './series.ts';
import { edgesOf, type Span } from './span.ts';

/** How many points of a series are drawn: about one for every two pixels of a wide screen. */
const pointsWanted = 1_000;

/** A device's clock may run ahead of the gateway's by so much and is still believed, in ms: what it measured "now" lies there. */
export const aheadMs = 120_000;

/** What is known of the readings of a span. `reading`: an answer is awaited, and `series` are older ones; `failed` is the code of the last refusal. */
export type Readings = {
  readonly series: readonly Series[];
  readonly reading: boolean;
  readonly failed: string | null;
  readonly again: () => void;
};

type Known = { readonly series: readonly Series[]; readonly failed: string | null };

/** The readings of a device in a span that stands still, or in one that ends now: then with the newest values at its end as the feed brings them, and read again only when these have become too many. An answer that nobody waits for any more is given up; until the next one is there the last one stays. */
export const useReadings = (
  device: string,
  measurements: readonly string[],
  span: Span,
  latest: Readonly<Record<string, Latest>>,
): Readings => {
  const { openSince } = useLine();
  const { lengthMs, to } = span;
  const [known, setKnown] = useState<Known>({ series: [], failed: null });
  const [answered, setAnswered] = useState('');
  const [times, setTimes] = useState(0);
  const wanted = measurements.join(' ');
  const question = `${wanted} ${lengthMs} ${to} ${openSince} ${times}`;
  useEffect(() => {
    if (wanted === '') {
      setKnown({ series: [], failed: null });
      setAnswered(question);
      return;
    }
    const given = new AbortController();
    const names = wanted.split(' ').map((measurement) => ({ device, measurement }));
    const now = clock.now();
    const edges = { ...edgesOf({ lengthMs, to }, now), ...(to === null ? { to: now + aheadMs } : {}) };
    void readReadings(names, edges, pointsWanted, given.signal).then((answer) => {
      if (given.signal.aborted) return;
      setKnown(({ series }) =>
        answer.ok ? { series: answer.value, failed: null } : { series, failed: answer.code },
      );
      setAnswered(question);
    });
    return () => given.abort();
  }, [device, wanted, lengthMs, to, question]);

  const asked = useMemo(() => new Set(wanted.split(' ')), [wanted]);
  const live = to === null;
  // What the feed says goes into what is known, so that no value between two of its messages is lost; an answer may be older than the feed.
  // biome-ignore lint/correctness/useExhaustiveDependencies: a new answer lacks what the feed has said since it was asked for.
  useEffect(() => {
    if (!live) return;
    setKnown((before) => {
      const series = before.series.map((one) => withLatest(one, latest));
      return series.some((one, index) => one !== before.series[index]) ? { ...before, series } : before;
    });
  }, [live, latest, known.series]);
  const longest = Math.max(0, ...known.series.map(({ points }) => points.length));
  useEffect(() => {
    if (longest > 2 * pointsWanted) setTimes((now) => now + 1);
  }, [longest]);

  const series = useMemo(
    () => known.series.filter(({ measurement }) => asked.has(measurement)),
    [known.series, asked],
  );
  return {
    series,
    reading: answered !== question,
    failed: known.failed,
    again: () => setTimes((now) => now + 1),
  };
};
