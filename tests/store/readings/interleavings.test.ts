import fc from 'fast-check';
import { expect, test } from 'vitest';
import type { ReadingRow } from '../../../src/store/readings/block.ts';
import { bucketsOf, coarsenesses } from '../../../src/store/readings/bucket.ts';
import { dayMs, dayOf } from '../../../src/store/readings/day-files.ts';
import { dropDay, hindrance } from '../../../src/store/readings/keep.ts';
import { thin, thinBuckets } from '../../../src/store/readings/thinning.ts';
import { monday, openReadingRoom, type ReadingRoom, row } from './reading-room.ts';

// Two days side by side and one in another month.
const days = [0, 1, 40].map((day) => monday + day * dayMs);

type Step =
  | { readonly what: 'commit'; readonly rows: readonly ReadingRow[] }
  | { readonly what: 'move' | 'bite' | 'close' | 'reopen' }
  | { readonly what: 'drop'; readonly day: number };

const anyRow: fc.Arbitrary<ReadingRow> = fc
  .tuple(fc.constantFrom(...days), fc.integer({ min: 0, max: 40 }), fc.integer({ min: -300, max: 300 }))
  .map(([day, step, tenths]) => row(day + step * 97_000, tenths / 10));
const anyStep: fc.Arbitrary<Step> = fc.oneof(
  {
    weight: 4,
    arbitrary: fc
      .array(anyRow, { minLength: 1, maxLength: 8 })
      .map((rows) => ({ what: 'commit' as const, rows })),
  },
  {
    weight: 5,
    arbitrary: fc.constantFrom(
      { what: 'move' as const },
      { what: 'close' as const },
      { what: 'bite' as const },
    ),
  },
  { weight: 1, arbitrary: fc.constant({ what: 'reopen' as const }) },
  { weight: 2, arbitrary: fc.constantFrom(...days).map((day) => ({ what: 'drop' as const, day })) },
);

const inOrder = (rows: Iterable<ReadingRow>): readonly ReadingRow[] => [...rows].sort((a, b) => a.at - b.at);

/** What a series must be: `ever` every reading that counts in the aggregates, `exact` those that are kept as they were, `waiting` those not yet moved. */
const makeModel = () => {
  const ever = new Map<number, ReadingRow>();
  const exact = new Map<number, ReadingRow>();
  const waiting = new Set<number>();
  const dropped = new Set<string>();
  const settled = new Set<number>();
  return {
    ever,
    exact,
    dropped,
    /** A dropped reading can no longer be corrected: its aggregates do not know it from others. */
    takes: ({ at }: ReadingRow): boolean => !(dropped.has(dayOf(at)) && ever.has(at)),
    commit: (one: ReadingRow): void => {
      ever.set(one.at, one);
      exact.set(one.at, one);
      waiting.add(one.at);
    },
    move: (): void => {
      for (const at of waiting) settled.add(at);
      waiting.clear();
    },
    /** A correction that waits to be moved would meet the aggregates of what it corrects. */
    mayDrop: (day: string): boolean => ![...waiting].some((at) => dayOf(at) === day && settled.has(at)),
    drop: (day: string): void => {
      dropped.add(day);
      for (const at of exact.keys()) if (dayOf(at) === day && !waiting.has(at)) exact.delete(at);
    },
  };
};
type Model = ReturnType<typeof makeModel>;

const take = (room: ReadingRoom, model: Model, step: Step): void => {
  switch (step.what) {
    case 'commit': {
      const rows = step.rows.filter(model.takes);
      room.commit('temperature', rows);
      for (const one of rows) model.commit(one);
      return;
    }
    case 'move':
      room.move();
      model.move();
      return;
    case 'bite':
      room.closer().bite(Number.MAX_SAFE_INTEGER, 1);
      return;
    case 'close':
      room.close();
      return;
    case 'reopen':
      room.reopen();
      return;
    case 'drop': {
      const day = dayOf(step.day);
      if (!room.days().includes(day) || !model.mayDrop(day)) return;
      room.closer().close();
      if (hindrance(room.folders.readings, day, null) !== null) return;
      dropDay(room.folders.readings, day);
      model.drop(day);
      return;
    }
  }
};

test('however readings come, move, are closed and dropped, and the gateway starts anew: what is kept is exact, the aggregates are those of all, and no chart loses a spike', () => {
  fc.assert(
    fc.property(fc.array(anyStep, { minLength: 4, maxLength: 25 }), (steps) => {
      const room = openReadingRoom();
      const model = makeModel();
      for (const step of steps) {
        take(room, model, step);
        const ever = inOrder(model.ever.values());
        expect(room.rows('temperature')).toEqual(inOrder(model.exact.values()));
        for (const points of [1, 7, 1_000]) {
          const shown = room.points('temperature', { points });
          if (model.dropped.size === 0) expect(shown).toEqual(thin(ever, points));
          else
            expect(
              coarsenesses.map((coarseness) => thinBuckets(bucketsOf(ever, coarseness), points)),
            ).toContainEqual(shown);
        }
      }
      room.move();
      room.close();
      for (const coarseness of coarsenesses)
        expect(room.buckets('temperature', coarseness)).toEqual(
          bucketsOf(inOrder(model.ever.values()), coarseness),
        );
    }),
    // Every step goes to the disk: to look for a shorter case would take minutes.
    { numRuns: 4, endOnFailure: true },
  );
});
