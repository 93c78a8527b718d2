/** A line for the log, told by a thread to the main thread, which alone writes it. */
export type LogLine = {
  readonly what: 'log';
  readonly level: 'info' | 'warn' | 'error';
  readonly fields: Readonly<Record<string, unknown>>;
  readonly text: string;
};
