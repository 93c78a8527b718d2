import { type Child, startChild } from './child.ts';
import type { LoadOrder, LoadSaid } from './load.ts';

type Publish = Omit<Extract<LoadOrder, { readonly order: 'publish' }>, 'order'>;

const connectWithinMs = 30_000;
const answerWithinMs = 30_000;

/** A load that runs in a process of its own. */
export type Load = {
  /** How many were acknowledged a second between two times of `performance.now()`, overall and in the slowest stretch of a quarter second; throws where it did not run all that time. */
  readonly between: (from: number, to: number) => { readonly perSecond: number; readonly lowest: number };
  /** Waits for its end; what was acknowledged a second. */
  readonly rate: () => Promise<number>;
  /** Ends it before its time. */
  readonly stop: () => Promise<void>;
};

/** Starts a load and resolves when it publishes. */
export const startLoad = async (publish: Publish): Promise<Load> => {
  const samples: { readonly at: number; readonly acknowledged: number }[] = [];
  const child: Child<LoadOrder, LoadSaid> = startChild('./load.ts', (message) => {
    if (message.what === 'progress')
      samples.push({ at: performance.now(), acknowledged: message.acknowledged });
  });
  child.tell({ order: 'publish', ...publish });
  try {
    await child.next('publishing', connectWithinMs);
  } catch (error) {
    await child.end();
    throw error;
  }
  const rate = async (): Promise<number> => {
    try {
      const { acknowledged, afterMs } = await child.next('done', publish.forMs + answerWithinMs);
      return acknowledged / (afterMs / 1000);
    } finally {
      await child.end();
    }
  };
  return {
    between: (from, to) => {
      const first = samples.findLastIndex(({ at }) => at <= from);
      const last = samples.findIndex(({ at }) => at >= to);
      const covered = first < 0 || last < 0 ? [] : samples.slice(first, last + 1);
      const rates = covered.slice(1).map(({ at, acknowledged }, index) => {
        const before = covered[index] ?? { at: 0, acknowledged: 0 };
        return ((acknowledged - before.acknowledged) / (at - before.at)) * 1000;
      });
      const [start, end] = [covered[0], covered.at(-1)];
      if (start === undefined || end === undefined || rates.length === 0)
        throw new Error('the load did not run all the time');
      return {
        perSecond: ((end.acknowledged - start.acknowledged) / (end.at - start.at)) * 1000,
        lowest: Math.min(...rates),
      };
    },
    rate,
    stop: async () => {
      child.tell({ order: 'stop' });
      await rate();
    },
  };
};

/** Runs a load from its beginning to its end; what was acknowledged a second. */
export const runLoad = async (publish: Publish): Promise<number> => (await startLoad(publish)).rate();
