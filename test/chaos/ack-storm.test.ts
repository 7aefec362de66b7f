// Killed at random instants while clusters on ACK with bought and existing servers come, change and go and the cloud misbehaves. The long
// form has 20 clusters and kills 200 times.
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { AckStorm } from "../support/chaos/ack-storm.ts";
import { weatherStorm } from "../support/chaos/storm.ts";

const options = { names: 3, kills: 3, convergesWithinMs: 180_000 };
const DIALECTS = [
  { dialect: "V2026", seed: 31 },
  { dialect: "Reference", seed: 32 },
] as const;
const storms = new Map<string, AckStorm>();

beforeAll(async () => {
  for (const { dialect } of DIALECTS) storms.set(dialect, await AckStorm.on(dialect));
}, 120_000);
afterAll(() => Promise.all([...storms.values()].map((storm) => storm[Symbol.asyncDispose]())));

describe.concurrent("an operator that is killed at random instants", () => {
  it.each(DIALECTS)(
    "leaves each cluster and pool on ACK exactly once or not at all, in dialect $dialect",
    async ({ dialect, seed }) => {
      const tookMs = await weatherStorm(storms.get(dialect)!, { ...options, seed });
      expect(tookMs).toBeLessThanOrEqual(options.convergesWithinMs);
    },
    400_000,
  );
});
