import { describe, expect, it } from "vitest";
import type { KubeObject } from "../kube/types.ts";
import { cutToBytes, eventKey, eventObject, type EventDescription } from "./event-object.ts";

function objectOf(metadata: Partial<KubeObject["metadata"]> = {}): KubeObject {
  const defaults = { name: "web", namespace: "shop", uid: "u1", resourceVersion: "1", creationTimestamp: "" };
  return { apiVersion: "yunfan.dev/v1alpha1", kind: "RegistryProject", metadata: { ...defaults, ...metadata } };
}

const description: EventDescription = {
  type: "Warning",
  reason: "NotEmpty",
  action: "Delete",
  note: "It holds images",
};
const reporter = { controller: "yunfan.dev/operator", instance: "pod-1" };
const event = (regarding: KubeObject, note = "n"): ReturnType<typeof eventObject> =>
  eventObject({ regarding, description: { ...description, note }, reporter, time: "t", unique: "00ff" });

describe("eventObject", () => {
  it("puts the event beside the object it is about", () => {
    expect(event(objectOf())).toMatchObject({
      metadata: { namespace: "shop", name: "web.00ff" },
      regarding: { namespace: "shop", name: "web", uid: "u1" },
      reportingController: "yunfan.dev/operator",
      reportingInstance: "pod-1",
    });
  });

  it("puts an event about a cluster-scoped object into the namespace default", () => {
    const { namespace: _, ...metadata } = objectOf().metadata;
    const clusterScoped = event({ ...objectOf(), metadata });

    expect(clusterScoped.metadata.namespace).toBe("default");
    expect(clusterScoped.regarding).not.toHaveProperty("namespace");
  });

  it("keeps the name a valid one when the object's is as long as can be", () => {
    const { name } = event(objectOf({ name: `${"a".repeat(247)}.${"b".repeat(5)}` })).metadata;

    expect(name).toBe(`${"a".repeat(247)}.00ff`);
  });
});

describe("cutToBytes", () => {
  it("leaves alone what fits", () => {
    expect(cutToBytes("é".repeat(512), 1024)).toBe("é".repeat(512));
  });

  it.each(["帆", "a帆", "aa帆", "⛵", "😀", "a😀"])("cuts a text of %s to whole characters and says so", (text) => {
    const cut = cutToBytes(text.repeat(1024), 1024);

    expect(Buffer.byteLength(cut)).toBeLessThanOrEqual(1024);
    expect(Buffer.byteLength(cut)).toBeGreaterThan(1024 - 5);
    expect(cut.isWellFormed()).toBe(true);
    expect(cut.endsWith("…")).toBe(true);
  });
});

describe("eventKey", () => {
  it("is the same for another version of the object, and differs in everything else", () => {
    const key = eventKey(objectOf(), description);

    expect(eventKey(objectOf({ resourceVersion: "2" }), description)).toBe(key);
    const others = [
      eventKey(objectOf({ uid: "u2" }), description),
      eventKey(objectOf(), { ...description, type: "Normal" }),
      eventKey(objectOf(), { ...description, reason: "Other" }),
      eventKey(objectOf(), { ...description, action: "Other" }),
      eventKey(objectOf(), { ...description, note: "Other" }),
    ];
    expect(new Set([key, ...others]).size).toBe(6);
  });
});
