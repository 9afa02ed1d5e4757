import { defineConfig } from 'vitest/config';

export default defineConfig({
  test: {
    include: ['test/**/*.test.ts'],
    // opencv4nodejs is not context-aware: one thread a process.
    pool: 'forks',
    maxWorkers: 2,
    testTimeout: 20_000,
    hookTimeout: 60_000,
    env: { OPENCV4NODEJS_DISABLE_EXTERNAL_MEM_TRACKING: '1' },
  },
});
