import { expect, test } from 'vitest';
import { createPlaceWords, renameIn } from '../../src/gateway/place-words.ts';
import type { Place } from '../../src/model/place.ts';

type Step = Place['path'][number];
const street: Step = { kind: 'street', id: 'st', name: '平安街道' };
const b2: Step = { kind: 'building', id: 'b2', name: '2栋' };
const b9: Step = { kind: 'building', id: 'b9', name: '9栋' };
const home: Step = { kind: 'household', id: 'b2-1101', name: '1101' };
const placeOf = (id: string, ...path: Step[]): Place => ({ id, path, text: '平安街道 2栋 1101' });
const known = placeOf('b2-1101', street, b2, home);

test.each([
  ['told again', known, null],
  ['told in other words only', { ...known, text: '2栋 11 楼，楼梯口第一家' }, null],
  ['whose path begins at the building', placeOf('b2-1101', b2, home), null],
  ['whose path ends above itself', placeOf('b2-1101', street, b2), null],
  ['that is another', placeOf('b9-1101', street, b9, { ...home, id: 'b9-1101' }), null],
  [
    'in another building',
    placeOf('b2-1101', street, b9, home),
    'place b2-1101 lies in b2 (2栋) already, and not in b9 (9栋)',
  ],
  [
    'in another building, by a path that ends above itself',
    placeOf('b2-1101', street, b9),
    'place b2-1101 lies in b2 (2栋) already, and not in b9 (9栋)',
  ],
  [
    'of another name',
    placeOf('b2-1101', street, b2, { ...home, name: '1102' }),
    'place b2-1101 is called 1101 already, and not 1102',
  ],
  [
    'in a building of another name',
    placeOf('b2-1102', street, { ...b2, name: '３栋' }, { ...home, id: 'b2-1102', name: '1102' }),
    'place b2 is called 2栋 already, and not ３栋',
  ],
  [
    'in a building of another street',
    placeOf('b2', { ...street, id: 'elsewhere' }, b2),
    'place b2 lies in st (平安街道) already, and not in elsewhere (平安街道)',
  ],
])('a place %s', (_what, place, contradiction) => {
  for (const words of [createPlaceWords(), createPlaceWords(place)]) {
    words.note(known);
    expect(words.contradiction(place)).toBe(contradiction);
  }
});

test('where devices contradict each other already, whatever one of them says can be said', () => {
  const words = createPlaceWords();
  const other = placeOf('b2-1101', street, b9, home);
  words.note(known);
  words.note(other);
  expect([words.contradiction(known), words.contradiction(other)]).toEqual([null, null]);
});

const unit: Step = { kind: 'unit', id: 'u', name: '2' };
const room: Step = { kind: 'household', id: 'r', name: '2' };

test.each([
  ['as the path spells it', '平安街道 2栋 1101', 'b2', '平安街道 3栋 1101'],
  ['without spaces', '平安街道2栋1101', 'b2', '平安街道3栋1101'],
  ['with words of its own behind', '2栋 1101（北门进）', 'b2', '3栋 1101（北门进）'],
  ['as part of another number', '12栋 1101', 'b2', '12栋 1101'],
  ['nowhere', '北门旁边', 'b2', '北门旁边'],
  ['the widest part', '平安街道 2栋 1101', 'st', '3栋 2栋 1101'],
  ['the home itself', '平安街道 2栋 1101', 'b2-1101', '平安街道 2栋 3栋'],
])('a place is called otherwise in a text that has its name %s', (_what, text, id, there) => {
  const renamed = renameIn({ ...known, text }, id, '3栋');
  expect(renamed.text).toBe(there);
  expect(renamed.path.map(({ name }) => name)).toEqual(
    known.path.map((step) => (step.id === id ? '3栋' : step.name)),
  );
});

test('of two parts of the same name the one that is meant is called otherwise', () => {
  const two = { ...placeOf('r', b2, unit, room), text: '2栋 2 2' };
  expect([renameIn(two, 'u', 'A').text, renameIn(two, 'r', 'A').text]).toEqual(['2栋 A 2', '2栋 2 A']);
  const short = { ...two, text: '2栋 2' };
  expect([renameIn(short, 'u', 'A').text, renameIn(short, 'r', 'A').text]).toEqual(['2栋 2', '2栋 A']);
});

test('a place that lies elsewhere stays as it is', () => {
  expect(renameIn(known, 'b9', '3栋')).toBe(known);
});
