import { defineConfig } from 'vitest/config';

export default defineConfig({
  test: {
    include: ['test/**/*.test.ts'],
    testTimeout: 240_000,
    hookTimeout: 60_000,
    // No test replaces a module, so files can share those that are loaded: half of the time went into loading them anew.
    isolate: false,
    // By itself it leaves a core free, which on two cores is half of them.
    maxWorkers: '100%',
  },
});
