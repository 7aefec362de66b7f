// Twenty minutes of an injected clock with expiring tokens, rotated passwords and a cloud that misbehaves. The long form lasts
// ten hours.
import { expect, it } from "vitest";
import { endure, TOKEN_TTL_SECONDS } from "../support/chaos/endurance.ts";
import { startFleet } from "../support/chaos/fleet.ts";
import { untilTestEnds } from "../support/apiserver/transports.ts";

const MINUTE = 60_000;
const trial = {
  seed: 21,
  clusters: 4,
  lastsMs: 20 * MINUTE,
  rotatedEveryMs: 6 * MINUTE,
  convergesWithinMs: 30 * MINUTE,
};

it("comes to what is declared, with nothing made twice and nothing deleted, after 20 minutes of faults", async () => {
  const fleet = untilTestEnds(
    await startFleet("endurance", {
      simulator: { tokenTtl: TOKEN_TTL_SECONDS, duplicateNames: "Allow" },
      requestBudget: { writesPerMinute: 60 },
    }),
  );
  const tookMs = await endure(fleet, trial);
  expect(tookMs).toBeLessThanOrEqual(trial.convergesWithinMs);
}, 180_000);
