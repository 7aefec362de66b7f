// Killed at every write boundary of a create, and at some of what follows. The long form kills at all of them.
import { expect, it } from "vitest";
import { killAtBoundaries } from "../support/chaos-kills.ts";
import { report } from "../support/chaos-outcome.ts";

it("makes and deletes a project exactly once though it is killed at its write boundaries", async () => {
  const killedAt = await killAtBoundaries({ seed: 3, duplicateNames: "Allow", lanes: 3, afterCreate: 4 });
  report(`killed at ${killedAt.length} boundaries`);
  expect(killedAt.length).toBeGreaterThanOrEqual(15);
}, 300_000);
