// Where chaos happens: a stand with the operator behind a fault proxy, and writes that go straight to the API server, because a
// kubectl for each of hundreds would be most of the load.
import { readFile, writeFile } from "node:fs/promises";
import path from "node:path";
import { parse } from "yaml";
import { renderKubeconfig } from "../../../controlplane/kubeconfig.ts";
import { SECRETS } from "../../../src/controllers/cloudaccount/credentials.ts";
import { OWNER_LABEL } from "../../../src/controllers/publishing/secrets.ts";
import { cloudAccount } from "../../../src/crds/cloudaccount/kind.ts";
import { HttpKubeClient, type KubeClient } from "../../../src/kube/client.ts";
import { loadKubeConfig } from "../../../src/kube/kubeconfig.ts";
import type { KubeObject, ResourceType } from "../../../src/kube/types.ts";
import { sharedControlPlane } from "../apiserver/controlplane.ts";
import { type FaultProxy, faultProxyOptionsOf, startFaultProxy } from "../apiserver/fault-proxy.ts";
import type { Operator } from "../operator/operator.ts";
import type { LoggedRequest, SimulatorControls } from "../clouds/simulator.ts";
import type { Stand } from "../environment/environment.ts";
import type { TargetGate } from "../environment/target-proxy.ts";
import { transportOf } from "../apiserver/transports.ts";

/** On whatever cloud. */
export type AnyStand = Stand<SimulatorControls, never>;

export interface Manifest {
  readonly metadata: { readonly name: string };
}

/** What is particular to one cloud. */
export interface Ground {
  readonly stand: AnyStand;
  /** A credentials Secret and an account of that name for the stand's simulator. */
  accountManifests(account: { name: string; spec?: object }): object[];
  /** Whether operators hold a lease; not where unset, so that the next one works at once. */
  readonly leaderElect?: boolean | undefined;
  /** 2 where unset. */
  readonly settleWindowSeconds?: number | undefined;
}

/** `State` is what the cloud holds, as its simulator shows it. */
export interface Bed<State = unknown> extends AsyncDisposable {
  readonly stand: AnyStand;
  /** Between the operators and the API server. */
  readonly proxy: FaultProxy;
  /** Between the operators and a target's API server, where they write there themselves. */
  readonly target?: TargetGate;
  /** Straight, as administrator. */
  readonly kube: KubeClient;
  /** Starts an operator behind the proxy. */
  start(): Operator;
  /** Kills the operator started last, and resolves when it is dead. */
  kill(): Promise<void>;
  /** Account and credentials for the stand's simulator. */
  addAccount(name: string, spec?: object): Promise<void>;
  add(type: ResourceType, manifest: Manifest): Promise<void>;
  /** Merges into the spec. */
  change(type: ResourceType, name: string, spec: object): Promise<void>;
  remove(type: ResourceType, name: string): Promise<void>;
  /** All of that kind there are now. */
  list<T extends KubeObject>(type: ResourceType): Promise<readonly T[]>;
  /** Names of the Secrets that operators published in the namespace. */
  published(): Promise<readonly string[]>;
  /** All that the cloud holds, other people's things included. */
  cloud(): Promise<State>;
  /** The cloud's log after entry `seq`. */
  requestsSince(seq: number): Promise<readonly LoggedRequest[]>;
}

export async function createBed<State>(ground: Ground): Promise<Bed<State>> {
  const { stand, settleWindowSeconds = 2, leaderElect = false } = ground;
  const { kubeconfigPath } = sharedControlPlane();
  const { server, caPem } = await faultProxyOptionsOf(kubeconfigPath);
  const proxy = await startFaultProxy({ server, caPem });
  const kubeconfig = path.join(path.dirname(kubeconfigPath), `${stand.namespace}.kubeconfig`);
  await writeFile(kubeconfig, await throughProxy(stand.kubeconfig, proxy.url, caPem), { mode: 0o600 });
  const transport = transportOf(loadKubeConfig({ path: kubeconfigPath }));
  const kube = new HttpKubeClient(transport);
  const { namespace, simulator } = stand;
  const cloud = async (): Promise<State> => (await simulator.state()) as State;
  const add = async (type: ResourceType, { metadata, ...rest }: Manifest): Promise<void> => {
    await kube.create(type, { ...rest, metadata: { ...metadata, namespace } });
  };
  return {
    stand,
    proxy,
    kube,
    start: () =>
      stand.operator({
        kubeconfig,
        flags: [leaderElect ? "--leader-elect" : "--no-leader-elect", "--settle-window", String(settleWindowSeconds)],
      }),
    async kill() {
      const operator = stand.operators.at(-1);
      operator?.kill("SIGKILL");
      await operator?.ended;
    },
    async addAccount(name, spec) {
      const [secret, account] = ground.accountManifests({ name, ...(spec && { spec }) }) as [Manifest, Manifest];
      await add(SECRETS, secret);
      await add(cloudAccount.type, account);
    },
    add,
    async change(type, name, spec) {
      await kube.mergePatch(type, { namespace, name }, { spec });
    },
    remove: (type, name) => kube.delete(type, { namespace, name }),
    list: async <T extends KubeObject>(type: ResourceType) => (await kube.list<T>(type, { namespace })).items,
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

/** A kubeconfig with the same token for the proxy. */
export async function throughProxy(kubeconfig: string, url: string, caPem: string): Promise<string> {
  const { users } = parse(await readFile(kubeconfig, "utf8")) as { users: [{ user: { token: string } }] };
  return renderKubeconfig({ server: url, caPem }, "operator", { token: users[0].user.token });
}
