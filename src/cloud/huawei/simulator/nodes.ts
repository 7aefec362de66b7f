// The reads of nodes (4.1.10, 4.1.11): how far they are, and which pool they are of.
import type { Answer, Route } from "../../simulation/cloud.ts";
import { makeOf, maskedLogin, publicIPOnWire } from "./nodepool-wire.ts";
import { notFound } from "./refusals.ts";
import type { CceTables, Node } from "./state.ts";
import { goTime, requireCluster } from "./state.ts";

const COLLECTION = "/api/v3/projects/:project/clusters/:cluster/nodes";

const list = (items: unknown[]): Answer => ({ status: 200, body: { kind: "List", apiVersion: "v3", items } });

export function nodeRoutes(): Route<CceTables>[] {
  return [
    {
      method: "GET",
      path: COLLECTION,
      emptyList: list([]),
      handle({ params: { cluster = "" } }, view) {
        const { id } = requireCluster(view, cluster);
        return list(
          view
            .list("nodes")
            .filter(({ clusterId }) => clusterId === id)
            .map(nodeOnWire),
        );
      },
    },
    {
      method: "GET",
      path: `${COLLECTION}/:id`,
      handle({ params: { cluster = "", id = "" } }, view) {
        const node = view.get("nodes", id);
        if (node?.clusterId !== requireCluster(view, cluster).id) throw notFound("node", id);
        return { status: 200, body: nodeOnWire(node) };
      },
    },
  ];
}

function nodeOnWire(node: Node): unknown {
  const { id, name, createdAt, updatedAt, nodepoolId, phase, serverId, privateIP, spec } = node;
  return {
    kind: "Node",
    apiVersion: "v3",
    metadata: {
      name,
      uid: id,
      creationTimestamp: goTime(createdAt),
      updateTimestamp: goTime(updatedAt),
      // Table 4-99: of a node of no pool, what it is made of.
      annotations: { "kubernetes.io/node-pool.id": nodepoolId === "" ? makeOf(node) : nodepoolId },
    },
    spec: {
      ...spec,
      login: maskedLogin(spec["login"]),
      publicIP: publicIPOnWire(spec["publicIP"]),
      billingMode: 0,
    },
    status: { phase, ...(phase === "Build" ? {} : { serverId, ...publicAddress(node), privateIP }) },
  };
}

/** Of a node that was to have an EIP (table 4-81). */
function publicAddress({ spec, privateIP }: Node): { publicIP?: string } {
  const { ids = [], count = 0 } = (spec["publicIP"] ?? {}) as { ids?: string[]; count?: number };
  return ids.length === 0 && count === 0 ? {} : { publicIP: privateIP.replace(/^192\.168\./, "10.34.") };
}
