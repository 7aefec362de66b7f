// NodePools on Alibaba Cloud ACK, in both editions of its API: servers bought over several zones (A5), existing ones taken in (A6), and nodes
// that leave (A8).
import { afterAll, beforeAll, describe, it, vi } from "vitest";
import { kubectlOk } from "../support/apiserver/controlplane.ts";
import {
  ackClusterManifest,
  alibabaAccountManifests,
  BLOCKS,
  poolManifest,
  type AlibabaStand,
  type Dialect,
} from "../support/clouds/alibaba/environment.ts";
import { existing, startPoolBench, type PoolBench } from "../support/clouds/alibaba/pools.ts";
import { itStaysClean } from "../support/environment/invariants.ts";

// Both dialects at once: they wait far more than they work.
vi.setConfig({ testTimeout: 120_000, hookTimeout: 120_000, maxConcurrency: 40 });

describe.concurrent.each<Dialect>(["V2026", "Reference"])("in dialect %s", (dialect) => {
  let bench: PoolBench;
  let stand: AlibabaStand;

  beforeAll(async () => {
    bench = await startPoolBench(`ack-pools-${dialect.toLowerCase()}`, dialect);
    ({ stand } = bench);
  });
  afterAll(() => bench[Symbol.asyncDispose]());

  describe("a NodePool", () => {
    it("A5: buys as many as are declared, over the vswitches of two zones", async ({ expect }) => {
      const alibaba = { vswitchIds: ["vsw-zones-1", "vsw-zones-2"] };
      const clusterId = await bench.standing("zones", { replicas: 4, alibaba });
      await stand.reaches("nodepool/zones", "Available");
      const nodes = await bench.workers(clusterId);
      expect(nodes).toHaveLength(4);
      if (dialect === "V2026") expect(new Set(nodes.map(({ vswitchId }) => vswitchId)).size).toBe(2);
      expect((await stand.read("nodepool/zones"))!.status).toMatchObject({ replicas: 4, readyReplicas: 4 });
      const told = stand.versions().filter(({ kind, metadata }) => kind === "NodePool" && metadata.name === "zones");
      const reasons = told.flatMap(({ status }) => status.conditions?.map(({ reason }) => reason) ?? []);
      expect(reasons).not.toContain("ObservationNotTrusted");
    });

    it("A5: grows and shrinks in steps, and releases what it bought", async ({ expect }) => {
      const clusterId = await bench.standing("steps", { replicas: 2 });
      await stand.reaches("nodepool/steps", "Available");
      await stand.edit("nodepool/steps", { spec: { replicas: 4 } });
      await expect.poll(async () => (await bench.workers(clusterId)).length, { timeout: 30_000 }).toBe(4);
      await stand.until("nodepool/steps", ({ status }) => status["readyReplicas"] === 4);
      const before = (await bench.workers(clusterId)).map(({ serverId }) => serverId);
      await stand.edit("nodepool/steps", { spec: { replicas: 1 } });
      await expect.poll(async () => (await bench.workers(clusterId)).length, { timeout: 60_000 }).toBe(1);
      await expect.poll(async () => (await bench.serversById(...before)).length, { timeout: 30_000 }).toBe(1);
      await stand.reaches("nodepool/steps", "Available");
    });

    it("A8: is gone with its servers when its resource is", async ({ expect }) => {
      const clusterId = await bench.standing("leaving", { replicas: 2 });
      await stand.reaches("nodepool/leaving", "Available");
      const before = (await bench.workers(clusterId)).map(({ serverId }) => serverId);
      await kubectlOk(stand.kubectl, ["delete", "nodepool/leaving", "--wait=false"]);
      await stand.gone("nodepool/leaving");
      expect(await bench.workers(clusterId)).toEqual([]);
      expect(await bench.serversById(...before)).toEqual([]);
    });

    it.runIf(dialect === "V2026")(
      "A8: that the cloud lets go only empty has its nodes leave first, and what it bought with them",
      async ({ expect }) => {
        const cloud = await stand.anotherSimulator({ nonemptyPools: "Refuse" });
        await stand.apply(...alibabaAccountManifests(cloud, { name: "refusing" }));
        const accountRef = { name: "refusing" };
        await stand.apply(ackClusterManifest("refusing", BLOCKS.managed(), { accountRef }));
        await stand.reaches("managedcluster/refusing", "Available");
        await stand.apply(poolManifest("refusing", { clusterRef: { name: "refusing" } }));
        await stand.reaches("nodepool/refusing", "Available");
        await stand.remove("nodepool/refusing");
        await stand.gone("nodepool/refusing");
        expect(await cloud.state()).toMatchObject({ servers: [] });
      },
    );

    it("A6: takes existing servers in, each erased once, and lets them go unreleased", async ({ expect }) => {
      const ids = [
        await bench.plantServer(`i-kept-a-${dialect}`),
        await bench.plantServer(`i-kept-b-${dialect}`),
      ] as const;
      const clusterId = await bench.standing("kept", existing(...ids));
      await stand.reaches("nodepool/kept", "Available");
      expect(await bench.serversById(...ids)).toMatchObject(ids.map(() => ({ clusterId, imaged: 1 })));
      await stand.edit("nodepool/kept", { spec: { existingServers: { ids: [ids[0]] } } });
      const placed = async (): Promise<string[]> => (await bench.serversById(...ids)).map((server) => server.clusterId);
      await expect.poll(placed, { timeout: 60_000 }).toEqual([clusterId, ""]);
      await kubectlOk(stand.kubectl, ["delete", "nodepool/kept", "--wait=false"]);
      await stand.gone("nodepool/kept");
      expect(await bench.serversById(...ids)).toMatchObject(ids.map(() => ({ clusterId: "", imaged: 1 })));
    });

    it("A6: lets them go unreleased though one list of nodes is empty", async ({ expect }) => {
      const id = await bench.plantServer(`i-unseen-${dialect}`);
      const clusterId = await bench.standing("unseen", existing(id));
      await stand.reaches("nodepool/unseen", "Available");
      await stand.annotate("nodepool/unseen", { "yunfan.dev/paused": "true" });
      await stand.until("nodepool/unseen", ({ status: { conditions = [] } }) =>
        conditions.some(({ type }) => type === "Paused"),
      );
      await stand.simulator.setFaults([{ action: "EmptyList", path: `/clusters/${clusterId}/nodes$`, times: 1 }]);
      await stand.remove("nodepool/unseen");
      await stand.annotate("nodepool/unseen", { "yunfan.dev/paused": null });
      await stand.gone("nodepool/unseen");
      expect(await bench.serversById(id)).toMatchObject([{ clusterId: "", imaged: 1 }]);
    });

    it("A6: says of one that is refused why, and takes the others in", async ({ expect }) => {
      const good = await bench.plantServer(`i-good-${dialect}`);
      const missing = `i-missing-${dialect}`;
      await bench.standing("refused", existing(good, missing));
      const { message } = await stand.reaches("nodepool/refused", "AttachFailed");
      expect(message).toContain(missing);
      const shown = await bench.shownServers("nodepool/refused");
      expect(shown).toMatchObject([
        { id: good, state: "Joined" },
        { id: missing, state: "Failed" },
      ]);
    });

    it("A6: never takes one in again by itself that joined and left", async ({ expect }) => {
      const id = await bench.plantServer(`i-gone-${dialect}`);
      const clusterId = await bench.standing("left", existing(id));
      await stand.reaches("nodepool/left", "Available");
      const [node] = await bench.workers(clusterId);
      await stand.simulator.behindOurBack("DELETE", `nodes/${node!.id}`);
      const { message } = await stand.reaches("nodepool/left", "ServerLeft");
      expect(message).toContain(id);
      await stand.visited("nodepool/left", 2);
      expect(await bench.serversById(id)).toMatchObject([{ imaged: 1, clusterId: "" }]);
    });

    it.for(["list", "pool"] as const)(
      "A6: gives none back that a colleague bought and that it lists, when the %s lets go of it",
      async (what, { expect }) => {
        const name = `theirs-${what}`;
        const clusterId = await bench.cluster(name);
        await stand.simulator.behindOurBack("POST", "nodes", { clusterId });
        const [node] = await bench.workers(clusterId);
        const kept = await bench.plantServer(`i-${name}-${dialect}`);
        const ids = [kept, node!.serverId];
        await stand.apply(poolManifest(name, { clusterRef: { name }, ...existing(...ids) }));
        await stand.reaches(`nodepool/${name}`, "Available");
        expect(await bench.serversById(node!.serverId)).toMatchObject([{ clusterId, imaged: 1 }]);
        if (what === "list") {
          await stand.edit(`nodepool/${name}`, { spec: { existingServers: { ids: [kept] } } });
        } else {
          await kubectlOk(stand.kubectl, ["delete", `nodepool/${name}`, "--wait=false"]);
          await stand.gone(`nodepool/${name}`);
        }
        const isOut = async (): Promise<unknown> => (await bench.serversById(node!.serverId))[0]?.clusterId;
        await expect.poll(isOut, { timeout: 60_000 }).toBe("");
      },
    );

    it("A6: of a server in two pools says so in the younger one", async ({ expect }) => {
      const id = await bench.plantServer(`i-shared-${dialect}`);
      await bench.standing("older", existing(id));
      await stand.reaches("nodepool/older", "Available");
      await stand.apply(poolManifest("younger", { clusterRef: { name: "older" }, ...existing(id) }));
      const { message } = await stand.reaches("nodepool/younger", "ExternalIdConflict");
      expect(message).toContain(id);
      expect(await bench.serversById(id)).toMatchObject([{ imaged: 1 }]);
    });
  });

  describe("when all of that is over, the operator", { concurrent: false }, () => {
    itStaysClean(() => stand);
  });
});
