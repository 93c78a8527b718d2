import { z } from 'zod';
import { csvField, csvLineEnd, csvText } from './csv.ts';
import { Device } from './device.ts';
import { Place, placeKinds } from './place.ts';

/** How many devices one import may bring. */
export const maxImported = 5000;

/** The columns that a CSV of devices may have, beside each other in any order: those of `POST /devices`, and the path of the place by names with the text a person would say. */
export const importColumns = [
  'id',
  'type',
  'name',
  'place',
  'hub',
  'dialect',
  'address',
  ...placeKinds,
  'placeText',
] as const;
export type ImportColumn = (typeof importColumns)[number];

/** What is wrong with an import: in which device of it (`row`, from 1; null = in the whole), at which line of the CSV, in which column or field. */
export const ImportProblem = z.object({
  row: z.number().int().nullable(),
  line: z.number().int().optional(),
  column: z.string().nullable(),
  code: z.string(),
  message: z.string(),
});
export type ImportProblem = Readonly<z.infer<typeof ImportProblem>>;

/** A registered device with its secret, which is told this once. */
export const ImportedDevice = Device.extend({ secret: z.string() });
export type ImportedDevice = Readonly<z.infer<typeof ImportedDevice>>;

/** What an import would do: how many devices it registers, which places are new with it, and which of those look like one that is known (`known`), or that it names before: their names differ in nothing but full width and spaces. */
export const ImportCheck = z.object({
  count: z.number().int(),
  newPlaces: z.array(Place),
  lookAlikes: z.array(z.object({ place: Place, known: Place, message: z.string() })),
});
export type ImportCheck = Readonly<z.infer<typeof ImportCheck>>;

/** The registered devices with their secrets as CSV, one line each; none is needed where a hub connects for the device. */
export const secretsCsv = (devices: readonly ImportedDevice[]): string =>
  [
    'id,type,name,place,hub,secret',
    ...devices.map(({ id, type, name, place, hub, secret }) =>
      [
        csvField(id),
        csvField(type),
        csvText(name),
        csvText(place?.text ?? ''),
        csvField(hub ?? ''),
        csvField(secret),
      ].join(','),
    ),
    '',
  ].join(csvLineEnd);
