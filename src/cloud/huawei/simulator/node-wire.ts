// The wire format of nodes (4.1.9 to 4.1.13) and of what is done to several of them (4.1.16, 4.1.17).
import type { NodeBody } from "./node-spec.ts";
import type { Node } from "./node-state.ts";
import { makeOf, maskedLogin, publicIPOnWire } from "./nodepool-wire.ts";
import { goTime } from "./state.ts";

/** Table 4-92, as in the sample of 4.1.9. */
const EXTEND_PARAM = { chargingMode: 0, "ecs:performancetype": "normal", orderID: "", productID: "" };

/** 4.1.10: no read shows labels, taints or passwords. */
export function nodeOnWire(node: Node, status: Readonly<Record<string, unknown>> = {}): unknown {
  const { id, name, createdAt, updatedAt, nodepoolId, phase, serverId, privateIP, spec, billingMode } = node;
  const hasServer = serverId !== "" && phase !== "Build";
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
      billingMode,
    },
    status: { phase, ...status, ...(hasServer ? { serverId, ...publicAddress(node), privateIP } : {}) },
  };
}

/** 4.1.9: one id whatever the count, and what was asked for, labels and annotations included, which nobody keeps. */
export function createdOnWire(node: Node, { metadata, spec }: NodeBody, jobId: string): unknown {
  const { name, labels, annotations } = metadata;
  return {
    kind: "Node",
    apiVersion: "v3",
    metadata: { name, uid: node.id, labels, annotations },
    spec: {
      ...spec,
      os: node.spec["os"],
      login: maskedLogin(spec.login),
      billingMode: 0,
      extendParam: { ...EXTEND_PARAM, ...spec.extendParam },
    },
    status: { jobID: jobId },
  };
}

/** Tables 4-194 and 4-209: the request once more, its password masked, with the job. */
export function taskOnWire(
  kind: "RemoveNodesTask" | "MigrateNodesTask",
  spec: Readonly<Record<string, unknown>>,
  jobId: string,
): unknown {
  return {
    apiVersion: "v3",
    kind,
    spec: { ...spec, login: maskedLogin(spec["login"]) },
    status: { jobID: jobId },
  };
}

/** Of a node that was to have an EIP (table 4-81). */
function publicAddress({ spec, privateIP }: Node): { publicIP?: string } {
  const { ids = [], count = 0 } = (spec["publicIP"] ?? {}) as { ids?: string[]; count?: number };
  return ids.length === 0 && count === 0 ? {} : { publicIP: privateIP.replace(/^192\.168\./, "10.34.") };
}
