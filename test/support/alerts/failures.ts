// Operators in trouble of every kind that there is an alert for, beside one that is well; all of them real, as is the trouble.
import { writeFile } from "node:fs/promises";
import path from "node:path";
import { throughProxy } from "../chaos/bed.ts";
import { sharedControlPlane } from "../apiserver/controlplane.ts";
import { faultProxyOptionsOf, startFaultProxy, type FaultProxy } from "../apiserver/fault-proxy.ts";
import { BCS, sinkManifest, type BcsSimulator } from "../clouds/bcs/environment.ts";
import { clusterManifest, HUAWEI, huaweiAccountManifests, type HuaweiSimulator } from "../clouds/huawei/environment.ts";
import {
  accountManifests,
  createStand,
  createStandOn,
  CTYUN,
  projectManifest,
  type Stand,
} from "../environment/environment.ts";
import { managedNodeManifest } from "../environment/resources.ts";

export interface Ill extends AsyncDisposable {
  /** Where each is scraped. */
  readonly ports: Readonly<Record<"ill" | "cut" | "calm", number>>;
  /** What is an event and no state: somebody takes the finalizer off a resource whose deletion is stuck. */
  takeFinalizer(): Promise<void>;
}

const WITH_NODES = { ...CTYUN, kinds: [...CTYUN.kinds, "managedclusters", "managednodes"] };
const METRICS = ["--metrics-bind-address", "127.0.0.1:0"];
const names = (prefix: string, count: number): string[] =>
  Array.from({ length: count }, (_, index) => `${prefix}-${index}`);

/** Resolves when all of it has gone wrong. */
export async function createIll(): Promise<Ill> {
  await using made = new AsyncDisposableStack();
  const [stand, calm] = await Promise.all([createStandOn(WITH_NODES, "alerts-ill"), createStand("alerts-calm")]);
  made.use(stand);
  made.use(calm);
  const proxy = made.use(await startProxy());
  const store = made.use(await BCS.start({}));
  const servers = made.use(await HUAWEI.start({}));
  const [calmPort, illPort, cutPort] = [
    await beCalm(calm),
    await beIll(stand, store, servers),
    await beCut(stand, proxy),
  ];
  const all = made.move();
  return {
    ports: { ill: illPort, cut: cutPort, calm: calmPort },
    takeFinalizer: () => stand.edit("registryproject/taken", { metadata: { finalizers: null } }),
    [Symbol.asyncDispose]: () => all.disposeAsync(),
  };
}

/** A leader with an account and projects that are as declared, and are looked at every 5 s. */
async function beCalm(stand: Stand): Promise<number> {
  const operator = stand.operator({ identity: "calm", flags: METRICS });
  await stand.apply(...accountManifests(stand.simulator), ...names("calm", 3).map((name) => projectManifest(name)));
  for (const name of names("calm", 3)) await stand.reaches(`registryproject/${name}`, "Available");
  return (await operator.ready).metricsPort!;
}

async function startProxy(): Promise<FaultProxy> {
  const { server, caPem } = await faultProxyOptionsOf(sharedControlPlane().kubeconfigPath);
  return startFaultProxy({ server, caPem });
}

/** Waits for the lease that another one holds, and then loses the API server. */
async function beCut(stand: Stand, proxy: FaultProxy): Promise<number> {
  const { kubeconfigPath } = sharedControlPlane();
  const { caPem } = await faultProxyOptionsOf(kubeconfigPath);
  const kubeconfig = path.join(path.dirname(kubeconfigPath), `${stand.namespace}-cut.kubeconfig`);
  await writeFile(kubeconfig, await throughProxy(stand.kubeconfig, proxy.url, caPem), { mode: 0o600 });
  const operator = stand.operator({ kubeconfig, identity: "cut", flags: METRICS });
  const { port } = await operator.said("Listening");
  // Its caches are complete then.
  await operator.said("Waiting for the lease");
  await proxy.goDown();
  return port as number;
}

/** One worker for accounts, so that accounts that do not answer hold up the others; enough for the projects of all clouds. */
async function beIll(stand: Stand, store: BcsSimulator, servers: HuaweiSimulator): Promise<number> {
  const workers = ["--concurrency", "CloudAccount=1", "--concurrency", "RegistryProject=60"];
  const { metricsPort } = await stand.operator({ identity: "ill", flags: [...METRICS, ...workers] }).ready;
  // Before the accounts that take the one worker for theirs.
  await beAbnormal(stand, servers);
  const projects = (account: string, count: number): object[] =>
    names(account, count).map((name) => projectManifest(name, { accountRef: { name: account } }));
  const clouds = { down: await stand.cloud("down"), busy: await stand.cloud("busy"), kept: await stand.cloud("kept") };

  const stuck = ["stuck", "taken"].map((name) => projectManifest(name, { accountRef: { name: "kept" } }));
  const refused = projectManifest("refused", { accountRef: { name: "kept" }, cloudName: "a--b" });
  await stand.apply(...stuck, refused, ...wrongAccount(stand), ...(await tightAccount(stand)));
  await stand.apply(...BCS.accountManifests(store, { name: "store" }));
  await stand.reaches("cloudaccount/tight", "Verified");
  await stand.reaches("cloudaccount/store", "Verified");
  await stand.apply(...projects("tight", 12));
  for (const name of ["stuck", "taken"]) await stand.reaches(`registryproject/${name}`, "Available");
  await stand.reaches("registryproject/refused", "NameRefused");
  await stand.reaches("cloudaccount/wrong", "CredentialsRejected");

  const always = { action: "Status", method: ".*", times: 0 };
  await clouds.down.setFaults([{ ...always, status: 503 }]);
  await clouds.busy.setFaults([{ ...always, status: 429 }]);
  await clouds.kept.setFaults([{ ...always, status: 503, method: "DELETE" }]);
  await store.setFaults([{ ...always, status: 503, method: "PUT" }]);
  await stand.apply(sinkManifest("behind", { accountRef: { name: "store" } }));
  for (const name of ["stuck", "taken"]) await stand.remove(`registryproject/${name}`);
  await stand.apply(...projects("down", 30), ...projects("busy", 5), ...(await deafAccounts(stand)));
  await stand.reaches("registryproject/down-0", "CloudUnavailable");
  return metricsPort!;
}

/** A node that worked, and does not any more. */
async function beAbnormal(stand: Stand, cloud: HuaweiSimulator): Promise<void> {
  const { id } = (await cloud.behindOurBack("POST", "clusters", { name: "production" })) as { id: string };
  const spec = { clusterRef: { name: "production" }, driftIntervalSeconds: 5 };
  await stand.apply(
    ...huaweiAccountManifests(cloud),
    clusterManifest("production", { externalId: id }),
    managedNodeManifest({ metadata: { name: "abnormal" }, spec }),
  );
  await stand.reaches("managednode/abnormal", "Available");
  const { status } = (await stand.read("managednode/abnormal"))!;
  await cloud.behindOurBack("PATCH", `nodes/${status.externalId}`, { phase: "Abnormal" });
  await stand.reaches("managednode/abnormal", "NodeAbnormal");
}

function wrongAccount({ simulator }: Stand): object[] {
  const stringData = { accessKey: "wrong-access-key", secretKey: "wrong-secret-key" };
  return accountManifests(simulator, { name: "wrong", stringData });
}

/** It may write six times a minute. */
async function tightAccount(stand: Stand): Promise<object[]> {
  const requestBudget = { writesPerMinute: 6 };
  const spec = { requestBudget, driftIntervalSeconds: 3600 };
  return accountManifests(await stand.anotherSimulator(), { name: "tight", spec });
}

/** Accounts whose cloud accepts requests and never answers. */
async function deafAccounts(stand: Stand): Promise<object[]> {
  const simulator = await stand.anotherSimulator();
  await simulator.setFaults([{ action: "Hold", method: ".*", times: 0 }]);
  return names("deaf", 8).flatMap((name) => accountManifests(simulator, { name }));
}
