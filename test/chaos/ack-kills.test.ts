// Clusters and pools on ACK, killed at one write boundary of each phase. The long form finds them all and kills at each.
import { describe, expect, it } from "vitest";
import { ackCourse } from "../support/chaos/ack-kills.ts";
import type { Boundary } from "../support/chaos/boundaries.ts";
import { killAtKnown } from "../support/chaos/kills.ts";

type Cloud = Extract<Boundary, { kind: "cloud" }>;

const cloud = (method: string, path: string, action: Cloud["action"]): Boundary => ({
  kind: "cloud",
  method,
  path,
  skip: 0,
  action,
});

/** The write of a journal, or of what follows on it: the first of a phase is that of a visit. */
const kube = (index: number, at: "before" | "after"): Boundary => ({ kind: "kube", index, at, what: "status" });

const CLUSTER = "^/(api/v2/)?clusters/[^/]+";

const BOUNDARIES = {
  V2026: {
    create: cloud("POST", "^/clusters$", "DropAfter"),
    furnish: cloud("POST", `${CLUSTER}/nodepools/[^/]+/attach$`, "Hold"),
    grow: cloud("PUT", `${CLUSTER}/nodepools/[^/]+$`, "DropAfter"),
    shrink: kube(1, "after"),
    upgrade: cloud("POST", `${CLUSTER}/upgrade$`, "DropBefore"),
    remove: cloud("DELETE", `${CLUSTER}/nodepools/[^/]+$`, "Hold"),
  },
  Reference: {
    create: kube(1, "after"),
    furnish: cloud("POST", `${CLUSTER}$`, "DropAfter"),
    grow: cloud("POST", `${CLUSTER}/attach$`, "DropAfter"),
    shrink: cloud("POST", `${CLUSTER}/nodes$`, "Hold"),
    upgrade: cloud("POST", `${CLUSTER}/upgrade$`, "Hold"),
    remove: cloud("DELETE", `${CLUSTER}$`, "DropAfter"),
  },
} as const;

describe.concurrent("an operator of clusters on ACK that is killed at write boundaries", () => {
  it.each(["V2026", "Reference"] as const)(
    "makes, fills, empties and deletes everything exactly once, in dialect %s",
    async (dialect) => {
      await expect(killAtKnown(ackCourse(dialect), BOUNDARIES[dialect])).resolves.toBeUndefined();
    },
    420_000,
  );
});
