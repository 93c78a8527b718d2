import type { DeviceType } from '../model/device-type.ts';
import { EventName } from '../model/reading.ts';

/** The events that a rule may be about. Presses are not for rules: they ring whatever the rulebook says. */
export const RuleEvent = EventName.exclude(['sos', 'sos-cancel']);

/** What makes an event no ground for a rule on a type. */
export const eventFaults = (event: EventName, type: DeviceType): readonly string[] =>
  type.events.includes(event) ? [] : [`${type.name} never sends ${event}`];
