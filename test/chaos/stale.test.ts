// Lists that lie for as long as they like: nothing may be forgotten in the cloud, made twice or taken for gone because of them.
import { afterEach, describe, expect, it } from "vitest";
import { convergence, expectClean } from "../support/chaos/outcome.ts";
import { createProjectBed, type Declared, flawsOfProjects, type ProjectBed } from "../support/chaos/projects.ts";

const CONVERGES_MS = 60_000;
/** Older than anything here: the list of projects shows the cloud as it was when the simulator started. */
const FROM_THE_START = { action: "StaleList", path: "/projects$", ms: 600_000, times: 0 } as const;
const EMPTY = { action: "EmptyList", path: "/projects$", times: 0 } as const;

const ALL: Declared = new Map([
  ["young", "Private"],
  ["second", "Private"],
  ["third", "Private"],
]);

let bed: ProjectBed;

afterEach(() => bed[Symbol.asyncDispose]());

async function bedWithProject(duplicateNames: "Refuse" | "Allow" = "Refuse"): Promise<void> {
  bed = await createProjectBed("chaos-stale", { duplicateNames });
  bed.start();
  await bed.addAccount("ctyun");
  await bed.stand.reaches("cloudaccount/ctyun", "Verified");
  await bed.addProject("young");
  await bed.stand.reaches("registryproject/young", "Available");
}

describe("a deletion", () => {
  it("reaches a project that is too young for any read to show", async () => {
    await bedWithProject();
    await bed.stand.simulator.setFaults([{ ...FROM_THE_START, path: ".*" }]);
    await bed.removeProject("young");
    await bed.stand.gone("registryproject/young");
    expect(await flawsOfProjects(bed, new Map())).toEqual([]);
    expectClean(bed);
  }, 120_000);

  it("waits while the list lacks a project that is found by its id", async () => {
    await bedWithProject();
    await bed.stand.simulator.setFaults([EMPTY]);
    await bed.stand.remove("registryproject/young");
    await bed.stand.visited("registryproject/young", 2);
    expect(bed.stand.seen("registryproject/young")).toBeDefined();
    await bed.stand.simulator.setFaults([]);
    await convergence(bed, () => flawsOfProjects(bed, new Map()), CONVERGES_MS);
    expectClean(bed);
  }, 120_000);
});

describe("after a create of unknown outcome", () => {
  it("nothing is sent again while the list lacks known ids", async () => {
    await bedWithProject("Allow");
    for (const [name, lie] of [["second", EMPTY] as const, ["third", FROM_THE_START] as const]) {
      await bed.stand.simulator.setFaults([{ action: "DropAfter", method: "POST" }, lie]);
      await bed.addProject(name);
      await bed.stand.reaches(`registryproject/${name}`, "ObservationNotTrusted");
      await bed.stand.simulator.setFaults([]);
      await bed.stand.reaches(`registryproject/${name}`, "Available");
    }
    await convergence(bed, () => flawsOfProjects(bed, ALL), CONVERGES_MS);
    const creates = (await bed.requestsSince(0)).filter(({ method }) => method === "POST");
    expect(creates.map(({ effect }) => effect)).toEqual([true, true, true]);
    expectClean(bed);
  }, 120_000);
});
