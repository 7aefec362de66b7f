// The paths of clusters: create, read, list, change, raise, delete (2.1, 2.2, 2.4, 2.9, 2.10, 2.12, 3.4), in both dialects.
import * as z from "zod";
import type { Answer, Call, Route } from "../../simulation/cloud.ts";
import { parseInput, parseJson } from "../../simulation/refusal.ts";
import type { Ack } from "./ack.ts";
import { amend, requireCluster, wrongState } from "./ack.ts";
import { createCluster, deleteCluster, upgradeCluster } from "./cluster-lifecycle.ts";
import { parseClusterRequest } from "./cluster-spec.ts";
import { clusterDetail, listedCluster, regionalCluster } from "./cluster-wire.ts";
import { flag, textList } from "./fields.ts";
import { emptyPage, page } from "./pages.ts";
import { invalid } from "./refusals.ts";
import { requireRegion } from "./regions.ts";
import type { AckTables, AckView, Cluster } from "./state.ts";
import { startTask } from "./tasks.ts";
import { nextVersion } from "./versions.ts";
import { accepted } from "./wire.ts";

const ITEM = "/clusters/:cluster";

export function clusterRoutes(ack: Ack): Route<AckTables>[] {
  const find = ({ params }: Call, view: AckView = ack.store): Cluster => requireCluster(view, params["cluster"] ?? "");
  const common: Route<AckTables>[] = [
    { method: "POST", path: "/clusters", handle: (call) => create(ack, call) },
    {
      method: "GET",
      path: ITEM,
      handle: (call, view) => ({ status: 200, body: clusterDetail(ack, view, find(call, view)) }),
    },
    { method: "DELETE", path: ITEM, handle: (call) => remove(ack, call, find(call)) },
    { method: "POST", path: `/api/v2${ITEM}/upgrade`, handle: (call) => upgrade(ack, call, find(call)) },
  ];
  return [...common, ...(ack.rules.dialect === "Reference" ? [accountList(ack)] : todaysRoutes(ack, find))];
}

/** 2.10: one bare array of all clusters of the account, of every region and kind, without pages. */
function accountList(ack: Ack): Route<AckTables> {
  return {
    method: "GET",
    path: "/clusters",
    emptyList: { status: 200, body: [] },
    handle({ query }, view) {
      const name = query.get("name");
      const clusters = view.list("clusters").filter((cluster) => name === null || cluster.name === name);
      return { status: 200, body: clusters.map((cluster) => listedCluster(ack, view, cluster)) };
    },
  };
}

function todaysRoutes(ack: Ack, find: (call: Call) => Cluster): Route<AckTables>[] {
  return [
    {
      method: "GET",
      path: "/regions/:region/clusters",
      emptyList: { status: 200, body: { clusters: [], page_info: emptyPage } },
      handle: (call, view) => ({ status: 200, body: regionList(ack, call, view) }),
    },
    { method: "PUT", path: `/api/v2${ITEM}`, handle: (call) => modify(ack, call, find(call)) },
  ];
}

function regionList(ack: Ack, call: Call, view: AckView): unknown {
  const region = call.params["region"] ?? "";
  requireRegion(region, ack.rules);
  const filters = { name: "name", cluster_type: "clusterType", profile: "profile", cluster_id: "id" } as const;
  const wanted = Object.entries(filters).flatMap(([name, field]) => {
    const value = call.query.get(name) ?? "";
    return value === "" ? [] : [{ field, value }];
  });
  const clusters = view
    .list("clusters")
    .filter((one) => one.regionId === region && wanted.every(({ field, value }) => one[field] === value));
  const { items, info } = page(clusters, call, ack.rules);
  return { clusters: items.map((cluster) => regionalCluster(ack, view, cluster)), page_info: info };
}

function create(ack: Ack, { body }: Call): Answer {
  const request = parseClusterRequest(ack.rules, parseJson(body));
  requireRegion(request.regionId, ack.rules);
  const { cluster, task } = createCluster(ack, request);
  return accepted({ cluster_id: cluster.id, task_id: task.id });
}

const modification = z.looseObject({ deletion_protection: flag.optional() });

/** Partial: what is left out stays. Of the many members, the simulator knows deletion protection. */
function modify(ack: Ack, { body }: Call, cluster: Cluster): Answer {
  const { deletion_protection: deletionProtection } = parseInput(modification, parseJson(body));
  if (cluster.state === "deleting" || cluster.state === "deleted") throw wrongState(ack, "cluster", cluster.state);
  if (deletionProtection !== undefined && deletionProtection !== cluster.deletionProtection) {
    amend(ack, "clusters", cluster.id, { deletionProtection });
  }
  const stages = [{ name: "ModifyCluster", ms: 1_000 }];
  const task = startTask(ack, { taskType: "cluster_modify", cluster, stages, finish: () => undefined });
  return accepted({ cluster_id: cluster.id, task_id: task.id });
}

const upgradeBody = z.looseObject({
  next_version: z.string().optional(),
  version: z.string().optional(),
  master_only: flag.default(false),
});

/** To what the cluster's `next_version` offers, and nothing else. */
function upgrade(ack: Ack, { body }: Call, cluster: Cluster): Answer {
  const { next_version: next, version: older } = parseInput(upgradeBody, parseJson(body));
  const wanted = next ?? older ?? "";
  const offered = nextVersion(ack.rules, cluster.version);
  if (wanted === "" || wanted !== offered) {
    throw invalid("next_version", `the cluster can be upgraded to ${offered === "" ? "no version" : offered}`);
  }
  const task = upgradeCluster(ack, cluster, wanted);
  return accepted({ cluster_id: cluster.id, task_id: task.id });
}

const deleteOptions = z.array(
  z.object({ resource_type: z.string().min(1), delete_mode: z.enum(["delete", "retain"]) }),
);

/** 2.12 answers nothing; today's answer has ids. Options are JSON in the query. */
function remove(ack: Ack, { query }: Call, cluster: Cluster): Answer {
  const options = parseInput(deleteOptions, jsonOf(query, "delete_options"));
  const retained = parseInput(textList, jsonOf(query, "retain_resources"));
  const keepSlb = query.get("keep_slb") === "true" ? [{ resourceType: "SLB", deleteMode: "retain" }] : [];
  const task = deleteCluster(ack, cluster, {
    deleteOptions: [
      ...options.map(({ resource_type, delete_mode }) => ({ resourceType: resource_type, deleteMode: delete_mode })),
      ...keepSlb,
    ],
    retainResources: retained,
    retainAllResources: query.get("retain_all_resources") === "true",
  });
  if (ack.rules.dialect === "Reference") return { status: 202 };
  return accepted({ cluster_id: cluster.id, task_id: task.id });
}

function jsonOf(query: URLSearchParams, name: string): unknown {
  const text = query.get(name) ?? "";
  if (text === "") return [];
  try {
    return JSON.parse(text);
  } catch {
    throw invalid(name, "must be a JSON array");
  }
}
