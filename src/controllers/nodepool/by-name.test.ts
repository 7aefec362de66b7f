// What is done about a pool that the cloud can't bring to its count: it is told why before more is asked for, however long the cloud took to fail.
import { describe, expect, it } from "vitest";
import { cloudPool, storedNodePool } from "../../../test/support/environment/nodepools.ts";
import type { Job } from "../../cloud/facets/jobs.ts";
import { shortfallFor } from "./by-name.ts";

const SENT = "2026-01-01T00:00:00Z";
const job = { id: "t-1", type: "ScaleOut", steps: [], reason: "No stock" } as const;
const soldOut: Job = { ...job, phase: "Failed", cause: "SoldOut" };

/** One node of three, so long after it was asked for; `told`: what Ready says. */
function shortfall(afterMs: number, told: string, shown: Job | undefined, annotations: Record<string, string> = {}) {
  const ready = {
    type: "Ready",
    status: "False",
    reason: told,
    message: "",
    observedGeneration: 1,
    lastTransitionTime: SENT,
  };
  const operation = { verb: "Update", nonce: "n-1", startedAt: SENT, lastSentAt: SENT };
  const declared = storedNodePool({
    metadata: { annotations },
    spec: { driftIntervalSeconds: 60 },
    status: { conditions: [ready], operation } as never,
  });
  const nodes = [{ id: "i-1", name: "i-1", serverId: "i-1", poolId: "np-1", phase: "Active", cloudPhase: "" }] as const;
  const seen = { item: cloudPool(), nodes, leavesByName: true, job: shown };
  return shortfallFor(declared, seen, Date.parse(SENT) + afterMs);
}

describe("a pool that is short", () => {
  it.each([1_000, 30_000, 3_600_000])("says first why the cloud has failed, %d ms after it was asked", (afterMs) => {
    expect(shortfall(afterMs, "Scaling", soldOut)).toMatchObject({ do: "Await", reason: "SoldOut" });
    const failed = shortfall(afterMs, "Scaling", { ...job, phase: "Failed" });
    expect(failed).toMatchObject({
      do: "Stall",
      reason: "ScaleOutFailed",
      message: expect.stringContaining("No stock"),
    });
  });

  it.each(["SoldOut", "ScaleOutFailed", "WaitingForBudget"])("asks once more after %s, slowly", (told) => {
    expect(shortfall(29_000, told, soldOut)).toMatchObject({ do: "Await", reason: "SoldOut" });
    expect(shortfall(30_000, told, soldOut)).toMatchObject({ do: "Change", change: { do: "Update" } });
  });

  it("asks at once when a person wants it to be looked at", () => {
    const annotations = { "yunfan.dev/reconcile-at": "now" };
    expect(shortfall(1_000, "Scaling", soldOut, annotations)).toMatchObject({ do: "Change" });
  });

  it("asks for one that was lost without a failure to tell of, and not while the cloud is at it", () => {
    expect(shortfall(30_000, "Available", undefined)).toMatchObject({ do: "Change" });
    expect(shortfall(3_600_000, "Scaling", { ...job, phase: "Running" })).toMatchObject({
      do: "Await",
      reason: "Scaling",
    });
  });
});
