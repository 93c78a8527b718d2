import { average } from './average.ts';
import { combination } from './combination.ts';
import { count } from './count.ts';
import { event } from './event.ts';
import { exposure } from './exposure.ts';
import { flag } from './flag.ts';
import { inactivity } from './inactivity.ts';
import type { RuleKind } from './kind.ts';
import { rate } from './rate.ts';
import { silent } from './silent.ts';
import { threshold } from './threshold.ts';

/** Every kind of rule; a new one is a file and a line here. */
export const ruleKinds: ReadonlyMap<string, RuleKind> = new Map(
  [threshold, flag, event, silent, average, rate, exposure, count, inactivity, combination].map((kind) => [
    kind.name,
    kind,
  ]),
);
