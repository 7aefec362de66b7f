// The types that make up a ManagedNode's reconcile.
import type { ClusterHost } from "../../cloud/facets/clusters.ts";
import type { ClusterNode } from "../../cloud/facets/nodes.ts";
import type { Job } from "../../cloud/facets/jobs.ts";
import type { ManagedNode } from "../../crds/managednode/schema.ts";
import type { Said } from "../external/kind.ts";
import type { Shape } from "../external/scope.ts";
import type { Scope } from "../external/scope.ts";
import type { ClusterPlace } from "../managedcluster/clusters.ts";

/** `wish`: the annotation's value that asks for it; undefined: a repair. */
export type NodeChange =
  | { readonly do: "Rename"; readonly name: string }
  | { readonly do: "Reset"; readonly wish: string | undefined }
  | { readonly do: "Move"; readonly wish: string; readonly to: ClusterHost };

/** What takes a node out of service, as its status has it. */
export type Disruption = NonNullable<ManagedNode["status"]["disruption"]>;

/** Whether a node may be taken out of service now; if not, who has the turn or goes first. */
export type Turn = { readonly isOurs: true } | { readonly isOurs: false; readonly who: string; readonly ahead: number };

/** Where a node is to go; or why it can't go there, now or at all. */
export type Target =
  | { readonly is: "Ready"; readonly host: ClusterHost }
  | { readonly is: "Unready" | "Refused"; readonly why: Said };

export interface Seen {
  readonly item: ClusterNode;
  /** Of what is under way; undefined where the cloud never told one. */
  readonly job: Job | "Absent" | undefined;
  /** Whether it may be taken out of service now. */
  readonly turn: Turn;
  /** Where it is to be moved to, once that is confirmed; undefined: nowhere. */
  readonly target: Target | undefined;
  /** Of all nodes of the cluster: how many there are, and how many of them do not work. */
  readonly nodes: { readonly all: number; readonly outOfOrder: number };
}

export interface NodeShape extends Shape {
  readonly resource: ManagedNode;
  readonly item: ClusterNode;
  readonly place: ClusterPlace;
  readonly facet: "nodes";
  readonly seen: Seen;
  readonly change: NodeChange;
}

export type NodeScope = Scope<NodeShape>;
export type Declared = Pick<ManagedNode, "spec" | "metadata" | "status">;
