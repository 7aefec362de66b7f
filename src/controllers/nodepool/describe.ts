// What a pool shows, for the status of its resource.
import type { NodePool as Pool } from "../../cloud/facets/nodepools.ts";
import { NodePoolCondition, NodePoolReason as Reason } from "../../crds/nodepool/conditions.ts";
import type { NodePool } from "../../crds/nodepool/schema.ts";
import type { Statement } from "../../runtime/conditions.ts";
import type { Visit } from "../lifecycle/visit.ts";
import { activeCount, type Seen } from "./count.ts";
import { differences, ignoredFields, lastingDifferences, type Declared } from "./differences.ts";

/** On every node of a pool that Yunfan made: labels of a pool are labels of its nodes (reference/clouds.md section 5). */
const MARK_LABEL = "yunfan.dev/nonce";

/** As the visit has it now: what is recorded in the draft counts, not what was found. */
export function declaredOf({ object, status }: Visit<NodePool>): Declared {
  return { spec: object.spec, status, generation: object.metadata.generation ?? 0 };
}

export function describe(visit: Visit<NodePool>, seen: Seen): void {
  const { status } = visit;
  const { pool, nodes } = seen;
  status.cloudName = pool.name;
  status.cloudPhase = pool.cloudPhase || undefined;
  status.desiredReplicas = pool.desired;
  status.replicas = nodes.length;
  status.readyReplicas = activeCount(seen);
  status.selector = selectorOf(pool);
  visit.state(upToDate(declaredOf(visit), pool));
}

/** Undefined where no label tells the nodes of this pool from others: an empty selector would select them all. */
export function selectorOf({ mark, labels }: Pool): string | undefined {
  if (mark !== undefined) return `${MARK_LABEL}=${mark}`;
  const pairs = Object.entries(labels).map(([key, value]) => `${key}=${value}`);
  const selector = pairs.toSorted().join(",");
  return selector === "" || selector.length > LONGEST_SELECTOR ? undefined : selector;
}

/** As the schema takes it. */
const LONGEST_SELECTOR = 1024;

/** Whether the cloud has what is declared; where it has not, why. */
export function upToDate(declared: Declared, pool: Pool): Statement {
  const why = whyNot(declared, pool);
  const type = NodePoolCondition.UpToDate;
  if (why) return { type, status: "False", ...why };
  const unseen = declared.spec.taints !== undefined && pool.taints === undefined;
  const message = unseen
    ? "As declared; the cloud shows no taints, so a change of them there goes unnoticed"
    : "As declared";
  return { type, status: "True", reason: Reason.InSync, message };
}

function whyNot(declared: Declared, pool: Pool): { reason: string; message: string } | undefined {
  const ignored = ignoredFields(declared, pool);
  if (ignored.length > 0) {
    const message =
      `The cloud took ${named(ignored)} and did not change it. It is sent again when the spec changes; ` +
      "to have it now, create another NodePool";
    return { reason: Reason.UpdateIgnored, message };
  }
  const lasting = lastingDifferences(declared, pool);
  if (lasting.length > 0) {
    return { reason: Reason.Differs, message: `The cloud differs in ${named(lasting)}, which can't be changed` };
  }
  const fields = differences(declared, pool);
  if (fields.length === 0) return undefined;
  const { managementPolicy } = declared.spec;
  const next = managementPolicy === "Observe" ? "spec.managementPolicy is Observe" : "it is being changed";
  return { reason: Reason.Differs, message: `The cloud differs in ${named(fields)}: ${next}` };
}

function named(fields: readonly string[]): string {
  return fields.map((field) => `spec.${field}`).join(" and ");
}
