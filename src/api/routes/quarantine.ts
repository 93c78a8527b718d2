import { z } from 'zod';
import type { Place } from '../../model/place.ts';
import { Quarantined, RetryOutcome } from '../../model/quarantine.ts';
import { maySee, userOf } from '../access.ts';
import { refuse } from '../errors.ts';
import type { App, RouteParts } from '../parts.ts';

/** Messages that could not take effect. */
export const quarantineRoutes = (app: App, { duty, archive, commits }: RouteParts): void => {
  /** Where a message came from: the device's own place only where the sender speaks for it, else the sender's; a hub can name anybody. */
  const placeOf = (device: string | null, sender: string): Place | null => {
    const { committed } = duty;
    const named = device === null ? null : committed.device(device);
    const from =
      named !== null && (named.id === sender || named.hub === sender) ? named : committed.device(sender);
    return from?.place ?? null;
  };

  app.get(
    '/api/v1/quarantine',
    {
      config: { role: 'supervisor' },
      schema: {
        tags: ['quarantine'],
        summary: 'Messages that could not take effect, newest first; `next` is the `after` of the next page',
        querystring: z.object({
          after: z.string().max(64).optional(),
          limit: z.coerce.number().int().min(1).max(1000).default(100),
        }),
        response: { 200: z.object({ quarantine: z.array(Quarantined), next: z.string().optional() }) },
      },
    },
    async (request) => {
      const user = userOf(request);
      const { after, limit } = request.query;
      const page = await archive.quarantine({ after, limit });
      const last = page.at(-1);
      const quarantine = page.filter(({ device, sender }) => maySee(user, placeOf(device, sender)));
      return page.length < limit || last === undefined ? { quarantine } : { quarantine, next: last.id };
    },
  );

  /** A row is read, taken in and committed before it is read again: nothing of it may take effect twice. */
  const underWay = new Set<string>();

  app.post(
    '/api/v1/quarantine/:id/retry',
    {
      config: { role: 'supervisor' },
      schema: {
        tags: ['quarantine'],
        summary:
          'Take a message in again with what is known by now; what takes effect leaves quarantine, what still cannot stays with its new reason. Never a stored copy, or what is not kept whole: 409 `not-retriable`',
        params: z.object({ id: z.string().max(64) }),
        body: z.strictObject({}),
        response: { 200: RetryOutcome },
      },
    },
    async (request) => {
      const user = userOf(request);
      const { id } = request.params;
      if (underWay.has(id)) refuse('already-running', 'This message is being taken in again.');
      underWay.add(id);
      try {
        const row = await archive.quarantined(id);
        if (row === null || !maySee(user, placeOf(row.device, row.sender)))
          return refuse('not-found', `There is no message ${id} in quarantine.`);
        return await commits.run(() => duty.retryQuarantined(user.id, row));
      } finally {
        // Also where the answer did not wait for the commit.
        void duty.settled().finally(() => underWay.delete(id));
      }
    },
  );
};
