// Where uninstalls and deleted namespaces are tried out: a control plane of its own, with the controllers of namespaces and of
// garbage, Yunfan installed from its manifests, both simulated clouds, and an operator that watches everything.
import path from "node:path";
import { crdFiles } from "../../../src/crds/yaml.ts";
import { kinds } from "../../../src/crds/kinds.ts";
import { HttpKubeClient, type KubeClient } from "../../../src/kube/client.ts";
import { isNotFound } from "../../../src/kube/errors.ts";
import { loadKubeConfig } from "../../../src/kube/kubeconfig.ts";
import type { KubeObject } from "../../../src/kube/types.ts";
import { CRDS, NAMESPACES } from "../../../src/controllers/lifecycle/live-metadata.ts";
import { addonManifest, poolManifest } from "./cluster-members.ts";
import { type ControlPlane, kubectlOk, startControlPlane } from "../apiserver/controlplane.ts";
import { clusterManifest, HUAWEI, type HuaweiSimulator, huaweiAccountManifests } from "../clouds/huawei/environment.ts";
import { accountManifests, projectManifest, yaml } from "./manifests.ts";
import { type Operator, spawnOperator } from "../operator/operator.ts";
import { type LoggedRequest, type Simulator, startSimulator } from "../clouds/simulator.ts";
import type { Resource } from "./status-watch.ts";
import { transportOf } from "../apiserver/transports.ts";

const MANIFESTS = path.resolve(import.meta.dirname, "../../../manifests");
/** Namespace of the accounts and their Secrets, which outlives the others. */
export const ACCOUNTS = "accounts";
/** What `everything` makes, as plural/name. */
export const RESOURCES = [
  "registryprojects/shop",
  "managedclusters/production",
  "nodepools/workers",
  "managedaddons/metrics-server",
];

/** Of accounts, and of what `everything` makes. */
export const CRD_NAMES = kinds
  .filter(
    ({ type: { plural } }) => plural === "cloudaccounts" || RESOURCES.some((name) => name.startsWith(`${plural}/`)),
  )
  .map(({ type }) => `${type.plural}.${type.group}`);

/** Where a name is asked for, it is namespace/plural/name. */
export interface SafetyBed extends AsyncDisposable {
  readonly plane: ControlPlane;
  /** Straight, as administrator. */
  readonly kube: KubeClient;
  readonly ctyun: Simulator;
  readonly huawei: HuaweiSimulator;
  /** All started so far. */
  readonly operators: readonly Operator[];
  operator(flags?: readonly string[], kubeconfig?: string): Operator;
  /** SIGKILL to the one started last; resolves when it is gone. */
  kill(): Promise<void>;
  install(...files: readonly string[]): Promise<void>;
  /** Makes the namespace where it is not there. */
  apply(namespace: string, ...manifests: readonly object[]): Promise<void>;
  read(name: string): Promise<Resource | undefined>;
  /** Its metadata; undefined where there is none. */
  crd(name: string): Promise<KubeObject | undefined>;
  hasNamespace(name: string): Promise<boolean>;
  /** What Ready says, as "reason: message"; undefined where there is no such resource or it has none yet. */
  ready(name: string): Promise<string | undefined>;
  /** Writes that took effect in either cloud, oldest first. */
  effects(): Promise<readonly LoggedRequest[]>;
}

export async function createSafetyBed({ controllerManager = true } = {}): Promise<SafetyBed> {
  const plane = await startControlPlane({
    ...(controllerManager && { controllers: ["namespaces", "garbage"] as const }),
    log: () => undefined,
  });
  const transport = transportOf(loadKubeConfig({ path: plane.kubeconfigPath }));
  const kube = new HttpKubeClient(transport);
  const [ctyun, huawei] = await Promise.all([startSimulator(), HUAWEI.start({})]);
  const operators: Operator[] = [];
  const install: SafetyBed["install"] = async (...files) => {
    const paths = files.flatMap((file) => ["-f", path.join(MANIFESTS, file)]);
    await kubectlOk(plane.kubectl, ["apply", "--server-side", ...paths]);
    const crds = [...crdFiles().values()].join("---\n");
    await kubectlOk(plane.kubectl, ["wait", "--for=condition=Established", "--timeout=60s", "-f", "-"], crds);
  };
  await install("crds", "rbac.yaml");
  const account = { namespace: "yunfan-system", name: "yunfan" };
  const ownKubeconfig = await plane.serviceAccountKubeconfig(account);
  const read = async (name: string): Promise<Resource | undefined> => {
    const [namespace = "", plural = "", short = ""] = name.split("/");
    const kind = kinds.find(({ type }) => type.plural === plural)!;
    const found = await existing(kube.get<KubeObject>(kind.type, { namespace, name: short }));
    return found as Resource | undefined;
  };
  const bed: SafetyBed = {
    plane,
    kube,
    ctyun,
    huawei,
    operators,
    operator(flags = [], kubeconfig = ownKubeconfig) {
      const usual = ["--no-leader-elect", "--settle-window", "2"];
      const operator = spawnOperator({ kubeconfig, flags: [...usual, ...flags] });
      operators.push(operator);
      return operator;
    },
    async kill() {
      const operator = operators.at(-1);
      operator?.kill("SIGKILL");
      await operator?.ended;
    },
    install,
    async apply(namespace, ...manifests) {
      const documents = [{ apiVersion: "v1", kind: "Namespace", metadata: { name: namespace } }, ...manifests];
      await kubectlOk(plane.kubectl, ["apply", "--namespace", namespace, "-f", "-"], yaml(documents));
    },
    read,
    crd: (name) => existing(kube.get(CRDS, { name }, { metadataOnly: true })),
    hasNamespace: async (name) =>
      (await existing(kube.get(NAMESPACES, { name }, { metadataOnly: true }))) !== undefined,
    async ready(name) {
      const ready = (await read(name))?.status.conditions?.find(({ type }) => type === "Ready");
      return ready && `${ready.reason}: ${ready.message}`;
    },
    effects: async () => [...(await ctyun.effects()), ...(await huawei.effects())],
    async [Symbol.asyncDispose]() {
      await Promise.all(operators.map((operator) => operator[Symbol.asyncDispose]()));
      await Promise.all([transport[Symbol.asyncDispose](), plane.stop()]);
      await Promise.all([ctyun, huawei].map((simulator) => simulator[Symbol.asyncDispose]()));
    },
  };
  return bed;
}

/** Credentials and an account of each cloud. */
export function accounts(bed: SafetyBed, allowedNamespaces: readonly string[] = []): object[] {
  const spec = { allowedNamespaces };
  return [...accountManifests(bed.ctyun, { spec }), ...huaweiAccountManifests(bed.huawei, { spec })];
}

/** One resource of each kind that stands for something in a cloud, named as in RESOURCES; `ids` are those to adopt. */
export function everything({ ids = {}, cloudName = "shop" }: Everything = {}): object[] {
  const from = (name: string): object => ({ accountRef: { name, namespace: ACCOUNTS } });
  const adopting = (name: string): object => (ids[name] === undefined ? {} : { externalId: ids[name] });
  const [project = "", cluster = "", pool = "", addon = ""] = RESOURCES;
  return [
    projectManifest("shop", { ...from("ctyun"), cloudName, ...adopting(project) }),
    clusterManifest("production", { ...from("huawei"), cloudName, ...adopting(cluster) }),
    poolManifest({ name: "production" }, { replicas: 1, ...adopting(pool) }, { name: "workers" }),
    addonManifest({ name: "production" }, adopting(addon), { name: "metrics-server" }),
  ];
}

interface Everything {
  readonly ids?: Readonly<Record<string, string | undefined>>;
  /** In the clouds, of project and cluster. */
  readonly cloudName?: string;
}

async function existing<T>(reading: Promise<T>): Promise<T | undefined> {
  try {
    return await reading;
  } catch (error) {
    if (isNotFound(error)) return undefined;
    throw error;
  }
}
