import type { NotifyDoor } from '../../gateway/doors.ts';
import type { Channel } from './channel.ts';

/** Every siren of the street sounds until somebody takes the emergency. The command waits for a siren that is away, and its answer is written on the alert. */
export const siren = (door: NotifyDoor): Channel => ({
  name: 'siren',
  uncommittedToo: false,
  tell: async ({ alert }) => {
    const sirens = door.devicesOfType('siren');
    if (sirens.length === 0) return { outcome: 'refused', detail: 'no siren is registered' };
    for (const { id } of sirens) door.command(id, 'siren-on', alert.id);
    return { outcome: 'sent', detail: sirens.map(({ id }) => id).join(', ') };
  },
  calm: (alert) => {
    for (const { id } of door.devicesOfType('siren')) door.command(id, 'siren-off', alert.id);
  },
});
