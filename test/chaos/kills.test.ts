// Killed at every write boundary of a create, and at some of what follows. The long form kills at all of them.
import { expect, it } from "vitest";
import { killAtBoundaries } from "../support/chaos/kills.ts";
import { report } from "../support/chaos/outcome.ts";
import { projectCourse } from "../support/chaos/projects-kills.ts";

const boundaries = { account: Infinity, create: Infinity, change: 1, remove: 2, removeAccount: 1 };

it("makes and deletes a project exactly once though it is killed at its write boundaries", async () => {
  const killedAt = await killAtBoundaries(projectCourse("Allow"), { seed: 3, lanes: 3, boundaries });
  report(`killed at ${killedAt.length} boundaries`);
  expect(killedAt.length).toBeGreaterThanOrEqual(15);
}, 300_000);
