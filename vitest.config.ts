import { defineConfig } from 'vitest/config';

export default defineConfig({
  test: {
    include: [
      'packages/*/{src,test}/**/*.{test,scenario}.ts',
      'services/*/{src,test}/**/*.{test,scenario}.ts',
      'tools/**/*.test.ts',
    ],
    testTimeout: 30_000,
    maxWorkers: 2,
  },
});
