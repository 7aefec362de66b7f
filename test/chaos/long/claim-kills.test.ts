// Forty claims on CCE, their operator killed at 100 instants, every other one a write.
import { describe, expect, it } from "vitest";
import { killWhileClaimsChange } from "../../support/chaos/claim-kills.ts";

describe("an operator of claims that is killed at its writes and at random instants", () => {
  it("makes each claim once, erases no storage that was not named, and touches no stranger's", async () => {
    await expect(killWhileClaimsChange({ seed: 2, claims: 40, kills: 50 })).resolves.toBeUndefined();
  });
});
