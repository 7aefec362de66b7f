// What the deletion of a resource means for what it stands for in the cloud: delete it, leave it there, or hold (pure).
import type { KubeObject } from "../../kube/types.ts";
import { cutTo } from "../../lib/text.ts";
import { annotation, isDeleting } from "./resource.ts";

export const ON_NAMESPACE_DELETION = ["Hold", "Delete", "Orphan"] as const;

/** What is done with the resources of a namespace that is being deleted. */
export type OnNamespaceDeletion = (typeof ON_NAMESPACE_DELETION)[number];

/** On a namespace: one of ON_NAMESPACE_DELETION; it wins over the operator's flag. */
export const NAMESPACE_ANNOTATION = "yunfan.dev/on-namespace-deletion";

/** What a live read showed: the object's metadata, that there is none, or that the operator may not look. */
export type Seen = KubeObject | "Absent" | "Forbidden";

/** `why` ends without a full stop; that of "Hold" says what to do. */
export type Departure =
  | { readonly means: "Delete" }
  | { readonly means: "Orphan"; readonly why: string }
  | { readonly means: "Hold"; readonly why: string };

/** In a message. */
const LONGEST_WISH = 30;

interface Surrounding {
  readonly name: string;
  readonly seen: Seen;
}

interface Facts {
  readonly crd: Surrounding;
  readonly namespace: Surrounding;
  readonly onNamespaceDeletion: OnNamespaceDeletion;
}

/**
 * A CRD that goes takes every resource of its kind along: that is an uninstall, and nobody asked for the cloud to be emptied. A
 * namespace that goes is asked for its word. What can't be seen is doubt, and doubt holds.
 */
export function departureOf({ crd, namespace, onNamespaceDeletion }: Facts): Departure {
  if (isLeaving(crd.seen)) {
    return { means: "Orphan", why: `CustomResourceDefinition ${crd.name} is being deleted` };
  }
  if (crd.seen === "Forbidden") return unseen("customresourcedefinitions", crd.name);
  if (namespace.seen === "Forbidden") return unseen("namespaces", namespace.name);
  if (!isLeaving(namespace.seen)) return { means: "Delete" };
  const said = namespace.seen === "Absent" ? undefined : annotation(namespace.seen, NAMESPACE_ANNOTATION);
  return withNamespace(namespace.name, said ?? onNamespaceDeletion);
}

/** It is being deleted, or gone. */
export function isLeaving(seen: Seen): boolean {
  return seen === "Absent" || (seen !== "Forbidden" && isDeleting(seen));
}

function withNamespace(name: string, wish: string): Departure {
  if (wish === "Delete") return { means: "Delete" };
  const leaving = `Namespace ${name} is being deleted`;
  if (wish === "Orphan") return { means: "Orphan", why: leaving };
  const unknown = `, and the value "${cutTo(wish, LONGEST_WISH)}" of its annotation ${NAMESPACE_ANNOTATION} is unknown`;
  const why =
    `${leaving}${wish === "Hold" ? "" : unknown}. To let go of its resources and leave in the cloud what they stand for: ` +
    `kubectl annotate --overwrite namespace ${name} ${NAMESPACE_ANNOTATION}=Orphan. The value Delete deletes that too, which ` +
    "needs the account and its Secret: they are gone where they were in this namespace";
  return { means: "Hold", why };
}

function unseen(resource: string, name: string): Departure {
  const why =
    `The operator may not get ${resource} ${name}, so it can't tell whether that is being deleted, and deletes nothing in the ` +
    "cloud. Grant it that right: manifests/rbac.yaml has the rule";
  return { means: "Hold", why };
}
