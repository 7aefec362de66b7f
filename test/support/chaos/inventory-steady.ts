// Nothing happens to what is reported, and what that costs the API server and the store is counted.
import { inventorySink, REPORTED_KINDS } from "../../../src/crds/inventorysink/kind.ts";
import { registryProject } from "../../../src/crds/registryproject/kind.ts";
import { AMPLE_BUDGET, bcsAccountManifests, createBcsStand, sinkManifest } from "../clouds/bcs/environment.ts";
import { projectManifest } from "../environment/manifests.ts";
import { createBed, type Manifest } from "./bed.ts";
import { inLanes, namesOf } from "./inventory-turned.ts";
import { expectClean, report } from "./outcome.ts";
import { halfwayBetweenTicks, trafficDuring } from "./steady.ts";

export interface SteadyInventoryOptions {
  readonly records: number;
  readonly driftIntervalSeconds: number;
  /** How many of them are counted. */
  readonly intervals: number;
}

interface SteadyInventory {
  /** But those of the lease. */
  readonly kubeWrites: number;
  readonly storeWrites: number;
  readonly storeReads: number;
}

const PAGE_ROWS = 500;
const LOOKS_SELDOM = { driftIntervalSeconds: 86_400 };
/** Of a cluster, beside the lists of each kind: its metrics. */
const OTHER_LISTS = 1;

/** Counts what the operator does over whole drift intervals; all of it, not per interval. Each list is read to an empty page. */
export async function steadyInventory(
  options: SteadyInventoryOptions,
): Promise<{ measured: SteadyInventory; expected: SteadyInventory }> {
  const { records, driftIntervalSeconds, intervals } = options;
  const stand = await createBcsStand("chaos-inventory-steady", { dialect: "V2026" });
  const bed = await createBed({
    stand,
    accountManifests: (account) => bcsAccountManifests(stand.simulator, account),
  });
  try {
    bed.start();
    await bed.addAccount("bcs", { ...LOOKS_SELDOM, requestBudget: AMPLE_BUDGET });
    await stand.reaches("cloudaccount/bcs", "Verified");
    // Of an account that is not there: nothing is asked of another cloud.
    const spec = { accountRef: { name: "nobody" }, ...LOOKS_SELDOM };
    await inLanes(namesOf("s", records), (name) =>
      bed.add(registryProject.type, projectManifest(name, spec) as Manifest),
    );
    const unseen = { alarms: { mode: "Disabled" }, driftIntervalSeconds };
    await bed.add(inventorySink.type, sinkManifest("fleet", unseen) as Manifest);
    await stand.until("inventorysink/fleet", ({ status }) => status["recordCount"] === records + 1);
    const driftMs = driftIntervalSeconds * 1_000;
    const isOfTick = ({ path }: { readonly path: string }): boolean => path.endsWith("/YunfanRegistryProject");
    await halfwayBetweenTicks(bed, { isOfTick, driftMs });
    const { kubeWrites, cloudWrites, cloudReads } = await trafficDuring(bed, intervals * driftMs);
    expectClean(bed);
    const measured = {
      kubeWrites: kubeWrites.length,
      storeWrites: cloudWrites.length,
      storeReads: cloudReads.length,
    };
    // An empty page ends each list; of projects, and of the one account, there are others before it.
    const reads = REPORTED_KINDS.length + OTHER_LISTS + Math.ceil(records / PAGE_ROWS) + 1;
    report(
      `${records} records, ${intervals} comparisons every ${driftIntervalSeconds} s: ${measured.kubeWrites} kube writes, ` +
        `${measured.storeWrites} writes to the store, ${measured.storeReads} reads (expected ${intervals * reads})`,
    );
    return { measured, expected: { kubeWrites: 0, storeWrites: 0, storeReads: intervals * reads } };
  } finally {
    await bed[Symbol.asyncDispose]();
  }
}
