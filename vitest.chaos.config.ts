// `npm run chaos`: the long forms of test/chaos. One file after the other: each of them is load enough for a machine.
import { defineConfig } from "vitest/config";

export default defineConfig({
  test: {
    include: ["test/chaos/long/**/*.test.ts"],
    globalSetup: ["test/support/vitest/global.ts"],
    fileParallelism: false,
    testTimeout: 3 * 3_600_000,
    hookTimeout: 120_000,
    dangerouslyIgnoreUnhandledErrors: false,
  },
});
