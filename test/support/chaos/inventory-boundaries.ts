// Reporting as a course of phases: resources come, change and go, and the operator is killed at the boundaries of its writes to the store.
import { expect, vi } from "vitest";
import type { DialectName } from "../../../src/cloud/bcs/simulator/dialect.ts";
import { cloudAccount } from "../../../src/crds/cloudaccount/kind.ts";
import { inventorySink } from "../../../src/crds/inventorysink/kind.ts";
import { registryProject } from "../../../src/crds/registryproject/kind.ts";
import {
  AMPLE_BUDGET,
  bcsAccountManifests,
  createBcsStand,
  sinkManifest,
  type SimulatedStore,
} from "../clouds/bcs/environment.ts";
import { reportedEvents } from "../clouds/bcs/stands.ts";
import { projectManifest } from "../environment/manifests.ts";
import { createBed, type Bed, type Manifest } from "./bed.ts";
import { flawsOfAlarms, flawsOfEvents, flawsOfRecords } from "./inventory-outcome.ts";
import type { Course, Phase } from "./kills.ts";

const { type } = registryProject;
/** The same in each round: they stand in the paths by which boundaries are known. */
const NAMES = ["a", "b"];
const PATIENCE = { timeout: 60_000, interval: 100 };
const LOOKS_SELDOM = { driftIntervalSeconds: 86_400 };

export function reporting(dialect: DialectName): Course<Bed<SimulatedStore>> {
  return {
    async open() {
      const stand = await createBcsStand(`chaos-boundaries-${dialect.toLowerCase()}`, { dialect });
      const bed = await createBed<SimulatedStore>({
        stand,
        accountManifests: (account) => bcsAccountManifests(stand.simulator, account),
      });
      bed.start();
      await bed.addAccount("bcs", { ...LOOKS_SELDOM, requestBudget: AMPLE_BUDGET });
      await stand.reaches("cloudaccount/bcs", "Verified");
      await bed.add(inventorySink.type, sinkManifest("fleet", { alarms: { notReadyAfterSeconds: 0 } }) as Manifest);
      await stand.reaches("inventorysink/fleet", "Reported");
      await told(bed);
      return bed;
    },
    phases: (bed) => phasesOf(bed),
  };
}

function phasesOf(bed: Bed<SimulatedStore>): readonly Phase[] {
  const goal = (): Promise<void> => told(bed);
  const each = async (work: (name: string) => Promise<void>): Promise<void> => {
    for (const name of NAMES) await work(name);
  };
  const spec = { ...LOOKS_SELDOM, accountRef: { name: "bcs" } };
  return [
    { name: "come", begin: () => each((name) => bed.add(type, projectManifest(name, spec) as Manifest)), goal },
    { name: "change", begin: () => each((name) => bed.change(type, name, { visibility: "Public" })), goal },
    { name: "go", begin: () => each((name) => bed.remove(type, name)), goal },
  ];
}

/** Waits until the store has been told of everything, once. */
async function told(bed: Bed<SimulatedStore>): Promise<void> {
  // Not expect.poll: which test it is of is not known while others go on beside it.
  await vi.waitFor(async () => expect(await flawsOf(bed)).toEqual([]), PATIENCE);
}

async function flawsOf(bed: Bed<SimulatedStore>): Promise<readonly string[]> {
  const [accounts, projects, store] = [await bed.list(cloudAccount.type), await bed.list(type), await bed.cloud()];
  return [
    ...flawsOfRecords([...accounts, ...projects], store),
    ...flawsOfEvents(await reportedEvents(bed.kube, bed.stand), store),
    ...(projects.length > 0 ? [] : flawsOfAlarms(store)),
  ];
}
