// Clusters and pools on ACK with specs that nobody would write. The long form has 10,000 of them.
import { describe, expect, it } from "vitest";
import { fuzzAck } from "../support/chaos/fuzz.ts";

describe("an operator that is given specs that nobody would write", () => {
  it("says something of each, goes on, and lets each go", async () => {
    await expect(fuzzAck("V2026", { seed: 41, specs: 40, atOnce: 40 })).resolves.toBeUndefined();
  }, 300_000);
});
