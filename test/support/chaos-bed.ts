// Where chaos happens: a stand whose cloud holds other people's things, the operator behind a fault proxy, and writes that go
// straight to the API server, because a kubectl for each of hundreds would be most of the load.
import { readFile, writeFile } from "node:fs/promises";
import path from "node:path";
import { parse } from "yaml";
import { renderKubeconfig } from "../../controlplane/kubeconfig.ts";
import { SECRETS } from "../../src/controllers/cloudaccount/steps.ts";
import { OWNER_LABEL } from "../../src/controllers/publishing/secrets.ts";
import { cloudAccount } from "../../src/crds/cloudaccount/schema.ts";
import { registryProject, type RegistryProject } from "../../src/crds/registryproject/schema.ts";
import { HttpKubeClient, type KubeClient } from "../../src/kube/client.ts";
import { loadKubeConfig } from "../../src/kube/kubeconfig.ts";
import type { KubeObject, ResourceType } from "../../src/kube/types.ts";
import { sharedControlPlane } from "./controlplane.ts";
import { type FaultProxy, faultProxyOptionsOf, startFaultProxy } from "./fault-proxy.ts";
import { accountManifests } from "./manifests.ts";
import type { Operator } from "./operator.ts";
import { registryProjectManifest } from "./resources.ts";
import type { LoggedRequest, SimulatedProject } from "./simulator.ts";
import { createStand, type Stand } from "./stand.ts";
import { transportOf } from "./transports.ts";

export type Visibility = RegistryProject["spec"]["visibility"];

export interface BedOptions {
  readonly duplicateNames?: "Refuse" | "Allow";
  readonly maxPageSize?: number;
  /** 2 where unset. */
  readonly settleWindowSeconds?: number;
}

/** What the cloud holds. */
export interface CloudState {
  readonly projects: readonly SimulatedProject[];
  readonly images: readonly object[];
}

export interface Bed extends AsyncDisposable {
  readonly stand: Stand;
  /** Between the operators and the API server. */
  readonly proxy: FaultProxy;
  /** Straight, as administrator. */
  readonly kube: KubeClient;
  /** What was there before. */
  readonly bystanders: CloudState;
  /** Starts an operator behind the proxy. */
  start(): Operator;
  /** Kills the operator started last, and resolves when it is dead. */
  kill(): Promise<void>;
  /** Account and credentials for the stand's simulator. */
  addAccount(name: string, spec?: object): Promise<void>;
  add(name: string, spec?: Record<string, unknown>): Promise<void>;
  change(name: string, spec: object): Promise<void>;
  remove(type: ResourceType, name: string): Promise<void>;
  /** All RegistryProjects there are now. */
  list(): Promise<readonly RegistryProject[]>;
  /** Names of the Secrets that operators published in the namespace. */
  published(): Promise<readonly string[]>;
  /** All that the cloud holds, other people's things included. */
  cloud(): Promise<CloudState>;
  /** The cloud's log after entry `seq`. */
  requestsSince(seq: number): Promise<readonly LoggedRequest[]>;
}

export async function createBed(prefix: string, options: BedOptions = {}): Promise<Bed> {
  const { settleWindowSeconds = 2, ...simulatorOptions } = options;
  const stand = await createStand(prefix, simulatorOptions);
  const { kubeconfigPath } = sharedControlPlane();
  const { server, caPem } = await faultProxyOptionsOf(kubeconfigPath);
  const proxy = await startFaultProxy({ server, caPem });
  const kubeconfig = path.join(path.dirname(kubeconfigPath), `${stand.namespace}.kubeconfig`);
  await writeFile(kubeconfig, await throughProxy(stand.kubeconfig, proxy.url, caPem), { mode: 0o600 });
  const transport = transportOf(loadKubeConfig({ path: kubeconfigPath }));
  const kube = new HttpKubeClient(transport);
  const { namespace, simulator } = stand;
  const create = (type: ResourceType, { metadata, ...rest }: Manifest): Promise<KubeObject> =>
    kube.create(type, { ...rest, metadata: { ...metadata, namespace } });
  const cloud = async (): Promise<CloudState> => {
    const response = await fetch(`${simulator.url}/_simulator/state`);
    return (await response.json()) as CloudState;
  };
  await seedBystanders(stand);
  return {
    stand,
    proxy,
    kube,
    bystanders: await cloud(),
    start: () =>
      stand.operator({ kubeconfig, flags: ["--no-leader-elect", "--settle-window", String(settleWindowSeconds)] }),
    async kill() {
      const operator = stand.operators.at(-1);
      operator?.kill("SIGKILL");
      await operator?.ended;
    },
    async addAccount(name, spec) {
      const [secret, account] = accountManifests(simulator, { name, ...(spec && { spec }) }) as [Manifest, Manifest];
      await create(SECRETS, secret);
      await create(cloudAccount.type, account);
    },
    async add(name, spec = {}) {
      await create(registryProject.type, registryProjectManifest({ metadata: { name }, spec: { ...DRIFT, ...spec } }));
    },
    async change(name, spec) {
      await kube.mergePatch(registryProject.type, { namespace, name }, { spec });
    },
    remove: (type, name) => kube.delete(type, { namespace, name }),
    list: async () => (await kube.list<RegistryProject>(registryProject.type, { namespace })).items,
    async published() {
      const { items } = await kube.list(SECRETS, { namespace, labelSelector: OWNER_LABEL, metadataOnly: true });
      return items.map(({ metadata }) => metadata.name);
    },
    cloud,
    requestsSince: async (seq) => (await simulator.requests()).filter((request) => request.seq > seq),
    async [Symbol.asyncDispose]() {
      await stand[Symbol.asyncDispose]();
      await transport[Symbol.asyncDispose]();
      await proxy[Symbol.asyncDispose]();
    },
  };
}

interface Manifest {
  readonly metadata: { readonly name: string };
}

const DRIFT = { driftIntervalSeconds: 5 };

/** A kubeconfig with the same token for the proxy. */
async function throughProxy(kubeconfig: string, url: string, caPem: string): Promise<string> {
  const { users } = parse(await readFile(kubeconfig, "utf8")) as { users: [{ user: { token: string } }] };
  return renderKubeconfig({ server: url, caPem }, "operator", { token: users[0].user.token });
}

/** What nobody may touch: somebody's public and private projects, and one of ours that no resource names. */
async function seedBystanders({ simulator }: Stand): Promise<void> {
  for (const project of [
    { name: "bystander-ours", public: false },
    { name: "bystander-public", public: true, owner: "somebody" },
    { name: "bystander-private", public: false, owner: "somebody" },
  ]) {
    await simulator.behindOurBack("POST", "projects", project);
    await simulator.behindOurBack("POST", "images", { repository: `${project.name}/app`, tag: "1" });
  }
}
