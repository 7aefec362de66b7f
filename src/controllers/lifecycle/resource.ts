// What every resource that Yunfan reconciles has in common: annotations, and the members of spec and status that the frame reads.
import type { Operation } from "../../crds/common/status.ts";
import type { KubeObject } from "../../kube/types.ts";
import type { Condition } from "../../runtime/conditions.ts";

/** Held by every resource before its first cloud write. */
export const FINALIZER = "yunfan.dev/finalizer";

/** What users write on a resource to steer a visit. From forceOrphan on they carry an id, so that a template cannot spread them. */
export const ANNOTATIONS = {
  paused: "yunfan.dev/paused",
  reconcileAt: "yunfan.dev/reconcile-at",
  forceOrphan: "yunfan.dev/force-orphan",
  recreate: "yunfan.dev/recreate",
  reset: "yunfan.dev/reset",
  move: "yunfan.dev/move",
  erase: "yunfan.dev/erase",
} as const;

export interface ManagedStatus {
  readonly observedGeneration: number;
  readonly conditions?: readonly Condition[] | undefined;
  readonly phase?: string | undefined;
  readonly externalId?: string | undefined;
  readonly location?: string | undefined;
  readonly operation?: Operation | undefined;
  readonly lastHandledReconcileAt?: string | undefined;
}

export interface Managed extends KubeObject {
  readonly spec: { readonly driftIntervalSeconds: number };
  /** Always there: the schema gives a default. */
  readonly status: ManagedStatus;
}

/** The status as a visit drafts it: members may be set and deleted, their contents are replaced whole. */
export type StatusDraft<T extends Managed> = { -readonly [Member in keyof T["status"]]: T["status"][Member] };

export function annotation(object: KubeObject, name: string): string | undefined {
  return object.metadata.annotations?.[name];
}

/** Any value but "false" pauses: who writes the annotation means it. */
export function isPaused(object: KubeObject): boolean {
  const value = annotation(object, ANNOTATIONS.paused);
  return value !== undefined && value !== "false";
}

export function isDeleting(object: KubeObject): boolean {
  return object.metadata.deletionTimestamp !== undefined;
}
