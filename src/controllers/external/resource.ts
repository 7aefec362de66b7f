// What resources have in common that stand for one item in a cloud: the members of spec and status, and what follows from them.
import type { Item } from "../../cloud/collection.ts";
import type { Operation } from "../../crds/common/status.ts";
import { annotation, ANNOTATIONS, isDeleting, type Managed, type ManagedStatus } from "../lifecycle/resource.ts";

/**
 * Who made the thing. `Created`: Yunfan, which then deletes it by default. `Accepted`: somebody else made what it is of, and Yunfan took it
 * in. `Adopted`: somebody else.
 */
export type Origin = "Created" | "Accepted" | "Adopted";

interface ExternalStatus extends ManagedStatus {
  readonly cloudName?: string | undefined;
  readonly origin?: Origin | undefined;
  readonly createAttempts?: number | undefined;
  readonly journaledChanges?: number | undefined;
  readonly location?: string | undefined;
  readonly createdAt?: string | undefined;
  readonly incarnation?: string | undefined;
}

export interface ExternalResource extends Managed {
  readonly spec: {
    readonly driftIntervalSeconds: number;
    readonly externalId?: string | undefined;
    readonly deletionPolicy?: "Delete" | "Detach" | "Orphan" | undefined;
    readonly managementPolicy: "Manage" | "Observe";
  };
  readonly status: ExternalStatus;
}

/** The name in the cloud, of kinds that have one. */
export function cloudNameOf({
  spec,
  metadata,
}: {
  spec: { cloudName?: string | undefined };
  metadata: { name: string };
}): string {
  return spec.cloudName ?? metadata.name;
}

/**
 * The journal of a create whose outcome is not known: an operation without an id of what it made. Beside an id, an operation is
 * no journal but the progress of a job.
 */
export function openCreate({ externalId, operation }: ManagedStatus): Operation | undefined {
  return externalId === undefined ? operation : undefined;
}

/** The nonce that what Yunfan created bears as its mark; undefined of what it adopted. */
export function nonceOf({ metadata, status }: Pick<ExternalResource, "metadata" | "status">): string | undefined {
  return status.origin === "Created" && status.createAttempts !== undefined
    ? `${metadata.uid}-${status.createAttempts}`
    : undefined;
}

/** Something in the cloud is its, or may be. */
export function holdsSomething({ status }: Pick<Managed, "status">): boolean {
  return status.externalId !== undefined || status.operation !== undefined;
}

/** Where that is; undefined where it holds nothing, or nobody knows. */
export function heldAt(resource: Pick<Managed, "status">): string | undefined {
  return holdsSomething(resource) ? resource.status.location : undefined;
}

/** What a person names to confirm what becomes of it: a name that comes back would make a confirmation true for ever. */
function identityOf({ incarnation, externalId, operation }: ExternalStatus): string | undefined {
  return incarnation ?? externalId ?? operation?.nonce;
}

/** Whether the item is another one than the resource stands for, under the same name. */
export function isReplacedBy({ incarnation }: ExternalStatus, item: Pick<Item, "incarnation">): boolean {
  return incarnation !== undefined && item.incarnation !== undefined && item.incarnation !== incarnation;
}

/** Nothing was made, or it stays by policy, or the user has cut it loose by naming it. */
export function leavesCloudAlone({ spec, status, metadata }: ExternalResource): boolean {
  const held = identityOf(status);
  if (held === undefined) return true;
  if (metadata.annotations?.[ANNOTATIONS.forceOrphan] === held) return true;
  const mayBeOurs = status.origin === "Created" || status.origin === "Accepted" || openCreate(status) !== undefined;
  const policy = spec.deletionPolicy ?? (mayBeOurs ? "Delete" : "Orphan");
  return spec.managementPolicy === "Observe" || policy === "Orphan";
}

/**
 * Whether its parent has to stay for this resource: one rule for every kind and both parents. On its way out it needs the parent as
 * long as it has something to delete there. Before, it holds its parent as long as it holds something in it, even if that would be
 * left in the cloud by policy: what a cluster takes along when it goes is not left anywhere, and whoever deletes the parent is told
 * to delete its children first. `mayUse`: nothing is made yet, but may be, with a parent that has a say in that.
 */
export function holdsParent(resource: ExternalResource, mayUse: boolean): boolean {
  return isDeleting(resource) ? !leavesCloudAlone(resource) : mayUse || holdsSomething(resource);
}

/** How a user lets go of what can't be deleted now. */
export function orphaning({ status }: ExternalResource): string {
  return annotating(ANNOTATIONS.forceOrphan, status);
}

/** An incarnation is most often a time, which no message may hold: the status has it. */
export function annotating(name: string, status: ExternalStatus): string {
  if (status.incarnation !== undefined) return `annotate ${name} with the value of status.incarnation`;
  return `annotate ${name}: "${identityOf(status)}"`;
}

/** By annotation, and not yet done: what a visit knows from before, or has given up, is looked at or tried anew. */
export function isAskedFor({ metadata, status }: Asked): boolean {
  const wish = metadata.annotations?.[ANNOTATIONS.reconcileAt];
  return wish !== undefined && wish !== status.lastHandledReconcileAt;
}

interface Asked {
  readonly metadata: Pick<Managed["metadata"], "annotations">;
  readonly status: Pick<ManagedStatus, "lastHandledReconcileAt">;
}

/** Whether the user has confirmed the loss of what the resource stood for, by its identity. */
export function mayRecreate(resource: ExternalResource): boolean {
  const { status } = resource;
  return status.externalId !== undefined && annotation(resource, ANNOTATIONS.recreate) === identityOf(status);
}
