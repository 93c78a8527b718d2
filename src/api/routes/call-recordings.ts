import { z } from 'zod';
import { type Call, mayHearRecording } from '../../model/call.ts';
import { LegalHold } from '../../model/operation.ts';
import type { User } from '../../model/user.ts';
import { maySee, signedInOf } from '../access.ts';
import { readByteRange } from '../byte-range.ts';
import { findCall } from '../call-finder.ts';
import { refuse } from '../errors.ts';
import { giveUpOnStall } from '../export-desk.ts';
import type { App, RouteParts } from '../parts.ts';

/** One playback is many requests: a player asks anew for every stretch. What a session hears of one recording within this (ms) is one line of the journal. */
const onePlaybackMs = 10 * 60_000;
/** A player that takes nothing for so long (ms) is given up; it asks again where it left off. */
const stallMs = 60_000;

/** The recordings of calls: played, and kept for the law. */
export const callRecordingRoutes = (
  app: App,
  { duty, archive, commits, recordings, options }: RouteParts,
): void => {
  const find = findCall(duty.calls, archive);
  const playedAt = new Map<string, number>();
  const params = z.object({ id: z.string().max(64) });

  const visible = async (user: User, id: string): Promise<Call> => {
    const call = await find(id);
    return call !== null && maySee(user, call.place) ? call : refuse('not-found', `There is no call ${id}.`);
  };

  const noRecording = (id: string): never => refuse('not-found', `There is no recording of call ${id}.`);

  const noteInJournal = async (
    user: User,
    event: string,
    call: Call,
    data: Readonly<Record<string, unknown>> = {},
  ): Promise<void> => {
    await commits.run(() => {
      const alert = call.alert === undefined ? {} : { alert: call.alert };
      duty.record(`user:${user.id}`, event, `call:${call.id}`, { ...alert, ...data });
      return { ok: true, value: null };
    });
  };

  /** Who hears a recording is on the disk before the first of it leaves the house. */
  const notePlayback = async (user: User, session: string, call: Call): Promise<void> => {
    const now = options.now();
    for (const [key, at] of playedAt) if (at <= now - onePlaybackMs || at > now) playedAt.delete(key);
    const key = `${session} ${call.id}`;
    if (playedAt.has(key)) return;
    await noteInJournal(user, 'call.recording-played', call);
    playedAt.set(key, now);
  };

  app.get(
    '/api/v1/calls/:id/recording',
    {
      config: { role: 'operator' },
      // A HEAD would be a playback that nobody hears.
      exposeHeadRoute: false,
      schema: {
        tags: ['calls'],
        summary: 'The recording of a call, as a WAV file; ranges of bytes are answered',
        description:
          'For supervisors, administrators, and the operator who spoke last in the call. The journal notes who played it (`call.recording-played`).',
        params,
        response: {
          200: { description: 'The file', content: { 'audio/wav': { schema: z.string() } } },
          206: { description: 'A stretch of it', content: { 'audio/wav': { schema: z.string() } } },
        },
      },
    },
    async (request, reply) => {
      const { user, session } = signedInOf(request);
      const call = await visible(user, request.params.id);
      if (!mayHearRecording(user, call))
        refuse('not-allowed', 'A recording is for supervisors, and for the operator who spoke.');
      const recording = (await recordings?.open(call.id)) ?? noRecording(call.id);
      const { bytes } = recording;
      const range = readByteRange(request.headers.range, bytes);
      reply.header('accept-ranges', 'bytes').header('cache-control', 'no-store');
      if (range === 'unsatisfiable') {
        reply.header('content-range', `bytes */${bytes}`);
        return refuse('range-not-satisfiable', `The recording has ${bytes} bytes.`);
      }
      await notePlayback(user, session.id, call);
      // Nobody is there any more who would end the stream.
      if (reply.raw.destroyed) return refuse('bad-request', 'Whoever asked has gone away.');
      const { from, to } = range ?? { from: 0, to: bytes };
      if (range !== null) reply.code(206).header('content-range', `bytes ${from}-${to - 1}/${bytes}`);
      reply
        .type('audio/wav')
        .header('content-length', to - from)
        .header('content-disposition', `inline; filename="call-${call.id}.wav"`);
      giveUpOnStall(reply, stallMs);
      return reply.send(recording.read({ from, to }) as never);
    },
  );

  app.put(
    '/api/v1/calls/:id/legal-hold',
    {
      config: { role: 'supervisor' },
      schema: {
        tags: ['calls'],
        summary: 'Keep a recording beyond its time, or no longer; the journal notes who (`call.legal-hold`)',
        params,
        body: LegalHold,
        response: { 200: LegalHold },
      },
    },
    async (request) => {
      const { user } = signedInOf(request);
      const { held } = request.body;
      const call = await visible(user, request.params.id);
      if (((await recordings?.open(call.id)) ?? null) === null) noRecording(call.id);
      await noteInJournal(user, 'call.legal-hold', call, { held });
      if ((await recordings?.hold(call.id, held)) !== true) noRecording(call.id);
      return { held };
    },
  );
};
