// Pools that can't be as declared: each says why and what to do, tells it once, and nothing is created twice or deleted by mistake.
import { afterAll, beforeAll, describe, it, vi } from "vitest";
import { expectCalm, expectToldOnce } from "../support/environment/steady-state.ts";
import {
  createMembersStand,
  poolChanges,
  poolManifest,
  type Home,
  type MembersStand,
} from "../support/environment/cluster-members.ts";
import { itStaysClean } from "../support/environment/invariants.ts";

vi.setConfig({ testTimeout: 60_000, maxConcurrency: 20 });

let stand: MembersStand;

beforeAll(async () => {
  stand = await createMembersStand("pool-fail");
  await stand.operator({ flags: ["--no-leader-elect"] }).ready;
});
afterAll(() => stand[Symbol.asyncDispose]());

/** Declares the home's pool and waits until it is there; resolves with its resource's name. */
async function available(home: Home, spec: object = {}): Promise<string> {
  await stand.apply(poolManifest(home, spec));
  await stand.reaches(`nodepool/${home.name}`, "Available");
  return `nodepool/${home.name}`;
}

/** The pool as the cloud has it, changed by others. */
function change({ cloud, name }: Home, fields: object): Promise<unknown> {
  return cloud.behindOurBack("PATCH", `nodepools/${stand.seen(`nodepool/${name}`)!.status.externalId}`, fields);
}

const isCreate = ({ method, path }: { method: string; path: string }): boolean =>
  method === "POST" && path.endsWith("/nodepools");

async function creates({ cloud }: Home): Promise<number> {
  return (await cloud.requests()).filter(isCreate).length;
}

describe.concurrent("a create", () => {
  it("that the cloud refuses says so, and is tried again no sooner than drift is due", async ({ expect }) => {
    const home = await stand.home("refused");
    const resource = "nodepool/refused";
    // The smallest system disk is 40 GiB.
    await stand.apply(poolManifest(home, { replicas: 1, rootVolume: { type: "SATA", sizeGiB: 20 } }));
    const { status, message } = await stand.reaches(resource, "CreateFailed");
    expect(status).toBe("False");
    expect(message).toMatch(/^CreateNodePool was answered .*rootVolume.*Nothing was made\. Correct the spec/);
    const began = Date.now();
    await stand.visited(resource, 2);
    expect(Date.now() - began).toBeGreaterThan(2_500);
    await expectToldOnce(expect, stand, resource, { reason: "CreateFailed" });
    expect(await home.cloud.pools()).toEqual([]);
    await stand.remove(resource);
    await stand.gone(resource);
  });

  it("whose answer is lost is found by its mark and adopted, not repeated", async ({ expect }) => {
    const home = await stand.home("answerless");
    await home.cloud.setFaults([{ action: "DropAfter", method: "POST", path: "/nodepools$" }]);
    const resource = await available(home, { replicas: 1 });
    const { externalId, selector, origin } = stand.seen(resource)!.status;
    expect(await home.cloud.pools()).toMatchObject([{ id: externalId }]);
    expect({ selector, origin }).toEqual({
      selector: `yunfan.dev/nonce=${stand.seen(resource)!.metadata.uid}-1`,
      origin: "Created",
    });
    expect(await creates(home)).toBe(1);
  });

  it("that never arrived is sent again when the settle window has shown that it came to nothing", async ({
    expect,
  }) => {
    const home = await stand.home("unsent");
    await home.cloud.setFaults([{ action: "DropBefore", method: "POST", path: "/nodepools$" }]);
    const resource = await available(home, { replicas: 1 });
    expect(await creates(home)).toBe(2);
    expect(await home.cloud.pools()).toMatchObject([{ id: stand.seen(resource)!.status.externalId }]);
  });

  it("whose pool fails at once is not repeated, and what is there can be deleted", async ({ expect }) => {
    const home = await stand.home("stillborn", { simulator: { speed: 1 } });
    const resource = "nodepool/stillborn";
    home.wire.beforeAnswer(isCreate, async () => {
      const [pool] = await home.cloud.pools();
      await home.cloud.behindOurBack("PATCH", `nodepools/${pool!.id}`, { phase: "Error" });
    });
    await stand.apply(poolManifest(home, { replicas: 2 }));
    const { status, message } = await stand.reaches(resource, "CreateFailed");
    expect(status).toBe("False");
    expect(message).toMatch(/is Error: its creation has failed.*nothing is created again\. Delete this resource/);
    await expectCalm(stand, resource, home.cloud);
    await expectToldOnce(expect, stand, resource, { reason: "CreateFailed" });
    expect(await creates(home)).toBe(1);
    expect(poolChanges(home)).toEqual([]);
    await stand.remove(resource);
    await stand.until(resource, ({ status: { cloudPhase } }) => cloudPhase === "Deleting");
    await home.cloud.behindOurBack("DELETE", `nodepools/${(await home.cloud.pools())[0]!.id}`);
    await stand.gone(resource);
  });

  it("is made by the first of two resources with one name, and by the second when the first is gone", async ({
    expect,
  }) => {
    const home = await stand.home("rivals");
    await available(home, { replicas: 1 });
    await stand.apply(poolManifest(home, { cloudName: "rivals" }, { name: "second" }));
    const { status, message } = await stand.reaches("nodepool/second", "NameConflict");
    expect(status).toBe("False");
    expect(message).toContain(`NodePool ${stand.namespace}/rivals claims the same node pool and came first`);
    await expectCalm(stand, "nodepool/second", home.cloud);
    await expectToldOnce(expect, stand, "nodepool/second", { reason: "NameConflict" });
    expect(await creates(home)).toBe(1);
    await stand.remove("nodepool/rivals");
    await stand.gone("nodepool/rivals");
    await stand.reaches("nodepool/second", "Available");
    expect(await home.cloud.pools()).toMatchObject([{ name: "rivals", initialNodeCount: 0 }]);
    expect(await creates(home)).toBe(2);
  });
});

describe.concurrent("a pool that was there", () => {
  it("deleted behind our back is missing, and made anew only by the annotation with its id", async ({ expect }) => {
    const home = await stand.home("lost");
    const resource = await available(home, { replicas: 2 });
    const { externalId } = stand.seen(resource)!.status;
    await home.cloud.behindOurBack("DELETE", `nodepools/${externalId}`);
    const { status, message } = await stand.reaches(resource, "ExternalResourceMissing");
    expect(status).toBe("False");
    expect(message).toContain(`annotate yunfan.dev/recreate: "${externalId}"`);
    await expectCalm(stand, resource, home.cloud);
    await expectToldOnce(expect, stand, resource, { reason: "ExternalResourceMissing" });

    await stand.annotate(resource, { "yunfan.dev/recreate": "another-id" });
    await stand.lookAgain(resource);
    await stand.reaches(resource, "ExternalResourceMissing");
    expect(await creates(home)).toBe(1);

    await stand.annotate(resource, { "yunfan.dev/recreate": externalId! });
    await stand.reaches(resource, "Available");
    const anew = stand.seen(resource)!.status;
    expect(anew.externalId).not.toBe(externalId);
    expect(anew).toMatchObject({ origin: "Created", replicas: 2, readyReplicas: 2 });
    expect(await home.cloud.pools()).toMatchObject([{ id: anew.externalId }]);
    expect(await creates(home)).toBe(2);
  });

  it("deleted behind our back can be deleted", async ({ expect }) => {
    const home = await stand.home("lost-for-good");
    const resource = await available(home);
    await home.cloud.behindOurBack("DELETE", `nodepools/${stand.seen(resource)!.status.externalId}`);
    await stand.remove(resource);
    await stand.gone(resource);
    expect(await home.cloud.pools()).toEqual([]);
  });

  it("that an empty list hides is neither missed nor made anew, and neither is one that is new", async ({ expect }) => {
    const home = await stand.home("hidden");
    const resource = await available(home, { replicas: 2 });
    await home.cloud.setFaults([{ action: "EmptyList", path: "/nodepools$", times: 0 }]);
    // Lists from before would be good enough for some seconds.
    await stand.lookAgain(resource);
    await stand.edit(resource, { spec: { replicas: 1 } });
    await stand.apply(poolManifest(home, {}, { name: "newcomer" }));
    for (const name of [resource, "nodepool/newcomer"]) {
      const { status, message } = await stand.reaches(name, "ObservationNotTrusted");
      expect(status).toBe("False");
      expect(message).toMatch(
        /^What the cloud listed can't be right: .*Nothing is written until it is; looking again$/,
      );
    }
    await expectCalm(stand, resource, home.cloud);
    await expectToldOnce(expect, stand, resource, { type: "Normal", reason: "ObservationNotTrusted" });
    expect((await home.cloud.effects()).map(({ method }) => method)).toEqual(["POST"]);

    await home.cloud.setFaults([]);
    await stand.reaches(resource, "Available");
    await stand.reaches("nodepool/newcomer", "Available");
    expect((await home.cloud.pools()).map(({ name }) => name)).toEqual(["hidden", "newcomer"]);
    expect(poolChanges(home).map(({ initialNodeCount }) => initialNodeCount)).toEqual([1]);
  });

  it.for([
    { phase: "Error", reason: "NodesNotActive" },
    { phase: "RepairFailed", reason: "NodesNotActive" },
    { phase: "Repairing", reason: "Scaling" },
  ])("and whose node is in $phase says $reason, and changes nothing", async ({ phase, reason }, { expect }) => {
    const home = await stand.home(`node-${phase.toLowerCase()}`);
    const resource = await available(home, { replicas: 2 });
    const [node] = await home.cloud.nodes();
    await home.cloud.behindOurBack("PATCH", `nodes/${node!.id}`, { phase });
    await stand.lookAgain(resource);
    const { message } = await stand.reaches(resource, reason);
    expect(message).toContain("1 of 2 nodes are active");
    await home.cloud.behindOurBack("PATCH", `nodes/${node!.id}`, { phase: "Active" });
    await stand.lookAgain(resource);
    await stand.reaches(resource, "Available");
    expect(poolChanges(home)).toEqual([]);
  });

  it("and fails later says so, keeps its nodes, and takes a change of the spec as what may help", async ({
    expect,
  }) => {
    const home = await stand.home("ailing");
    const resource = await available(home, { replicas: 2 });
    const nodes = await home.cloud.nodes();
    await home.cloud.behindOurBack("PATCH", `nodes/${nodes[0]!.id}`, { phase: "Abnormal" });
    await change(home, { phase: "Error" });
    const { status, message } = await stand.reaches(resource, "PoolFailed");
    expect(status).toBe("False");
    expect(message).toMatch(
      /is Error; nodes that are there stay\. Repair it in the cloud, change spec\.replicas, or delete/,
    );
    await expectCalm(stand, resource, home.cloud);
    await expectToldOnce(expect, stand, resource, { reason: "PoolFailed" });
    expect((await home.cloud.nodes()).map(({ id }) => id)).toEqual(nodes.map(({ id }) => id));

    await home.cloud.behindOurBack("PATCH", `nodes/${nodes[0]!.id}`, { phase: "Active" });
    await change(home, { phase: "Error" });
    await stand.edit(resource, { spec: { replicas: 3 } });
    await stand.reaches(resource, "Available");
    expect(await home.cloud.nodes()).toHaveLength(3);
    expect(poolChanges(home).map(({ initialNodeCount }) => initialNodeCount)).toEqual([3]);
    expect(await creates(home)).toBe(1);
  });

  it("and is being deleted by somebody in the cloud says so, and then that it is gone", async ({ expect }) => {
    const home = await stand.home("taken-down", { simulator: { speed: 1 } });
    const resource = await available(home);
    await change(home, { phase: "Deleting" });
    await stand.edit(resource, { spec: { replicas: 1 } });
    const { message } = await stand.reaches(resource, "Deleting");
    expect(message).toContain("Somebody is deleting the node pool in the cloud");
    await stand.lookAgain(resource);
    expect(poolChanges(home)).toEqual([]);
    await home.cloud.behindOurBack("DELETE", `nodepools/${stand.seen(resource)!.status.externalId}`);
    await stand.reaches(resource, "ExternalResourceMissing");
    expect(await creates(home)).toBe(1);
  });
});

itStaysClean(() => stand);
