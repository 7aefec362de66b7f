// Sets on two channels, killed at some random instants. The long form kills at 200, with 50 sets of 8 objects.
import { describe, expect, it } from "vitest";
import { killWhileSetsChange } from "../support/chaos/set-kills.ts";

describe("an operator of sets that is killed at random instants", () => {
  it("makes each object once, touches nothing of strangers, and leaves all as declared", async () => {
    await expect(killWhileSetsChange({ seed: 13, sets: 2, objects: 3, kills: 3 })).resolves.toBeUndefined();
  }, 420_000);
});
