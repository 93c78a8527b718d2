/** Before this nobody measured anything for us: a clock that says so has lost its battery (2020-01-01 UTC). */
const earliest = 1_577_836_800_000;
/** A clock may run ahead of ours by this much and still be believed (ms). */
const aheadMs = 120_000;
/** A message this old is late (ms)… */
const lateMs = 300_000;
/** …and one this old is no backlog but a wrong clock (ms). */
const staleMs = 30 * 86_400_000;

/** Whether a moment is so long ago that what was measured then says little of now. */
export const isLate = (at: number, now: number): boolean => at < now - lateMs;

/** When a thing was measured, as far as we believe the device: its own time, or the time of receipt where it gave none or its clock is wrong. */
export const believe = (
  deviceAt: number | undefined,
  receivedAt: number,
): { readonly at: number; readonly late: boolean; readonly wrong: boolean } => {
  if (deviceAt === undefined) return { at: receivedAt, late: false, wrong: false };
  if (deviceAt > receivedAt + aheadMs || deviceAt < earliest || deviceAt < receivedAt - staleMs)
    return { at: receivedAt, late: false, wrong: true };
  return { at: deviceAt, late: isLate(deviceAt, receivedAt), wrong: false };
};
