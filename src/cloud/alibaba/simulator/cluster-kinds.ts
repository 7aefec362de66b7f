// The kinds of cluster in both dialects: what each requires, where its vswitches and its login stand, and which can be made at all.
import { CodedRefusal, invalid } from "./refusals.ts";
import type { AckRules } from "./rules.ts";
import type { Cluster } from "./state.ts";

/** What the kinds of cluster differ in. */
export interface Kind {
  readonly clusterType: "Kubernetes" | "ManagedKubernetes" | "Ask";
  readonly profile: Cluster["profile"];
  readonly required: readonly string[];
  /** Required too, unless a switch says otherwise for a cluster without workers. */
  readonly ofWorkers: readonly string[];
  readonly vswitches: readonly string[];
  /** The object whose login is the one of its machines; undefined: none is needed. */
  readonly login: "body" | "control_plane_config" | undefined;
  readonly countsWorkers: boolean;
}

const WORKER_DISK = ["worker_system_disk_category", "worker_system_disk_size"];
const IN_VSWITCHES = ["vswitch_ids", "vwitch_ids"];

const REFERENCE = {
  Kubernetes: {
    required: [
      "master_instance_types",
      "master_system_disk_category",
      "master_system_disk_size",
      "master_vswitch_ids",
      "num_of_nodes",
      "snat_entry",
    ],
    ofWorkers: ["worker_instance_types", "worker_vswitch_ids", ...WORKER_DISK],
    vswitches: ["master_vswitch_ids"],
    login: "body",
    countsWorkers: true,
  },
  ManagedKubernetes: {
    required: ["num_of_nodes", "snat_entry"],
    ofWorkers: WORKER_DISK,
    vswitches: IN_VSWITCHES,
    login: "body",
    countsWorkers: true,
  },
  Ask: {
    required: ["nat_gateway"],
    ofWorkers: [],
    vswitches: ["vswitch_id", ...IN_VSWITCHES],
    login: undefined,
    countsWorkers: false,
  },
} as const satisfies Record<string, Omit<Kind, "clusterType" | "profile">>;

/** `master_*`, `worker_*`, `num_of_nodes` and the login of a cluster no longer count: they pass, without effect. */
const TODAY = {
  required: [],
  ofWorkers: [],
  vswitches: IN_VSWITCHES,
  login: undefined,
  countsWorkers: false,
} as const satisfies Omit<Kind, "clusterType" | "profile">;

/** Throws a `Refusal` (400) for a kind that the dialect does not have, or has no longer. */
export function kindOf(rules: AckRules, type: string, profile: Cluster["profile"]): Kind {
  if (type !== "ManagedKubernetes" && profile !== "Default") throw invalid("profile", "only managed clusters have one");
  if (type === "ManagedKubernetes") return managed(rules, profile);
  if (type === "Kubernetes") return dedicated(rules);
  if (type === "Ask" && rules.dialect === "Reference") {
    return { ...REFERENCE.Ask, clusterType: type, profile: "Serverless" };
  }
  throw invalid("cluster_type", `${type} is not supported`);
}

function managed({ dialect }: AckRules, profile: Cluster["profile"]): Kind {
  const clusterType = "ManagedKubernetes";
  if (dialect === "V2026") return { ...TODAY, clusterType, profile };
  if (profile === "Serverless") throw invalid("profile", "must be Default or Edge");
  return { ...REFERENCE.ManagedKubernetes, clusterType, profile };
}

function dedicated({ dialect, dedicatedClusters }: AckRules): Kind {
  const kind = { clusterType: "Kubernetes", profile: "Default" } as const;
  if (dedicatedClusters === "Refuse") {
    throw new CodedRefusal(
      400,
      "OperationDenied.DedicatedCluster",
      "ACK dedicated clusters can no longer be created since August 21, 2024. Create an ACK managed cluster instead.",
    );
  }
  if (dialect === "Reference") return { ...REFERENCE.Kubernetes, ...kind };
  return { ...TODAY, required: ["control_plane_config"], login: "control_plane_config", ...kind };
}
