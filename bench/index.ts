import { consolePage } from './console.ts';
import { consoles } from './consoles.ts';
import { devices } from './devices.ts';
import { engine } from './engine.ts';
import { history } from './history.ts';
import { history100m } from './history-100m.ts';
import { ingest } from './ingest.ts';
import { presses } from './presses.ts';
import type { Bench } from './row.ts';
import { rules } from './rules.ts';
import { start } from './start.ts';
import { tryOut } from './try-out.ts';
import { voice } from './voice.ts';

/** Every bench by its name, in the order in which they run; a new one is a file and a word here. */
export const benches: ReadonlyMap<string, Bench> = new Map(
  [
    ingest,
    presses,
    consoles,
    consolePage,
    voice,
    engine,
    rules,
    tryOut,
    devices,
    start,
    history,
    history100m,
  ].map((bench) => [bench.name, bench]),
);
