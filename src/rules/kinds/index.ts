import { event } from './event.ts';
import { flag } from './flag.ts';
import type { RuleKind } from './kind.ts';
import { silent } from './silent.ts';
import { threshold } from './threshold.ts';

/** Every kind of rule; a new one is a file and a line here. */
export const ruleKinds: ReadonlyMap<string, RuleKind> = new Map(
  [threshold, flag, event, silent].map((kind) => [kind.name, kind]),
);
