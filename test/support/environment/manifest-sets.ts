// ManifestSets on a stand: a cluster of the simulated CCE whose kubeconfig leads to another real API server, which tests look at and
// change as colleagues with kubectl there.
import { mkdtemp, readFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { afterAll, beforeAll, vi } from "vitest";
import type { HuaweiSimulatorOptions } from "../../../src/cloud/huawei/simulator/index.ts";
import type { ControlPlaneOptions } from "../../../controlplane/control-plane.ts";
import { readKubeconfig, type ServedKubeconfig } from "../../../src/cloud/simulation/kubeconfig.ts";
import { administratorBy, type ApiObject } from "../apiserver/administrator.ts";
import { type ControlPlane, kubectlOk, startControlPlane, uniqueNamespace } from "../apiserver/controlplane.ts";
import { clusterManifest, HUAWEI, huaweiAccountManifests, type HuaweiSimulator } from "../clouds/huawei/environment.ts";
import type { SimulatorOptions } from "../clouds/simulator.ts";
import { accountManifests, createStandOn, CTYUN, type Stand } from "./environment.ts";
import { manifestSetManifest } from "./resources.ts";

export type Json = Readonly<Record<string, unknown>>;

/** An object of a target, as far as tests look at it. */
export interface TargetObject {
  readonly apiVersion: string;
  readonly kind: string;
  readonly metadata: {
    readonly name: string;
    readonly namespace?: string;
    readonly uid: string;
    readonly resourceVersion: string;
    readonly generation?: number;
    readonly labels?: Readonly<Record<string, string>>;
    readonly annotations?: Readonly<Record<string, string>>;
    readonly finalizers?: readonly string[];
    readonly deletionTimestamp?: string;
    readonly managedFields?: readonly { readonly manager: string }[];
  };
  readonly spec?: Json;
  readonly data?: Readonly<Record<string, string>>;
  readonly [member: string]: unknown;
}

export interface Target {
  readonly plane: ControlPlane;
  /** As administrator there. */
  kubectl(...args: readonly string[]): Promise<string>;
  apply(...objects: readonly object[]): Promise<void>;
  /** Undefined where it is not there. */
  get(kind: string, name: string, namespace?: string): Promise<TargetObject | undefined>;
  /** A namespace that nobody else has. */
  namespace(prefix: string): Promise<string>;
  /** Requests of the operator, by verb and URI, from the audit log. */
  requests(): Promise<readonly TargetRequest[]>;
}

export interface TargetRequest {
  readonly verb: string;
  readonly uri: string;
  readonly code: number;
  readonly user: string;
  readonly impersonated: string | undefined;
}

/** What a colleague with kubectl sees and changes. */
export type ReachedTarget = Omit<Target, "plane" | "requests">;

export async function startTarget(options: Partial<ControlPlaneOptions> & { auditLogPath: string }): Promise<Target> {
  const plane = await startControlPlane(options);
  return {
    ...targetOn(plane),
    plane,
    async requests() {
      const lines = (await readFile(options.auditLogPath, "utf8")).trim().split("\n");
      return lines
        .map((line) => JSON.parse(line) as AuditEntry)
        .filter(({ userAgent = "" }) => userAgent.startsWith("yunfan/"))
        .map(requestOf);
    },
  };
}

/** On a control plane that runs. */
export function targetOn({ kubectl, kubeconfigPath }: Pick<ControlPlane, "kubectl" | "kubeconfigPath">): ReachedTarget {
  const administrator = administratorBy(kubeconfigPath);
  return {
    kubectl: (...args) => kubectlOk(kubectl, args),
    async apply(...objects) {
      for (const object of objects) await administrator.own(object as ApiObject, "colleague");
    },
    get: (kind, name, namespace) => administrator.read({ kind, name, namespace }),
    namespace: (prefix) => uniqueNamespace(kubectl, prefix),
  };
}

interface AuditEntry {
  readonly verb: string;
  readonly requestURI: string;
  readonly userAgent?: string;
  readonly user: { readonly username: string };
  readonly impersonatedUser?: { readonly username: string };
  readonly responseStatus?: { readonly code?: number };
}

function requestOf({ verb, requestURI, responseStatus, user, impersonatedUser }: AuditEntry): TargetRequest {
  const { code = 0 } = responseStatus ?? {};
  return { verb, uri: requestURI, code, user: user.username, impersonated: impersonatedUser?.username };
}

/** Changes of objects, whoever made them anew. */
export function isWrite({ verb }: TargetRequest): boolean {
  return ["create", "update", "patch", "delete", "deletecollection"].includes(verb);
}

export interface SetStand extends Stand<HuaweiSimulator, Partial<HuaweiSimulatorOptions>> {
  readonly target: Target;
  /** Requests in a namespace of the target. */
  requestsIn(namespace: string): Promise<readonly TargetRequest[]>;
}

/** With a ManagedCluster production, available, its kubeconfig published, over the target. */
export async function createSetStand(prefix: string, target: Target): Promise<SetStand> {
  const kubeconfig = await readKubeconfig(target.plane.kubeconfigPath);
  const cloud = { ...HUAWEI, kinds: ["cloudaccounts", "managedclusters", "manifestsets"] };
  const stand = await createStandOn(cloud, prefix, { kubeconfig });
  return {
    ...stand,
    target,
    async requestsIn(namespace) {
      return (await target.requests()).filter(({ uri }) => uri.includes(`/namespaces/${namespace}`));
    },
  };
}

/** The account and the cluster; resolves when sets can work in it. */
export async function standCluster(stand: SetStand, name = "production", spec: object = {}): Promise<void> {
  const { id } = (await stand.simulator.behindOurBack("POST", "clusters", { name })) as { id: string };
  const cluster = clusterManifest(name, { accountRef: { name: "huawei" }, externalId: id, ...spec });
  await stand.apply(...huaweiAccountManifests(stand.simulator), cluster);
  await stand.reaches(`managedcluster/${name}`, "Available");
}

/** A cluster of an account of its own, both of that name, behind which the target is reached by this kubeconfig. */
export async function clusterBehind(
  stand: SetStand,
  name: string,
  kubeconfig: ServedKubeconfig,
): Promise<HuaweiSimulator> {
  const simulator = await stand.cloud(name, { kubeconfig });
  const { id } = (await simulator.behindOurBack("POST", "clusters", { name })) as { id: string };
  await stand.apply(clusterManifest(name, { accountRef: { name }, externalId: id }));
  await stand.reaches(`managedcluster/${name}`, "Available");
  return simulator;
}

/** For a file's tests: an operator, the cluster and its target, from before the first test to after the last. */
export function useSetStand(prefix: string, options: Partial<ControlPlaneOptions> = {}): () => SetStand {
  let stand: SetStand;
  beforeAll(async () => {
    const directory = await mkdtemp(path.join(tmpdir(), `${prefix}-`));
    const target = await startTarget({ auditLogPath: path.join(directory, "audit.log"), ...options });
    stand = await createSetStand(prefix, target);
    await stand.operator({ flags: ["--no-leader-elect"] }).ready;
    await standCluster(stand);
  });
  afterAll(async () => {
    await stand[Symbol.asyncDispose]();
    await stand.target.plane.stop();
  });
  return () => stand;
}

export interface AccountStand extends Stand {
  readonly target: Target;
}

/** For a file's tests: an operator, a CTYUN account, and the API server that its namespaces are on. */
export function useAccountStand(prefix: string, options: SimulatorOptions = {}): () => AccountStand {
  let stand: AccountStand;
  beforeAll(async () => {
    const directory = await mkdtemp(path.join(tmpdir(), `${prefix}-`));
    const target = await startTarget({ auditLogPath: path.join(directory, "audit.log") });
    const kinds = ["cloudaccounts", "manifestsets"];
    const kubeconfig = target.plane.kubeconfigPath;
    stand = Object.assign(await createStandOn({ ...CTYUN, kinds }, prefix, { kubeconfig, speed: 20, ...options }), {
      target,
    });
    const requestBudget = { readsPerMinute: 60_000, writesPerMinute: 60_000 };
    await stand.operator({ flags: ["--no-leader-elect", "--metrics-bind-address", "127.0.0.1:0"] }).ready;
    await stand.apply(...accountManifests(stand.simulator, { spec: { requestBudget } }));
    await stand.reaches("cloudaccount/ctyun", "Verified");
  });
  afterAll(async () => {
    await stand[Symbol.asyncDispose]();
    await stand.target.plane.stop();
  });
  return () => stand;
}

/** A set of the account ctyun that looks for drift every 5 s, the least there is. */
export function accountSetManifest(name: string, spec: object = {}): object {
  return {
    apiVersion: "yunfan.dev/v1alpha1",
    kind: "ManifestSet",
    metadata: { name },
    spec: { accountRef: { name: "ctyun" }, driftIntervalSeconds: 5, ...spec },
  };
}

/** A set in the cluster production that looks for drift every 5 s, the least there is. */
export function setManifest(name: string, spec: object = {}, metadata: object = {}): object {
  return manifestSetManifest({ metadata: { name, ...metadata }, spec: { driftIntervalSeconds: 5, ...spec } });
}

/** Waits until it is there and `check` holds; resolves with it. */
export async function targetShows(
  { target }: { readonly target: ReachedTarget },
  [kind, name, namespace]: readonly [string, string, string?],
  check: (object: TargetObject) => boolean = () => true,
): Promise<TargetObject> {
  return vi.waitFor(
    async () => {
      const found = await target.get(kind, name, namespace);
      if (!found || !check(found)) throw new Error(`${kind} ${name} is not as it should be: ${JSON.stringify(found)}`);
      return found;
    },
    { timeout: 30_000, interval: 100 },
  );
}

export async function targetLacks(
  { target }: { readonly target: ReachedTarget },
  ...[kind, name, namespace]: readonly [string, string, string?]
): Promise<void> {
  await vi.waitFor(
    async () => {
      if (await target.get(kind, name, namespace)) throw new Error(`${kind} ${name} is there`);
    },
    { timeout: 30_000, interval: 100 },
  );
}

/** What a controller would say of a Deployment whose pods run; they are as many as it wants. */
export async function becomesAvailable(
  { target }: { readonly target: ReachedTarget },
  name: string,
  namespace: string,
): Promise<void> {
  const { metadata, spec } = await targetShows({ target }, ["deployment", name, namespace]);
  const replicas = Number(spec?.["replicas"] ?? 1);
  const status = {
    observedGeneration: metadata.generation,
    ...(replicas > 0 && { replicas, updatedReplicas: replicas, readyReplicas: replicas, availableReplicas: replicas }),
    conditions: [
      { type: "Available", status: "True", reason: "MinimumReplicasAvailable", message: "" },
      { type: "Progressing", status: "True", reason: "NewReplicaSetAvailable", message: "" },
    ],
  };
  const patch = ["--subresource=status", "--type=merge", "-p", JSON.stringify({ status })];
  await target.kubectl("patch", "deployment", name, "--namespace", namespace, ...patch);
}

export function configMap(
  name: string,
  data: Readonly<Record<string, string>> = { level: "info" },
  metadata: object = {},
): Json {
  return { apiVersion: "v1", kind: "ConfigMap", metadata: { name, ...metadata }, data };
}

/** No pods: without a controller manager it counts as healthy when its status says so. */
export function deployment(name: string, spec: object = {}, metadata: object = {}): Json {
  return {
    apiVersion: "apps/v1",
    kind: "Deployment",
    metadata: { name, ...metadata },
    spec: {
      replicas: 2,
      selector: { matchLabels: { app: name } },
      template: { metadata: { labels: { app: name } }, spec: { containers: [{ name: "web", image: "nginx:1.27" }] } },
      ...spec,
    },
  };
}
