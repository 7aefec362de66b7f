// An account that is pointed elsewhere in the middle of what its resources do, and an operator killed at every write boundary of that. Both
// moments are played beside each other, so that a run that is ended early has seen either; it says once a minute how far it is.
import { describe, it } from "vitest";
import { killAtBoundaries } from "../../support/chaos/kills.ts";
import { movedCourse } from "../../support/chaos/moved-kills.ts";
import { report } from "../../support/chaos/outcome.ts";

describe("an operator whose account is pointed elsewhere, killed at every write boundary", () => {
  it.concurrent.for(["Members", "Cluster"] as const)(
    "writes nothing there, and everything once at home (%s)",
    async (moment, { expect }) => {
      const progress = `moved account, ${moment}`;
      const killedAt = await killAtBoundaries(movedCourse(moment), { seed: 1, lanes: 2, boundaries: "All", progress });
      report(`${progress}: killed at ${killedAt.length} boundaries`);
      expect(killedAt.length).toBeGreaterThanOrEqual(40);
    },
  );
});
