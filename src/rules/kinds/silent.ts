import { z } from 'zod';
import { Duration } from '../duration.ts';
import { declareKind } from './kind.ts';

const ByPower = z.strictObject({
  mains: Duration.optional(),
  cellular: Duration.optional(),
  battery: Duration.optional(),
});

const Params = z.discriminatedUnion('what', [
  z.strictObject({
    what: z.literal('data'),
    after: z.union([Duration, ByPower], 'must be a length of time like 10m, or one by power source'),
  }),
  z.strictObject({ what: z.literal('link') }),
]);

/** Silence. `data`: nothing was heard of the device for `after`, one length of time for all or one by power source. `link`: its connection is down (the rule's on-delay is the grace), which says nothing about a device that sleeps between its messages. */
export const silent = declareKind({
  name: 'silent',
  label: { zh: '失联', en: 'Silence' },
  params: Params,
  branches: (params) => {
    if (params.what === 'link')
      return [{ condition: { on: 'link', concerns: ({ power }) => power !== 'battery' } }];
    const { after } = params;
    return [
      {
        condition: {
          on: 'silence',
          afterMs: (power) => (typeof after === 'number' ? after : (after[power] ?? null)),
        },
      },
    ];
  },
  faults: (params, type) => {
    if (params.what === 'link') return [];
    const afterMs = typeof params.after === 'number' ? params.after : params.after[type.power];
    return afterMs === undefined || afterMs > type.reportEveryMs
      ? []
      : [
          `${type.name} reports every ${type.reportEveryMs / 1000} s: it would be called silent between two reports`,
        ];
  },
});
