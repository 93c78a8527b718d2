/** The close codes of the live feed. */
export const closeCodes = {
  shutdown: 1001,
  tooLarge: 1009,
  failed: 1011,
  signedOut: 4001,
  tooSlow: 4008,
  flooding: 4009,
  tooMany: 4010,
  replaced: 4011,
} as const;
