/** A difference this large is no drift but the clock being set (ms). */
const stepMs = 1_000;

/** The gateway's clock: epoch ms that run on the monotonic clock, so that no deadline jumps when somebody sets the time. `follow` draws it after the wall clock and answers by how much that was set, 0 mostly. */
export type Clock = { readonly now: () => number; readonly follow: () => number };

/** Makes the clock from a wall clock (epoch ms) and a monotonic one (ms). */
export const createClock = (wall: () => number, monotonic: () => number): Clock => {
  let offset = wall() - monotonic();
  let last = 0;
  return {
    now: () => {
      last = Math.max(last, Math.round(monotonic() + offset));
      return last;
    },
    follow: () => {
      const ahead = wall() - (monotonic() + offset);
      if (Math.abs(ahead) < stepMs) {
        offset += ahead / 10;
        return 0;
      }
      offset += ahead;
      last = 0;
      return Math.round(ahead);
    },
  };
};
