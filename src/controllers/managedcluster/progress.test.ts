// From when it is reckoned how long something takes.
import { describe, expect, it } from "vitest";
import { managedCluster } from "../../crds/managedcluster/schema.ts";
import type { Condition } from "../../runtime/conditions.ts";
import { condition } from "../../../test/support/environment/builders.ts";
import { underWaySince } from "./progress.ts";

describe("underWaySince", () => {
  const since = (conditions: Condition[], deletionTimestamp?: string): string | undefined =>
    underWaySince({
      metadata: {
        name: "shop",
        namespace: "default",
        uid: "1",
        resourceVersion: "1",
        generation: 1,
        creationTimestamp: "2026-01-01T00:00:00Z",
        ...(deletionTimestamp !== undefined && { deletionTimestamp }),
      },
      status: managedCluster.status.parse({ conditions }),
    });

  it("is when a cluster that somebody hibernates, wakes or changes was last Ready", () => {
    const lastTransitionTime = "2026-01-01T00:04:00Z";
    expect(since([condition({ status: "False", reason: "Hibernating", lastTransitionTime })])).toBe(lastTransitionTime);
  });

  it("is not known of one that is Ready, or was never looked at", () => {
    expect(since([condition()])).toBeUndefined();
    expect(since([])).toBeUndefined();
  });

  it("is when its deletion was asked for", () => {
    expect(since([condition()], "2026-01-01T00:05:00Z")).toBe("2026-01-01T00:05:00Z");
  });
});
