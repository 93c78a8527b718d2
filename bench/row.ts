/** A figure beside its target; `ratio` is the figure divided by the target. */
export type Row = {
  readonly what: string;
  readonly figure: string;
  readonly target: string;
  readonly ratio: number;
  readonly met: boolean;
};

/** One bench. `rows` measures and gives each row as soon as it is known; it throws where something could not be measured. `onlyByName`: it takes so long that it runs only where it is named. */
export type Bench = {
  readonly name: string;
  readonly about: string;
  readonly onlyByName?: boolean;
  readonly rows: () => AsyncGenerator<Row>;
};

const show = (value: number, unit: string): string => {
  const digits = value < 10 ? 2 : value < 1_000 ? 1 : 0;
  const number = value.toLocaleString('en', { minimumFractionDigits: digits, maximumFractionDigits: digits });
  return unit === '' ? number : `${number} ${unit}`;
};

/** A whole number as a person reads it: `12,345`. */
export const count = (value: number): string => Math.round(value).toLocaleString('en');

type Judged = {
  readonly what: string;
  readonly value: number;
  readonly unit?: string;
  /** What else was measured with it. */
  readonly detail?: string;
};

const rowOf = (
  { what, value, unit = '', detail }: Judged,
  sign: string,
  target: number,
  met: boolean,
): Row => ({
  what,
  figure: `${show(value, unit)}${detail === undefined ? '' : ` (${detail})`}`,
  target: `${sign} ${target.toLocaleString('en')}${unit === '' ? '' : ` ${unit}`}`,
  ratio: value / target,
  met,
});

/** A row whose figure may not lie above `most`. */
export const atMost = (most: number, judged: Judged): Row => rowOf(judged, '≤', most, judged.value <= most);

/** A row whose figure may not lie below `least`. */
export const atLeast = (least: number, judged: Judged): Row =>
  rowOf(judged, '≥', least, judged.value >= least);

/** A row of things of which none may be missing. */
export const every = (of: number, { what, value, detail }: Judged): Row => ({
  what,
  figure: `${count(value)} of ${count(of)}${detail === undefined ? '' : ` (${detail})`}`,
  target: 'all',
  ratio: value / of,
  met: value === of,
});

/** The value that a share of all values does not exceed (nearest rank); NaN of none. */
export const percentile = (values: readonly number[], share: number): number =>
  values.toSorted((a, b) => a - b)[Math.max(0, Math.ceil(values.length * share) - 1)] ?? Number.NaN;

/** The middle of the values; NaN of none. */
export const median = (values: readonly number[]): number => percentile(values, 0.5);
