import { defineConfig } from 'vitest/config';

export default defineConfig({
  test: {
    include: ['tests/**/*.test.ts'],
    testTimeout: 60_000,
    hookTimeout: 30_000,
    // Journeys start whole gateways; more than two at once on a small machine only measure each other.
    maxWorkers: 2,
  },
});
