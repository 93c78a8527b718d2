import type { Latest } from '../../../src/model/reading.ts';
import type { Limit } from '../chart/limits.ts';
import { inOrder, isOfHome } from '../devices/values.ts';

/** The one measurement that tells most of a device in a small picture: the first number that a rule sets a limit to, else the first number, else the first flag, of those it has reported; what says something of the home before battery and signal. null where it has reported nothing that can be drawn. `declared`: the names in the order of its type. */
export const mainMeasurement = (
  latest: Readonly<Record<string, Latest>>,
  declared: readonly string[],
  limits: readonly Limit[],
): string | null => {
  const names = inOrder(Object.keys(latest).sort(), declared);
  const numbers = names.filter((name) => typeof latest[name]?.value === 'number');
  const ofHome = numbers.filter(isOfHome);
  const limited = ofHome.find((name) => limits.some(({ measurement }) => measurement === name));
  const flag = names.find((name) => isOfHome(name) && typeof latest[name]?.value === 'boolean');
  return limited ?? ofHome[0] ?? flag ?? numbers[0] ?? null;
};
