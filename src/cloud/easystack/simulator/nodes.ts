// Nodes of a cluster (1.3). What is kept of them needs no API server behind.
import * as z from "zod";
import { parseInput } from "../../simulation/refusal.ts";
import type { Operations } from "./request.ts";
import type { Ecns, Node } from "./state.ts";
import { ok, query } from "./wire.ts";

const ROLES: Readonly<Record<string, Node["role"]>> = {
  "hybrid-orchestration": "HybridOrchestration",
  "secure-container": "SecurityContainer",
};

const CAPACITY = { cpu: "8", memory: "16Gi", pods: "110" };
const ALLOCATABLE = { cpu: "7", memory: "14Gi", pods: "110" };

export function nodeOperations(_ecns: Ecns): Operations {
  return {
    19: {
      empty: { nodes_status: [] },
      handle(request) {
        const cluster = request.cluster("apiserver_host").name;
        const type = query(request.call, "business_type");
        const nodes = request.view.list("nodes").filter((node) => node.cluster === cluster);
        const shown = nodes.filter(({ role }) => type === undefined || role === type);
        return ok({ nodes_status: shown.map(nodeOnWire) });
      },
    },
    // No table says what 20 answers: the same as 19, of the nodes with the role.
    20: {
      empty: { nodes_status: [] },
      handle(request) {
        const cluster = request.cluster("apiserver_host").name;
        const wanted = parseInput(z.enum(Object.keys(ROLES)).optional(), query(request.call, "node_role"));
        const nodes = request.view.list("nodes").filter((node) => node.cluster === cluster);
        const shown = nodes.filter(({ role }) => (wanted === undefined ? role !== "Normal" : role === ROLES[wanted]));
        return ok({ nodes_status: shown.map(nodeOnWire) });
      },
    },
  };
}

function nodeOnWire({ name, internalIp, phase }: Node): object {
  return {
    name,
    addresses: [
      { address: name, type: "Hostname" },
      { address: internalIp, type: "InternalIP" },
    ],
    allocatable: ALLOCATABLE,
    capacity: CAPACITY,
    phase,
  };
}
