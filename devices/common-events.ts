import type { EventName } from '../src/model/reading.ts';

/** What every device may say of itself. */
export const commonEvents: readonly EventName[] = ['test', 'tamper', 'fault'];

/** What a device with a button to call for help may say; the gateway takes an `sos` from any device as a press. */
export const buttonEvents: readonly EventName[] = ['sos', 'sos-cancel'];

/** What a device on the mains, or with a supply of its own to watch, may say. */
export const supplyEvents: readonly EventName[] = ['power-lost', 'power-restored'];
