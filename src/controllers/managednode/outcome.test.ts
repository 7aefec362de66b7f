// What became of a request that erases disks: sent again only where nothing has happened for certain.
import { describe, expect, it } from "vitest";
import type { Job } from "../../cloud/facets/jobs.ts";
import type { ClusterNode } from "../../cloud/facets/nodes.ts";
import { outcomeOf, snapshotOf, type Looking } from "./outcome.ts";
import type { Disruption } from "./scope.ts";

const SENT_AT = "2026-01-01T00:00:00Z";
const SENT_MS = Date.parse(SENT_AT);
const SETTLE_MS = 10_000;

const active: ClusterNode = {
  id: "n-1",
  name: "node",
  poolId: undefined,
  phase: "Active",
  cloudPhase: "Active",
  updatedAtMs: SENT_MS - 60_000,
};
const sent: Disruption = { verb: "Reset", since: SENT_AT, state: "Sent", sentAt: SENT_AT, ...snapshotOf(active) };

function job(phase: Job["phase"]): Job {
  return { id: "j-1", phase, type: "ResetNode", reason: "", steps: [] };
}

function outcome(item: Partial<ClusterNode>, looking: Partial<Looking> = {}, disruption = sent): string {
  const settled = SENT_MS + SETTLE_MS + 1_001;
  return outcomeOf(disruption, {
    item: { ...active, ...item },
    job: undefined,
    nowMs: settled,
    settleWindowMs: SETTLE_MS,
    ...looking,
  });
}

describe("a reset whose answer was lost", () => {
  it("has come to nothing only after the settle window, and where the node is as it was", () => {
    expect(outcome({})).toBe("Nothing");
    expect(outcome({}, { nowMs: SENT_MS + SETTLE_MS })).toBe("Looking");
  });

  it("has happened where the node has another id, another time of change, or is being installed", () => {
    expect(outcome({ id: "n-2" })).toBe("Over");
    expect(outcome({ updatedAtMs: SENT_MS + 5 })).toBe("Over");
    expect(outcome({ phase: "Creating" })).toBe("Running");
    expect(outcome({ phase: "Creating" }, { nowMs: SENT_MS })).toBe("Running");
  });

  it("can't be told where the cloud does not say when it changed the node", () => {
    expect(outcome({ updatedAtMs: Number.NaN })).toBe("Unknown");
    const { updatedAt: _untold, ...untold } = sent;
    expect(outcome({}, {}, untold)).toBe("Unknown");
  });
});

describe("a reset of which the cloud has told a job", () => {
  it("is never sent again, whatever the node shows, also when the job is known no longer", () => {
    expect(outcome({}, { job: job("Running") })).toBe("Running");
    expect(outcome({}, { job: job("Success") })).toBe("Over");
    expect(outcome({ phase: "Abnormal" }, { job: job("Failed") })).toBe("Over");
    expect(outcome({}, { job: "Absent" })).toBe("Over");
  });
});
