// Clusters as answers show them (2.9, 2.10, and the members of today), read leniently.
import * as z from "zod";
import type { Cluster, ClusterPhase } from "../facets/clusters.ts";
import { instant, optionalText, text } from "../kit/wire.ts";
import { markOf, shownPairs } from "./marks.ts";
import { someText, stateWord, texts } from "./wire.ts";

/**
 * The reference shows `running` alone. A cluster that scales, removes, drains or updates its nodes is usable, or pools would block each
 * other. `deleted` is an absence.
 */
const PHASES: Readonly<Record<string, ClusterPhase>> = {
  initial: "Creating",
  running: "Available",
  scaling: "Available",
  removing: "Available",
  draining: "Available",
  updating: "Available",
  upgrading: "Changing",
  migrating: "Changing",
  failed: "Failed",
  updatingfailed: "Failed",
  stopped: "Unavailable",
  inactive: "Unavailable",
  unavailable: "Unavailable",
  disconnected: "Unavailable",
  waiting: "Unavailable",
  deleting: "Deleting",
  deletefailed: "DeleteFailed",
};

/** Kinds of cluster that Yunfan makes; an account may have others beside them, such as Swarm and ExternalKubernetes. */
const TYPES: ReadonlySet<string> = new Set(["Kubernetes", "ManagedKubernetes", "Ask"]);

const wireCluster = z.object({
  cluster_id: z.string().min(1),
  name: text,
  cluster_type: optionalText,
  profile: text,
  state: text,
  region_id: text,
  created: text,
  current_version: optionalText,
  init_version: optionalText,
  next_version: optionalText,
  deletion_protection: z.boolean().optional().catch(undefined),
  vpc_id: optionalText,
  vswitch_id: text,
  vswitch_ids: texts,
  container_cidr: optionalText,
  subnet_cidr: optionalText,
  service_cidr: optionalText,
  master_url: optionalText,
  tags: shownPairs,
});

type WireCluster = z.output<typeof wireCluster>;

/** A cluster, and what decides whether it is one of ours to see. */
export interface ShownCluster {
  readonly cluster: Cluster;
  readonly regionId: string;
  /** Undefined where the answer does not tell; a word of the cloud's. */
  readonly foreignType: string | undefined;
  readonly isDeleted: boolean;
}

export const shownCluster = wireCluster.transform((wire): ShownCluster => ({
  cluster: clusterOf(wire),
  regionId: wire.region_id,
  foreignType: foreignTypeOf(wire),
  isDeleted: stateWord(wire.state) === "deleted",
}));

function clusterOf(wire: WireCluster): Cluster {
  const version = wire.current_version ?? wire.init_version;
  return {
    id: wire.cluster_id,
    name: wire.name,
    phase: PHASES[stateWord(wire.state)] ?? "Unknown",
    cloudPhase: wire.state,
    // No answer says why: its tasks do.
    message: "",
    type: typeOf(wire),
    version: version ?? "",
    nextVersion: wire.next_version,
    description: undefined,
    deletionProtection: wire.deletion_protection,
    mark: markOf(wire.tags ?? {}),
    ...(!wire.tags && { hidesMark: true }),
    createdAtMs: instant(wire.created),
    network: {
      vpcId: someText(wire.vpc_id),
      subnetId: someText(wire.vswitch_ids[0] ?? wire.vswitch_id.split(",")[0]),
      podCidr: someText(wire.container_cidr ?? wire.subnet_cidr),
      serviceCidr: someText(wire.service_cidr),
    },
    endpoints: endpointsOf(wire.master_url),
    isAtRest: stateWord(wire.state) === "running",
    // 2.10 documents neither version nor tags.
    ...(version === undefined && { isBrief: true }),
  };
}

/** `Ask`, `ManagedKubernetes`, `ManagedKubernetes/Edge`. */
function typeOf({ cluster_type: type, profile }: WireCluster): string | undefined {
  if (type === undefined || type === "") return undefined;
  return type !== "ManagedKubernetes" || profile === "" || profile === "Default" ? type : `${type}/${profile}`;
}

/** A Swarm cluster's address is a plain URL, as in the example of 2.9; where no type is told, that tells it. */
function foreignTypeOf({ cluster_type: type, master_url: url = "" }: WireCluster): string | undefined {
  if (type !== undefined && type !== "") return TYPES.has(type) ? undefined : type;
  return /^\s*(?:https?|tcp):/i.test(url) ? "Swarm" : undefined;
}

const addresses = z.object({ intranet_api_server_endpoint: text, api_server_endpoint: text });

/** JSON in a string, empty until there are addresses; undefined where the answer has no such member, or nothing that can be read. */
function endpointsOf(masterUrl: string | undefined): Cluster["endpoints"] {
  if (masterUrl === undefined) return undefined;
  if (masterUrl.trim() === "") return {};
  const read = addresses.safeParse(jsonOf(masterUrl));
  if (!read.success) return undefined;
  const { intranet_api_server_endpoint: internal, api_server_endpoint: external } = read.data;
  return { internal: someText(internal), external: someText(external) };
}

function jsonOf(content: string): unknown {
  try {
    return JSON.parse(content);
  } catch {
    return undefined;
  }
}
