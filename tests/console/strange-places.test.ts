import { expect, test } from 'vitest';
import { strangePlaces } from '../../console/src/places/strange-places.ts';
import type { Place } from '../../src/model/place.ts';
import { alertOf } from './alerts.ts';

const home = (id: string): Place => ({ id, path: [{ kind: 'household', id, name: id }], text: id });

test('a place that an alert names and no list holds is a reason to read the list again; what has no place is not', () => {
  const known = new Set(['h-301']);
  const alerts = [
    alertOf('a', { place: home('h-301') }),
    alertOf('b', { place: null }),
    alertOf('c', { place: home('h-999') }),
    alertOf('d', { place: home('h-999') }),
  ];
  expect([...strangePlaces(known, alerts)]).toEqual(['h-999']);
  expect([...strangePlaces(known, alerts.slice(0, 2))]).toEqual([]);
});
