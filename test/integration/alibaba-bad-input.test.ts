// What admission can't see of pools on Alibaba Cloud ACK: servers that are somebody's already, and keys that are not in their Secrets. Each is
// said by the resource that asks for it, nothing is sent for it, and no server is touched.
import { afterAll, beforeAll, describe, it, vi } from "vitest";
import {
  ackClusterManifest,
  alibabaAccountManifests,
  BLOCKS,
  poolManifest,
} from "../support/clouds/alibaba/environment.ts";
import { existing, startPoolBench, type PoolBench, type SimulatedNode } from "../support/clouds/alibaba/pools.ts";
import { itStaysClean } from "../support/environment/invariants.ts";

vi.setConfig({ testTimeout: 120_000, hookTimeout: 60_000, maxConcurrency: 20 });

let bench: PoolBench;

beforeAll(async () => {
  bench = await startPoolBench("ack-bad", "Reference");
});
afterAll(() => bench[Symbol.asyncDispose]());

const login = { passwordSecretRef: { name: "empty-password" } };

describe.concurrent("a NodePool on ACK", () => {
  it("A6: of a server that a pool of another cluster has says so, and the server stays where it is", async ({
    expect,
  }) => {
    const { stand } = bench;
    const id = await bench.plantServer("i-of-two-clusters");
    const clusterId = await bench.standing("first", existing(id));
    await stand.reaches("nodepool/first", "Available");
    await bench.standing("second", existing(id));
    const { message } = await stand.reaches("nodepool/second", "ExternalIdConflict");
    expect(message).toContain(id);
    expect(await bench.serversById(id)).toMatchObject([{ imaged: 1, clusterId }]);
    await stand.remove("nodepool/second");
    await stand.gone("nodepool/second");
    expect(await bench.serversById(id)).toMatchObject([{ imaged: 1, clusterId }]);
  });

  it("A6: of a master says that it is one, and neither erases it nor takes it away when it goes", async ({
    expect,
  }) => {
    const { stand } = bench;
    const clusterId = await bench.cluster("mastered", BLOCKS.dedicated());
    const masters = (await bench.workers(clusterId)) as readonly (SimulatedNode & { readonly role: string })[];
    const { serverId } = masters.find(({ role }) => role === "Master")!;
    const before = await bench.serversById(serverId);
    await stand.apply(poolManifest("mastered", { clusterRef: { name: "mastered" }, ...existing(serverId) }));
    const { message } = await stand.reaches("nodepool/mastered", "AttachFailed");
    expect(message).toMatch(new RegExp(`${serverId}.*master`, "s"));
    await stand.remove("nodepool/mastered");
    await stand.gone("nodepool/mastered");
    expect(await bench.serversById(serverId)).toEqual(before);
    expect(await bench.workers(clusterId)).toHaveLength(masters.length);
  });

  it("A6: whose Secret lacks the key names it, and goes on when it is there", async ({ expect }) => {
    const { stand } = bench;
    const id = await bench.plantServer("i-without-a-key");
    const secret = { apiVersion: "v1", kind: "Secret", metadata: { name: "empty-password" } };
    await stand.apply({ ...secret, stringData: { another: "Pass-word-2" } });
    const clusterId = await bench.standing("keyless", { ...existing(id), login });
    const asked = await stand.until("nodepool/keyless", ({ status }) =>
      /empty-password/.test(status.conditions?.[0]?.message ?? ""),
    );
    expect(asked.status.conditions![0]).toMatchObject({
      status: "False",
      message: expect.stringContaining("password"),
    });
    expect(await bench.serversById(id)).toMatchObject([{ imaged: 0, clusterId: "" }]);
    await stand.apply({ ...secret, stringData: { password: "Pass-word-2" } });
    await stand.lookAgain("nodepool/keyless");
    await stand.reaches("nodepool/keyless", "Available");
    expect(await bench.serversById(id)).toMatchObject([{ imaged: 1, clusterId }]);
  });
});

describe.concurrent("a ManagedCluster on ACK", () => {
  it.for([
    ["c/another", "Rejected"],
    ["c-nobody", "ExternalResourceMissing"],
  ] as const)(
    "whose spec.externalId is %s is %s, by the name of the field",
    async ([externalId, reason], { expect }) => {
      const { stand } = bench;
      const name = reason.toLowerCase();
      await stand.apply(ackClusterManifest(name, BLOCKS.managed(), { externalId }));
      const { message } = await stand.reaches(`managedcluster/${name}`, reason);
      expect(message).toContain(externalId);
      expect(message).toContain("spec.externalId");
    },
  );
});

it("A ManagedCluster on ACK that the cloud alone refuses says which field of its spec is at fault", async ({
  expect,
}) => {
  const { stand } = bench;
  const network = { vpcId: "vpc-1", subnetId: "vsw-1", podCidr: "172.20.0.0/16", serviceCidr: "172.20.128.0/20" };
  await stand.apply(ackClusterManifest("overlapping", { ...BLOCKS.managed(), vswitchIds: undefined }, { network }));
  const { message } = await stand.reaches("managedcluster/overlapping", "CreateFailed");
  expect(message).toContain("service_cidr");
  expect(message).toContain("Correct spec.network.serviceCidr");
});

it("An account whose key has a line break says so, and nothing is sent", async ({ expect }) => {
  const { stand } = bench;
  const cloud = await stand.anotherSimulator({ dialect: "Reference" });
  const stringData = { accessKey: "test-access-key", secretKey: "test-\nsecret-key" };
  await stand.apply(
    ...alibabaAccountManifests(cloud, { name: "broken", spec: { alibaba: { dialect: "Reference" } }, stringData }),
    ackClusterManifest("broken", BLOCKS.managed(), { accountRef: { name: "broken" } }),
  );
  const { message } = await stand.reaches("cloudaccount/broken", "CredentialsIncomplete");
  expect(message).toContain("secretKey");
  await stand.reaches("managedcluster/broken", "AccountNotReady");
  expect(await cloud.requests()).toEqual([]);
});

itStaysClean(() => bench.stand);
