// Claims on CCE, their operator killed at some writes and some random instants. The long form kills at 100, with 40 claims.
import { describe, expect, it } from "vitest";
import { killWhileClaimsChange } from "../support/chaos/claim-kills.ts";

describe("an operator of claims that is killed at its writes and at random instants", () => {
  it("makes each claim once, erases no storage that was not named, and touches no stranger's", async () => {
    await expect(killWhileClaimsChange({ seed: 17, claims: 10, kills: 3 })).resolves.toBeUndefined();
  }, 420_000);
});
