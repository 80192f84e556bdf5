import { defineConfig } from 'vitest/config';

const runs = 'test/runbooks/**/*.test.ts';

export default defineConfig({
  test: {
    testTimeout: 240_000,
    hookTimeout: 60_000,
    // By itself it leaves a core free, which on two cores is half of them.
    maxWorkers: '100%',
    projects: [
      // Hundreds of whole runs each: in a process of its own, that what one file leaves in memory slows no other one.
      { extends: true, test: { name: 'runs', include: [runs] } },
      // No test replaces a module, so all others share those that are loaded: half of their time went into loading them anew.
      {
        extends: true,
        test: { name: 'parts', include: ['test/**/*.test.ts'], exclude: [runs], isolate: false },
      },
    ],
  },
});
