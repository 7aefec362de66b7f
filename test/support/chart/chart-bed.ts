// Where charts are installed: a control plane of their own, real helm on it, simulators with the samples, and the operator as the
// installed Deployment starts it.
import { randomUUID } from "node:crypto";
import { mkdtemp, readdir } from "node:fs/promises";
import path from "node:path";
import { parseAllDocuments } from "yaml";
import { samplesFor } from "../../../demo/samples.ts";
import { resourceRules } from "../../../src/cli/rbac.ts";
import { GROUP } from "../../../src/crds/kind.ts";
import { type ControlPlane, kubectlOk, startControlPlane } from "../apiserver/controlplane.ts";
import { CHART, createHelm, helmOk, type Helm, objectsOf, operatorFlagsOf, type Rendered } from "./helm.ts";
import { HUAWEI } from "../clouds/huawei/environment.ts";
import { type Operator, spawnOperator } from "../operator/operator.ts";
import { CREDENTIALS, startSimulator, type LoggedRequest, type SimulatorControls } from "../clouds/simulator.ts";

export const RELEASE = "yunfan";
export const RELEASE_NAMESPACE = "yunfan-system";

/** Kinds that need a cluster behind the simulated one, which is not there. */
const INSIDE: ReadonlySet<string> = new Set(["ManifestSet", "CloudVolumeClaim"]);

const READY_WITHIN = "--timeout=120s";

export interface ChartBed extends AsyncDisposable {
  readonly plane: ControlPlane;
  readonly helm: Helm;
  /** As administrator; throws where it does not end with 0. */
  kubectl(args: readonly string[], input?: string): Promise<string>;
  /** Path of the chart of the tree, packaged as for a release. */
  readonly chart: string;
  /** `helm install` or `helm upgrade` of a chart as release yunfan in yunfan-system; resolves with its CRDs when they are established. */
  deploy(action: "install" | "upgrade", chart: string, flags?: readonly string[]): Promise<readonly string[]>;
  /** Starts a replica: with the arguments of the Deployment that is installed, and a token of its ServiceAccount. */
  operator(identity: string): Promise<Operator>;
  /** Starts the simulators, applies the samples of all clouds, and resolves with how many resources of ours those are. */
  applySamples(): Promise<number>;
  /** Waits until everything of ours in the namespace is Ready. */
  allReady(namespace?: string): Promise<void>;
  /** Has all resources visited anew, and waits for the end of each visit. */
  lookAgain(): Promise<void>;
  /** Every write that changed one of the clouds. */
  effects(): Promise<LoggedRequest[]>;
  /** Namespace, name and uid of everything of ours. */
  resources(): Promise<string[]>;
}

/**
 * An earlier operator is played by the tree's, which reads what an earlier chart has no rights for, such as ConfigMaps. Kinds that
 * chart does not have, it does without.
 */
async function grantAll(kubectl: ChartBed["kubectl"]): Promise<void> {
  const metadata = { name: "yunfan-reads-all" };
  const rbac = { apiVersion: "rbac.authorization.k8s.io/v1", metadata };
  const roleRef = { apiGroup: "rbac.authorization.k8s.io", kind: "ClusterRole", name: metadata.name };
  const subjects = [{ kind: "Group", apiGroup: roleRef.apiGroup, name: `system:serviceaccounts:${RELEASE_NAMESPACE}` }];
  const items = [
    { ...rbac, kind: "ClusterRole", rules: resourceRules },
    { ...rbac, kind: "ClusterRoleBinding", roleRef, subjects },
  ];
  await kubectl(["apply", "-f", "-"], JSON.stringify({ apiVersion: "v1", kind: "List", items }));
}

/** `auditLogPath`: where the API server notes every request. */
export async function createChartBed(options: { auditLogPath?: string } = {}): Promise<ChartBed> {
  const plane = await startControlPlane(options);
  const helm = await createHelm({ kubeconfigPath: plane.kubeconfigPath });
  const kubectl = (args: readonly string[], input?: string): Promise<string> => kubectlOk(plane.kubectl, args, input);
  const simulators: SimulatorControls[] = [];
  const operators: Operator[] = [];
  const release = ["--namespace", RELEASE_NAMESPACE];
  /** By what is installed: an earlier chart has fewer. */
  const crds = async (): Promise<string[]> =>
    (await kubectl(["get", "crd", "-o", "name"]))
      .split("\n")
      .filter((name) => name.endsWith(`.${GROUP}`))
      .map((name) => name.slice(name.indexOf("/") + 1));
  const ours = async (): Promise<string> => (await crds()).join(",");
  const own = await packageChart(helm, plane.directory);
  /** Of kinds that the installed chart has; a set of objects needs a cluster to put them into, which test/docs/quickstart.test.ts gives it. */
  const applicable = async (samples: string): Promise<{ kind: string }[]> => {
    const served = (await kubectl(["get", "crd", "-o", "jsonpath={.items[*].spec.names.kind}"])).split(" ");
    const wanted = new Set(["Secret", ...served.filter((kind) => !INSIDE.has(kind))]);
    const objects = parseAllDocuments(samples).map((document) => document.toJS() as { kind: string });
    return objects.filter(({ kind }) => wanted.has(kind));
  };
  return {
    plane,
    helm,
    kubectl,
    chart: own,
    async deploy(action, chart, flags = []) {
      const create = action === "install" ? ["--create-namespace"] : [];
      await helmOk(helm, [action, RELEASE, chart, ...release, ...create, ...flags]);
      if (chart !== own) await grantAll(kubectl);
      const made = await crds();
      const all = made.map((name) => `crd/${name}`);
      await kubectl(["wait", "--for=condition=Established", "--timeout=60s", ...all]);
      return made;
    },
    async operator(identity) {
      const operator = await startReplica({ plane, kubectl }, identity);
      operators.push(operator);
      return operator;
    },
    async applySamples() {
      let applied = 0;
      const clouds = { ctyun: await startSimulator(), huawei: await HUAWEI.start(undefined) };
      for (const [folder, simulator] of Object.entries(clouds)) {
        simulators.push(simulator);
        const samples = await samplesFor({ folder, url: simulator.url, credentials: CREDENTIALS });
        const items = await applicable(samples.yaml);
        // Fields that an earlier chart does not have are left out.
        const list = JSON.stringify({ apiVersion: "v1", kind: "List", items });
        await kubectl(["apply", "--validate=warn", "-f", "-"], list);
        applied += items.filter(({ kind }) => kind !== "Secret").length;
      }
      return applied;
    },
    async allReady(namespace = "default") {
      await kubectl(["wait", "--for=condition=Ready", READY_WITHIN, "--all", await ours(), "-n", namespace]);
    },
    async lookAgain() {
      const value = randomUUID();
      await kubectl(["annotate", await ours(), "--all", "-A", "--overwrite", `yunfan.dev/reconcile-at=${value}`]);
      const visited = `--for=jsonpath={.status.lastHandledReconcileAt}=${value}`;
      await kubectl(["wait", visited, READY_WITHIN, "--all", await ours(), "-A"]);
    },
    effects: async () => (await Promise.all(simulators.map((each) => each.effects()))).flat(),
    async resources() {
      const columns = "NS:.metadata.namespace,NAME:.metadata.name,UID:.metadata.uid";
      const list = await kubectl(["get", await ours(), "-A", "--no-headers", "-o", `custom-columns=${columns}`]);
      return list
        .split("\n")
        .map((line) => line.trim().replaceAll(/\s+/g, " "))
        .filter((line) => line !== "")
        .sort();
    },
    async [Symbol.asyncDispose]() {
      await Promise.all([...operators, ...simulators].map((each) => each[Symbol.asyncDispose]()));
      await plane.stop();
    },
  };
}

async function packageChart(helm: Helm, below: string): Promise<string> {
  const folder = await mkdtemp(path.join(below, "chart-"));
  await helmOk(helm, ["package", CHART, "--destination", folder]);
  const [file = ""] = await readdir(folder);
  return path.join(folder, file);
}

async function startReplica(
  { plane, kubectl }: Pick<ChartBed, "plane" | "kubectl">,
  identity: string,
): Promise<Operator> {
  const yaml = await kubectl(["get", "deployment", RELEASE, "-n", RELEASE_NAMESPACE, "-o", "yaml"]);
  const deployment = objectsOf(yaml);
  const name = serviceAccountOf(deployment[0]);
  const kubeconfig = await plane.serviceAccountKubeconfig({ namespace: RELEASE_NAMESPACE, name });
  return spawnOperator({ kubeconfig, identity, flags: operatorFlagsOf(deployment) });
}

function serviceAccountOf(deployment: Rendered | undefined): string {
  const { spec } = deployment as unknown as { spec: { template: { spec: { serviceAccountName: string } } } };
  return spec.template.spec.serviceAccountName;
}
