// A steady thousand for ten minutes.
import { expect, it } from "vitest";
import { steadyCost } from "../../support/chaos/projects-steady.ts";

it("writes nothing for ten minutes, and reads pages and filled projects, not projects times pages", async () => {
  const { measured, expected } = await steadyCost({
    projects: 1_000,
    filled: 100,
    driftIntervalSeconds: 60,
    intervals: 10,
    pageSize: 100,
    convergesWithinMs: 600_000,
  });
  expect(measured).toEqual(expected);
});
