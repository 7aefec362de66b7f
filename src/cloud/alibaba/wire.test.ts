// Answers that are not as they should be, in a part that nothing hangs on or in all of it.
import { describe, expect, test } from "vitest";
import { shownCluster } from "./cluster-wire.ts";
import { nodePage } from "./node-wire.ts";
import { nodePool } from "./nodepool-wire.ts";

const MARK = { key: "yunfan.dev/nonce", value: "n-1" };

describe("a cluster", () => {
  const minimal = { cluster_id: "c1", name: "shop", state: "running", region_id: "cn-hangzhou" };

  test("with next to nothing in it is one", () => {
    const { cluster, foreignType, isDeleted } = shownCluster.parse(minimal);
    expect(cluster).toMatchObject({
      id: "c1",
      phase: "Available",
      version: "",
      isBrief: true,
      createdAtMs: Number.NaN,
    });
    expect(cluster.endpoints).toBeUndefined();
    expect([foreignType, isDeleted]).toEqual([undefined, false]);
  });

  test.each([
    ["missing", undefined, undefined],
    ["empty", "", {}],
    [
      "JSON",
      '{"api_server_endpoint":"https://e","intranet_api_server_endpoint":"https://i"}',
      { internal: "https://i", external: "https://e" },
    ],
    [
      "JSON of one address",
      '{"api_server_endpoint":"","intranet_api_server_endpoint":"https://i"}',
      { internal: "https://i", external: undefined },
    ],
    ["no JSON", "soon", undefined],
    ["null", null, undefined],
  ])("whose master_url is %s", (_what, master_url, endpoints) => {
    expect(shownCluster.parse({ ...minimal, master_url }).cluster.endpoints).toEqual(endpoints);
  });

  test.each([
    ["Swarm", { cluster_type: "Swarm" }],
    ["ExternalKubernetes", { cluster_type: "ExternalKubernetes" }],
    // The example of 2.9.
    ["Swarm", { master_url: "https://182.92.245.56:17589" }],
  ])("of type %s is foreign (%j)", (type, members) => {
    expect(shownCluster.parse({ ...minimal, ...members }).foreignType).toBe(type);
  });

  test("is marked although a tag beside the mark is odd", () => {
    const tags = [null, { key: 7 }, "a", { key: "a", value: null }, MARK];
    expect(shownCluster.parse({ ...minimal, tags }).cluster.mark).toBe("n-1");
  });

  test.each([["none"], [null], [undefined]])("with tags %j shows none, and so hides the mark", (tags) => {
    expect(shownCluster.parse({ ...minimal, tags }).cluster).toMatchObject({ mark: undefined, hidesMark: true });
  });

  test("with tags, and be it none of ours, shows that it has no mark", () => {
    for (const tags of [[], [{ key: "team", value: "shop" }]]) {
      const { cluster } = shownCluster.parse({ ...minimal, tags });
      expect(cluster).toMatchObject({ mark: undefined });
      expect(cluster).not.toHaveProperty("hidesMark");
    }
  });

  test("in a state that nobody knows is Unknown", () => {
    const { cluster } = shownCluster.parse({ ...minimal, state: "pondering" });
    expect(cluster).toMatchObject({ phase: "Unknown", cloudPhase: "pondering" });
  });
});

describe("a pool", () => {
  const minimal = { nodepool_info: { nodepool_id: "np1", name: "workers" } };

  test("with next to nothing in it says nothing about its count", () => {
    expect(nodePool.parse(minimal)).toMatchObject({
      id: "np1",
      desired: undefined,
      current: undefined,
      phase: "Unknown",
      labels: {},
      taints: [],
      autoscaling: { enabled: false },
    });
  });

  test("whose taints can't be read has not none", () => {
    const config = { taints: [{ key: "a", value: "b", effect: "Evict" }], labels: [MARK, { key: "a", value: "b" }] };
    expect(nodePool.parse({ ...minimal, kubernetes_config: config })).toMatchObject({
      taints: undefined,
      labels: { a: "b" },
      mark: "n-1",
    });
  });

  test("does not show the labels that the cloud puts on nodes", () => {
    const labels = [
      "alibabacloud.com/nodepool-id",
      "node.alibabacloud.com/x",
      "ack.aliyun.com",
      "k8s.aliyun.com/y",
      "own.example/z",
    ];
    const config = { labels: labels.map((key) => ({ key, value: "1" })) };
    expect(Object.keys(nodePool.parse({ ...minimal, kubernetes_config: config }).labels)).toEqual(["own.example/z"]);
  });
});

test("a node is known by its server, or by its name; one that has neither is left out", () => {
  const nodes = [
    { instance_id: "i-1", state: "running", node_status: "Ready", source: "ess_attach" },
    { node_name: "edge-1", state: "running", is_aliyun_node: false },
    { state: "initial" },
    { instance_id: "i-2", state: "running", source: "somehow", is_aliyun_node: true },
  ];
  expect(nodePage.parse({ nodes }).nodes).toMatchObject([
    { id: "i-1", name: "i-1", origin: "Accepted", phase: "Active" },
    { id: "edge-1", serverId: undefined, origin: "Joined" },
    // Nobody says how it came: it is nobody's to release.
    { id: "i-2", origin: undefined },
  ]);
});
