import { join } from 'node:path';
import { defineConfig } from 'vitest/config';

export default defineConfig({
  test: {
    include: ['tests/**/*.test.ts'],
    testTimeout: 120_000,
    hookTimeout: 120_000,
    // What a test waits for comes when a busy machine has time for it; a second would be a test of the machine.
    expect: { poll: { timeout: 30_000 } },
    // Journeys start whole gateways; more than two at once on a small machine only measure each other.
    maxWorkers: 2,
    // No test replaces a module or leaves anything in one: files share a worker, and each module is read once.
    isolate: false,
    // Every gateway that a test starts reads the same program: its compiled form is kept, which saves a quarter of each start.
    env: { NODE_COMPILE_CACHE: join(import.meta.dirname, 'node_modules/.cache/node-compile') },
  },
});
