import { defineConfig } from "vitest/config";

export default defineConfig({
  test: {
    include: ["src/**/*.test.ts", "controlplane/**/*.test.ts", "test/**/*.test.ts"],
    exclude: ["**/node_modules/**", "test/chaos/long/**"],
    globalSetup: ["test/support/vitest-global.ts"],
    // Tests wait more than they work: as many files at once as there are cores, where the default is one fewer.
    maxWorkers: "100%",
    testTimeout: 30_000,
    hookTimeout: 60_000,
    dangerouslyIgnoreUnhandledErrors: false,
  },
});
