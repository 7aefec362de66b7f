// The wire format of node pools (4.1.19 to 4.1.23), and of a node's login and address, which nodes share.
import type { Node } from "./node-state.ts";
import type { CceView, Cluster, NodePool } from "./state.ts";

/** What a pool's nodes get where its create did not say (samples of 4.1.19 and 4.1.20). */
const EXTEND_PARAM = {
  "alpha.cce/NodeImageID": "",
  "alpha.cce/postInstall": "",
  "alpha.cce/preInstall": "",
  maxPods: 110,
};

/** 4.1.20. As in the samples, what is zero is left out, and no read shows taints or passwords. */
export function poolOnWire(pool: NodePool, view: CceView, status: Record<string, unknown>): unknown {
  const { faultDomain } = pool;
  return {
    kind: "NodePool",
    apiVersion: "v3",
    metadata: { name: pool.name, uid: pool.id },
    spec: {
      type: pool.type,
      ...withoutZeros({ initialNodeCount: pool.initialNodeCount }),
      nodeTemplate: templateOnWire(pool, view.get("clusters", pool.clusterId)),
      autoscaling: withoutZeros(pool.autoscaling),
      nodeManagement: pool.nodeManagement,
      ...(faultDomain === "" ? {} : { faultDomain }),
    },
    status,
  };
}

/** The nodes of no pool, as 4.1.21 shows them where asked to: a pool for each of what its nodes are made of. */
export function defaultPools(nodes: readonly Node[]): unknown[] {
  const byMake = new Map<string, Node[]>();
  for (const node of nodes) {
    const made = makeOf(node);
    byMake.set(made, [...(byMake.get(made) ?? []), node]);
  }
  return [...byMake].map(([made, [first, ...others]]) => ({
    kind: "NodePool",
    apiVersion: "v3",
    metadata: { name: made, uid: made },
    spec: {
      nodeTemplate: {
        ...fieldsOf(first?.spec ?? {}, ["flavor", "az", "os"]),
        login: { userPassword: {} },
        rootVolume: {},
        publicIP: publicIPOnWire(undefined),
        billingMode: 0,
      },
      autoscaling: {},
    },
    status: { currentNode: 1 + others.length },
  }));
}

/** Table 4-99: what names the pool of a node that is of none. */
export function makeOf({ spec: { az, flavor, os } }: Node): string {
  return [az, flavor, os].join("#");
}

/** 4.1.9: the password is masked in answers. */
export function maskedLogin(login: unknown): unknown {
  const { sshKey, userPassword } = (login ?? {}) as { sshKey?: string; userPassword?: { username: string } };
  if (sshKey !== undefined) return { sshKey, userPassword: {} };
  return { userPassword: { username: userPassword?.username ?? "root", password: "******" } };
}

/** Table 4-243; of a node without an EIP all samples show an empty bandwidth. */
export function publicIPOnWire(wanted: unknown): unknown {
  return { eip: { bandwidth: {} }, ...(wanted as object | undefined) };
}

function templateOnWire({ nodeTemplate }: NodePool, cluster: Cluster | undefined): unknown {
  const { taints: _taints, login, publicIP, nodeNicSpec, extendParam, ...shown } = nodeTemplate;
  const { primaryNic } = (nodeNicSpec ?? {}) as { primaryNic?: object };
  const { subnet = "" } = (cluster?.spec["hostNetwork"] ?? {}) as { subnet?: string };
  return {
    billingMode: 0,
    ...shown,
    login: maskedLogin(login),
    publicIP: publicIPOnWire(publicIP),
    nodeNicSpec: { ...(nodeNicSpec as object | undefined), primaryNic: { subnetId: subnet, ...primaryNic } },
    extendParam: { ...EXTEND_PARAM, ...(extendParam as object | undefined) },
  };
}

function fieldsOf(record: Readonly<Record<string, unknown>>, names: readonly string[]): Record<string, unknown> {
  return Object.fromEntries(names.map((name) => [name, record[name]]));
}

function withoutZeros(fields: object): Record<string, unknown> {
  return Object.fromEntries(Object.entries(fields).filter(([, value]) => value !== 0 && value !== false));
}
