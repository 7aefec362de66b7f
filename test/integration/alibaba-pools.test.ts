// NodePools on Alibaba Cloud ACK, in both editions of its API: servers bought over several zones (A5), existing ones taken in (A6), and nodes
// that leave (A8).
import { afterAll, beforeAll, describe, it, vi } from "vitest";
import { kubectlOk } from "../support/apiserver/controlplane.ts";
import {
  ackClusterManifest,
  alibabaAccountManifests,
  BLOCKS,
  createAlibabaStand,
  poolManifest,
  type AlibabaStand,
  type Dialect,
} from "../support/clouds/alibaba/environment.ts";
import { itStaysClean } from "../support/environment/invariants.ts";

vi.setConfig({ testTimeout: 90_000, maxConcurrency: 20 });

interface SimulatedServer {
  readonly id: string;
  readonly clusterId: string;
  readonly bought: boolean;
  readonly imaged: number;
}

interface SimulatedNode {
  readonly vswitchId: string;
  readonly id: string;
  readonly clusterId: string;
  readonly nodepoolId: string;
  readonly serverId: string;
  readonly nodeStatus: string;
}

interface SimulatedState {
  readonly servers: readonly SimulatedServer[];
  readonly nodes: readonly SimulatedNode[];
}

interface ShownServer {
  readonly id: string;
  readonly state: string;
  readonly message?: string;
}

describe.each<Dialect>(["V2026", "Reference"])("in dialect %s", (dialect) => {
  let stand: AlibabaStand;

  beforeAll(async () => {
    stand = await createAlibabaStand(`ack-pools-${dialect.toLowerCase()}`, { dialect });
    await stand.apply(...alibabaAccountManifests(stand.simulator, { spec: { alibaba: { dialect } } }));
    await stand.operator({ flags: ["--no-leader-elect"] }).ready;
  });
  afterAll(() => stand[Symbol.asyncDispose]());

  const state = async (): Promise<SimulatedState> => (await stand.simulator.state()) as object as SimulatedState;

  async function workers(clusterId: string): Promise<readonly SimulatedNode[]> {
    return (await state()).nodes.filter((node) => node.clusterId === clusterId);
  }

  async function serversById(...ids: readonly string[]): Promise<readonly SimulatedServer[]> {
    return (await state()).servers.filter(({ id }) => ids.includes(id));
  }

  /** A cluster of its own, and a pool in it. Resolves with the cluster's id. */
  async function standing(name: string, pool: object): Promise<string> {
    await stand.apply(ackClusterManifest(name, BLOCKS.managed()));
    await stand.reaches(`managedcluster/${name}`, "Available");
    await stand.apply(poolManifest(name, { clusterRef: { name }, ...pool }));
    return (await stand.read(`managedcluster/${name}`))!.status.externalId!;
  }

  async function plantServer(id: string): Promise<string> {
    await stand.simulator.behindOurBack("POST", "servers", { id, name: id });
    return id;
  }

  const existing = (...ids: readonly string[]): object => ({
    replicas: undefined,
    labels: undefined,
    login: { passwordSecretRef: { name: "node-password" } },
    existingServers: { ids, eraseDisks: true },
  });

  async function shownServers(resource: string): Promise<readonly ShownServer[]> {
    return ((await stand.read(resource))!.status["servers"] ?? []) as ShownServer[];
  }

  describe.concurrent("a NodePool", () => {
    beforeAll(async () => {
      const stringData = { password: "Pass-word-1" };
      const metadata = { name: "node-password" };
      await stand.apply({ apiVersion: "v1", kind: "Secret", metadata, stringData });
    });

    it("A5: buys as many as are declared, over the vswitches of two zones", async ({ expect }) => {
      const alibaba = { vswitchIds: ["vsw-zones-1", "vsw-zones-2"] };
      const clusterId = await standing("zones", { replicas: 4, alibaba });
      await stand.reaches("nodepool/zones", "Available");
      const nodes = await workers(clusterId);
      expect(nodes).toHaveLength(4);
      if (dialect === "V2026") expect(new Set(nodes.map(({ vswitchId }) => vswitchId)).size).toBe(2);
      expect((await stand.read("nodepool/zones"))!.status).toMatchObject({ replicas: 4, readyReplicas: 4 });
    });

    it("A5: grows and shrinks in steps, and releases what it bought", async ({ expect }) => {
      const clusterId = await standing("steps", { replicas: 2 });
      await stand.reaches("nodepool/steps", "Available");
      await stand.edit("nodepool/steps", { spec: { replicas: 4 } });
      await expect.poll(async () => (await workers(clusterId)).length, { timeout: 30_000 }).toBe(4);
      await stand.until("nodepool/steps", ({ status }) => status["readyReplicas"] === 4);
      const before = (await workers(clusterId)).map(({ serverId }) => serverId);
      await stand.edit("nodepool/steps", { spec: { replicas: 1 } });
      await expect.poll(async () => (await workers(clusterId)).length, { timeout: 60_000 }).toBe(1);
      await expect.poll(async () => (await serversById(...before)).length, { timeout: 30_000 }).toBe(1);
      await stand.reaches("nodepool/steps", "Available");
    });

    it("A8: is gone with its servers when its resource is", async ({ expect }) => {
      const clusterId = await standing("leaving", { replicas: 2 });
      await stand.reaches("nodepool/leaving", "Available");
      const before = (await workers(clusterId)).map(({ serverId }) => serverId);
      await kubectlOk(stand.kubectl, ["delete", "nodepool/leaving", "--wait=false"]);
      await stand.gone("nodepool/leaving");
      expect(await workers(clusterId)).toEqual([]);
      expect(await serversById(...before)).toEqual([]);
    });

    it("A6: takes existing servers in, each erased once, and lets them go unreleased", async ({ expect }) => {
      const ids = [await plantServer(`i-kept-a-${dialect}`), await plantServer(`i-kept-b-${dialect}`)] as const;
      const clusterId = await standing("kept", existing(...ids));
      await stand.reaches("nodepool/kept", "Available");
      expect(await serversById(...ids)).toMatchObject(ids.map(() => ({ clusterId, imaged: 1 })));
      await stand.edit("nodepool/kept", { spec: { existingServers: { ids: [ids[0]] } } });
      const placed = async (): Promise<string[]> => (await serversById(...ids)).map((server) => server.clusterId);
      await expect.poll(placed, { timeout: 60_000 }).toEqual([clusterId, ""]);
      await kubectlOk(stand.kubectl, ["delete", "nodepool/kept", "--wait=false"]);
      await stand.gone("nodepool/kept");
      expect(await serversById(...ids)).toMatchObject(ids.map(() => ({ clusterId: "", imaged: 1 })));
    });

    it("A6: says of one that is refused why, and takes the others in", async ({ expect }) => {
      const good = await plantServer(`i-good-${dialect}`);
      const missing = `i-missing-${dialect}`;
      await standing("refused", existing(good, missing));
      const { message } = await stand.reaches("nodepool/refused", "AttachFailed");
      expect(message).toContain(missing);
      const shown = await shownServers("nodepool/refused");
      expect(shown).toMatchObject([
        { id: good, state: "Joined" },
        { id: missing, state: "Failed" },
      ]);
    });

    it("A6: never takes one in again by itself that joined and left", async ({ expect }) => {
      const id = await plantServer(`i-gone-${dialect}`);
      const clusterId = await standing("left", existing(id));
      await stand.reaches("nodepool/left", "Available");
      const [node] = await workers(clusterId);
      await stand.simulator.behindOurBack("DELETE", `nodes/${node!.id}`);
      const { message } = await stand.reaches("nodepool/left", "ServerLeft");
      expect(message).toContain(id);
      await stand.visited("nodepool/left", 2);
      expect(await serversById(id)).toMatchObject([{ imaged: 1, clusterId: "" }]);
    });

    it("A6: of a server in two pools says so in the younger one", async ({ expect }) => {
      const id = await plantServer(`i-shared-${dialect}`);
      await standing("older", existing(id));
      await stand.reaches("nodepool/older", "Available");
      await stand.apply(poolManifest("younger", { clusterRef: { name: "older" }, ...existing(id) }));
      const { message } = await stand.reaches("nodepool/younger", "ExternalIdConflict");
      expect(message).toContain(id);
      expect(await serversById(id)).toMatchObject([{ imaged: 1 }]);
    });
  });

  itStaysClean(() => stand);
});
