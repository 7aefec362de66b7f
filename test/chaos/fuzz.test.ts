// Resources with specs that nobody would write. The long form has 10,000 of them on each cloud.
import { describe, expect, it } from "vitest";
import { fuzzAck } from "../support/chaos/fuzz-ack.ts";
import { fuzzNodes } from "../support/chaos/fuzz-nodes.ts";

describe("an operator that is given specs that nobody would write", () => {
  it("says something of each, goes on, and lets each go: clusters and pools on ACK", async () => {
    await expect(fuzzAck("V2026", { seed: 41, specs: 40, atOnce: 40 })).resolves.toBeUndefined();
  }, 300_000);

  it("says something of each, goes on, and lets each go: nodes and claims on CCE", async () => {
    await expect(fuzzNodes({ seed: 42, specs: 40, atOnce: 40 })).resolves.toBeUndefined();
  }, 300_000);
});
