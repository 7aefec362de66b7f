// What a spec names and the operator may not read: which it is, and which right is missing.
import { Reason } from "../../crds/common/conditions.ts";
import { wordsOf, type KubeError } from "../../kube/errors.ts";
import type { ResourceType } from "../../kube/types.ts";

interface Unreadable {
  /** With the field that names it, such as "Secret shop/login (spec.login.passwordSecretRef)". */
  readonly shown: string;
  readonly type: ResourceType;
  readonly namespace: string;
}

/** Of a read that the API server has refused with a 403. */
export function mayNotRead(
  { shown, type, namespace }: Unreadable,
  refusal: KubeError,
): { readonly reason: string; readonly message: string } {
  const message =
    `${shown} can't be read: the operator lacks the right get on ${type.plural} in namespace ${namespace} (${wordsOf(refusal)}). Grant it; it is ` +
    "read again by itself";
  return { reason: Reason.RequestRefused, message };
}
