import { z } from 'zod';
import { EventName } from '../../model/reading.ts';
import { declareKind } from './kind.ts';

const Params = z.strictObject({ event: EventName.exclude(['sos', 'sos-cancel']) });

/** Something that happened at a moment: never a level, so it is never "active". Presses are not for rules: they ring whatever the rulebook says. */
export const event = declareKind({
  name: 'event',
  params: Params,
  lasts: false,
  condition: (params) => ({ on: 'event', event: params.event }),
  faults: (params, type) =>
    type.events.includes(params.event) ? [] : [`${type.name} never sends ${params.event}`],
});
