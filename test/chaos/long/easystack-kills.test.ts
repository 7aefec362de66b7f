// Sets on EasyStack ECNS, by YAML and by forms, killed at 204 instants: half of them one write after the other.
import { describe, expect, it } from "vitest";
import { killWhileEasyStackSetsChange } from "../../support/chaos/easystack-kills.ts";

describe("an operator of sets on EasyStack that is killed at its writes and at random instants", () => {
  it.each(["Empty", "Last", "NotFound"] as const)(
    "makes each object once, leaves all as declared, touches no stranger's; beyond the last page: %s",
    async (pages) => {
      const options = { seed: 1, sets: 2, kills: 17, simulator: { deletes: "NotFound" as const, pages } };
      await expect(killWhileEasyStackSetsChange(options)).resolves.toBeUndefined();
    },
  );
});
