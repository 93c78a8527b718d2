import type { Priority } from '../../../src/model/alert.ts';
import type { Device } from '../../../src/model/device.ts';
import { liesWithin } from '../../../src/model/place.ts';
import type { Rule } from '../../../src/model/rule.ts';
import type { Text } from '../../../src/model/text.ts';

/** A rule as the gateway answers it, as far as its limits are concerned. */
export type LimitingRule = Pick<Rule, 'id' | 'types' | 'levels' | 'alert' | 'hours' | 'limits'>;

/** Where a rule minds a measurement of a device: from `from` up to `to`, null = without an end, in the measurement's unit. `overMs`: it minds the mean of such a span; `forMs`: it must last so long; `partTime`: the rule counts only at certain hours. */
export type Limit = {
  readonly rule: string;
  readonly measurement: string;
  readonly from: number | null;
  readonly to: number | null;
  readonly priority: Priority;
  readonly title: Text;
  readonly overMs: number | null;
  readonly forMs: number | null;
  readonly partTime: boolean;
};

type Params = Readonly<Record<string, unknown>>;
type Band = Pick<Limit, 'from' | 'to' | 'forMs'>;

const isParams = (value: unknown): value is Params =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

const isNumber = (value: unknown): value is number => typeof value === 'number';

const isRange = (value: unknown): value is readonly [number, number] =>
  Array.isArray(value) && value.length === 2 && value.every(isNumber);

/** The parts of the scale that bounds set apart; none where these are no bounds. */
const bandsOf = ({ above, below, outside, within }: Params, forMs: number | null): readonly Band[] => {
  if (isNumber(above)) return [{ from: above, to: null, forMs }];
  if (isNumber(below)) return [{ from: null, to: below, forMs }];
  if (isRange(within)) return [{ from: within[0], to: within[1], forMs }];
  if (!isRange(outside)) return [];
  return [
    { from: null, to: outside[0], forMs },
    { from: outside[1], to: null, forMs },
  ];
};

/** The measurement that parameters bound, and its bands. Bounds stand in the parameters themselves, in what is counted (`of`) or in the rows of a table, whatever the rule's kind; a kind without such bounds limits nothing that could be drawn. */
const boundsOf = (
  params: Params,
  delayMs: number,
): { readonly measurement: string; readonly bands: readonly Band[] } | null => {
  const of = isParams(params.of) ? params.of : params;
  if (typeof of.measurement !== 'string') return null;
  const rows = Array.isArray(params.table) ? params.table.filter(isParams) : null;
  const bands =
    rows === null
      ? bandsOf(of, delayMs > 0 ? delayMs : null)
      : rows.flatMap((row) => bandsOf(row, isNumber(row.for) && row.for > 0 ? row.for : null));
  return bands.length === 0 ? null : { measurement: of.measurement, bands };
};

/** How narrow other limits are: a device's own before those of a place, of places the deepest; null where they are not this device's. */
const narrowness = (
  where: Rule['limits'][number]['where'],
  device: Pick<Device, 'id' | 'place'>,
): number | null => {
  if ('device' in where) return where.device === device.id ? Number.POSITIVE_INFINITY : null;
  if (device.place === null || !liesWithin(device.place, where.place)) return null;
  const depth = device.place.path.findIndex(({ id }) => id === where.place);
  return depth === -1 ? device.place.path.length : depth;
};

const narrowest = (
  rule: LimitingRule,
  device: Pick<Device, 'id' | 'place'>,
): Rule['limits'][number] | null => {
  let best: { readonly limits: Rule['limits'][number]; readonly narrow: number } | null = null;
  for (const limits of rule.limits) {
    const narrow = narrowness(limits.where, device);
    if (narrow !== null && (best === null || narrow > best.narrow)) best = { limits, narrow };
  }
  return best?.limits ?? null;
};

/** Every limit that the rules set to what this device measures, where it stands, mildest level first. */
export const limitsFor = (
  rules: readonly LimitingRule[],
  device: Pick<Device, 'id' | 'type' | 'place'>,
): readonly Limit[] =>
  rules.flatMap((rule) => {
    if (!rule.types.includes(device.type)) return [];
    const own = narrowest(rule, device);
    if (own?.off === true) return [];
    return rule.levels.flatMap((level, index) => {
      const params = own?.params[index] ?? level.params;
      const bounds = boundsOf(params, level.onDelayMs);
      if (bounds === null) return [];
      return bounds.bands.map(
        (band): Limit => ({
          rule: rule.id,
          measurement: bounds.measurement,
          ...band,
          priority: level.priority,
          title: level.title ?? rule.alert.title,
          overMs: isNumber(params.over) ? params.over : null,
          partTime: rule.hours !== null,
        }),
      );
    });
  });
