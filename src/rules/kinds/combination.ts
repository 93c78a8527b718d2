import { z } from 'zod';
import { type Active, Reach } from '../../model/rule.ts';
import { Id } from '../../model/text.ts';
import { choosing, exactlyOneOf } from '../bounds.ts';
import { declareKind } from './kind.ts';

const Rules = z
  .array(Id.meta({ about: 'rule' }))
  .min(1)
  .max(50)
  .refine((ids) => new Set(ids).size === ids.length, 'names a rule twice')
  .optional();
const AtLeast = z.number().int().min(1).max(1000).optional();

const Params = z
  .strictObject({
    all: Rules.meta({ label: { zh: '这些规则全部', en: 'All of these rules' } }),
    any: Rules.meta({ label: { zh: '这些规则任一', en: 'Any of these rules' } }),
    within: Reach.meta({
      label: { zh: '同一范围内', en: 'Within the same' },
      words: {
        device: { zh: '设备', en: 'device' },
        street: { zh: '街道', en: 'street' },
        community: { zh: '社区', en: 'community' },
        grid: { zh: '网格', en: 'grid' },
        building: { zh: '楼栋', en: 'building' },
        unit: { zh: '单元', en: 'unit' },
        floor: { zh: '楼层', en: 'floor' },
        household: { zh: '住户', en: 'home' },
      },
    }),
    devices: AtLeast.meta({ label: { zh: '至少几台设备', en: 'On at least so many devices' } }),
    homes: AtLeast.meta({ label: { zh: '至少几户', en: 'In at least so many homes' } }),
  })
  .refine(...exactlyOneOf('all', 'any'))
  .refine(({ within, devices = 1 }) => within !== 'device' || devices === 1, {
    message: 'one device is never more than one',
    path: ['devices'],
  })
  .refine(({ within, homes = 1 }) => (within !== 'device' && within !== 'household') || homes === 1, {
    message: 'one home is never more than one',
    path: ['homes'],
  })
  .meta(choosing('all', 'any'));

/** The home that a device is in; one without is a home of its own, so that it counts. */
const homeOf = ({ device, place }: Active): string => {
  const household = place?.path.find(({ kind }) => kind === 'household');
  return household === undefined ? `device:${device}` : `household:${household.id}`;
};

/** Other rules that are active near each other: all of them, or any, on so many devices and in so many homes. */
export const combination = declareKind({
  name: 'combination',
  label: { zh: '组合', en: 'Combination' },
  params: Params,
  about: 'rules',
  branches: ({ all, any, within, devices = 1, homes = 1 }) => {
    const rules = all ?? any ?? [];
    const named = new Set(rules);
    return [
      {
        condition: {
          on: 'combination',
          rules,
          within,
          met: (active) => {
            const ours = active.filter(({ rule }) => named.has(rule));
            const least = all === undefined ? 1 : named.size;
            return (
              new Set(ours.map(({ rule }) => rule)).size >= least &&
              new Set(ours.map(({ device }) => device)).size >= devices &&
              new Set(ours.map(homeOf)).size >= homes
            );
          },
        },
      },
    ];
  },
  // It is about rules, of which a device type knows nothing.
  faults: () => [],
});
