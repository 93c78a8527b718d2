/** A reading as it is shipped. `value` a number, flag or text; `at` epoch ms. */
export type OwedReading = {
  readonly device: string;
  readonly measurement: string;
  readonly at: number;
  readonly value: number | boolean | string;
};

/** The next readings owed, and how to say that they have arrived (or were set aside); until then the next `next()` gives the same again. */
export type Owed = { readonly readings: readonly OwedReading[]; readonly settle: () => void };

/** What is owed to InfluxDB, newest arrivals first served, then the past; synchronous (SQLite). `fresh` = just committed; otherwise back-fill. Never gives an empty list: null = nothing is owed. */
export type OwedSource = {
  readonly fresh: (limit: number) => Owed | null;
  readonly past: (limit: number) => Owed | null;
  /** How many readings are owed, about. */
  readonly backlog: () => number;
  readonly close: () => void;
};
