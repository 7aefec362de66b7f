// Sets on two channels, 25 on each, killed at 201 random instants.
import { describe, expect, it } from "vitest";
import { killWhileSetsChange } from "../../support/chaos/set-kills.ts";

describe("an operator of sets that is killed at random instants", () => {
  it("makes each object once, touches nothing of strangers, and leaves all as declared", async () => {
    await expect(killWhileSetsChange({ seed: 1, sets: 25, objects: 8, kills: 67 })).resolves.toBeUndefined();
  });
});
