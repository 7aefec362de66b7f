// What the killer interrupts of a set, through CTYUN's wrapped paths and through CCE's gateway: its objects are made, changed, pruned and deleted,
// each by one request that the cloud logs.
import { isDeepStrictEqual } from "node:util";
import { expect } from "vitest";
import { readKubeconfig } from "../../../src/cloud/simulation/kubeconfig.ts";
import { managedCluster } from "../../../src/crds/managedcluster/kind.ts";
import { manifestSet } from "../../../src/crds/manifestset/kind.ts";
import type { KubeObject, ResourceType } from "../../../src/kube/types.ts";
import { findCondition, type Condition } from "../../../src/runtime/conditions.ts";
import { sharedControlPlane, uniqueNamespace } from "../apiserver/controlplane.ts";
import { clusterManifest, HUAWEI, huaweiAccountManifests } from "../clouds/huawei/environment.ts";
import type { LoggedRequest } from "../clouds/simulator.ts";
import { accountManifests, createStandOn, CTYUN } from "../environment/environment.ts";
import { accountSetManifest, configMap, setManifest, type Json } from "../environment/manifest-sets.ts";
import { type Bed, createBed, type Manifest } from "./bed.ts";
import { type Course, effectsFrom, type Phase } from "./kills.ts";
import { convergence } from "./outcome.ts";

export type SetChannel = "wrapped" | "gateway";

interface SetBed extends Bed {
  /** Of the objects. The same in every round: the paths of a boundary have it. */
  readonly namespace: string;
  readonly setOf: (name: string, manifests: readonly Json[]) => object;
}

/** Rounds go on one after the other: they share a namespace. */
export function setCourse(channel: SetChannel): Course<SetBed> {
  return { open: () => (channel === "wrapped" ? openWrapped() : openGateway()), phases };
}

const CONFIG_MAPS: ResourceType = {
  group: "",
  version: "v1",
  plural: "configmaps",
  kind: "ConfigMap",
  namespaced: true,
};
const SERVICES: ResourceType = { ...CONFIG_MAPS, plural: "services", kind: "Service" };
const SET_LABEL = "yunfan.dev/manifestset-uid";

/** With a kill and a new start on the way. Generous: both cores may be busy with other tests. */
const REACHED_WITHIN_MS = 80_000;

const BUDGET = { requestBudget: { readsPerMinute: 60_000, writesPerMinute: 60_000 } };

async function openWrapped(): Promise<SetBed> {
  const { kubeconfigPath: kubeconfig, kubectl } = sharedControlPlane();
  const cloud = { ...CTYUN, kinds: ["cloudaccounts", "manifestsets"] };
  const stand = await createStandOn(cloud, "chaos-set-wrapped", { kubeconfig });
  const bed = await createBed({
    stand,
    accountManifests: ({ name }) => accountManifests(stand.simulator, { name, spec: BUDGET }),
  });
  bed.start();
  await bed.addAccount("ctyun");
  await stand.reaches("cloudaccount/ctyun", "Verified");
  const namespace = await uniqueNamespace(kubectl, "chaos-wrapped");
  return {
    ...bed,
    namespace,
    setOf: (name, manifests) => accountSetManifest(name, { targetNamespace: namespace, manifests }),
  };
}

async function openGateway(): Promise<SetBed> {
  const { kubeconfigPath, kubectl } = sharedControlPlane();
  const cloud = { ...HUAWEI, kinds: ["cloudaccounts", "managedclusters", "manifestsets"] };
  const stand = await createStandOn(cloud, "chaos-set-gateway", { kubeconfig: await readKubeconfig(kubeconfigPath) });
  const bed = await createBed({
    stand,
    accountManifests: ({ name }) => huaweiAccountManifests(stand.simulator, { name, spec: BUDGET }),
  });
  bed.start();
  await bed.addAccount("huawei");
  const { id } = (await stand.simulator.behindOurBack("POST", "clusters", { name: "production" })) as { id: string };
  const spec = { accountRef: { name: "huawei" }, externalId: id, manifests: { route: "Gateway" } };
  await bed.add(managedCluster.type, clusterManifest("production", spec) as Manifest);
  await stand.reaches("managedcluster/production", "Available");
  const namespace = await uniqueNamespace(kubectl, "chaos-gateway");
  return {
    ...bed,
    namespace,
    setOf: (name, manifests) => setManifest(name, { targetNamespace: namespace, manifests }),
  };
}

type PhaseName = "create" | "change" | "prune" | "remove";

/** What changes the target, as often as it may: neither less nor more. */
const ONCE: Readonly<Record<PhaseName, readonly string[]>> = {
  create: ["POST configmaps", "POST configmaps", "POST services"],
  change: ["PUT configmaps"],
  prune: ["DELETE configmaps"],
  remove: ["DELETE configmaps", "DELETE services"],
};

function phases(bed: SetBed, round: string): readonly Phase[] {
  const name = `set-${round}`;
  const web: Json = { apiVersion: "v1", kind: "Service", metadata: { name: "web" }, spec: { ports: [{ port: 80 }] } };
  const since = effectsFrom(bed);
  const phase = (of: PhaseName, wanted: Wanted, work: () => Promise<void>): Phase => ({
    name: of,
    async begin() {
      await since.from();
      await work();
    },
    async goal() {
      await convergence(bed, () => flawsOfSet(bed, wanted), REACHED_WITHIN_MS);
      expect((await since.effects()).map(brief).toSorted()).toEqual(ONCE[of]);
    },
  });
  const objects = (level: string, ...more: readonly Json[]): readonly Json[] => [
    web,
    configMap("settings", { level }),
    ...more,
  ];
  const declare = (level: string, ...more: readonly Json[]): Promise<void> =>
    bed.change(manifestSet.type, name, { manifests: objects(level, ...more) });
  const extra = configMap("extra");
  return [
    phase("create", { name, levels: { extra: "info", settings: "info" } }, () =>
      bed.add(manifestSet.type, bed.setOf(name, objects("info", extra)) as Manifest),
    ),
    phase("change", { name, levels: { extra: "info", settings: "warn" } }, () => declare("warn", extra)),
    phase("prune", { name, levels: { settings: "warn" } }, () => declare("warn")),
    phase("remove", undefined, () => bed.remove(manifestSet.type, name)),
  ];
}

/** What is to be there: ConfigMaps by name, with their level, beside the Service; undefined: neither set nor objects. */
type Wanted = { readonly name: string; readonly levels: Readonly<Record<string, string>> } | undefined;

interface StoredSet extends KubeObject {
  readonly status?: { readonly observedGeneration?: number; readonly conditions?: readonly Condition[] };
}

async function flawsOfSet({ kube, stand, namespace }: SetBed, wanted: Wanted): Promise<readonly string[]> {
  const own = { namespace, labelSelector: SET_LABEL };
  const [sets, configMaps, services] = await Promise.all([
    kube.list<StoredSet>(manifestSet.type, { namespace: stand.namespace }),
    kube.list<KubeObject & { readonly data?: { readonly level?: string } }>(CONFIG_MAPS, own),
    kube.list(SERVICES, own),
  ]);
  const shown = {
    sets: sets.items.map(({ metadata }) => metadata.name),
    levels: Object.fromEntries(configMaps.items.map(({ metadata, data }) => [metadata.name, data?.level])),
    services: services.items.map(({ metadata }) => metadata.name),
  };
  const { name, levels } = wanted ?? { name: undefined, levels: {} };
  const there = name === undefined ? { sets: [], levels, services: [] } : { sets: [name], levels, services: ["web"] };
  const flaws = isDeepStrictEqual(shown, there) ? [] : [`There is ${JSON.stringify(shown)}`];
  return [...flaws, ...sets.items.flatMap(flawOfReady)];
}

function flawOfReady({ status, metadata }: StoredSet): readonly string[] {
  const ready = findCondition(status?.conditions, "Ready");
  const isReady = ready?.status === "True" && status?.observedGeneration === metadata.generation;
  return isReady ? [] : [`The set is ${ready?.reason}: ${ready?.message}`];
}

/** Method and kind. */
function brief({ method, path }: LoggedRequest): string {
  return `${method} ${path.split("/namespaces/")[1]?.split("/")[1]}`;
}
