import { Readable } from 'node:stream';
import { z } from 'zod';
import { alertExportHead, alertExportLine } from '../../model/alert-export.ts';
import { exportFormats } from '../../model/reading-export.ts';
import { userOf } from '../access.ts';
import { AlertFilter, createAlertFinder } from '../alert-finder.ts';
import { Refused, refuse } from '../errors.ts';
import {
  createExportDesk,
  exportLimits,
  exportMediaTypes,
  exportRetryAfterMs,
  giveUpOnStall,
} from '../export-desk.ts';
import type { App, RouteParts } from '../parts.ts';
import type { SignedIn } from '../sessions.ts';
import { streetMoment } from '../street-clock.ts';

const Query = AlertFilter.omit({ limit: true, after: true })
  .extend({ format: z.enum(exportFormats), bom: z.enum(['0', '1']).optional() })
  .refine(({ format, bom }) => bom !== '1' || format === 'csv', { message: 'is for csv', path: ['bom'] });

/** Alerts are longer than readings: so many are read at a time that presses pass in between. */
const alertsAtOnce = 250;

/** Alerts as files. */
export const alertExportRoutes = (app: App, parts: RouteParts): void => {
  const { duty, archive, commits, sessions, options } = parts;
  const limits = { ...exportLimits, ...options.exportLimits };
  const atOnce = Math.min(alertsAtOnce, limits.pageRows);
  const desk = createExportDesk(limits);
  const finder = createAlertFinder(duty.committed, archive, options.now);
  const say = streetMoment(options.timeZone);

  async function* linesOf(
    { session }: SignedIn,
    { format, bom: _bom, ...filter }: z.infer<typeof Query>,
  ): AsyncGenerator<Uint8Array> {
    let after: string | undefined;
    for (;;) {
      // Asked before every page, so that what somebody may no longer see is not handed out either.
      const holder = sessions.holder(session.id);
      if (holder === null) throw new Error('whoever asked is no longer signed in');
      const page = await desk.inTurn(() => finder.next(holder.user, { ...filter, after }, atOnce));
      // Empty ones too: only at a yield can an export be stopped whose client has gone.
      yield Buffer.from(page.alerts.map((alert) => alertExportLine(format, alert, say)).join(''));
      if (page.after === null) return;
      after = page.after;
    }
  }

  app.get(
    '/api/v1/alerts/export',
    {
      config: { role: 'viewer' },
      // A HEAD would run the whole export and throw it away.
      exposeHeadRoute: false,
      schema: {
        tags: ['alerts'],
        summary: 'Every alert that fits, newest first, as a file',
        description: [
          'The filter of `GET /alerts`, without pages. Streamed as fast as it is read; an alert that is raised meanwhile is not in it.',
          "CSV (RFC 4180): times in ISO 8601 with the street's offset, `answer_s` = seconds from receipt to take; texts are quoted, with an apostrophe before one that a spreadsheet would run as a formula. `bom=1` lets Excel see that it is UTF-8. NDJSON: an alert a line as the API has it.",
          'Evidence and notes stay here: they may tell of people. The file is whole only where the transfer ends in good order. Two exports a user, four in all, then 429 `busy`. The journal notes who exported what.',
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
      // Only one that is still there will tell when it leaves.
      if (reply.raw.destroyed) return refuse('bad-request', 'Whoever asked has gone away.');
      const leave = desk.enter(user.id);
      if (leave === null)
        throw new Refused({ code: 'busy', message: 'Too many exports are under way.' }, exportRetryAfterMs);
      reply.raw.once('close', leave);
      const { bom, ...asked } = query;
      // Who took alerts out of the house is on the disk before the first of them leaves it.
      await commits.run(() => {
        duty.record(`user:${user.id}`, 'alerts.exported', `user:${user.id}`, asked);
        return { ok: true, value: null };
      });
      const pages = linesOf(signedIn, query);
      // A store that cannot answer is still an error with a name, as long as nothing was sent.
      const first = await pages.next();
      const file = async function* (): AsyncGenerator<Uint8Array> {
        yield Buffer.from(alertExportHead(query.format, bom === '1'));
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
      const day = say(options.now()).slice(0, 10);
      reply
        .type(exportMediaTypes[query.format])
        .header('content-disposition', `attachment; filename="zhishou-alerts-${day}.${query.format}"`)
        .header('cache-control', 'no-store');
      // A byte is enough to stop it: the next page is asked for when the one before is on its way.
      return reply.send(Readable.from(file(), { objectMode: false, highWaterMark: 1 }) as never);
    },
  );
};
