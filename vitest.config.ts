import { defineConfig } from "vitest/config";

export default defineConfig({
  test: {
    // Once for both projects.
    globalSetup: ["test/support/vitest/global.ts"],
    // Tests wait far more than they work: more files at once than there are cores.
    maxWorkers: 3,
    testTimeout: 30_000,
    hookTimeout: 60_000,
    dangerouslyIgnoreUnhandledErrors: false,
    // In this order. Not 0: on one core vitest runs files of group 0 after all other groups.
    projects: [
      {
        extends: true,
        test: {
          name: "suite",
          include: ["src/**/*.test.ts", "controlplane/**/*.test.ts", "test/**/*.test.ts"],
          exclude: ["**/node_modules/**", "test/chaos/long/**", "test/aftermath/**"],
          setupFiles: ["test/support/vitest/mark.ts"],
          sequence: { groupOrder: 1 },
        },
      },
      {
        extends: true,
        test: { name: "aftermath", include: ["test/aftermath/**/*.test.ts"], sequence: { groupOrder: 2 } },
      },
    ],
  },
});
