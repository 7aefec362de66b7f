// When an alarm is due: for every state of a resource, and every last word of the store.
import { describe, expect, it } from "vitest";
import type { Managed } from "../lifecycle/resource.ts";
import { dutyOf, type Word } from "./alarm-state.ts";

const SINCE = "2026-01-01T00:00:00Z";
const AFTER_MS = 900_000;

function resource(status: "True" | "False", reason: string, further?: "Stalled" | "Reconciling"): Managed {
  const base = { reason, message: "Because", observedGeneration: 1, lastTransitionTime: SINCE };
  const conditions = [
    { type: "Ready", status, ...base },
    ...(further ? [{ type: further, status: "True" as const, ...base }] : []),
  ];
  const metadata = { name: "a", namespace: "team", uid: "u", resourceVersion: "1", creationTimestamp: SINCE };
  return {
    apiVersion: "yunfan.dev/v1alpha1",
    kind: "NodePool",
    metadata,
    spec: { driftIntervalSeconds: 600 },
    status: { observedGeneration: 1, conditions },
  };
}

const firing: Word = { state: "Firing", atMs: 1, clusterId: "c" };
const over: Word = { state: "Resolved", atMs: 2, clusterId: "c" };

function duty(one: Managed | undefined, word?: Word, elapsedMs = 0): string {
  const found = dutyOf(one, word, { nowMs: Date.parse(SINCE) + elapsedMs, notReadyAfterMs: AFTER_MS });
  return found.do === "Say" ? found.state : found.do;
}

describe("an alarm", () => {
  it.each([undefined, over])("fires when a resource is Stalled, after the word %j", (word) => {
    expect(duty(resource("False", "QuotaExceeded", "Stalled"), word)).toBe("Firing");
  });

  it("fires when a resource was not Ready for so long, and is waited for until then", () => {
    const waiting = resource("False", "Creating", "Reconciling");
    expect([duty(waiting, undefined, AFTER_MS - 1), duty(waiting, undefined, AFTER_MS)]).toEqual(["Wait", "Firing"]);
  });

  it("fires once: neither a retry nor another reason says it again or ends it", () => {
    for (const further of ["Stalled", "Reconciling"] as const) {
      for (const reason of ["QuotaExceeded", "CloudUnavailable", "AccountNotReady"]) {
        expect(duty(resource("False", reason, further), firing, 10 * AFTER_MS)).toBe("Nothing");
      }
    }
  });

  it.each(["AccountNotReady", "ClusterNotReady", "ClusterHibernated"])("is not raised for %s", (reason) => {
    expect(duty(resource("False", reason, "Stalled"), undefined, 10 * AFTER_MS)).toBe("Nothing");
  });

  it("is over when the resource is Ready or gone, and only where it fired", () => {
    const ready = resource("True", "Available");
    expect([duty(ready, firing), duty(undefined, firing)]).toEqual(["Resolved", "Resolved"]);
    expect([duty(ready), duty(ready, over), duty(undefined), duty(undefined, over)]).toEqual(
      Array.from({ length: 4 }, () => "Nothing"),
    );
  });
});
