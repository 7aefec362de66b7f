// The nodePools facet of ACK in today's dialect, against the simulator.
import { describe, expect, test } from "vitest";
import {
  changeOf,
  madePool,
  nodesIn,
  poolsOf,
  shownPool,
  SOON,
  startFacets,
  there,
  write,
} from "../../../test/support/clouds/alibaba/facets.ts";
import { NONCE, poolRequest } from "../../../test/support/clouds/alibaba/requests.ts";
import { never } from "../../../test/support/clouds/alibaba/session.ts";

describe("today's pools", () => {
  test("show the default one as such, whose count nobody has said", async () => {
    const bed = await startFacets();
    const id = await bed.plant();
    const { items } = await poolsOf(bed).in(id).list(never);
    expect(items).toMatchObject([{ isDefault: true, desired: undefined, current: 0, phase: "Normal" }]);
  });

  test("are marked by a label even where no answer shows tags", async () => {
    const bed = await startFacets({ hideTags: true });
    const id = await bed.plant();
    expect(await madePool(bed, id, poolRequest())).toMatchObject({
      mark: NONCE,
      labels: { team: "shop" },
      isDefault: false,
    });
  });

  test.each([
    ["Today", "removing"],
    ["Older", "removing_nodes"],
  ] as const)("that lose nodes are under way in either spelling (%s)", async (spelling, word) => {
    const bed = await startFacets({ spelling, speed: 100 });
    const id = await bed.plant();
    const pool = await madePool(bed, id, poolRequest());
    const [node] = await nodesIn(bed, id);
    await there(bed.nodes.remove)(id, { poolId: pool.id, nodes: [there(node)], release: true }, write);
    expect(await shownPool(bed, id, pool.id)).toMatchObject({ phase: "Synchronizing", cloudPhase: word });
  });

  test("that are sold out are short, and their task says why", async () => {
    const bed = await startFacets();
    const id = await bed.plant();
    await bed.simulator.behindOurBack("POST", "plans", { nodepoolName: "workers", soldOutAbove: 1 });
    const { jobId = "" } = await poolsOf(bed).create(id, poolRequest(), write);
    await expect
      .poll(() => bed.jobs.get(jobId, never), SOON)
      .toMatchObject({ phase: "Failed", cause: "SoldOut", reason: expect.stringContaining("sold out") });
    const [, pool] = (await poolsOf(bed).in(id).list(never)).items;
    expect(pool).toMatchObject({ desired: 2, current: 1, mark: NONCE });
  });

  test("that move take no change, which is for later", async () => {
    const bed = await startFacets({ speed: 10 });
    const id = await bed.plant();
    const { id: poolId = "" } = await poolsOf(bed).create(id, poolRequest(), write);
    const pool = await shownPool(bed, id, poolId);
    const update = there(poolsOf(bed).update);
    const change = changeOf(pool, { replicas: 3, changes: ["replicas"] });
    await expect(update(id, poolId, change, write)).rejects.toMatchObject({ kind: "Busy" });
    await expect(poolsOf(bed).in(id).remove(poolId, write)).rejects.toMatchObject({ kind: "Busy" });
  });

  test("that are deleted release what was bought", async () => {
    const bed = await startFacets();
    const id = await bed.plant();
    const pool = await madePool(bed, id, poolRequest());
    expect(await bed.records("servers")).toHaveLength(2);
    const { jobId } = await poolsOf(bed).in(id).remove(pool.id, write);
    expect(jobId).toMatch(/^T-/);
    await expect.poll(() => bed.records("servers"), SOON).toEqual([]);
  });
});
