// Ten thousand clusters and pools on ACK with specs that nobody would write, in both dialects.
import { describe, expect, it } from "vitest";
import { fuzzAck } from "../../support/chaos/fuzz.ts";

describe("an operator that is given ten thousand specs that nobody would write", () => {
  it.each([
    ["V2026", 401],
    ["Reference", 402],
  ] as const)("says something of each, goes on, and lets each go, in dialect %s", async (dialect, seed) => {
    await expect(fuzzAck(dialect, { seed, specs: 2_500, atOnce: 50 })).resolves.toBeUndefined();
  });
});
