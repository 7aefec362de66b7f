// The calls that carry a change more narrowly than the edit of a whole object does (1.5, 1.20, 1.21). Pure.
import type { LiveObject, Manifest } from "../../facets/manifests.ts";
import type { CallHere } from "../places/turn.ts";
import { isMembers, membersIn, type Members } from "./members.ts";

export interface Narrow {
  readonly call: CallHere;
  /** Whether the change has more in it than the call carries: then the whole object is edited after it. */
  readonly leavesMore: boolean;
}

interface Change {
  readonly live: LiveObject;
  /** JSON merge patch from `live` to what is to be. */
  readonly patch: Members;
}

const DEFAULT_CLASS = "storageclass.kubernetes.io/is-default-class";

/** Undefined where the edit of the whole object is the narrowest. `address`: of the cluster's API server. */
export function narrowCallOf({ live, patch }: Change, cluster: ClusterAddress): Narrow | undefined {
  switch (live.kind) {
    case "Deployment":
    case "StatefulSet":
      return scaling(live, patch);
    case "CronJob":
      return suspension(live, patch);
    case "StorageClass":
      return defaulting(live, { patch, cluster });
    default:
      return undefined;
  }
}

interface ClusterAddress {
  readonly cluster: string;
  readonly address: string;
}

function scaling({ kind, metadata: { name } }: LiveObject, patch: Members): Narrow | undefined {
  const replicas = onlyMember(patch, "replicas");
  if (typeof replicas !== "number") return undefined;
  const query = [
    ["action", "scale"],
    ["workload_type", kind],
  ] as const;
  return { call: { operation: "ChangeWorkload", names: { name }, query, body: { replicas } }, leavesMore: false };
}

/** Only where the state differs: to start one that runs is an error (1.5). */
function suspension({ metadata: { name }, ...live }: LiveObject, patch: Members): Narrow | undefined {
  const suspend = onlyMember(patch, "suspend");
  const isSuspended = membersIn(live["spec"])["suspend"] === true;
  if (typeof suspend !== "boolean" || suspend === isSuspended) return undefined;
  const query = [["action", suspend ? "stop" : "start"]] as const;
  return { call: { operation: "SwitchCronJobs", query, body: { cronjob_list: [{ name }] } }, leavesMore: false };
}

/** The one member of `spec` that a patch is about, where it is about nothing else. */
function onlyMember(patch: Members, member: string): unknown {
  const { spec, ...others } = patch;
  if (!isMembers(spec) || Object.keys(others).length > 0) return undefined;
  const { [member]: value, ...rest } = spec;
  return Object.keys(rest).length === 0 ? value : undefined;
}

/** There is one default class at most: the call takes it from the others. */
function defaulting(
  live: LiveObject,
  { patch, cluster }: { patch: Members; cluster: ClusterAddress },
): Narrow | undefined {
  const { metadata, ...others } = patch;
  const { annotations, ...rest } = membersIn(metadata);
  const changed = membersIn(annotations);
  if (!(DEFAULT_CLASS in changed)) return undefined;
  const isAsked = changed[DEFAULT_CLASS] === "true";
  const more = [others, rest].some((each) => Object.keys(each).length > 0) || Object.keys(changed).length > 1;
  // What says no in another word than before says the same.
  if (!isAsked && !isDefault(live)) return undefined;
  return { call: markingOf(live.metadata.name, isAsked, cluster), leavesMore: more || changed[DEFAULT_CLASS] === null };
}

export function isDefault({ metadata }: Manifest): boolean {
  return metadata.annotations?.[DEFAULT_CLASS] === "true";
}

export function markingOf(name: string, isAsked: boolean, { cluster, address }: ClusterAddress): CallHere {
  return {
    operation: "MarkDefaultClass",
    names: { name },
    query: [["action", isAsked ? "set" : "unset"]],
    body: { cluster, cluster_addr: address },
  };
}
