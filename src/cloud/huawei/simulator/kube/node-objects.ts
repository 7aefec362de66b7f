// `--kubeconfig`: every node that is Active is a Node of that API server, and stays one until it is reset or gone.
//
// Its labels and taints are written when it joins and are the cluster's from then on; what a node controller would say of
// one that is out of order (its condition and taints) is said here.
import type { ApiServer } from "../../../simulation/kube/api-server.ts";
import { ApiRefusal } from "../../../simulation/kube/api-server.ts";
import type { Node } from "../node-state.ts";
import type { Cce } from "../state.ts";

/** Names the node of CCE; two simulators may share an API server. */
const NODE_ID = "cce.simulator/node-id";

const NOT_READY = "node.kubernetes.io/not-ready";
const UNREACHABLE = "node.kubernetes.io/unreachable";

interface Joined {
  readonly name: string;
  /** Of the object. */
  readonly uid: string;
  /** One that is installed again joins again. */
  readonly installs: number;
  /** What its object says; undefined until it does. */
  readonly isReady: boolean | undefined;
}

interface NodeObject {
  readonly metadata: { readonly uid: string; readonly resourceVersion: string };
  readonly spec?: { readonly taints?: readonly KubeTaint[] };
}

interface KubeTaint {
  readonly key: string;
  readonly value?: string;
  readonly effect: string;
  readonly timeAdded?: string;
}

export interface NodeObjects {
  /** Writes what has changed since the last time that it went through. Rejects where something did not. */
  catchUp(): Promise<void>;
}

export function openNodeObjects(cce: Cce, api: ApiServer): NodeObjects {
  const joined = new Map<string, Joined>();
  let version = -1;
  const now = (): string => new Date(cce.timeline.now()).toISOString();

  async function leave(id: string, { name, uid }: Joined): Promise<void> {
    const body = { preconditions: { uid } };
    await unless(["NotFound", "Conflict"], api.send({ method: "DELETE", path: pathOf(name), body }));
    joined.delete(id);
  }

  async function join(node: Node): Promise<void> {
    const { privateIP: name, installs } = node;
    const body = objectOf(node, now());
    const made = await unless(["AlreadyExists"], api.send({ method: "POST", path: "/api/v1/nodes", body }));
    // Somebody else's node of that address: theirs comes first.
    if (made === undefined) return;
    const { uid } = (made as NodeObject).metadata;
    await tell(node, { name, uid, installs, isReady: undefined });
  }

  async function tell(node: Node, one: Joined): Promise<void> {
    joined.set(node.id, one);
    await unless(["NotFound"], report(api, one.name, isReady(node), now()));
    joined.set(node.id, { ...one, isReady: isReady(node) });
  }

  return {
    async catchUp() {
      const current = cce.store.version;
      if (current === version) return;
      const nodes = new Map(cce.store.list("nodes").map((node) => [node.id, node]));
      for (const [id, one] of joined) {
        const node = nodes.get(id);
        if (node === undefined || !isMember(node) || node.installs !== one.installs) await leave(id, one);
        else if (one.isReady !== isReady(node)) await tell(node, one);
      }
      for (const node of nodes.values()) {
        if (node.phase === "Active" && !joined.has(node.id)) await join(node);
      }
      version = current;
    },
  };
}

/** Whether it is one of the cluster's, in whatever state: what is being installed is not. */
function isMember({ phase }: Node): boolean {
  return phase !== "Build" && phase !== "Installing";
}

function isReady({ phase }: Node): boolean {
  return phase !== "Abnormal" && phase !== "Error" && phase !== "RepairFailed";
}

function pathOf(name: string): string {
  return `/api/v1/nodes/${name}`;
}

function objectOf({ id, serverId, privateIP, spec, labels, taints }: Node, at: string): unknown {
  return {
    apiVersion: "v1",
    kind: "Node",
    metadata: {
      name: privateIP,
      labels: {
        "kubernetes.io/hostname": privateIP,
        "kubernetes.io/os": "linux",
        "failure-domain.beta.kubernetes.io/zone": spec["az"],
        ...labels,
      },
      annotations: { [NODE_ID]: id },
    },
    spec: { providerID: serverId, taints: taints.map(({ key, value, effect }) => ({ key, value, effect })) },
    status: {
      addresses: [
        { type: "InternalIP", address: privateIP },
        { type: "Hostname", address: privateIP },
      ],
      conditions: [readyCondition(true, at)],
    },
  };
}

function readyCondition(ready: boolean, at: string): unknown {
  const times = { lastHeartbeatTime: at, lastTransitionTime: at };
  return ready
    ? { type: "Ready", status: "True", reason: "KubeletReady", message: "kubelet is posting ready status", ...times }
    : { type: "Ready", status: "Unknown", reason: "NodeStatusUnknown", message: "Kubelet stopped posting", ...times };
}

/** What the node controller says of a node whose kubelet is silent, or is heard (again): new ones count as not ready by admission. */
async function report(api: ApiServer, name: string, ready: boolean, at: string): Promise<void> {
  const { metadata, spec } = (await api.send({
    method: "PATCH",
    path: `${pathOf(name)}/status`,
    body: { status: { conditions: [readyCondition(ready, at)] } },
    contentType: "application/strategic-merge-patch+json",
  })) as NodeObject;
  const silent = ["NoSchedule", "NoExecute"].map((effect) => ({ key: UNREACHABLE, effect, timeAdded: at }));
  const others = (spec?.taints ?? []).filter(({ key }) => key !== UNREACHABLE && key !== NOT_READY);
  await api.send({
    method: "PATCH",
    path: pathOf(name),
    body: {
      metadata: { resourceVersion: metadata.resourceVersion },
      spec: { taints: ready ? others : [...others, ...silent] },
    },
    contentType: "application/merge-patch+json",
  });
}

/** Undefined where the API server refuses for one of these reasons. */
async function unless(reasons: readonly string[], sent: Promise<unknown>): Promise<unknown> {
  try {
    return await sent;
  } catch (error) {
    if (error instanceof ApiRefusal && reasons.includes(error.reason)) return undefined;
    throw error;
  }
}
