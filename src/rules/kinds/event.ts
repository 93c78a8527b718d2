import { z } from 'zod';
import { eventFaults, RuleEvent } from '../rule-event.ts';
import { declareKind } from './kind.ts';

const Params = z
  .strictObject({
    event: RuleEvent.meta({ label: { zh: '事件', en: 'Event' } }),
    until: RuleEvent.optional().meta({ label: { zh: '直到事件', en: 'Until the event' } }),
  })
  .refine(({ event, until }) => event !== until, {
    message: 'an event cannot last until itself',
    path: ['until'],
  });

/** Something that happened at a moment and is over as it comes: never "active". With `until` it lasts until that other event. */
export const event = declareKind({
  name: 'event',
  label: { zh: '事件', en: 'Event' },
  params: Params,
  lasts: ({ until }) => until !== undefined,
  branches: ({ event: begins, until = null }) => [{ condition: { on: 'event', event: begins, until } }],
  faults: ({ event: begins, until }, type) => [
    ...eventFaults(begins, type),
    ...(until === undefined ? [] : eventFaults(until, type)),
  ],
});
