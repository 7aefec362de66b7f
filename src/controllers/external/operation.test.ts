// What is noted of an operation, and from when it is reckoned how long it takes.
import { describe, expect, it } from "vitest";
import { condition, openCreate } from "../../../test/support/environment/builders.ts";
import { FakeClock } from "../../../test/support/clock/fake-clock.ts";
import { storedManagedCluster, type Stored } from "../../../test/support/environment/resources.ts";
import { visitTo } from "../../../test/support/operator/kinds.ts";
import type { ManagedCluster } from "../../crds/managedcluster/schema.ts";
import type { Condition } from "../../runtime/conditions.ts";
import { Operations } from "./operation.ts";

const NOW = "2026-01-01T00:10:00Z";
const clock = new FakeClock({ startMs: Date.parse(NOW) });
const operations = new Operations({ clock });

function visit(declared: Stored<ManagedCluster> = {}) {
  return visitTo(storedManagedCluster(declared));
}

describe("elapsedMs", () => {
  const minutes = (declared: Stored<ManagedCluster>): number => operations.elapsedMs(visit(declared)) / 60_000;
  const since = (conditions: Condition[], deletionTimestamp?: string): number =>
    minutes({ status: { conditions }, ...(deletionTimestamp !== undefined && { metadata: { deletionTimestamp } }) });

  it("counts from when a cluster that somebody hibernates, wakes or changes was last Ready", () => {
    const lastTransitionTime = "2026-01-01T00:04:00Z";
    expect(since([condition({ status: "False", reason: "Hibernating", lastTransitionTime })])).toBe(6);
  });

  it("is nothing for one that is Ready, or was never looked at", () => {
    expect(since([condition()])).toBe(0);
    expect(since([])).toBe(0);
  });

  it("counts from when its deletion was asked for", () => {
    expect(since([condition()], "2026-01-01T00:05:00Z")).toBe(5);
  });

  it("counts from when we asked for it, before anything else", () => {
    const operation = openCreate({ startedAt: "2026-01-01T00:08:00Z", lastSentAt: "2026-01-01T00:09:00Z" });
    const metadata = { deletionTimestamp: "2026-01-01T00:05:00Z" };
    expect(minutes({ metadata, status: { operation, externalId: "7" } })).toBe(2);
  });
});

describe("begin", () => {
  const before = { verb: "Update", nonce: "production-0", startedAt: "2026-01-01T00:08:00Z", id: "job-1" } as const;

  function begun(status: Stored<ManagedCluster>["status"], verb: "Update" | "Delete", jobId?: string) {
    const started = visit({ status });
    operations.begin(started, verb, jobId);
    return started.status.operation;
  }

  it("notes what was asked, when, and the job where the cloud told it", () => {
    const nonce = "production-2";
    const fresh = { externalId: "7", createAttempts: 2 };
    expect(begun(fresh, "Update")).toEqual({ verb: "Update", nonce, startedAt: NOW, lastSentAt: NOW });
    expect(begun(fresh, "Delete", "job-2")).toMatchObject({ verb: "Delete", id: "job-2" });
  });

  it("keeps the start and the job of the same that goes on, and notes that it was sent again", () => {
    const status = { externalId: "7", operation: before };
    expect(begun(status, "Update")).toMatchObject({ startedAt: before.startedAt, lastSentAt: NOW, id: "job-1" });
    expect(begun(status, "Update", "job-2")).toMatchObject({ startedAt: before.startedAt, id: "job-2" });
  });

  it("begins anew with another verb, and forgets the other's job", () => {
    const operation = begun({ externalId: "7", operation: before }, "Delete");
    expect(operation).toEqual({ verb: "Delete", nonce: "production-0", startedAt: NOW, lastSentAt: NOW });
  });

  it("begins anew for an item that was recorded only now: what is there before is its journal", () => {
    const started = visit({ status: { operation: openCreate({ verb: "Update" }) } });
    started.status.externalId = "7";
    operations.begin(started, "Update");
    expect(started.status.operation).toMatchObject({ startedAt: NOW });
  });
});

describe("note", () => {
  it("keeps how far it is in the operation, and begins none for that", () => {
    const busy = visit({ status: { externalId: "7", operation: openCreate() } });
    operations.note(busy, "1 of 2");
    expect(busy.status.operation).toEqual({ ...openCreate(), progress: "1 of 2" });
    const idle = visit();
    operations.note(idle, "1 of 2");
    expect(idle.status.operation).toBeUndefined();
  });
});

describe("waiting", () => {
  it("is looked at more seldom the longer it takes, unless told when", () => {
    const said = { reason: "Updating", message: "The cloud is at it" };
    const started = (startedAt: string) => visit({ status: { externalId: "7", operation: openCreate({ startedAt }) } });
    const young = operations.waiting(started("2026-01-01T00:09:59Z"), said);
    const old = operations.waiting(started("2026-01-01T00:00:00Z"), said);
    expect(young).toMatchObject(said);
    expect(young.pollAfterMs).toBeLessThan(old.pollAfterMs);
    expect(operations.waiting(started(NOW), { ...said, pollAfterMs: 77 }).pollAfterMs).toBe(77);
  });
});
