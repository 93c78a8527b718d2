import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { expect, test } from 'vitest';

const simulate = (...args: readonly string[]) =>
  promisify(execFile)(process.execPath, ['simulator/simulate.ts', ...args]).then(
    ({ stdout }) => ({ code: 0, said: stdout }),
    (error: { code: number; stderr: string }) => ({ code: error.code, said: error.stderr }),
  );

test('a scenario is named with or without its option, and a name that is none is answered with those there are', async () => {
  const [none, wrong, both, option] = await Promise.all([
    simulate(),
    simulate('gas-leek'),
    simulate('gas-leak', 'storm'),
    simulate('--scenario', 'gas-leek'),
  ]);
  expect(none).toEqual({ code: 2, said: expect.stringContaining('which scenario? One of ') });
  expect(wrong).toEqual({
    code: 2,
    said: expect.stringMatching(/no scenario "gas-leek"; there are .*gas-leak/),
  });
  expect(option).toEqual(wrong);
  expect(both).toEqual({ code: 2, said: expect.stringContaining('one scenario at a time') });
  // A name without its option is taken: what is complained of is the next thing.
  expect((await simulate('gas-leak', '--devices', 'x')).said).toContain('--devices takes a whole number');
});
