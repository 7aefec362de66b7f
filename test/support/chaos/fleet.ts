// A fleet on Huawei CCE on one injected clock: operator and simulator in this process, real HTTP between them, and the real API
// server, whose own clock goes on.
import { startHuaweiSimulator, type HuaweiSimulatorOptions } from "../../../src/cloud/huawei/simulator/index.ts";
import { SECRETS } from "../../../src/controllers/cloudaccount/credentials.ts";
import type { Managed } from "../../../src/controllers/lifecycle/resource.ts";
import { cloudAccount } from "../../../src/crds/cloudaccount/kind.ts";
import { managedAddon } from "../../../src/crds/managedaddon/kind.ts";
import { managedCluster } from "../../../src/crds/managedcluster/kind.ts";
import { managedNode } from "../../../src/crds/managednode/kind.ts";
import { nodePool } from "../../../src/crds/nodepool/kind.ts";
import type { KubeClient } from "../../../src/kube/client.ts";
import type { Clock } from "../../../src/lib/clock.ts";
import { findCondition } from "../../../src/runtime/conditions.ts";
import type { Manifest } from "../environment/resources.ts";
import { controlsOf, type SimulatorControls } from "../clouds/simulator.ts";
import { createTurned, type Turned } from "./turned.ts";

/** Of the IAM user, until somebody changes it. */
export const LOGIN = { username: "fleet", password: "First-password-of-the-fleet", domainName: "shop" } as const;

export const ACCOUNT = "huawei";
const SECRET = "huawei-credentials";

const KINDS = {
  CloudAccount: cloudAccount,
  ManagedCluster: managedCluster,
  NodePool: nodePool,
  ManagedNode: managedNode,
  ManagedAddon: managedAddon,
};

export type FleetKind = keyof typeof KINDS;

export interface FleetOptions {
  readonly simulator?: Partial<HuaweiSimulatorOptions>;
  readonly requestBudget?: { readonly readsPerMinute?: number; readonly writesPerMinute?: number };
}

export interface Fleet extends Pick<Turned, "clock" | "driver" | "namespace" | "log" | "metrics">, AsyncDisposable {
  readonly cloud: SimulatorControls;
  /** Straight to the API server, as administrator, and so is what follows. */
  create(manifest: Manifest): Promise<void>;
  change(kind: FleetKind, name: string, spec: object): Promise<void>;
  remove(kind: FleetKind, name: string): Promise<void>;
  /** Puts another password into the account's Secret. */
  setPassword(password: string): Promise<void>;
  /** As a watch shows them now. */
  all(kind: FleetKind): readonly Managed[];
}

/** Ready, as it is declared now. */
export function isReady({ metadata, status }: Managed): boolean {
  return (
    findCondition(status.conditions, "Ready")?.status === "True" && status.observedGeneration === metadata.generation
  );
}

/** With an account that logs in as LOGIN. Resolves when the operator works. */
export async function startFleet(prefix: string, options: FleetOptions = {}): Promise<Fleet> {
  const turned = await createTurned(prefix, { watched: Object.values(KINDS).map(({ type }) => type) });
  const { namespace, kube } = turned;
  const cloud = turned.keep(await startCloud(turned.cloudClock, options.simulator));
  await createAccount(kube, { namespace, endpoint: cloud.url, requestBudget: options.requestBudget });
  await turned.start();
  return {
    ...turned,
    cloud,
    async create({ kind, metadata, spec }) {
      await kube.create(KINDS[kind as FleetKind].type, { metadata: { ...metadata, namespace }, spec } as Created);
    },
    async change(kind, name, spec) {
      await kube.mergePatch(KINDS[kind].type, { namespace, name }, { spec });
    },
    remove: (kind, name) => kube.delete(KINDS[kind].type, { namespace, name }),
    async setPassword(password) {
      await kube.mergePatch(SECRETS, { namespace, name: SECRET }, { stringData: { password } });
    },
  };
}

type Created = Parameters<KubeClient["create"]>[1];

async function startCloud(clock: Clock, options: FleetOptions["simulator"]): Promise<SimulatorControls> {
  const { username, password, domainName: domain } = LOGIN;
  return controlsOf(
    await startHuaweiSimulator({ listen: "127.0.0.1:0", username, password, domain, ...options, clock }),
  );
}

async function createAccount(
  kube: KubeClient,
  { namespace, endpoint, requestBudget }: { namespace: string; endpoint: string; requestBudget: object | undefined },
): Promise<void> {
  const secret = { metadata: { namespace, name: SECRET }, type: "yunfan.dev/credentials", stringData: LOGIN };
  await kube.create(SECRETS, secret);
  const spec = {
    provider: "HuaweiCCE",
    endpoint,
    region: "cn-north-4",
    tls: { mode: "Plaintext" },
    credentialsSecretRef: { name: SECRET },
    requestBudget,
  };
  await kube.create(cloudAccount.type, { metadata: { namespace, name: ACCOUNT }, spec } as Created);
}
