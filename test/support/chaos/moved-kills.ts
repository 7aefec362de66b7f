// What the killer interrupts while an account is pointed elsewhere: in the middle of creating a cluster with a pool and an add-on, of
// taking nodes away, and of deleting it all. Pointed back, each is carried out once; elsewhere nothing is ever written.
import { setTimeout as pause } from "node:timers/promises";
import { expect } from "vitest";
import { cloudAccount } from "../../../src/crds/cloudaccount/kind.ts";
import type { CloudAccount } from "../../../src/crds/cloudaccount/schema.ts";
import { managedAddon } from "../../../src/crds/managedaddon/kind.ts";
import { managedCluster } from "../../../src/crds/managedcluster/kind.ts";
import { nodePool } from "../../../src/crds/nodepool/kind.ts";
import { findCondition, type Condition } from "../../../src/runtime/conditions.ts";
import type { KubeObject } from "../../../src/kube/types.ts";
import type { LoggedRequest, SimulatorControls } from "../clouds/simulator.ts";
import { flawsOfClusters } from "./clusters-outcome.ts";
import { type ClusterBed, createClusterBed, type Wish } from "./clusters.ts";
import { type Course, effectsFrom, type Phase } from "./kills.ts";
import { convergence } from "./outcome.ts";

interface MovedBed extends ClusterBed {
  readonly elsewhere: SimulatorControls;
}

/** After which request of a phase the account is pointed elsewhere: one to the cluster, or one to what is in it. */
export type Moment = keyof typeof MOMENTS;

export function movedCourse(moment: Moment): Course<MovedBed> {
  return {
    async open() {
      const bed = await createClusterBed("chaos-moved", { duplicateNames: "Allow" });
      return { ...bed, elsewhere: await bed.stand.anotherSimulator() };
    },
    phases: (bed, round) => phases(bed, round, moment),
  };
}

const CREATED: Wish = {
  powerState: "Running",
  description: "New",
  pools: { a: { replicas: 3, tier: "front" } },
  addon: 1,
};
/** In two steps. */
const SCALED: Wish = { ...CREATED, pools: { a: { replicas: 1, tier: "front" } } };

/** What changes the cloud, as often as it may. */
const ONCE = {
  create: ["POST addons", "POST clusters", "POST nodepools"],
  scale: ["PUT nodepools", "PUT nodepools"],
  remove: ["DELETE addons", "DELETE clusters", "DELETE nodepools"],
};

type Step = keyof typeof ONCE;

/** Each step that has another moment than before is played; the others would be the same again. */
const MOMENTS = {
  Cluster: { create: "POST clusters", scale: "PUT nodepools", remove: "DELETE nodepools" },
  Members: { create: "POST nodepools", remove: "DELETE addons" },
} as const satisfies Readonly<Record<string, { readonly [Of in Step]?: string }>>;

/** With a kill and a new start on the way. Generous: both cores may be busy with other tests. */
const REACHED_WITHIN_MS = 80_000;
const LOOK_MS = 50;

function phases(bed: MovedBed, round: string, moment: Moment): readonly Phase[] {
  const name = `shop-${round}`;
  const since = effectsFrom(bed);
  const briefs = async (): Promise<string[]> => (await since.effects()).map(brief).toSorted();
  const moments: { readonly [Of in Step]?: string } = MOMENTS[moment];
  const phase = (of: Step, wish: Wish | undefined, work: () => Promise<void>): Phase => ({
    name: of,
    async begin() {
      await since.from();
      await work();
    },
    async goal() {
      await until(`${of} to begin`, async () => (await briefs()).includes(moments[of] ?? ""));
      await point(bed, bed.elsewhere.url);
      await until("nothing to be taken for what is at home", () => isLost(bed, name));
      await point(bed, bed.stand.simulator.url);
      const wishes = new Map(wish ? [[name, wish]] : []);
      await convergence(bed, () => flawsOfClusters(bed, wishes), REACHED_WITHIN_MS);
      expect(await briefs()).toEqual(ONCE[of]);
      expect(await bed.elsewhere.effects()).toEqual([]);
    },
  });
  const all = [
    phase("create", CREATED, async () => {
      await bed.addCluster(name, CREATED);
      await bed.addPool(name, "a", CREATED.pools["a"]!);
      await bed.addAddon(name, CREATED.addon!);
    }),
    phase("scale", SCALED, () => bed.changePool(name, "a", SCALED.pools["a"]!)),
    phase("remove", undefined, async () => {
      await bed.removePool(name, "a");
      await bed.removeAddon(name);
      await bed.removeCluster(name);
    }),
  ];
  return all.filter(({ name: of }) => Object.hasOwn(moments, of));
}

async function point({ kube, stand }: MovedBed, url: string): Promise<void> {
  const [account] = (await kube.list<CloudAccount>(cloudAccount.type, { namespace: stand.namespace })).items;
  const spec = { endpoint: url, huawei: { iamEndpoint: url } };
  await kube.mergePatch(cloudAccount.type, { namespace: stand.namespace, name: account!.metadata.name }, { spec });
}

type Judged = KubeObject & { readonly status: { readonly conditions?: readonly Condition[] | undefined } };

/** The account is known to reach elsewhere, and all that is left of the round says that it is not there. */
async function isLost(bed: MovedBed, name: string): Promise<boolean> {
  const { host } = new URL(bed.elsewhere.url);
  const [account] = await bed.list<CloudAccount>(cloudAccount.type);
  if (!account?.status.location?.includes(host)) return false;
  const types = [managedCluster.type, nodePool.type, managedAddon.type];
  const all = (await Promise.all(types.map((type) => bed.list<Judged>(type)))).flat();
  const ours = all.filter(({ metadata }) => metadata.name.startsWith(name));
  const readies = ours.map(({ kind, status }) => ({ kind, ready: findCondition(status.conditions, "Ready") }));
  return readies.every(
    ({ kind, ready }) => ready?.status === "False" && (kind !== "ManagedCluster" || ready.reason === "AccountMoved"),
  );
}

async function until(what: string, isSo: () => Promise<boolean>): Promise<void> {
  const beganMs = performance.now();
  while (!(await isSo())) {
    if (performance.now() - beganMs > REACHED_WITHIN_MS) expect.fail(`Waited in vain for ${what}`);
    await pause(LOOK_MS);
  }
}

/** Method and the last word of the path that is no id. */
function brief({ method, path }: LoggedRequest): string {
  return `${method} ${path.split("/").findLast((segment) => /^[a-z]+$/.test(segment))}`;
}
