import type { Scenario } from '../scenario.ts';
import { badClock } from './bad-clock.ts';
import { callLostInTheMiddle } from './call-lost-in-the-middle.ts';
import { duplicatesAndRetained } from './duplicates-and-retained.ts';
import { fireInATower } from './fire-in-a-tower.ts';
import { garbage } from './garbage.ts';
import { gasLeak } from './gas-leak.ts';
import { nobodyAnswers } from './nobody-answers.ts';
import { quietDay } from './quiet-day.ts';
import { reconnectStorm } from './reconnect-storm.ts';
import { sosPress } from './sos-press.ts';
import { sosWithVoice } from './sos-with-voice.ts';
import { storm } from './storm.ts';
import { twoAtOnce } from './two-at-once.ts';

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
    sosWithVoice,
    nobodyAnswers,
    twoAtOnce,
    callLostInTheMiddle,
  ].map((scenario) => [scenario.name, scenario]),
);
