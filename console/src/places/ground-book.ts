import type { Place } from '../../../src/model/place.ts';
import { readPlaces, readSites } from '../server/gateway.ts';
import type { Answer } from '../server/request.ts';

const freshForMs = 300_000;

/** Asks at most once in five minutes; what could not be read is asked for again the next time. */
const keep = <T>(ask: () => Promise<Answer<T>>): (() => Promise<T | null>) => {
  let kept: Promise<T | null> | null = null;
  let keptAt = Number.NEGATIVE_INFINITY;
  return () => {
    const now = performance.now();
    if (kept !== null && now - keptAt < freshForMs) return kept;
    keptAt = now;
    kept = ask().then((answer) => {
      if (answer.ok) return answer.value;
      kept = null;
      return null;
    });
    return kept;
  };
};

/** Where places stand on the ground and what lies under them, five minutes old at the most; null where that cannot be read. */
export const knownSites = keep(readSites);

/** The same of the places by id. */
export const knownPlaces = keep(async (): Promise<Answer<ReadonlyMap<string, Place>>> => {
  const answer = await readPlaces();
  return answer.ok
    ? { ok: true, value: new Map(answer.value.map((place) => [place.id, place] as const)) }
    : answer;
});
