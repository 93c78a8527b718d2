import { z } from 'zod';
import { Place } from '../../model/place.ts';
import { EventName } from '../../model/reading.ts';
import { Text } from '../../model/text.ts';
import { maySee, userOf } from '../access.ts';
import type { App, RouteParts } from '../parts.ts';

const Measurement = z.discriminatedUnion('kind', [
  z.object({ kind: z.literal('number'), unit: z.string(), min: z.number(), max: z.number(), label: Text }),
  z.object({ kind: z.literal('flag'), label: Text }),
  z.object({ kind: z.literal('text'), values: z.array(z.string()).readonly(), label: Text }),
]);

const DeviceTypeAnswer = z.object({
  name: z.string(),
  label: Text,
  measurements: z.record(z.string(), Measurement),
  events: z.array(EventName).readonly(),
  power: z.enum(['mains', 'battery', 'cellular']),
  reportEveryMs: z.number(),
  /** A person can be called over it. */
  voice: z.literal(true).optional(),
});

/** The street: its places, and the kinds of device that stand in them. */
export const placeRoutes = (app: App, { duty }: RouteParts): void => {
  app.get(
    '/api/v1/places',
    {
      config: { role: 'viewer' },
      schema: {
        tags: ['places'],
        summary: 'Places',
        response: { 200: z.object({ places: z.array(Place) }) },
      },
    },
    async (request) => {
      const user = userOf(request);
      return { places: duty.committed.places().filter((place) => maySee(user, place)) };
    },
  );

  app.get(
    '/api/v1/device-types',
    {
      config: { role: 'viewer' },
      schema: {
        tags: ['devices'],
        summary: 'Device types with their measurements, and the wire conventions that devices may speak',
        response: { 200: z.object({ types: z.array(DeviceTypeAnswer), dialects: z.array(z.string()) }) },
      },
    },
    async () => ({
      types: [...duty.types.values()].map(
        ({ voice, name, label, measurements, events, power, reportEveryMs }) => ({
          ...(voice ? { voice } : {}),
          name,
          label,
          measurements,
          events,
          power,
          reportEveryMs,
        }),
      ),
      dialects: [...duty.dialects.keys()],
    }),
  );
};
