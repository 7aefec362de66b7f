// An account that is pointed elsewhere in the middle of what its resources do, and an operator that is killed at some write boundaries
// of that. The long form kills at all of them.
import { expect, it } from "vitest";
import { killAtBoundaries } from "../support/chaos/kills.ts";
import { movedCourse } from "../support/chaos/moved-kills.ts";
import { report } from "../support/chaos/outcome.ts";

const boundaries = { create: 2, scale: 2, remove: 2 };

it("writes nothing elsewhere, and does everything once at home, killed at its write boundaries", async () => {
  const killedAt = await killAtBoundaries(movedCourse("Cluster"), { seed: 11, lanes: 2, boundaries });
  report(`moved account: killed at ${killedAt.length} boundaries`);
  expect(killedAt.length).toBeGreaterThanOrEqual(4);
}, 300_000);
