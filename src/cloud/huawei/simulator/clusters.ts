// The paths of clusters (4.1.1 to 4.1.8) and their wire format.
import { isDeepStrictEqual } from "node:util";
import * as z from "zod";
import type { Answer, Call, Route } from "../../simulation/cloud.ts";
import { parseInput, parseJson } from "../../simulation/refusal.ts";
import { certificateOnWire } from "./certificate.ts";
import { awake, createCluster, deleteCluster, hibernate } from "./cluster-lifecycle.ts";
import { description } from "./cluster-spec.ts";
import { CodedRefusal, wrongState } from "./refusals.ts";
import type { Cce, CceTables, CceView, Cluster } from "./state.ts";
import { amend, goTime, requireCluster } from "./state.ts";

const COLLECTION = "/api/v3/projects/:project/clusters";
const ITEM = `${COLLECTION}/:cluster`;

const list = (items: unknown[]): Answer => ({ status: 200, body: { kind: "Cluster", apiVersion: "v3", items } });

export function clusterRoutes(cce: Cce): Route<CceTables>[] {
  const { store } = cce;
  const act = (change: (cce: Cce, cluster: Cluster) => void) => (call: Call) => {
    change(cce, requireCluster(store, idIn(call)));
    return { status: 200 };
  };
  return [
    { method: "POST", path: COLLECTION, handle: (call) => create(cce, call) },
    {
      method: "GET",
      path: COLLECTION,
      emptyList: list([]),
      handle: (_call, view) => list(view.list("clusters").map((cluster) => clusterOnWire(cluster, true))),
    },
    { method: "GET", path: ITEM, handle: read },
    { method: "PUT", path: ITEM, handle: (call) => update(cce, call) },
    {
      method: "DELETE",
      path: ITEM,
      handle(call) {
        const cluster = deleteCluster(cce, requireCluster(store, idIn(call)));
        return { status: 200, body: clusterOnWire(cluster, true) };
      },
    },
    { method: "POST", path: `${ITEM}/operation/hibernate`, handle: act(hibernate) },
    { method: "POST", path: `${ITEM}/operation/awake`, handle: act(awake) },
    {
      method: "GET",
      path: `${ITEM}/clustercert`,
      handle(call, view) {
        const cluster = requireCluster(view, idIn(call));
        if (cluster.internalUrl === "") {
          throw wrongState(
            "CCE.01403003",
            `The cluster status ${cluster.phase} does not allow its certificate to be read`,
          );
        }
        return { status: 200, body: certificateOnWire(cluster, cce) };
      },
    },
  ];
}

function idIn({ params }: Call): string {
  return params["cluster"] ?? "";
}

/** 4.1.1: the answer alone repeats labels and annotations, which are not stored. */
function create(cce: Cce, { body }: Call): Answer {
  const input = parseJson(body);
  const cluster = createCluster(cce, input);
  const { labels, annotations } = (input as { metadata: Record<string, unknown> }).metadata;
  const shown = clusterOnWire(cluster, true);
  return { status: 201, body: { ...shown, metadata: { ...shown.metadata, labels, annotations } } };
}

/** 4.1.2. */
function read(call: Call, view: CceView): Answer {
  const cluster = requireCluster(view, idIn(call));
  const shown = clusterOnWire(cluster, (call.query.get("errorStatus") ?? "") === "");
  if (call.query.get("detail") !== "true") return { status: 200, body: shown };
  return { status: 200, body: { ...shown, metadata: { ...shown.metadata, annotations: details(cluster, view) } } };
}

const updateBody = z.object({ spec: z.looseObject({ description: description.optional() }) });

/**
 * 4.1.4 takes the description and nothing else. The reference does not say what becomes of other fields: the same value
 * again passes, as from a client that sends back what it read; another one is refused.
 */
function update(cce: Cce, call: Call): Answer {
  const cluster = requireCluster(cce.store, idIn(call));
  const { spec } = parseInput(updateBody, parseJson(call.body));
  const { description: wanted, ...others } = spec;
  const current = clusterOnWire(cluster, false).spec;
  const changed = Object.keys(others).find((key) => !isDeepStrictEqual(others[key], current[key]));
  if (changed !== undefined) {
    throw new CodedRefusal(400, "CCE.01400001", `Invalid request: spec.${changed}: cannot be changed after creation`);
  }
  if (cluster.phase === "Creating" || cluster.phase === "Deleting") {
    throw wrongState("CCE.01403003", `The cluster status ${cluster.phase} does not allow it to be updated`);
  }
  const isSame = wanted === undefined || wanted === cluster.description;
  const updated = isSame ? cluster : (amend(cce, "clusters", cluster.id, { description: wanted }) ?? cluster);
  return { status: 200, body: clusterOnWire(updated, true) };
}

interface ShownCluster {
  kind: string;
  apiVersion: string;
  metadata: Record<string, unknown>;
  spec: Record<string, unknown>;
  status: Record<string, unknown>;
}

/** 4.1.1, 4.1.2; `isMasked` shows Error as Deleting, as for clients that do not know Error. */
function clusterOnWire(cluster: Cluster, isMasked: boolean): ShownCluster {
  const { id, name, createdAt, updatedAt, version, flavor } = cluster;
  const { type, category, masters: _masters, ...spec } = cluster.spec;
  return {
    kind: "Cluster",
    apiVersion: "v3",
    metadata: { name, uid: id, creationTimestamp: goTime(createdAt), updateTimestamp: goTime(updatedAt) },
    spec: { type, category, flavor, version, description: cluster.description, ...spec, billingMode: 0 },
    status: statusOnWire(cluster, isMasked && cluster.phase === "Error"),
  };
}

/** Tables 4-26 and 4-33: reason and message unless Available, jobID while there is news to expect from the job. */
function statusOnWire(cluster: Cluster, isMasked: boolean): Record<string, unknown> {
  if (isMasked) return { phase: "Deleting" };
  const { phase, reason, message, jobId, internalUrl, externalUrl } = cluster;
  const isSteady = phase === "Available" || phase === "Hibernation";
  const endpoints = [
    { url: internalUrl, type: "Internal" },
    { url: externalUrl, type: "External" },
  ].filter(({ url }) => url !== "" && internalUrl !== "");
  return {
    phase,
    ...(isSteady || jobId === "" ? {} : { jobID: jobId }),
    ...(reason === "" ? {} : { reason }),
    ...(message === "" ? {} : { message }),
    ...(endpoints.length === 0 ? {} : { endpoints }),
  };
}

/** Table 4-32: what `detail=true` adds. Sizes as if every node had 4 cores and 8 GiB. */
function details(cluster: Cluster, view: CceView): Record<string, string> {
  const nodes = view.list("nodes").filter(({ clusterId }) => clusterId === cluster.id);
  const addons = view.list("addons").filter(({ clusterId }) => clusterId === cluster.id);
  return {
    totalNodesNumber: String(nodes.length),
    activeNodesNumber: String(nodes.filter(({ phase }) => phase === "Active").length),
    totalNodesCPU: String(nodes.length * 4),
    totalNodesMemory: String(nodes.length * 8192),
    installedAddonInstances: addons.map(({ name }) => name).join(","),
  };
}
