import { z } from 'zod';
import { EventName } from '../../model/reading.ts';
import { declareKind } from './kind.ts';

const Params = z.strictObject({
  event: EventName.exclude(['sos', 'sos-cancel']),
  until: EventName.exclude(['sos', 'sos-cancel']).optional(),
});

/** Something that happened at a moment: never a level, so it is never "active". Presses are not for rules: they ring whatever the rulebook says. */
export const event = declareKind({
  name: 'event',
  label: { zh: '事件', en: 'Event' },
  params: Params,
  lasts: ({ until }) => until !== undefined,
  branches: ({ event: name, until }) => [{ condition: { on: 'event', event: name, until: until ?? null } }],
  faults: (params, type) =>
    type.events.includes(params.event) ? [] : [`${type.name} never sends ${params.event}`],
});
