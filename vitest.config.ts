import { defineConfig } from 'vitest/config';

export default defineConfig({
  test: {
    include: ['test/**/*.test.ts'],
    testTimeout: 240_000,
    hookTimeout: 60_000,
    // By itself it leaves a core free, which on two cores is half of them.
    maxWorkers: '100%',
  },
});
