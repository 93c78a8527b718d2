import type { FastifyRequest } from 'fastify';
import type { ZodTypeProvider } from 'fastify-type-provider-zod';
import { z } from 'zod';
import { placesOf } from '../../gateway/committed.ts';
import {
  type ImportCheck,
  ImportCheck as ImportCheckSchema,
  ImportedDevice,
  type ImportProblem,
  maxImported,
  secretsCsv,
} from '../../model/device-import.ts';
import type { Result } from '../../model/fault.ts';
import type { Place } from '../../model/place.ts';
import type { User } from '../../model/user.ts';
import { maySee, userOf } from '../access.ts';
import { type ImportReading, type ImportRow, readCsvImport, readJsonImport } from '../device-import.ts';
import { findLookAlikes } from '../look-alikes.ts';
import type { App, RouteParts } from '../parts.ts';
import { hashSecret, newSecret } from '../sessions.ts';

const maxBodyBytes = 4 * 1024 * 1024;

/** So many problems are told; whoever sees these knows what is wrong with the rest. */
const problemsTold = 200;

const Query = z.object({ check: z.enum(['true', 'false']).optional() });

/** Whether CSV is wanted rather than JSON. */
const wantsCsv = ({ headers: { accept = '' } }: FastifyRequest): boolean =>
  accept
    .split(',')
    .map((one) => one.split(';')[0]?.trim())
    .find((one) => one === 'text/csv' || one === 'application/json') === 'text/csv';

const said = ({ id, path }: Place): string => `“${path.at(-1)?.name ?? ''}” (${id})`;

/** Registers many devices at once. */
export const deviceImportRoutes = (app: App, { duty, commits }: RouteParts): void => {
  const { committed } = duty;

  const read = (request: FastifyRequest): ImportReading =>
    Buffer.isBuffer(request.body)
      ? readCsvImport(request.body, committed.places())
      : readJsonImport(request.body);

  const wholePlaces = (rows: readonly ImportRow[]): Place[] =>
    placesOf(rows.map(({ device: { place } }) => (typeof place === 'object' ? place : null)));

  const outsideRights = (user: User, rows: readonly ImportRow[]): ImportProblem[] => {
    if (user.places.length === 0) return [];
    const places = new Map([...wholePlaces(rows), ...committed.places()].map((place) => [place.id, place]));
    return rows.flatMap(({ device, ...at }) => {
      const place = typeof device.place === 'string' ? places.get(device.place) : device.place;
      return place === undefined || place === null || maySee(user, place)
        ? []
        : [
            {
              ...at,
              column: 'place',
              code: 'not-allowed',
              message: 'Your rights do not cover that place.',
            },
          ];
    });
  };

  const problemsOf = (user: User, { rows, problems, bad }: ImportReading): ImportProblem[] => {
    const faults = duty.checkDevices(rows.map(({ device }) => device)).flatMap((fault) => {
      const row = rows[fault.index];
      if (row === undefined) return [];
      const { device, ...at } = row;
      // Its hub stands in the import too and has to be put right first.
      if (fault.code === 'unknown-hub' && bad.has(device.hub ?? '')) return [];
      return [{ ...at, column: fault.field, code: fault.code, message: fault.message }];
    });
    return [...problems, ...outsideRights(user, rows), ...faults].sort((a, b) => (a.row ?? 0) - (b.row ?? 0));
  };

  const refusal = (problems: readonly ImportProblem[]): Result<never> => ({
    ok: false,
    refusal: {
      code: 'invalid',
      message: `Nothing was registered: ${problems.length} problem${problems.length === 1 ? '' : 's'}.`,
      details: { count: problems.length, problems: problems.slice(0, problemsTold) },
    },
  });

  const check = (rows: readonly ImportRow[]): ImportCheck => {
    const known = committed.places();
    const ids = new Set(known.map(({ id }) => id));
    const newPlaces = wholePlaces(rows).filter(({ id }) => !ids.has(id));
    const lookAlikes = findLookAlikes(newPlaces, known).map((pair) => ({
      ...pair,
      message: `the new place ${said(pair.place)} looks like ${said(pair.known)}: give both the same name if they are the same`,
    }));
    return { count: rows.length, newPlaces, lookAlikes };
  };

  const register = (user: User, rows: readonly ImportRow[]): Result<ImportedDevice[]> => {
    const secrets = rows.map(newSecret);
    const entries = rows.map(({ device }, index) => ({
      device,
      secretHash: hashSecret(secrets[index] ?? ''),
    }));
    const registered = duty.registerDevices(user.id, entries);
    if (!registered.ok) return registered;
    return {
      ok: true,
      value: registered.value.map((device, index) => ({ ...device, secret: secrets[index] ?? '' })),
    };
  };

  // Only here is CSV read, and so much of it.
  void app.register(async (plain) => {
    const scope = plain.withTypeProvider<ZodTypeProvider>();
    scope.addContentTypeParser('text/csv', { parseAs: 'buffer' }, (_request, body, done) => done(null, body));
    scope.post(
      '/api/v1/devices/import',
      {
        bodyLimit: maxBodyBytes,
        config: { role: 'admin' },
        schema: {
          tags: ['devices'],
          summary: `Register up to ${maxImported} devices, all or none: a JSON array of what POST /devices takes, or text/csv (UTF-8; comma, semicolon or tab) with those names as its header line; a place is the id of a known one, or the columns street, community, grid, building, unit, floor, household with its names, and placeText. Children may stand before their hubs. Every problem is named with its row, line and column. Answers the secrets, once; as CSV where Accept asks for text/csv. With check=true nothing is registered, and new places that look like known ones are told`,
          querystring: Query,
          response: { 200: ImportCheckSchema, 201: z.object({ devices: z.array(ImportedDevice) }) },
        },
      },
      async (request, reply) => {
        const user = userOf(request);
        const reading = read(request);
        const isCheck = request.query.check === 'true';
        reply.header('cache-control', 'no-store');
        const decided = await commits.run((): Result<ImportCheck | ImportedDevice[]> => {
          const problems = problemsOf(user, reading);
          if (problems.length > 0) return refusal(problems);
          return isCheck ? { ok: true, value: check(reading.rows) } : register(user, reading.rows);
        });
        if (!Array.isArray(decided)) return decided;
        reply.code(201);
        if (!wantsCsv(request)) return { devices: decided };
        reply.type('text/csv; charset=utf-8').serializer((text: unknown) => String(text));
        return reply.send(secretsCsv(decided) as never);
      },
    );
  });
};
