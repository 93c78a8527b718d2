import { z } from 'zod';
import { Place, PlacePatch, RenamedPlace } from '../../model/place.ts';
import { EventName } from '../../model/reading.ts';
import { NewSite, type Site, SiteList, SiteOnMap } from '../../model/site.ts';
import { Id, Text } from '../../model/text.ts';
import type { User } from '../../model/user.ts';
import { maySee, userOf } from '../access.ts';
import { refuse } from '../errors.ts';
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

const onMap = ({ since: _since, by: _by, ...site }: Site): SiteOnMap => site;

/** The street: its places, where they stand, and the kinds of device that stand in them. */
export const placeRoutes = (app: App, { duty, commits, options }: RouteParts): void => {
  const { committed } = duty;
  const params = z.object({ id: Id });

  const refuseOutsideRights = (user: User, id: string): void => {
    const place = committed.places().find((known) => known.id === id);
    if (place === undefined || !maySee(user, place)) refuse('not-found', `There is no place ${id}.`);
  };

  app.get(
    '/api/v1/sites',
    {
      config: { role: 'viewer' },
      schema: {
        tags: ['places'],
        summary:
          'Where places stand on the ground, for the map, and the tiles under it where there are any; places that nobody has put there are left out',
        response: { 200: SiteList },
      },
    },
    async (request) => {
      const user = userOf(request);
      const seen = new Set(
        committed
          .places()
          .filter((place) => maySee(user, place))
          .map(({ id }) => id),
      );
      const sites = [...committed.sites.values()].filter(({ place }) => seen.has(place)).map(onMap);
      return options.tiles === null ? { sites } : { sites, tiles: options.tiles };
    },
  );

  app.put(
    '/api/v1/places/:id/site',
    {
      config: { role: 'supervisor' },
      schema: {
        tags: ['places'],
        summary: 'Put a place on the map: longitude and latitude, and the outline of its ground plan',
        params,
        body: NewSite,
        response: { 200: SiteOnMap },
      },
    },
    async (request) => {
      const user = userOf(request);
      const { id } = request.params;
      refuseOutsideRights(user, id);
      return onMap(await commits.run(() => duty.putSite(user.id, id, request.body)));
    },
  );

  app.delete(
    '/api/v1/places/:id/site',
    {
      config: { role: 'supervisor' },
      schema: {
        tags: ['places'],
        summary: 'Take a place off the map',
        params,
        response: { 204: z.undefined() },
      },
    },
    async (request, reply) => {
      const user = userOf(request);
      const { id } = request.params;
      refuseOutsideRights(user, id);
      await commits.run(() => duty.removeSite(user.id, id));
      return reply.code(204).send();
    },
  );

  app.patch(
    '/api/v1/places/:id',
    {
      config: { role: 'admin' },
      schema: {
        tags: ['places'],
        summary:
          'Call a place otherwise, for every device in it at once; in their texts too, where those spell its name as the path does (`unchangedTexts`: the devices where they do not). An open call for help there rings anew, since whoever had it may have read out the old address',
        params,
        body: PlacePatch,
        response: { 200: RenamedPlace },
      },
    },
    async (request) => {
      const user = userOf(request);
      const { id } = request.params;
      refuseOutsideRights(user, id);
      return commits.run(() => duty.renamePlace(user.id, id, request.body.name));
    },
  );

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
      return { places: committed.places().filter((place) => maySee(user, place)) };
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
