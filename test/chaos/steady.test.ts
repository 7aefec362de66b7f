// Where nothing happens, nothing is written, and the cloud is asked no more than needed. The long form: 1,000 for ten minutes.
import { expect, it } from "vitest";
import { steadyCost } from "../support/chaos/projects-steady.ts";

it("writes nothing, and reads the account's pages once and filled projects once per drift interval", async () => {
  const { measured, expected } = await steadyCost({
    projects: 60,
    filled: 15,
    driftIntervalSeconds: 5,
    intervals: 3,
    pageSize: 20,
    convergesWithinMs: 120_000,
  });
  expect(measured).toEqual(expected);
}, 300_000);
