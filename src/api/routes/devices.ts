import { Readable } from 'node:stream';
import { setImmediate as nextTurn } from 'node:timers/promises';
import { z } from 'zod';
import { Device, DevicePatch, NewDevice } from '../../model/device.ts';
import { liesWithin, type Place } from '../../model/place.ts';
import { Id, Moment } from '../../model/text.ts';
import type { User } from '../../model/user.ts';
import { maySee, userOf } from '../access.ts';
import { refuse } from '../errors.ts';
import type { App, RouteParts } from '../parts.ts';
import { hashSecret, newSecret } from '../sessions.ts';

const Query = z.object({
  type: z.string().max(64).optional(),
  place: Id.optional(),
  hub: Id.optional(),
  link: z.enum(['online', 'offline', 'unknown']).optional(),
  q: z.string().max(100).optional(),
  limit: z.coerce.number().int().min(1).max(5000).optional(),
  after: z.string().max(64).optional(),
});
type Query = z.infer<typeof Query>;

const hourMs = 3_600_000;
const longestOutOfServiceMs = 30 * 24 * hourMs;

const fits = (device: Device, { type, place, hub, link, q }: Query): boolean =>
  (type === undefined || device.type === type) &&
  (place === undefined || (device.place !== null && liesWithin(device.place, place))) &&
  (hub === undefined || device.hub === hub) &&
  (link === undefined || device.link === link) &&
  (q === undefined ||
    device.id.includes(q) ||
    device.name.includes(q) ||
    device.place?.text.includes(q) === true);

// A whole street is megabytes of JSON: it is written a few hundred devices at a time, so that presses pass in between.
const atOnce = 250;

async function* inPieces(devices: Iterable<Device>, limit: number): AsyncGenerator<string> {
  let piece = '{"devices":[';
  let count = 0;
  let last: string | null = null;
  let more = false;
  for (const device of devices) {
    if (count === limit) {
      more = true;
      break;
    }
    piece += `${count === 0 ? '' : ','}${JSON.stringify(device)}`;
    count += 1;
    last = device.id;
    if (count % atOnce === 0) {
      yield piece;
      piece = '';
      await nextTurn();
    }
  }
  yield `${piece}]${more ? `,"next":${JSON.stringify(last)}` : ''}}`;
}

/** The registry of devices. */
export const deviceRoutes = (app: App, { duty, commits, options }: RouteParts): void => {
  const { committed } = duty;
  const params = z.object({ id: z.string().max(64) });
  const noDevice = (id: string): never => refuse('not-found', `There is no device ${id}.`);

  const visible = (user: User, id: string): Device => {
    const device = committed.device(id);
    return device !== null && maySee(user, device.place) ? device : noDevice(id);
  };

  /** For a command: a device that was registered a moment ago may not be committed yet. */
  const commandable = async (user: User, id: string): Promise<void> => {
    if (committed.device(id) === null && duty.storeHealth().ok) await commits.settled();
    if (committed.device(id) !== null) visible(user, id);
  };

  const refusePlaceOutsideRights = (user: User, ref: Place | string | null | undefined): void => {
    if (user.places.length === 0 || ref === null || ref === undefined) return;
    const place = typeof ref === 'string' ? committed.places().find(({ id }) => id === ref) : ref;
    if (place !== undefined && !maySee(user, place))
      refuse('not-allowed', 'Your rights do not cover that place.');
  };

  function* matching(user: User, query: Query): Generator<Device> {
    const ids = [...committed.deviceIds()].sort();
    for (const id of ids) {
      if (query.after !== undefined && id <= query.after) continue;
      const device = committed.device(id);
      if (device !== null && maySee(user, device.place) && fits(device, query)) yield device;
    }
  }

  const WithSecret = Device.extend({ secret: z.string() });

  app.get(
    '/api/v1/devices',
    {
      config: { role: 'viewer' },
      schema: {
        tags: ['devices'],
        summary:
          'Devices by id; all of them unless a `limit` is given, then `next` is the `after` of the next page',
        querystring: Query,
        response: {
          200: {
            description: 'Devices',
            content: {
              'application/json': {
                schema: z.object({ devices: z.array(Device), next: z.string().optional() }),
              },
            },
          },
        },
      },
    },
    async (request, reply) => {
      reply.type('application/json; charset=utf-8');
      const pieces = inPieces(
        matching(userOf(request), request.query),
        request.query.limit ?? Number.POSITIVE_INFINITY,
      );
      return reply.send(Readable.from(pieces) as never);
    },
  );

  app.post(
    '/api/v1/devices',
    {
      config: { role: 'admin' },
      schema: {
        tags: ['devices'],
        summary:
          'Register a device; answers its secret, once. A device behind a hub does not need it: the hub connects for it',
        body: NewDevice,
        response: { 201: WithSecret },
      },
    },
    async (request, reply) => {
      const user = userOf(request);
      refusePlaceOutsideRights(user, request.body.place);
      const secret = newSecret();
      const device = await commits.run(() => duty.registerDevice(user.id, request.body, hashSecret(secret)));
      reply.header('location', `/api/v1/devices/${device.id}`).header('cache-control', 'no-store');
      return reply.code(201).send({ ...device, secret });
    },
  );

  app.get(
    '/api/v1/devices/:id',
    {
      config: { role: 'viewer' },
      schema: { tags: ['devices'], summary: 'A device', params, response: { 200: Device } },
    },
    async (request) => visible(userOf(request), request.params.id),
  );

  app.patch(
    '/api/v1/devices/:id',
    {
      config: { role: 'admin' },
      schema: {
        tags: ['devices'],
        summary: 'Change a device',
        params,
        body: DevicePatch,
        response: { 200: Device },
      },
    },
    async (request) => {
      const user = userOf(request);
      const { id } = request.params;
      await commandable(user, id);
      refusePlaceOutsideRights(user, request.body.place);
      return commits.run(() => duty.changeDevice(user.id, id, request.body));
    },
  );

  app.delete(
    '/api/v1/devices/:id',
    {
      config: { role: 'admin' },
      schema: { tags: ['devices'], summary: 'Remove a device', params, response: { 204: z.undefined() } },
    },
    async (request, reply) => {
      const user = userOf(request);
      const { id } = request.params;
      await commandable(user, id);
      await commits.run(() => duty.removeDevice(user.id, id));
      return reply.code(204).send();
    },
  );

  app.post(
    '/api/v1/devices/:id/secret',
    {
      config: { role: 'admin' },
      schema: {
        tags: ['devices'],
        summary: 'A new secret, answered once; the old one stops at once and its connection is closed',
        params,
        body: z.strictObject({}),
        response: { 200: WithSecret },
      },
    },
    async (request, reply) => {
      const user = userOf(request);
      const { id } = request.params;
      await commandable(user, id);
      const secret = newSecret();
      const device = await commits.run(() => duty.renewSecret(user.id, id, hashSecret(secret)));
      reply.header('cache-control', 'no-store');
      return { ...device, secret };
    },
  );

  app.post(
    '/api/v1/devices/:id/out-of-service',
    {
      config: { role: 'supervisor' },
      schema: {
        tags: ['devices'],
        summary:
          'Take a device out for repair, for 8 h unless `until` says otherwise and for 30 days at most; it never covers an SOS',
        params,
        body: z.strictObject({
          reason: z.string().min(1).max(300),
          until: Moment.optional(),
          onSite: z.string().min(1).max(100).optional(),
        }),
        response: { 200: Device },
      },
    },
    async (request) => {
      const user = userOf(request);
      const { id } = request.params;
      const { reason, onSite } = request.body;
      const now = options.now();
      const until = request.body.until ?? now + 8 * hourMs;
      await commandable(user, id);
      if (until <= now) refuse('invalid', '`until` lies in the past.');
      if (until > now + longestOutOfServiceMs)
        refuse('invalid', 'A device is out of service for 30 days at most.');
      return commits.run(() =>
        duty.takeOutOfService(user.id, id, { reason, until, ...(onSite === undefined ? {} : { onSite }) }),
      );
    },
  );

  app.post(
    '/api/v1/devices/:id/in-service',
    {
      config: { role: 'supervisor' },
      schema: {
        tags: ['devices'],
        summary: 'Back from repair',
        params,
        body: z.strictObject({}),
        response: { 200: Device },
      },
    },
    async (request) => {
      const user = userOf(request);
      const { id } = request.params;
      await commandable(user, id);
      return commits.run(() => duty.putInService(user.id, id));
    },
  );
};
