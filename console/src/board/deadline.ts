/** By when an emergency should be taken: good, late, and breach, in ms after it was received (97.5 % within 60 s, 99 % within 180 s, after the UK's TSA). */
export const deadlinesMs = [30_000, 60_000, 180_000] as const;

/** How far the waiting has come: how many marks are passed (0..3), the next one in ms (null after the last), and how full the bar is (0..1, each mark a third). */
export type Waiting = { readonly passed: number; readonly nextMs: number | null; readonly filled: number };

/** Where a wait of `waitedMs` stands against the three marks. */
export const standing = (waitedMs: number): Waiting => {
  const passed = deadlinesMs.filter((mark) => waitedMs >= mark).length;
  const nextMs = deadlinesMs[passed] ?? null;
  const from = passed === 0 ? 0 : (deadlinesMs[passed - 1] ?? 0);
  const part = nextMs === null ? 0 : (Math.max(waitedMs, 0) - from) / (nextMs - from);
  return { passed, nextMs, filled: (passed + part) / deadlinesMs.length };
};

/** A span as a person reads it on a clock: `0:42`, `12:05`, `3:07:09`; from two days on in hours only (`49 h`). Never negative. */
export const spanText = (ms: number): string => {
  const seconds = Math.max(0, Math.floor(ms / 1000));
  const hours = Math.floor(seconds / 3600);
  if (hours >= 48) return `${hours} h`;
  const two = (n: number): string => String(n).padStart(2, '0');
  const minutes = Math.floor(seconds / 60) % 60;
  return hours > 0 ? `${hours}:${two(minutes)}:${two(seconds % 60)}` : `${minutes}:${two(seconds % 60)}`;
};

/** An age in one word for a list: `8 s`, `12 min`, `3 h`, `2 d`. */
export const ageText = (ms: number): string => {
  const seconds = Math.max(0, Math.floor(ms / 1000));
  if (seconds < 100) return `${seconds} s`;
  if (seconds < 6_000) return `${Math.floor(seconds / 60)} min`;
  if (seconds < 172_800) return `${Math.floor(seconds / 3600)} h`;
  return `${Math.floor(seconds / 86_400)} d`;
};
