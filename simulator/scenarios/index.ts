import type { Scenario } from '../scenario.ts';
import { badClock } from './bad-clock.ts';
import { duplicatesAndRetained } from './duplicates-and-retained.ts';
import { fireInATower } from './fire-in-a-tower.ts';
import { garbage } from './garbage.ts';
import { gasLeak } from './gas-leak.ts';
import { quietDay } from './quiet-day.ts';
import { reconnectStorm } from './reconnect-storm.ts';
import { sosPress } from './sos-press.ts';
import { storm } from './storm.ts';

/** Every scenario by its name. */
export const scenarios: ReadonlyMap<string, Scenario> = new Map(
  [
    quietDay,
    sosPress,
    fireInATower,
    gasLeak,
    storm,
    reconnectStorm,
    badClock,
    duplicatesAndRetained,
    garbage,
  ].map((scenario) => [scenario.name, scenario]),
);
