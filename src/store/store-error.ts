/** Why the store refused: `locked` another process has the data directory; `newer-than-program` the database was written by a later version; `unusable` it cannot be opened or migrated; `closed` it no longer answers; `held` another backup has the partitions; `no-data` there is no database to copy; `no-backup` there is no whole backup; `damaged` a backup is not what its manifest says; `taken` there is something already where a copy is to go. */
export type StoreErrorCode =
  | 'locked'
  | 'newer-than-program'
  | 'unusable'
  | 'closed'
  | 'held'
  | 'no-data'
  | 'no-backup'
  | 'damaged'
  | 'taken';

/** A refusal of the store, in words for the person who runs it. */
export class StoreError extends Error {
  override readonly name = 'StoreError';
  readonly code: StoreErrorCode;

  constructor(code: StoreErrorCode, message: string, options?: ErrorOptions) {
    super(message, options);
    this.code = code;
  }
}
