// What a pool shows, for the status of its resource.
import type { NodePool as Pool } from "../../cloud/facets/nodepools.ts";
import { NodePoolCondition, NodePoolReason as Reason } from "../../crds/nodepool/conditions.ts";
import type { NodePool } from "../../crds/nodepool/schema.ts";
import type { Statement } from "../../runtime/conditions.ts";
import { ANNOTATIONS } from "../lifecycle/resource.ts";
import type { Visit } from "../lifecycle/visit.ts";
import type { Plan } from "../external/kind.ts";
import { differences, ignoredFields, lastingDifferences, type Declared, type SentField } from "./diff.ts";
import { activeCount, type Seen } from "./replicas.ts";

/** On every node of a pool that Yunfan made: labels of a pool are labels of its nodes. */
const MARK_LABEL = "yunfan.dev/nonce";

/** What was sent and shows by now is forgotten when the pool is as declared: it may be sent again when it drifts. */
export function describe(visit: Visit<NodePool>, seen: Seen, plan: Plan<unknown> | undefined): void {
  const { object, status } = visit;
  const { item: pool, nodes } = seen;
  const declared = { spec: object.spec, metadata: object.metadata, status };
  status.cloudName = pool.name;
  status.cloudPhase = pool.cloudPhase || undefined;
  // As long as it is not shown, spec.replicas 0 is taken for one that was forgotten.
  if (plan?.do !== "Stall" || plan.reason !== Reason.ReplicasNotDeclared) status.desiredReplicas = pool.desired;
  status.replicas = nodes.length;
  status.readyReplicas = activeCount(seen);
  status.selector = selectorOf(pool);
  if (seen.existing) status.servers = [...seen.existing.servers];
  visit.state(upToDate(declared, pool));
  if (plan?.do === "Keep") forgetWhatShows(visit, ignoredFields(declared, pool));
}

function forgetWhatShows({ status }: Visit<NodePool>, ignored: readonly SentField[]): void {
  if (ignored.length === 0) delete status.sentChange;
  else if (status.sentChange) status.sentChange = { ...status.sentChange, fields: [...ignored] };
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
      `The cloud took ${named(ignored)} and did not change it. It is sent again when the spec changes or ${ANNOTATIONS.reconcileAt} ` +
      "asks for it; " +
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

/** Of a pool that is a list of servers: what it has, and whether its labels are what its servers joined with. */
export function describeList(
  visit: Visit<NodePool>,
  { item, nodes, list }: Seen,
  plan: Plan<unknown> | undefined,
): void {
  const { status, object } = visit;
  if (!list) return;
  status.cloudName = item.name;
  status.servers = [...list.servers];
  status.desiredReplicas = object.spec.replicas;
  status.replicas = nodes.length;
  status.readyReplicas = activeCount({ nodes });
  if (list.servers.length === 0) status.appliedLabels = object.spec.labels ?? {};
  if (plan) visit.state(labelsOf(object, status.appliedLabels ?? {}));
}

/** Labels go along when a server joins. */
function labelsOf({ spec }: NodePool, applied: Readonly<Record<string, string>>): Statement {
  const type = NodePoolCondition.UpToDate;
  const { labels = applied } = spec;
  const keys = new Set([...Object.keys(labels), ...Object.keys(applied)]);
  const isSame = [...keys].every((key) => labels[key] === applied[key]);
  if (isSame) return { type, status: "True", reason: Reason.InSync, message: "As declared" };
  const message =
    "The cloud gives spec.labels to servers that join and changes them on none: those that joined before have the former ones. To have them " +
    "on all, create another NodePool";
  return { type, status: "False", reason: Reason.Differs, message };
}
