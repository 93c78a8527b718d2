import type { AlertOperation } from '../model/operation.ts';
import type { LifeEvent } from './alert-life.ts';

/** The step of an alert's life that an operator's command stands for, and what the record says beside it. */
export const stepOf = (
  by: string,
  operation: AlertOperation,
  at: number,
): { readonly step: LifeEvent; readonly data: Readonly<Record<string, unknown>> } => {
  switch (operation.verb) {
    case 'take':
      return { step: { event: 'taken', at, by }, data: {} };
    case 'acknowledge':
      return { step: { event: 'acknowledged', at, by }, data: {} };
    case 'claim':
      return { step: { event: 'claimed', at, by }, data: {} };
    case 'release':
      return { step: { event: 'released', at, by }, data: {} };
    case 'hand-over':
      return { step: { event: 'handed-over', at, by, to: operation.to }, data: { to: operation.to } };
    case 'reset':
      return { step: { event: 'reset', at, by }, data: {} };
    case 'shelve': {
      const { until, once } = operation;
      return { step: { event: 'shelved', at, by, until, once }, data: { until, once } };
    }
    case 'unshelve':
      return { step: { event: 'unshelved', at, by }, data: {} };
    case 'comment':
      return { step: { event: 'commented', at, by }, data: {} };
    case 'dispatch':
      return {
        step: { event: 'dispatched', at, by },
        data: { who: operation.who, confirmed: operation.confirmed },
      };
    case 'arrived':
      return { step: { event: 'arrived', at, by }, data: { who: operation.who } };
    case 'family-informed':
      return { step: { event: 'family-informed', at, by }, data: {} };
    case 'close': {
      const { disposition, reached } = operation;
      return {
        step: { event: 'closed', at, by, disposition, reached },
        data:
          reached === undefined
            ? {}
            : { reached: reached.how, ...(reached.how === 'seen' ? { seenAt: reached.at } : {}) },
      };
    }
  }
};
