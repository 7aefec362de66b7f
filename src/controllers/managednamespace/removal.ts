// What has to hold before a namespace is deleted: the resources that lie in it have gone, and nothing else is in it, or may go with it.
import type { Namespace } from "../../cloud/facets/namespaces.ts";
import { ManagedNamespaceReason as Reason } from "../../crds/managednamespace/conditions.ts";
import type { ManagedNamespace } from "../../crds/managednamespace/schema.ts";
import type { ManifestSet } from "../../crds/manifestset/schema.ts";
import { TerminalError, WaitingError } from "../../lib/errors.ts";
import { listed } from "../../lib/text.ts";
import { orphaning } from "../external/resource.ts";
import { nothingTwice } from "../external/two-lists.ts";
import type { Managed } from "../lifecycle/resource.ts";
import { keyOfRef } from "../manifestset/objects.ts";
import { contentsOf } from "./quota.ts";
import { namespacesIn, type NamespaceScope } from "./scope.ts";

/** Nothing tells when a resource in it has gone. */
const RESIDENTS_POLL_MS = 10_000;

/**
 * `residents`: what else hangs on the cluster. Throws WaitingError DeletionHeld that names those in this namespace, and TerminalError
 * NotEmpty where something else is in it and spec.contentsOnDelete is Refuse.
 */
export async function assertEmpty(
  scope: NamespaceScope,
  namespace: Namespace | "Absent",
  residents: readonly Managed[],
): Promise<void> {
  if (namespace === "Absent") return;
  const { visit, name } = scope;
  const inside = residents.filter((resource) => isIn(resource, name)).map(refOf);
  if (inside.length > 0) {
    const message = `Waiting for ${listed(inside)}, which ${inside.length === 1 ? "is" : "are"} in this namespace. Delete them first`;
    throw new WaitingError({ reason: Reason.DeletionHeld, message, pollAfterMs: RESIDENTS_POLL_MS });
  }
  if (visit.object.spec.contentsOnDelete === "Delete") return;
  const contents = await nothingTwice(async () =>
    contentsOf(await namespacesIn(scope).quota(namespace.id, visit.signal)),
  );
  if (contents.length > 0) throw notEmpty(visit.object, contents);
}

/** Resources of kinds that lie in namespaces say so by one field; an object of a set, which may name another one, by its manifest. */
function isIn(resource: Managed & { readonly spec?: unknown }, name: string): boolean {
  const { targetNamespace } = (resource.spec ?? {}) as { readonly targetNamespace?: unknown };
  const { inventory = [] } = resource.status as Partial<ManifestSet["status"]>;
  return targetNamespace === name || inventory.some(({ ref }) => keyOfRef(ref).namespace === name);
}

function refOf({ kind, metadata }: Managed): string {
  return `${kind} ${metadata.namespace}/${metadata.name}`;
}

function notEmpty(resource: ManagedNamespace, contents: readonly string[]): TerminalError {
  const message =
    `In the namespace are still ${contents.join(", ")}. Delete them, or set spec.contentsOnDelete to Delete, by which they go with it; ` +
    `or, to leave the namespace in the cloud, ${orphaning(resource)}`;
  return new TerminalError({ reason: Reason.NotEmpty, message });
}
