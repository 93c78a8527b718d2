import { describe } from 'vitest';

/** `describe` where the part called `name` is on this machine, `describe.skip` with a loud warning where it is not; throws instead where everything has to be tested (`ZHISHOU_TEST_EVERYTHING=1`). */
export const optional = (name: string, present: boolean): typeof describe | typeof describe.skip => {
  if (present) return describe;
  if (process.env.ZHISHOU_TEST_EVERYTHING === '1') throw new Error(`${name} is not installed`);
  console.warn(`\n!!! LEFT OUT: ${name} is not installed, so nothing that needs it is tested !!!\n`);
  return describe.skip;
};
