import { createHash } from 'node:crypto';
import { CsvError, parse } from 'csv-parse/sync';
import { NewDevice } from '../model/device.ts';
import { type ImportColumn, type ImportProblem, importColumns, maxImported } from '../model/device-import.ts';
import { type Place, type PlaceKind, placeKinds } from '../model/place.ts';
import { readUtf8 } from './utf8.ts';

/** One device of an import, and where it stands in it: `row` counts devices from 1, `line` the lines of a CSV. */
export type ImportRow = { readonly row: number; readonly line?: number; readonly device: NewDevice };

/** What an import was read as; `bad` are the ids of devices that cannot be read further than that. */
export type ImportReading = {
  readonly rows: readonly ImportRow[];
  readonly problems: readonly ImportProblem[];
  readonly bad: ReadonlySet<string>;
};

const nothing = (column: string | null, message: string, line?: number): ImportReading => ({
  rows: [],
  problems: [{ row: null, ...(line === undefined ? {} : { line }), column, code: 'invalid', message }],
  bad: new Set(),
});

const tooMany = `An import holds ${maxImported} devices at most.`;

/** Reads one after another, each with what is wrong with it. */
const readEach = (
  given: readonly {
    readonly line?: number;
    readonly device: unknown;
    readonly problems?: readonly { readonly column: string; readonly message: string }[];
  }[],
): ImportReading => {
  const rows: ImportRow[] = [];
  const problems: ImportProblem[] = [];
  const bad = new Set<string>();
  for (const [index, { line, device, problems: found = [] }] of given.entries()) {
    const at = { row: index + 1, ...(line === undefined ? {} : { line }) };
    const read = NewDevice.safeParse(device);
    const wrong = [
      ...found,
      ...(read.success
        ? []
        : read.error.issues.map(({ path, message }) => ({ column: path.join('.') || null, message }))),
    ];
    for (const { column, message } of wrong) problems.push({ ...at, column, code: 'invalid', message });
    if (read.success && wrong.length === 0) rows.push({ ...at, device: read.data });
    else if (typeof device === 'object' && device !== null && 'id' in device && typeof device.id === 'string')
      bad.add(device.id);
  }
  return { rows, problems, bad };
};

/** Reads a JSON array of what `POST /devices` takes. */
export const readJsonImport = (body: unknown): ImportReading => {
  if (!Array.isArray(body)) return nothing(null, 'An import is an array of devices, or CSV as text/csv.');
  if (body.length === 0) return nothing(null, 'There is no device in it.');
  if (body.length > maxImported) return nothing(null, tooMany);
  return readEach(body.map((device: unknown) => ({ device })));
};

const separators = [',', ';', '\t'] as const;

/** The separator that the header line has most of. */
const separatorOf = (text: string): string => {
  const header =
    text
      .slice(0, 4096)
      .split(/[\r\n]+/)
      .find((line) => line.trim() !== '') ?? '';
  const count = (separator: string): number => header.split(separator).length;
  return separators.reduce<string>((most, one) => (count(one) > count(most) ? one : most), ',');
};

/** A line of more characters holds no device; and a file with more cells, or lines, than 5,000 devices could have holds no list of them. To read either would keep the gateway busy for many seconds. */
const maxLine = 8_192;
const maxCells = 200_000;
const [tab, lineFeed, carriageReturn, comma, semicolon] = [9, 10, 13, 44, 59];

/** What makes a text no list of devices, found without reading its cells; null = nothing. */
const faultOf = (text: string): string | null => {
  let cells = 0;
  let begins = 0;
  for (let at = 0; at <= text.length; at += 1) {
    const code = at === text.length ? lineFeed : text.charCodeAt(at);
    if (code === lineFeed || code === carriageReturn) {
      if (at - begins > maxLine) return `A line has more than ${maxLine} characters.`;
      begins = at + 1;
    } else if (code !== comma && code !== semicolon && code !== tab) continue;
    cells += 1;
    if (cells > maxCells) return `There are more than ${maxCells} cells in it.`;
  }
  return null;
};

/** A column by its name, however it is written: `placeText`, `place_text` and `Place text` are the same. */
const plain = (name: string): string => name.toLowerCase().replaceAll(/[\s_-]/g, '');
const columnOf = new Map<string, ImportColumn>(importColumns.map((column) => [plain(column), column]));

const hashOf = (text: string, length: number): string =>
  createHash('sha256').update(text).digest('hex').slice(0, length);

type Step = Place['path'][number];
const keyOf = (path: readonly Pick<Step, 'kind' | 'name'>[]): string =>
  JSON.stringify(path.map(({ kind, name }) => [kind, name]));

/** Finds places by the names on their way, or makes their ids from those: the same names have the same ids in every import. */
const createPlaceFinder = (known: readonly Place[]) => {
  const byPath = new Map<string, readonly Step[]>();
  const ids = new Set<string>();
  for (const { path } of known)
    for (const [index, { id }] of path.entries()) {
      const way = path.slice(0, index + 1);
      if (!byPath.has(keyOf(way))) byPath.set(keyOf(way), way);
      ids.add(id);
    }
  const newId = (above: string | undefined, kind: PlaceKind, name: string, key: string): string => {
    const letters = name.replaceAll(/[^A-Za-z0-9]/g, '');
    const own = `${kind[0]}${letters}${letters === name ? '' : `-${hashOf(name, 6)}`}`;
    const id = above === undefined ? own : `${above}-${own}`;
    return id.length <= 64 && !ids.has(id) ? id : `${kind}-${hashOf(key, 24)}`;
  };
  return (names: readonly Pick<Step, 'kind' | 'name'>[], text: string): Place | string => {
    let path: readonly Step[] = [];
    for (const [index, { kind, name }] of names.entries()) {
      const key = keyOf(names.slice(0, index + 1));
      const there = byPath.get(key) ?? [...path, { kind, name, id: newId(path.at(-1)?.id, kind, name, key) }];
      byPath.set(key, there);
      path = there;
    }
    const id = path.at(-1)?.id ?? '';
    // A home that is known keeps what is said of it.
    return ids.has(id)
      ? id
      : { id, path: [...path], text: text === '' ? path.map(({ name }) => name).join(' ') : text };
  };
};

type Cells = Readonly<Partial<Record<ImportColumn, string>>>;

/** Reads a CSV of devices: UTF-8, with a header line; separated by comma, semicolon or tab. Places by names are found among `known`. */
export const readCsvImport = (bytes: Uint8Array, known: readonly Place[]): ImportReading => {
  const text = readUtf8(bytes);
  if (text === null) return nothing(null, 'It is not UTF-8: save it as “CSV UTF-8”.');
  const fault = faultOf(text);
  if (fault !== null) return nothing(null, fault);
  let lines: { readonly line: number; readonly cells: readonly string[] }[];
  try {
    const records = parse(text, {
      delimiter: separatorOf(text),
      info: true,
      relax_column_count: true,
      skip_empty_lines: true,
      skip_records_with_empty_values: true,
      trim: true,
      to: maxImported + 2,
    }) as unknown as readonly {
      readonly record: readonly string[];
      readonly info: { readonly lines: number };
    }[];
    lines = records.map(({ record, info }) => ({ line: info.lines, cells: record }));
  } catch (error) {
    if (!(error instanceof CsvError)) throw error;
    const line = Number(error.lines);
    return nothing(null, error.message, Number.isInteger(line) ? line : undefined);
  }
  const [header, ...records] = lines;
  if (header === undefined || records.length === 0)
    return nothing(null, 'There must be a header line, and a line for each device.');
  if (records.length > maxImported) return nothing(null, tooMany);
  const columns = header.cells.map((name) => columnOf.get(plain(name)));
  const unknown = header.cells.findIndex((_, index) => columns[index] === undefined);
  if (unknown >= 0)
    return nothing(
      header.cells[unknown] ?? '',
      `There is no such column; there are ${importColumns.join(', ')}.`,
      header.line,
    );
  const twice = columns.find((column, index) => columns.indexOf(column) !== index);
  if (twice !== undefined) return nothing(twice, 'This column stands there twice.', header.line);
  const find = createPlaceFinder(known);
  return readEach(
    records.map(({ line, cells: values }) => {
      const cells: Cells = Object.fromEntries(
        columns.flatMap((column, index) => {
          const value = values[index] ?? '';
          return column === undefined || value === '' ? [] : [[column, value]];
        }),
      );
      const problems: { column: string; message: string }[] = [];
      if (values.length > columns.length)
        problems.push({ column: '', message: `${values.length} cells, but ${columns.length} columns` });
      const names = placeKinds.flatMap((kind) => {
        const name = cells[kind];
        if (name !== undefined && name.length > 100)
          problems.push({ column: kind, message: 'at most 100 characters' });
        return name === undefined || name.length > 100 ? [] : [{ kind, name }];
      });
      const { place, placeText = '' } = cells;
      if (place !== undefined && names.length > 0)
        problems.push({ column: 'place', message: 'give the id of a place or its path, not both' });
      if (placeText !== '' && names.length === 0)
        problems.push({ column: 'placeText', message: 'goes with the path of a place' });
      const where = place ?? (names.length === 0 ? undefined : find(names, placeText));
      const { id, type, name, hub, dialect, address } = cells;
      return { line, device: { id, type, name, place: where, hub, dialect, address }, problems };
    }),
  );
};
