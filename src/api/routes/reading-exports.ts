import { Readable } from 'node:stream';
import { setImmediate as nextTurn } from 'node:timers/promises';
import { z } from 'zod';
import type { ExportCursor, ExportPage } from '../../gateway/ports.ts';
import { liesWithin, type Place } from '../../model/place.ts';
import type { Series } from '../../model/reading.ts';
import { type ExportFormat, exportFormats, exportHead } from '../../model/reading-export.ts';
import { Id } from '../../model/text.ts';
import type { User } from '../../model/user.ts';
import { maySee, userOf } from '../access.ts';
import { Refused, refuse } from '../errors.ts';
import {
  createExportDesk,
  exportLimits,
  exportMediaTypes,
  exportRetryAfterMs,
  giveUpOnStall,
} from '../export-desk.ts';
import type { App, RouteParts } from '../parts.ts';
import { createSeriesFinder, repeated, Span } from '../series.ts';
import type { SignedIn } from '../sessions.ts';

const Query = z
  .object({
    format: z.enum(exportFormats),
    device: repeated(Id, 64).optional(),
    place: Id.optional(),
    measurement: repeated(z.string().min(1).max(64), 64).optional(),
    ...Span,
    bom: z.enum(['0', '1']).optional(),
  })
  .refine(
    ({ device, place }) => (device === undefined) !== (place === undefined),
    'takes either `device` or `place`',
  )
  .refine(({ format, bom }) => bom !== '1' || format === 'csv', { message: 'is for csv', path: ['bom'] });
type Query = z.infer<typeof Query>;

/** The registry is looked through a few hundred devices at a time, so that presses pass in between… */
const devicesAtOnce = 250;
/** …and the reader is told so many series at a time: a street has tens of thousands. */
const seriesAtOnce = 64;
const lastMoment = 8.64e15;

const stamp = (at: number): string =>
  new Date(Math.min(at, lastMoment)).toISOString().replace(/[-:]|\.\d+/g, '');

const fileName = (
  { format, device, place }: Query,
  { from, to }: { readonly from: number; readonly to: number },
): string => {
  const what = place ?? (device?.length === 1 ? device[0] : `${device?.length ?? 0}-devices`);
  return `zhishou-readings-${what}-${stamp(from)}-${stamp(to)}.${format}`;
};

/** Readings as files. */
export const readingExportRoutes = (app: App, parts: RouteParts): void => {
  const { duty, archive, commits, sessions, options } = parts;
  const { committed } = duty;
  const limits = { ...exportLimits, ...options.exportLimits };
  const desk = createExportDesk(limits);
  const finder = createSeriesFinder(duty, options.now);

  const mayKnowOf = (user: User, id: string): boolean => {
    const place: Place | undefined = committed.places().find((other) => other.id === id);
    return place !== undefined && maySee(user, place);
  };

  const devicesAt = async (user: User, place: string): Promise<readonly string[]> => {
    const found: string[] = [];
    let looked = 0;
    for (const id of [...committed.deviceIds()].sort()) {
      looked += 1;
      if (looked % devicesAtOnce === 0) await nextTurn();
      const device = committed.device(id);
      if (device?.place && maySee(user, device.place) && liesWithin(device.place, place)) found.push(id);
    }
    return found.length > 0 || mayKnowOf(user, place)
      ? found
      : refuse('not-found', `There is no place ${place}.`);
  };

  const refuseUnmeasured = async (
    user: User,
    devices: readonly string[],
    { device: named, measurement: asked }: Query,
  ): Promise<void> => {
    if (asked === undefined) return;
    const missing = new Set(asked);
    for (const [index, id] of devices.entries()) {
      if (index % devicesAtOnce === devicesAtOnce - 1) await nextTurn();
      const device = finder.device(user, id);
      const measured = finder.all(device, asked);
      if (named !== undefined && measured.length === 0)
        refuse('invalid', `A ${device.type} does not measure ${asked.join(' or ')}.`);
      for (const { measurement } of measured) missing.delete(measurement);
      if (named === undefined && missing.size === 0) return;
    }
    if (missing.size > 0) refuse('invalid', `None of these devices measures ${[...missing].join(' or ')}.`);
  };

  /** The series, some at a time; looked up only now, so that what somebody may no longer see is not handed out either. */
  function* inSlices(
    { session }: SignedIn,
    devices: readonly string[],
    measurements: readonly string[] | undefined,
  ): Generator<readonly Series[]> {
    let slice: Series[] = [];
    for (const id of devices) {
      const holder = sessions.holder(session.id);
      if (holder === null) throw new Error('whoever asked is no longer signed in');
      slice.push(...finder.all(finder.device(holder.user, id), measurements));
      if (slice.length < seriesAtOnce) continue;
      yield slice;
      slice = [];
    }
    yield slice;
  }

  async function* pagesOf(
    signedIn: SignedIn,
    slices: Iterable<readonly Series[]>,
    span: { readonly from: number; readonly to: number },
    format: ExportFormat,
  ): AsyncGenerator<Uint8Array> {
    for (const series of slices) {
      let cursor: ExportCursor | null = null;
      do {
        if (sessions.holder(signedIn.session.id) === null)
          throw new Error('whoever asked is no longer signed in');
        const query = { series, ...span, format, cursor, limit: limits.pageRows };
        const page: ExportPage = await desk.inTurn(() => archive.exported(query));
        // Empty ones too: only at a yield can an export be stopped whose client has gone.
        yield page.bytes;
        cursor = page.next;
      } while (cursor !== null);
    }
  }

  app.get(
    '/api/v1/readings/export',
    {
      config: { role: 'viewer' },
      // A HEAD would run the whole export and throw it away.
      exposeHeadRoute: false,
      schema: {
        tags: ['readings'],
        summary: 'Every reading of devices, or of a place with all below it, in [from, to), as a file',
        description: [
          'Streamed as fast as it is read: one series after another, each in the order of time, nothing thinned. `device` (1 to 64 times) or `place`; `measurement` (1 to 64 times) narrows it; the last day by default.',
          'CSV (RFC 4180) has the columns device, measurement, unit, time, epoch_ms, value, received_at; times are in UTC; texts are quoted, with an apostrophe before one that a spreadsheet would run as a formula. `bom=1` lets Excel see that it is UTF-8. NDJSON has a line `{"device","measurement","at","value","receivedAt","deviceAt"?}` for each.',
          'The file is whole only where the transfer ends in good order: whatever goes wrong on the way breaks the connection off before the last chunk, which every HTTP client reports (curl: exit status 18). So does a client that takes nothing for a minute.',
          'Readings that come in meanwhile may be in it. Two exports a user, four in all, then 429 `busy`. The journal notes who exported what.',
        ].join('\n\n'),
        querystring: Query,
        response: {
          200: {
            description: 'The file',
            content: {
              'text/csv': { schema: z.string() },
              'application/x-ndjson': { schema: z.string() },
            },
          },
        },
      },
    },
    async (request, reply) => {
      const user = userOf(request);
      const { signedIn, query } = request;
      if (signedIn === null) return refuse('not-signed-in', 'Sign in first.');
      const { format, place, measurement } = query;
      const span = finder.span(query);
      const devices =
        place === undefined
          ? [...new Set(query.device)].map((id) => finder.device(user, id).id)
          : await devicesAt(user, place);
      await refuseUnmeasured(user, devices, query);

      // Only one that is still there will tell when it leaves.
      if (reply.raw.destroyed) return refuse('bad-request', 'Whoever asked has gone away.');
      const leave = desk.enter(user.id);
      if (leave === null)
        throw new Refused({ code: 'busy', message: 'Too many exports are under way.' }, exportRetryAfterMs);
      reply.raw.once('close', leave);
      // Who took readings out of the house is on the disk before the first of them leaves it.
      await commits.run(() => {
        duty.record(`user:${user.id}`, 'readings.exported', `user:${user.id}`, {
          ...(place === undefined ? { devices } : { place }),
          ...(measurement === undefined ? {} : { measurements: measurement }),
          ...span,
          format,
        });
        return { ok: true, value: null };
      });

      const measurements = measurement === undefined ? undefined : [...new Set(measurement)];
      const pages = pagesOf(signedIn, inSlices(signedIn, devices, measurements), span, format);
      // A store that cannot answer is still an error with a name, as long as nothing was sent.
      const first = await pages.next();
      const file = async function* (): AsyncGenerator<Uint8Array> {
        yield Buffer.from(exportHead(format, query.bom === '1'));
        if (first.done === true) return;
        try {
          yield first.value;
          yield* pages;
        } catch (error) {
          // All that the client can be told by now is a connection that breaks off.
          request.log.warn({ err: error }, 'an export was broken off');
          throw error;
        }
      };
      giveUpOnStall(reply, limits.stallMs);
      reply
        .type(exportMediaTypes[format])
        .header('content-disposition', `attachment; filename="${fileName(query, span)}"`)
        .header('cache-control', 'no-store');
      // A byte is enough to stop it: the next page is asked for when the one before is on its way.
      return reply.send(Readable.from(file(), { objectMode: false, highWaterMark: 1 }) as never);
    },
  );
};
