import { defineConfig } from 'vitest/config';

/** Four suites: `unit` needs nothing, `integration` real tools and root, `faults` the same and the machine to itself, `lab` boots real nodes. */
export default defineConfig({
  test: {
    projects: [
      {
        test: {
          name: 'unit',
          include: ['test/**/*.test.ts'],
          exclude: ['test/**/*.integration.test.ts', 'test/**/*.lab.test.ts'],
          // None takes so long but where the machine is shared.
          testTimeout: 30_000,
          // It imports JSON in a way that Node itself refuses.
          deps: { optimizer: { ssr: { enabled: true, include: ['@actions/workflow-parser'] } } },
        },
      },
      {
        test: {
          name: 'integration',
          retry: 1,
          include: ['test/**/*.integration.test.ts'],
          exclude: ['test/deploy/faults/**'],
          testTimeout: 60_000,
          hookTimeout: 60_000,
        },
      },
      {
        test: {
          name: 'faults',
          // Real deadlines on a machine that others may load; what is broken fails twice.
          retry: 1,
          include: ['test/deploy/faults/*.integration.test.ts'],
          testTimeout: 300_000,
          hookTimeout: 60_000,
          fileParallelism: false,
        },
      },
      {
        test: {
          name: 'lab',
          retry: 1,
          include: ['test/**/*.lab.test.ts'],
          // Minutes of a quiet machine; one that is shared may need three times as long.
          testTimeout: 900_000,
          hookTimeout: 900_000,
        },
      },
    ],
  },
});
