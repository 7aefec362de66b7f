// What goes wrong while pools on Alibaba Cloud ACK get and lose servers, in both editions of its API: never one too many is bought, and never is
// an existing one erased twice.
import { afterAll, beforeAll, describe, it, vi } from "vitest";
import { kubectlOk } from "../support/apiserver/controlplane.ts";
import { BLOCKS, poolManifest, type AlibabaStand, type Dialect } from "../support/clouds/alibaba/environment.ts";
import { existing, startPoolBench, type PoolBench } from "../support/clouds/alibaba/pools.ts";
import { itStaysClean } from "../support/environment/invariants.ts";

// They wait far more than they work: all at once, in both dialects.
vi.setConfig({ testTimeout: 150_000, hookTimeout: 150_000, maxConcurrency: 40 });

const DIALECTS = ["V2026", "Reference"] as const;
/** As the stand's operators have it. */
const SETTLE_WINDOW_MS = 2_000;
const benches = new Map<Dialect, PoolBench>();

beforeAll(async () => {
  const start = async (dialect: Dialect): Promise<unknown> =>
    benches.set(dialect, await startPoolBench(`ack-woes-${dialect.toLowerCase()}`, dialect));
  await Promise.all(DIALECTS.map(start));
});
afterAll(() => Promise.all([...benches.values()].map((bench) => bench[Symbol.asyncDispose]())));

describe.concurrent.each(DIALECTS)("in dialect %s", (dialect) => {
  let bench: PoolBench;
  let stand: AlibabaStand;

  beforeAll(() => {
    bench = benches.get(dialect)!;
    ({ stand } = bench);
  });

  /** What scales this cluster's pool out, or takes servers into it. */
  const requestsTo = (clusterId: string, what: "Grow" | "Attach"): string => {
    if (what === "Attach") return `/clusters/${clusterId}/(nodepools/[^/]+/)?attach$`;
    return dialect === "V2026" ? `/clusters/${clusterId}/nodepools/[^/]+$` : `/api/v2/clusters/${clusterId}$`;
  };

  describe("a NodePool", () => {
    it("A5: that the cloud can't bring to its count says why, keeps what is there, and goes on later", async ({
      expect,
    }) => {
      const clusterId = await bench.standing("short", { replicas: 1 });
      await stand.reaches("nodepool/short", "Available");
      const concerns = dialect === "V2026" ? { nodepoolName: "short" } : { clusterName: "short" };
      const plan = { ...concerns, failAt: "ScaleOut", joined: 1, message: "No stock in zone h" };
      await stand.simulator.behindOurBack("POST", "plans", plan);
      await stand.edit("nodepool/short", { spec: { replicas: 4 } });
      const { message } = await stand.reaches("nodepool/short", "SoldOut");
      expect(message).toContain("No stock in zone h");
      expect(await bench.bought(clusterId)).toHaveLength(2);
      await stand.lookAgain("nodepool/short");
      await stand.until("nodepool/short", ({ status }) => status["readyReplicas"] === 4);
      expect(await bench.bought(clusterId)).toHaveLength(4);
    });

    it("A6: whose server failed to join says why and does not erase it again", async ({ expect }) => {
      const ids = ["one", "two", "three"].map((word) => `i-${word}-${dialect.toLowerCase()}`);
      for (const id of ids) await bench.plantServer(id);
      await stand.simulator.behindOurBack("POST", "plans", {
        serverId: ids[1],
        failAt: "Attach",
        message: "No agent.",
      });
      await bench.standing("one-of-three", existing(...ids));
      const { message } = await stand.reaches("nodepool/one-of-three", "AttachFailed");
      expect(message).toContain("No agent.");
      await stand.visited("nodepool/one-of-three", 2);
      expect(await bench.serversById(...ids)).toMatchObject(ids.map(() => ({ imaged: 1 })));
      const states = Object.fromEntries(
        (await bench.shownServers("nodepool/one-of-three")).map((s) => [s.id, s.state]),
      );
      expect(states).toEqual({ [ids[0]!]: "Joined", [ids[1]!]: "Failed", [ids[2]!]: "Joined" });
    });

    it("A8: that lost a node to a colleague is as declared again, without one too many", async ({ expect }) => {
      const clusterId = await bench.standing("robbed", { replicas: 2 });
      await stand.reaches("nodepool/robbed", "Available");
      const [node] = await bench.workers(clusterId);
      await stand.simulator.behindOurBack("DELETE", `nodes/${node!.id}`);
      const others = async (): Promise<number> =>
        (await bench.workers(clusterId)).filter(({ id, nodeStatus }) => id !== node!.id && nodeStatus === "Ready")
          .length;
      await expect.poll(others, { timeout: 60_000 }).toBe(2);
      await stand.lookAgain("nodepool/robbed");
      await stand.reaches("nodepool/robbed", "Available");
      expect(await bench.bought(clusterId)).toHaveLength(2);
    });

    it("A8: beside servers of a colleague, who adds one meanwhile, has as many as declared", async ({ expect }) => {
      const clusterId = await bench.standing("helped", { replicas: 1 });
      await stand.reaches("nodepool/helped", "Available");
      const add = async (): Promise<string> => {
        const node = await stand.simulator.behindOurBack("POST", "nodes", { clusterId });
        return (node as { id: string }).id;
      };
      const theirs = [await add()];
      await stand.edit("nodepool/helped", { spec: { replicas: 2 } });
      theirs.push(await add());
      await stand.until("nodepool/helped", ({ status }) => status["readyReplicas"] === 2);
      await stand.lookAgain("nodepool/helped");
      await stand.edit("nodepool/helped", { spec: { replicas: 1 } });
      await stand.until("nodepool/helped", ({ status }) => status["readyReplicas"] === 1);
      await stand.reaches("nodepool/helped", "Available");
      const left = (await bench.workers(clusterId)).map(({ id }) => id);
      expect(left).toEqual(expect.arrayContaining(theirs));
      expect(left).toHaveLength(theirs.length + 1);
    });

    it("A5: and others in the same cluster all get their servers, and hold up no kubeconfig", async ({ expect }) => {
      const clusterId = await bench.cluster("shared");
      const resources = ["first", "second", "third"].map((name) => `nodepool/${name}`);
      const declare = (name: string): Promise<unknown> =>
        stand.apply(poolManifest(name, { clusterRef: { name: "shared" } }));
      for (const name of ["first", "second"]) await declare(name);
      for (const resource of resources.slice(0, 2)) await stand.reaches(resource, "Available");
      expect(await bench.bought(clusterId)).toHaveLength(4);
      for (const resource of resources.slice(0, 2)) await stand.edit(resource, { spec: { replicas: 4 } });
      await expect.poll(async () => (await bench.bought(clusterId)).length, { timeout: 30_000 }).toBeGreaterThan(4);
      await declare("third");
      await kubectlOk(stand.kubectl, ["delete", "secret", "shared-kubeconfig"]);
      const isPublished = async (): Promise<number> =>
        (await stand.kubectl(["get", "secret", "shared-kubeconfig"])).code;
      await expect.poll(isPublished, { timeout: 30_000 }).toBe(0);
      for (const resource of resources) await stand.reaches(resource, "Available");
      expect(await bench.bought(clusterId)).toHaveLength(10);
      // What was just bought for the others is nobody's only until they have seen it.
      const told = stand.versions().filter(({ kind, metadata }) => kind === "NodePool" && metadata.name === "third");
      const reasons = told.flatMap(({ status }) => status.conditions?.map(({ reason }) => reason) ?? []);
      expect(reasons).not.toContain("AlreadyExists");
    });

    it("A4: in a serverless cluster is not supported", async ({ expect }) => {
      await bench.cluster("empty", BLOCKS.serverless(dialect));
      await stand.apply(poolManifest("empty", { clusterRef: { name: "empty" } }));
      const { message } = await stand.reaches("nodepool/empty", "NotSupportedByCloud");
      expect(message).toContain("serverless cluster");
    });
  });

  describe("a NodePool whose request is not answered", () => {
    const drops = ["DropBefore", "DropAfter"] as const;
    const growing = drops.map((action) => ({ name: action.toLowerCase(), what: "Grow", action }) as const);
    const attaching = drops.map(
      (action) => ({ name: `attach-${action.toLowerCase()}`, what: "Attach", action }) as const,
    );
    const late = { name: "late", what: "Grow", action: "DropAfter" } as const;
    const deleted = drops.map(
      (action) => ({ name: `deleted-${action.toLowerCase()}`, what: "Attach", action }) as const,
    );
    const unrested = { name: "unrested", what: "Attach", action: "DropBefore" } as const;
    /** By name. */
    const clusterIds = new Map<string, string>();

    // All faults at once, each for the requests to one cluster: a second plan would begin the first one anew.
    beforeAll(async () => {
      const faults = [...growing, ...attaching, ...deleted, late, unrested].map(async ({ name, what, action }) => {
        const id = what === "Grow" ? await bench.standing(name, { replicas: 1 }) : await bench.cluster(name);
        if (what === "Grow") await stand.reaches(`nodepool/${name}`, "Available");
        clusterIds.set(name, id);
        return { method: "POST|PUT", path: requestsTo(id, what), action, times: 1 };
      });
      await stand.simulator.setFaults(await Promise.all(faults));
    });

    it.for(growing)(
      "A5: has as many servers as declared though a request for more meets $action",
      async ({ name }, { expect }) => {
        await stand.edit(`nodepool/${name}`, { spec: { replicas: 3 } });
        await stand.until(`nodepool/${name}`, ({ status }) => status["readyReplicas"] === 3);
        await stand.reaches(`nodepool/${name}`, "Available");
        expect(await bench.bought(clusterIds.get(name)!)).toHaveLength(3);
      },
    );

    it.for(attaching)(
      "A6: erases an existing server once though the request meets $action",
      async ({ name }, { expect }) => {
        const id = await bench.plantServer(`i-${name}-${dialect.toLowerCase()}`);
        await stand.apply(poolManifest(name, { clusterRef: { name }, ...existing(id) }));
        await stand.reaches(`nodepool/${name}`, "Available");
        expect(await bench.serversById(id)).toMatchObject([{ imaged: 1, clusterId: clusterIds.get(name) }]);
      },
    );

    it("A6: asks for no server again while the cluster says that it scales", async ({ expect }) => {
      const clusterId = clusterIds.get(unrested.name)!;
      const id = await bench.plantServer(`i-unrested-${dialect.toLowerCase()}`);
      await stand.apply(poolManifest("unrested", { clusterRef: { name: "unrested" }, ...existing(id) }));
      const asked = async (): Promise<number> =>
        (await stand.simulator.requests()).filter(
          ({ method, path }) => method === "POST" && path.includes(clusterId) && path.endsWith("/attach"),
        ).length;
      await expect.poll(asked, { timeout: 60_000 }).toBe(1);
      await stand.simulator.behindOurBack("PATCH", `clusters/${clusterId}`, { state: "scaling" });
      const isSettled = async (): Promise<boolean> => {
        const { lastSentAt } = (await stand.read("nodepool/unrested"))!.status.operation ?? {};
        return lastSentAt === undefined || Date.now() > Date.parse(lastSentAt) + 3 * SETTLE_WINDOW_MS;
      };
      await expect.poll(isSettled, { timeout: 60_000 }).toBe(true);
      await stand.visited("nodepool/unrested", 2);
      expect(await asked()).toBe(1);
      await stand.simulator.behindOurBack("PATCH", `clusters/${clusterId}`, { state: "running" });
      await stand.reaches("nodepool/unrested", "Available");
      expect(await bench.serversById(id)).toMatchObject([{ imaged: 1, clusterId }]);
    });

    it.for(deleted)(
      "A6: that is deleted while its request for existing servers meets $action goes, and erases none twice",
      async ({ name }, { expect }) => {
        const id = await bench.plantServer(`i-${name}-${dialect.toLowerCase()}`);
        await stand.apply(poolManifest(name, { clusterRef: { name }, ...existing(id) }));
        const dropped = async (): Promise<number> =>
          (await stand.simulator.requests()).filter(
            ({ fault, path }) => fault?.startsWith("Drop") && path.includes(clusterIds.get(name)!),
          ).length;
        await expect.poll(dropped, { timeout: 60_000 }).toBe(1);
        await kubectlOk(stand.kubectl, ["delete", `nodepool/${name}`, "--wait=false"]);
        await stand.gone(`nodepool/${name}`);
        const [server] = await bench.serversById(id);
        expect(server).toMatchObject({ clusterId: "" });
        expect(server!.imaged).toBeLessThanOrEqual(1);
      },
    );

    it("A8: that is deleted while a request for more is not answered leaves nothing behind", async ({ expect }) => {
      const clusterId = clusterIds.get(late.name)!;
      await stand.edit("nodepool/late", { spec: { replicas: 3 } });
      const dropped = async (): Promise<number> =>
        (await stand.simulator.requests()).filter((one) => one.fault === "DropAfter" && one.path.includes(clusterId))
          .length;
      await expect.poll(dropped, { timeout: 60_000 }).toBe(1);
      await kubectlOk(stand.kubectl, ["delete", "nodepool/late", "--wait=false"]);
      await stand.gone("nodepool/late");
      expect(await bench.bought(clusterId)).toEqual([]);
    });
  });
});

describe.each(DIALECTS)("the operator in dialect %s", (dialect) => {
  itStaysClean(() => benches.get(dialect)!.stand);
});

// After the others: where no answer shows tags, a create whose answer is late on a busy machine is for a person to judge.
describe("in dialect Reference, where a pool is a list of servers", () => {
  let bench: PoolBench;
  let stand: AlibabaStand;

  beforeAll(async () => {
    bench = await startPoolBench("ack-lists", "Reference", { hideTags: true });
    ({ stand } = bench);
  });
  afterAll(() => bench[Symbol.asyncDispose]());

  describe.concurrent("a NodePool", () => {
    it("A9: neither claims nor releases what it can't place, and buys no more", async ({ expect }) => {
      const clusterId = await bench.standing("hidden", { replicas: 1 });
      await stand.reaches("nodepool/hidden", "Available");
      const path = `/api/v2/clusters/${clusterId}$`;
      await stand.simulator.setFaults([{ method: "POST", path, action: "DropAfter", times: 1 }]);
      await stand.edit("nodepool/hidden", { spec: { replicas: 2 } });
      const { message } = await stand.reaches("nodepool/hidden", "ScaleOutOutcomeUnknown");
      const bought = await bench.bought(clusterId);
      expect(bought).toHaveLength(2);
      expect(bought.some(({ id }) => message.includes(id))).toBe(true);
      await stand.visited("nodepool/hidden", 2);
      expect(await bench.bought(clusterId)).toHaveLength(2);
    });

    it("A9: beside Workers that nobody claims, as after a restore, buys nothing and names them", async ({ expect }) => {
      const clusterId = await bench.cluster("restored");
      await stand.simulator.behindOurBack("POST", "nodes", { clusterId });
      const [stranger] = await bench.workers(clusterId);
      await stand.apply(poolManifest("restored", { clusterRef: { name: "restored" } }));
      const { message } = await stand.reaches("nodepool/restored", "AlreadyExists");
      expect(message).toContain(stranger!.serverId);
      expect(await bench.workers(clusterId)).toHaveLength(1);
    });

    it.for([
      ["taints", { taints: [{ key: "gpu", value: "high", effect: "NoSchedule" }] }],
      ["autoscaling", { autoscaling: { enabled: true, minReplicas: 1, maxReplicas: 2 } }],
    ] as const)("A9: says that %s are not supported", async ([field, spec], { expect }) => {
      await bench.standing(`no-${field}`, spec);
      const { message } = await stand.reaches(`nodepool/no-${field}`, "NotSupportedByCloud");
      expect(message).toContain(`spec.${field}`);
    });
  });

  itStaysClean(() => stand);
});
