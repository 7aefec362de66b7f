// Whether a CRD's in-use annotation is to be written (pure).
import type { KubeObject } from "../../kube/types.ts";
import { annotation, isDeleting } from "../lifecycle/resource.ts";

/** On a CRD: "true" while resources of the kind exist. manifests/policies.yaml refuses the CRD's deletion then. */
export const IN_USE = "yunfan.dev/in-use";

/** A person's word, by which the CRD may go although it is in use; it holds until it is not in use any more. */
const RELEASED = "false";

export type Plan = "Set" | "Clear" | "Keep";

export function planFor(crd: KubeObject, inUse: boolean): Plan {
  if (isDeleting(crd)) return "Keep";
  const value = annotation(crd, IN_USE);
  if (!inUse) return value === undefined ? "Keep" : "Clear";
  return value === "true" || value === RELEASED ? "Keep" : "Set";
}
