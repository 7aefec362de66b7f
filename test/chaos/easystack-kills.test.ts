// Sets on EasyStack ECNS, by YAML and by forms, their operator killed at some writes and some random instants. The long form kills at 200, in
// installations that behave otherwise where the reference leaves it open.
import { describe, expect, it } from "vitest";
import { killWhileEasyStackSetsChange } from "../support/chaos/easystack-kills.ts";

describe("an operator of sets on EasyStack that is killed at its writes and at random instants", () => {
  it("makes each object once and in its place, leaves all as declared, and touches nothing of strangers", async () => {
    const options = { seed: 19, sets: 1, kills: 2, simulator: { deletes: "NotFound" as const } };
    await expect(killWhileEasyStackSetsChange(options)).resolves.toBeUndefined();
  }, 420_000);
});
