import { z } from 'zod';
import { Duration } from '../duration.ts';
import { declareKind } from './kind.ts';

const Params = z.discriminatedUnion('what', [
  z.strictObject({ what: z.literal('data'), after: Duration }),
  z.strictObject({ what: z.literal('link') }),
]);

/** Silence. `data`: nothing was heard of the device for `after`. `link`: its connection is down (the rule's on-delay is the grace), which says nothing about a device that sleeps between its messages. */
export const silent = declareKind({
  name: 'silent',
  params: Params,
  condition: (params) => ({
    concern: params.what === 'data' ? { on: 'silence', afterMs: params.after } : { on: 'link' },
    limit: undefined,
    holds: () => true,
  }),
  faults: (params, type) => {
    if (params.what === 'link') {
      return type.power === 'battery' ? [`${type.name} sleeps between its messages: its link says nothing`] : [];
    }
    return params.after > type.reportEveryMs
      ? []
      : [`${type.name} reports every ${type.reportEveryMs / 1000} s: it would be called silent between two reports`];
  },
});
