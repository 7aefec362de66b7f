import { defineConfig } from "vitest/config";
import { AFTERMATH } from "./test/support/vitest/run-record.ts";

/** What is judged afterwards. */
const SUITE = { setupFiles: ["test/support/vitest/mark.ts"], sequence: { groupOrder: 1 } };

export default defineConfig({
  test: {
    // Once for all projects.
    globalSetup: ["test/support/vitest/global.ts"],
    // Tests wait far more than they work: more files at once than there are cores.
    maxWorkers: 4,
    // A process of its own for each file, with the same imports again, was a quarter of the CPU time of the workers.
    isolate: false,
    testTimeout: 30_000,
    hookTimeout: 60_000,
    dangerouslyIgnoreUnhandledErrors: false,
    // By groupOrder, not by place. Not 0: on one core vitest runs files of group 0 after all other groups.
    projects: [
      {
        extends: true,
        test: {
          ...SUITE,
          name: "units",
          include: ["src/**/*.test.ts", "controlplane/**/*.test.ts"],
        },
      },
      {
        extends: true,
        test: {
          ...SUITE,
          name: "suite",
          include: ["test/**/*.test.ts"],
          exclude: ["**/node_modules/**", "test/chaos/long/**", "test/aftermath/**"],
        },
      },
      {
        extends: true,
        test: { name: AFTERMATH, include: ["test/aftermath/**/*.test.ts"], sequence: { groupOrder: 2 } },
      },
    ],
  },
});
