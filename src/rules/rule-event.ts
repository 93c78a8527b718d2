import type { DeviceType } from '../model/device-type.ts';
import { EventName } from '../model/reading.ts';

/** The events that a rule may be about. Presses are not for rules: they ring whatever the rulebook says. */
export const RuleEvent = EventName.exclude(['sos', 'sos-cancel']).meta({
  words: {
    test: { zh: '自检', en: 'test' },
    tamper: { zh: '被拆动', en: 'tampering' },
    fault: { zh: '故障', en: 'fault' },
    'power-lost': { zh: '断电', en: 'power lost' },
    'power-restored': { zh: '恢复供电', en: 'power restored' },
  },
});

/** What makes an event no ground for a rule on a type. */
export const eventFaults = (event: EventName, type: DeviceType): readonly string[] =>
  type.events.includes(event) ? [] : [`${type.name} never sends ${event}`];
