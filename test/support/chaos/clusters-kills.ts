// What the killer interrupts on clusters: one with two pools and an add-on is created, scaled, put to sleep, woken and deleted.
import { expect } from "vitest";
import { flawsOfClusters } from "./clusters-outcome.ts";
import { type ClusterBed, createClusterBed, type Wish } from "./clusters.ts";
import { type Course, effectsFrom, type Phase } from "./kills.ts";
import { convergence } from "./outcome.ts";
import type { LoggedRequest } from "../clouds/simulator.ts";

export function clusterCourse(duplicateNames: "Refuse" | "Allow"): Course<ClusterBed> {
  return { open: () => createClusterBed("chaos-kill", { duplicateNames }), phases };
}

const CREATED: Wish = { powerState: "Running", description: "New", pools: {}, addon: undefined };
const FURNISHED: Wish = {
  ...CREATED,
  pools: { a: { replicas: 1, tier: "front" }, b: { replicas: 2, tier: "back" } },
  addon: 1,
};
/** One pool grows, the other one loses two nodes in two steps. */
const SCALED: Wish = {
  ...CREATED,
  pools: { a: { replicas: 3, tier: "front" }, b: { replicas: 0, tier: "rear" } },
  addon: 2,
};
const ASLEEP: Wish = { ...SCALED, powerState: "Hibernated", description: "Resting" };
const AWAKE: Wish = { ...ASLEEP, powerState: "Running" };

/** With a kill and a new start on the way. Generous: both cores may be busy with other tests. */
const REACHED_WITHIN_MS = 80_000;

/** What changes the cloud, as often as it may: neither less nor more. */
const ONCE = {
  create: ["POST clusters"],
  furnish: ["POST addons", "POST nodepools", "POST nodepools"],
  scale: ["PUT addons", "PUT nodepools", "PUT nodepools", "PUT nodepools"],
  sleep: ["POST hibernate", "PUT clusters"],
  wake: ["POST awake"],
  remove: ["DELETE addons", "DELETE clusters", "DELETE nodepools", "DELETE nodepools"],
};

function phases(bed: ClusterBed, round: string): readonly Phase[] {
  const name = `shop-${round}`;
  const since = effectsFrom(bed);
  const phase = (of: keyof typeof ONCE, wish: Wish | undefined, work: () => Promise<void>): Phase => ({
    name: of,
    async begin() {
      await since.from();
      await work();
    },
    async goal() {
      const wishes = new Map(wish ? [[name, wish]] : []);
      await convergence(bed, () => flawsOfClusters(bed, wishes), REACHED_WITHIN_MS);
      expect((await since.effects()).map(brief).toSorted()).toEqual(ONCE[of]);
    },
  });
  return [
    phase("create", CREATED, () => bed.addCluster(name, CREATED)),
    phase("furnish", FURNISHED, async () => {
      for (const [pool, wish] of Object.entries(FURNISHED.pools)) await bed.addPool(name, pool, wish);
      await bed.addAddon(name, FURNISHED.addon!);
    }),
    phase("scale", SCALED, async () => {
      for (const [pool, wish] of Object.entries(SCALED.pools)) await bed.changePool(name, pool, wish);
      await bed.changeAddon(name, SCALED.addon!);
    }),
    phase("sleep", ASLEEP, () => bed.changeCluster(name, powerOf(ASLEEP))),
    phase("wake", AWAKE, () => bed.changeCluster(name, powerOf(AWAKE))),
    phase("remove", undefined, async () => {
      await bed.removeCluster(name);
      for (const pool of Object.keys(AWAKE.pools)) await bed.removePool(name, pool);
      await bed.removeAddon(name);
    }),
  ];
}

function powerOf({ powerState, description }: Wish): Pick<Wish, "powerState" | "description"> {
  return { powerState, description };
}

/** Method and the last word of the path that is no id. */
function brief({ method, path }: LoggedRequest): string {
  return `${method} ${path.split("/").findLast((segment) => /^[a-z]+$/.test(segment))}`;
}
