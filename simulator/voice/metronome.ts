import { frameMs } from './sound.ts';

const tasks = new Set<() => void>();
let timer: ReturnType<typeof setTimeout> | null = null;
let beats = 0;
let startedAt = 0;

// After a pause as long as this nobody wants to hear what was not said meanwhile.
const longestCatchUpBeats = 50;

const beat = (): void => {
  const due = Math.floor((performance.now() - startedAt) / frameMs);
  if (due - beats > longestCatchUpBeats) beats = due - 1;
  while (beats < due && tasks.size > 0) {
    beats += 1;
    for (const task of [...tasks]) task();
  }
  const restMs = startedAt + (beats + 1) * frameMs - performance.now();
  timer = tasks.size === 0 ? null : setTimeout(beat, Math.max(0, restMs));
};

/** Does `task` 50 times a second, on average exactly, until the answer is called: one timer for everybody who speaks. */
export const everyFrame = (task: () => void): (() => void) => {
  // Each entry is its own function, so that one task may be done for many.
  const entry = (): void => task();
  tasks.add(entry);
  if (timer === null) {
    startedAt = performance.now();
    beats = 0;
    timer = setTimeout(beat, frameMs);
  }
  return () => {
    tasks.delete(entry);
  };
};
