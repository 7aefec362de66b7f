// Node pools and their nodes over the wire (4.1.10, 4.1.11, 4.1.19 to 4.1.23): counts, phases, traps.
import { describe, expect, test } from "vitest";
import type { CceClient, Wire } from "./test-support.ts";
import { CLUSTERS, MINUTE, poolBody, SALTED, startTestBed } from "./test-support.ts";

/** The paths of one cluster's pools and nodes. */
class Pools {
  readonly client: CceClient;
  readonly path: string;

  constructor(client: CceClient, clusterId: string) {
    this.client = client;
    this.path = `${CLUSTERS}/${clusterId}/nodepools`;
  }

  async create(
    name: string,
    spec: Record<string, unknown> = {},
    template: Record<string, unknown> = {},
  ): Promise<string> {
    const sent = { method: "POST", body: poolBody(name, spec, template) };
    return (await this.client.expectStatus(201, this.path, sent)).metadata.uid;
  }

  read(id: string): Promise<Wire> {
    return this.client.expectStatus(200, `${this.path}/${id}`);
  }

  put(id: string, spec: unknown): Promise<Wire> {
    return this.client.expectStatus(200, `${this.path}/${id}`, { method: "PUT", body: { spec } });
  }

  async phase(id: string): Promise<string | undefined> {
    return (await this.read(id)).status.phase;
  }

  async list(query = ""): Promise<Wire[]> {
    return ((await this.client.send(`${this.path}${query}`)).json() as { items: Wire[] }).items;
  }

  async nodes(): Promise<Wire[]> {
    const path = this.path.replace("nodepools", "nodes");
    return ((await this.client.send(path)).json() as { items: Wire[] }).items;
  }

  async nodePhases(): Promise<unknown[]> {
    return (await this.nodes()).map(({ status }) => status.phase);
  }
}

async function startPools(options: Parameters<typeof startTestBed>[0] = {}) {
  const bed = await startTestBed(options);
  const clusterId = await bed.client.available();
  return { ...bed, clusterId, pools: new Pools(bed.client, clusterId) };
}

describe("a pool", () => {
  test("fills with nodes that go through their phases, and is normal when they are Active", async () => {
    const { pools, clock } = await startPools();
    const id = await pools.create("pool", { initialNodeCount: 2 });
    expect([await pools.phase(id), await pools.nodePhases()]).toEqual(["Synchronizing", ["Build", "Build"]]);
    clock.advance(MINUTE);
    expect([await pools.phase(id), await pools.nodePhases()]).toEqual(["Synchronizing", ["Installing", "Installing"]]);
    clock.advance(2 * MINUTE);
    expect([await pools.phase(id), await pools.nodePhases()]).toEqual(["Synchronized", ["Active", "Active"]]);
    clock.advance(MINUTE);
    expect(await pools.phase(id)).toBe("");
  });

  test("shows its nodes by annotation, and a node alone is the same", async () => {
    const { pools, clock } = await startPools();
    const id = await pools.create("pool", { initialNodeCount: 1 });
    clock.advance(5 * MINUTE);
    const [node] = await pools.nodes();
    expect(node).toMatchObject({
      metadata: {
        annotations: { "kubernetes.io/node-pool.id": id },
        creationTimestamp: expect.stringContaining("UTC"),
      },
      spec: { flavor: "s6.large.2", az: "az1.dc1" },
      status: { phase: "Active", serverId: expect.any(String), privateIP: expect.stringMatching(/^192\.168\./) },
    });
    const path = `${pools.path.replace("nodepools", "nodes")}/${node?.metadata.uid}`;
    expect(await pools.client.expectStatus(200, path)).toEqual(node);
    expect(await pools.client.refusal(`${path}x`)).toEqual([404, "CCE.01404001"]);
  });

  test("carries the cloud's label, and no read shows taints, passwords or zeros", async () => {
    const { pools, client } = await startPools();
    const taints = [{ key: "a", value: "b", effect: "NoSchedule" }];
    const login = { userPassword: { username: "root", password: SALTED } };
    const id = await pools.create("pool", {}, { k8sTags: { mine: "1" }, taints, login });
    const { spec, status } = await pools.read(id);
    expect(spec).toMatchObject({
      nodeTemplate: {
        k8sTags: { mine: "1", "cce.cloud.com/cce-nodepool": "pool" },
        login: { userPassword: { username: "root", password: "******" } },
      },
      autoscaling: {},
    });
    expect(spec).not.toHaveProperty("initialNodeCount");
    expect(spec).not.toHaveProperty("nodeTemplate.taints");
    expect(status).toEqual({ phase: "" });
    const [state] = (await client.state())["nodepools"] ?? [];
    expect(state).toMatchObject({ name: "pool", nodeTemplate: { taints, login } });
  });

  test("is listed with the number of its nodes and no phase; with showDefaultNodePool also nodes of no pool", async () => {
    const { pools, client, clusterId } = await startPools();
    await pools.create("pool", { initialNodeCount: 3 });
    await client.colleague("POST", "nodes", { clusterId });
    expect((await pools.list()).map(({ metadata, status }) => [metadata.name, status])).toEqual([
      ["pool", { currentNode: 3 }],
    ]);
    expect(
      (await pools.list("?showDefaultNodePool=true")).map(({ metadata, status }) => [metadata.name, status]),
    ).toEqual([
      ["pool", { currentNode: 3 }],
      ["az1.dc1#s1.medium#EulerOS 2.2", { currentNode: 1 }],
    ]);
  });

  test("shows what the cloud chose where nobody asked, and otherwise what was asked for", async () => {
    const { pools } = await startPools();
    const plain = await pools.read(await pools.create("plain", {}, { os: undefined }));
    expect(plain.spec["nodeTemplate"]).toMatchObject({
      os: "EulerOS 2.5",
      publicIP: { eip: { bandwidth: {} } },
      nodeNicSpec: { primaryNic: { subnetId: "subnet-of-a-colleague" } },
      billingMode: 0,
      extendParam: { maxPods: 110, "alpha.cce/preInstall": "" },
    });
    const wanted = {
      publicIP: { count: 1, eip: { iptype: "5_bgp", bandwidth: { size: 5, sharetype: "PER" } } },
      nodeNicSpec: { primaryNic: { subnetId: "subnet-2" } },
      extendParam: { maxPods: 20 },
    };
    const rich = await pools.read(await pools.create("rich", { faultDomain: "domain-1" }, wanted));
    expect(rich.spec).toMatchObject({ faultDomain: "domain-1", nodeTemplate: wanted });
  });

  test("of nodes with an EIP shows its address", async () => {
    const { pools, clock } = await startPools();
    await pools.create("open", { initialNodeCount: 1 }, { publicIP: { ids: ["eip-1"] } });
    await pools.create("closed", { initialNodeCount: 1 });
    clock.advance(5 * MINUTE);
    const addresses = (await pools.nodes()).map(({ status }) => status["publicIP"]);
    expect(addresses).toEqual([expect.stringMatching(/^10\.34\.\d+\.\d+$/), undefined]);
  });

  test.each<[string, string, Record<string, unknown>, Record<string, unknown>]>([
    ["a name in upper case", "Pool", {}, {}],
    ["the reserved name", "DefaultPool", {}, {}],
    ["a name too long", "a".repeat(51), {}, {}],
    ["no count", "pool", { initialNodeCount: undefined }, {}],
    ["more nodes than the cluster's flavor allows", "pool", { initialNodeCount: 51 }, {}],
    ["bounds upside down", "pool", { autoscaling: { enable: true, minNodeCount: 3, maxNodeCount: 2 } }, {}],
    ["both logins", "pool", {}, { login: { sshKey: "key", userPassword: { password: SALTED } } }],
    ["no login", "pool", {}, { login: {} }],
    ["a plain password", "pool", {}, { login: { userPassword: { password: "Secret-123" } } }],
    ["a small root volume", "pool", {}, { rootVolume: { size: 39, volumetype: "SATA" } }],
    ["no data volume", "pool", {}, { dataVolumes: [] }],
    ["a volume type that is none", "pool", {}, { rootVolume: { size: 40, volumetype: "TAPE" } }],
    ["a label that is none", "pool", {}, { k8sTags: { "-bad": "x" } }],
    ["21 labels", "pool", {}, { k8sTags: Object.fromEntries(Array.from({ length: 21 }, (_, at) => [`k${at}`, "v"])) }],
    ["a taint's effect that is none", "pool", {}, { taints: [{ key: "a", value: "b", effect: "Never" }] }],
  ])("is refused with %s", async (_, name, spec, template) => {
    const { pools, client } = await startPools();
    const [status, code] = await client.refusal(pools.path, { method: "POST", body: poolBody(name, spec, template) });
    expect([status, code]).toEqual([400, expect.stringMatching(/^CCE\.0140(0001|0014)$/)]);
    expect((await client.state())["nodepools"]).toEqual([]);
  });

  test("of a name in use is refused within its cluster, unless told otherwise", async () => {
    const { pools, client } = await startPools();
    await pools.create("pool");
    expect(await client.refusal(pools.path, { method: "POST", body: poolBody("pool") })).toEqual([409, "CCE.01409001"]);
    await new Pools(client, await client.available("another")).create("pool");
    const lax = await startPools({ duplicateNames: "Allow" });
    expect(await lax.pools.create("pool")).not.toBe(await lax.pools.create("pool"));
  });

  test("waits for its cluster, and is not found in another one", async () => {
    const { pools, client, clusterId } = await startPools();
    const id = await pools.create("pool");
    const other = new Pools(client, await client.available("other"));
    expect(await client.refusal(`${other.path}/${id}`)).toEqual([404, "CCE.01404001"]);
    await client.colleague("PATCH", `clusters/${clusterId}`, { phase: "Hibernation" });
    const refused = [403, "CCE.01403009"];
    expect(await client.refusal(pools.path, { method: "POST", body: poolBody("new") })).toEqual(refused);
    expect(await client.refusal(`${pools.path}/${id}`, { method: "PUT", body: { spec: {} } })).toEqual(refused);
    expect(await client.refusal(`${pools.path}/${id}`, { method: "DELETE" })).toEqual(refused);
    expect(await client.refusal(`${CLUSTERS}/none/nodepools`)).toEqual([404, "CCE.01404001"]);
  });
});

describe("an update", () => {
  test("moves the count both ways, newest nodes first", async () => {
    const { pools, clock } = await startPools();
    const id = await pools.create("pool", { initialNodeCount: 1 });
    clock.advance(5 * MINUTE);
    const [oldest] = await pools.nodes();
    expect((await pools.put(id, { initialNodeCount: 3 })).status).toEqual({ phase: "Synchronizing", currentNode: 3 });
    clock.advance(5 * MINUTE);
    await pools.put(id, { initialNodeCount: 1 });
    expect(await pools.nodePhases()).toEqual(["Active", "Deleting", "Deleting"]);
    clock.advance(MINUTE);
    expect((await pools.nodes()).map(({ metadata }) => metadata.uid)).toEqual([oldest?.metadata.uid]);
  });

  test("without a count empties the pool", async () => {
    const { pools, clock } = await startPools();
    const id = await pools.create("pool", { initialNodeCount: 2 });
    clock.advance(5 * MINUTE);
    await pools.put(id, { nodeTemplate: { k8sTags: { a: "b" } } });
    expect(await pools.nodePhases()).toEqual(["Deleting", "Deleting"]);
  });

  test("replaces labels and taints as whole sets, and leaves what it does not name", async () => {
    const { pools, client } = await startPools();
    const autoscaling = { enable: true, minNodeCount: 1, maxNodeCount: 5, scaleDownCooldownTime: 10, priority: 1 };
    const id = await pools.create("pool", { autoscaling }, { k8sTags: { old: "1" } });
    const taints = [{ key: "a", value: "b", effect: "NoExecute" }];
    await pools.put(id, { initialNodeCount: 0, nodeTemplate: { k8sTags: { new: "2" }, taints } });
    await pools.put(id, { initialNodeCount: 0 });
    expect((await pools.read(id)).spec).toMatchObject({ autoscaling });
    expect((await client.state())["nodepools"]?.[0]).toMatchObject({
      nodeTemplate: { k8sTags: { new: "2", "cce.cloud.com/cce-nodepool": "pool" }, taints },
    });
    expect((await client.log()).filter(({ method }) => method === "PUT").map(({ effect }) => effect)).toEqual([
      true,
      false,
    ]);
  });

  test("ignores labels and taints where the cloud does so", async () => {
    const { pools } = await startPools({ k8sTagsUpdatable: false });
    const id = await pools.create("pool", {}, { k8sTags: { old: "1" } });
    await pools.put(id, { initialNodeCount: 1, nodeTemplate: { k8sTags: { new: "2" } } });
    expect((await pools.read(id)).spec).toMatchObject({ initialNodeCount: 1, nodeTemplate: { k8sTags: { old: "1" } } });
  });

  test("is refused for too many nodes, and for a pool that is going or gone", async () => {
    const { pools, client } = await startPools();
    const id = await pools.create("pool");
    const put = { method: "PUT", body: { spec: { initialNodeCount: 51 } } };
    expect(await client.refusal(`${pools.path}/${id}`, put)).toEqual([400, "CCE.01400014"]);
    await client.expectStatus(200, `${pools.path}/${id}`, { method: "DELETE" });
    expect(await client.refusal(`${pools.path}/${id}`, { method: "PUT", body: { spec: {} } })).toEqual([
      403,
      "CCE.01403003",
    ]);
    expect(await client.refusal(`${pools.path}/none`, { method: "PUT", body: { spec: {} } })).toEqual([
      404,
      "CCE.01404001",
    ]);
  });
});

test("a delete takes the nodes first, then the pool", async () => {
  const { pools, client, clock } = await startPools();
  const id = await pools.create("pool", { initialNodeCount: 1 });
  const { status } = await client.expectStatus(200, `${pools.path}/${id}`, { method: "DELETE" });
  expect(status).toEqual({ phase: "Deleting", jobId: expect.any(String) });
  expect([await pools.phase(id), await pools.nodePhases()]).toEqual(["Deleting", ["Deleting"]]);
  expect(await client.refusal(`${pools.path}/${id}`, { method: "DELETE" })).toEqual([403, "CCE.01403003"]);
  clock.advance(2 * MINUTE);
  expect(await client.refusal(`${pools.path}/${id}`)).toEqual([404, "CCE.01404001"]);
  expect([await pools.list(), await pools.nodes()]).toEqual([[], []]);
});

describe("a cloud that has sold out", () => {
  test("gives what it has, keeps it, and goes on when there is more", async () => {
    const { pools, client, clock } = await startPools();
    await client.colleague("POST", "plans", { nodepoolName: "pool", soldOutAbove: 1 });
    const id = await pools.create("pool", { initialNodeCount: 3 });
    clock.advance(5 * MINUTE);
    expect([await pools.phase(id), await pools.nodePhases()]).toEqual(["SoldOut", ["Active"]]);
    await pools.put(id, { initialNodeCount: 2 });
    expect([await pools.phase(id), await pools.nodePhases()]).toEqual(["SoldOut", ["Active"]]);
    await client.colleague("PATCH", `nodepools/${id}`, { soldOutAbove: null });
    clock.advance(5 * MINUTE);
    expect([await pools.phase(id), await pools.nodePhases()]).toEqual(["", ["Active", "Active"]]);
  });
});
