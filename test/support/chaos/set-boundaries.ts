// What the killer interrupts of a set, through CTYUN's wrapped paths, through CCE's gateway, and by the kubeconfig: its objects are made, changed,
// pruned and deleted, each by one request that the cloud or the gate before the target logs, beside an object of a stranger.
import { isDeepStrictEqual } from "node:util";
import { expect } from "vitest";
import { readKubeconfig, type ServedKubeconfig } from "../../../src/cloud/simulation/kubeconfig.ts";
import { managedCluster } from "../../../src/crds/managedcluster/kind.ts";
import { manifestSet } from "../../../src/crds/manifestset/kind.ts";
import type { KubeObject, ResourceType } from "../../../src/kube/types.ts";
import { findCondition, type Condition } from "../../../src/runtime/conditions.ts";
import { sharedControlPlane, uniqueNamespace } from "../apiserver/controlplane.ts";
import { clusterManifest, HUAWEI, huaweiAccountManifests } from "../clouds/huawei/environment.ts";
import type { LoggedRequest } from "../clouds/simulator.ts";
import { accountManifests, createStandOn, CTYUN } from "../environment/environment.ts";
import { accountSetManifest, configMap, setManifest, type Json } from "../environment/manifest-sets.ts";
import { startTargetProxy, type TargetGate, type TargetWrite } from "../environment/target-proxy.ts";
import { type Bed, createBed, type Manifest } from "./bed.ts";
import { type Course, effectsFrom, type Phase } from "./kills.ts";
import { convergence } from "./outcome.ts";

export type SetChannel = "wrapped" | "gateway" | "native";

/** What changed the target since a moment. */
interface Changes {
  from(): Promise<void>;
  effects(): Promise<readonly Pick<LoggedRequest, "method" | "path">[]>;
}

interface SetBed extends Bed {
  readonly channel: SetChannel;
  readonly changes: Changes;
  /** Of the objects. The same in every round: the paths of a boundary have it. */
  readonly namespace: string;
  /** What was there before. */
  readonly stranger: KubeObject;
  readonly setOf: (name: string, manifests: readonly Json[]) => object;
}

/** Rounds go on one after the other: they share a namespace. */
export function setCourse(channel: SetChannel): Course<SetBed> {
  return { open: OPENINGS[channel], phases };
}

const OPENINGS: Readonly<Record<SetChannel, () => Promise<SetBed>>> = {
  wrapped: openWrapped,
  gateway: openGateway,
  native: openNative,
};

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
  const { kubeconfigPath: kubeconfig } = sharedControlPlane();
  const cloud = { ...CTYUN, kinds: ["cloudaccounts", "manifestsets"] };
  const stand = await createStandOn(cloud, "chaos-set-wrapped", { kubeconfig });
  const bed = await createBed({
    stand,
    accountManifests: ({ name }) => accountManifests(stand.simulator, { name, spec: BUDGET }),
  });
  bed.start();
  await bed.addAccount("ctyun");
  await stand.reaches("cloudaccount/ctyun", "Verified");
  const place = await furnished("wrapped", bed);
  return {
    ...bed,
    ...place,
    changes: effectsFrom(bed),
    setOf: (name, manifests) => accountSetManifest(name, { targetNamespace: place.namespace, manifests }),
  };
}

async function openGateway(): Promise<SetBed> {
  const kubeconfig = await readKubeconfig(sharedControlPlane().kubeconfigPath);
  const bed = await openCluster("gateway", kubeconfig, { manifests: { route: "Gateway" } });
  return { ...bed, changes: effectsFrom(bed) };
}

/** The operator writes to the target itself, through a gate. */
async function openNative(): Promise<SetBed> {
  const proxy = await startTargetProxy(sharedControlPlane().kubeconfigPath);
  const bed = await openCluster("native", proxy.kubeconfig);
  return {
    ...bed,
    target: proxy,
    changes: changesThrough(proxy, bed.namespace),
    async [Symbol.asyncDispose]() {
      await bed[Symbol.asyncDispose]();
      await proxy[Symbol.asyncDispose]();
    },
  };
}

/** What the target took. */
function changesThrough({ writes }: TargetGate, namespace: string): Changes {
  let since = 0;
  const isTaken = ({ path, status = 500 }: TargetWrite): boolean =>
    path.includes(`/namespaces/${namespace}/`) && status < 300;
  return {
    from() {
      since = writes.length;
      return Promise.resolve();
    },
    effects: () => Promise.resolve(writes.slice(since).filter(isTaken)),
  };
}

/** A cluster of CCE, whose target is reached by this kubeconfig. */
async function openCluster(
  channel: SetChannel,
  kubeconfig: ServedKubeconfig,
  spec: object = {},
): Promise<Omit<SetBed, "changes">> {
  const cloud = { ...HUAWEI, kinds: ["cloudaccounts", "managedclusters", "manifestsets"] };
  const stand = await createStandOn(cloud, `chaos-set-${channel}`, { kubeconfig });
  const bed = await createBed({
    stand,
    accountManifests: ({ name }) => huaweiAccountManifests(stand.simulator, { name, spec: BUDGET }),
  });
  bed.start();
  await bed.addAccount("huawei");
  const { id } = (await stand.simulator.behindOurBack("POST", "clusters", { name: "production" })) as { id: string };
  const own = { accountRef: { name: "huawei" }, externalId: id, ...spec };
  await bed.add(managedCluster.type, clusterManifest("production", own) as Manifest);
  await stand.reaches("managedcluster/production", "Available");
  const place = await furnished(channel, bed);
  return {
    ...bed,
    ...place,
    setOf: (name, manifests) => setManifest(name, { targetNamespace: place.namespace, manifests }),
  };
}

const STRANGER = "theirs";

/** Where the objects go, beside one of a stranger. */
async function furnished(
  channel: SetChannel,
  { kube }: Bed,
): Promise<Pick<SetBed, "channel" | "namespace" | "stranger">> {
  const namespace = await uniqueNamespace(sharedControlPlane().kubectl, `chaos-${channel}`);
  const metadata = { name: STRANGER, namespace };
  const stranger = await kube.create<KubeObject>(CONFIG_MAPS, { metadata, data: { level: "theirs" } } as never);
  return { channel, namespace, stranger };
}

type PhaseName = "create" | "change" | "prune" | "remove";

/** What changes the target, as often as it may: neither less nor more. */
const WHOLE: Readonly<Record<PhaseName, readonly string[]>> = {
  create: ["POST configmaps", "POST configmaps", "POST services"],
  change: ["PUT configmaps"],
  prune: ["DELETE configmaps"],
  remove: ["DELETE configmaps", "DELETE services"],
};
const ONCE: Readonly<Record<SetChannel, typeof WHOLE>> = {
  wrapped: WHOLE,
  gateway: WHOLE,
  native: {
    ...WHOLE,
    create: ["PATCH configmaps", "PATCH configmaps", "PATCH services"],
    change: ["PATCH configmaps"],
  },
};

function phases(bed: SetBed, round: string): readonly Phase[] {
  const name = `set-${round}`;
  const web: Json = { apiVersion: "v1", kind: "Service", metadata: { name: "web" }, spec: { ports: [{ port: 80 }] } };
  const { channel, changes } = bed;
  const uids = new Map<string, string>();
  const phase = (of: PhaseName, wanted: Wanted, work: () => Promise<void>): Phase => ({
    name: of,
    async begin() {
      await changes.from();
      await work();
    },
    async goal() {
      await convergence(bed, () => flawsOfSet(bed, wanted), REACHED_WITHIN_MS);
      expect((await changes.effects()).map(brief).toSorted()).toEqual(ONCE[channel][of]);
      await expectSame(bed, uids);
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

/** Each object is the one that it was when it was seen first in the round, and the stranger's is as he left it. */
async function expectSame({ kube, namespace, stranger }: SetBed, uids: Map<string, string>): Promise<void> {
  const lists = await Promise.all([CONFIG_MAPS, SERVICES].map((type) => kube.list(type, { namespace })));
  const objects = lists.flatMap(({ items }) => items);
  for (const { kind, metadata } of objects) {
    const key = `${kind} ${metadata.name}`;
    if (!uids.has(key)) uids.set(key, metadata.uid);
    expect([key, metadata.uid]).toEqual([key, uids.get(key)]);
  }
  expect(objects.find(({ metadata }) => metadata.name === STRANGER)).toEqual(stranger);
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
function brief({ method, path }: Pick<LoggedRequest, "method" | "path">): string {
  return `${method} ${path.split("/namespaces/")[1]?.split("/")[1]}`;
}
