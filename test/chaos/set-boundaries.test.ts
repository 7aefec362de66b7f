// A set, killed at one write boundary of each phase, or at two. The long form finds them all and kills at each.
import { describe, expect, it } from "vitest";
import type { Boundary } from "../support/chaos/boundaries.ts";
import { killAtKnown } from "../support/chaos/kills.ts";
import { setCourse } from "../support/chaos/set-boundaries.ts";

const cloud = (method: string, plural: string, action: "Hold" | "DropBefore" | "DropAfter"): Boundary => ({
  kind: "cloud",
  method,
  path: `/namespaces/[^/]+/${plural}(/|$)`,
  skip: 0,
  action,
});

type Side = "before" | "after";

const target = (method: string, plural: string, at: Side): Boundary => ({
  kind: "target",
  method,
  path: `/namespaces/[^/]+/${plural}(/|$)`,
  skip: 0,
  at,
});

/** At the operator's own writes to the target. */
const native = (one: Side, other: Side): Readonly<Record<string, Boundary>> => ({
  create: target("PATCH", "configmaps", one),
  change: target("PATCH", "configmaps", other),
  prune: target("DELETE", "configmaps", one),
  remove: target("DELETE", "services", other),
});

/** By channel, the rounds. */
const BOUNDARIES = {
  wrapped: [
    {
      create: cloud("POST", "configmaps", "DropAfter"),
      change: cloud("PUT", "configmaps", "Hold"),
      prune: cloud("DELETE", "configmaps", "DropAfter"),
      remove: cloud("DELETE", "services", "Hold"),
    },
  ],
  gateway: [
    {
      create: cloud("POST", "services", "Hold"),
      change: cloud("PUT", "configmaps", "DropAfter"),
      prune: cloud("DELETE", "configmaps", "DropBefore"),
      remove: cloud("DELETE", "configmaps", "DropAfter"),
    },
  ],
  native: [native("after", "before"), native("before", "after")],
} as const;

describe.concurrent("an operator of sets that is killed at write boundaries", () => {
  it.each(["wrapped", "gateway", "native"] as const)(
    "makes, changes, prunes and deletes each object exactly once, by the channel %s",
    async (channel) => {
      await expect(killAtKnown(setCourse(channel), ...BOUNDARIES[channel])).resolves.toBeUndefined();
    },
    420_000,
  );
});
