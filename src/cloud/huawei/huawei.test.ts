// The client against the simulator, which was written from the API reference by somebody who never saw the client.
import { describe, expect, it, vi } from "vitest";
import type { ClusterRequest } from "../facets/clusters.ts";
import { CloudError, type CloudErrorKind } from "../errors.ts";
import type { NodePoolRequest } from "../facets/nodepools.ts";
import { KEYS, never, startCloud, USER, type TestCloud } from "../../../test/support/clouds/huawei/cloud.ts";
import { grantWrite } from "../permit.ts";

const NONCE = "6f1c2c1e-0f5e-4c59-9b5a-8d4f0e5f3a21-1";

function clusterRequest(overrides: Partial<ClusterRequest> = {}): ClusterRequest {
  return {
    name: "production",
    nonce: NONCE,
    version: "v1.15",
    description: "our shop",
    network: {
      vpcId: "1cb74d47-8e09-4d14-a065-75f4fc03e5eb",
      subnetId: "d44c089c-fbdc-49b3-ae8f-7b42c64219cf",
      podCidr: "172.16.0.0/16",
      serviceCidr: undefined,
    },
    options: {},
    ...overrides,
  };
}

function poolRequest(overrides: Partial<NodePoolRequest> = {}): NodePoolRequest {
  return {
    name: "workers",
    nonce: "uid-1",
    replicas: 2,
    autoscaling: { enabled: false, minReplicas: 0, maxReplicas: 0 },
    labels: { team: "shop" },
    taints: [],
    instanceType: "s6.large.2",
    zone: undefined,
    os: undefined,
    rootVolume: undefined,
    dataVolumes: [],
    login: { password: "Pass-word-1" },
    options: {},
    ...overrides,
  };
}

async function available({ clusters }: TestCloud, request = clusterRequest()): Promise<string> {
  const { id = "" } = await clusters.create(request, grantWrite(never));
  await vi.waitFor(async () => expect(await clusters.get(id, never)).toMatchObject({ phase: "Available" }), 10_000);
  return id;
}

async function failureOf(work: Promise<unknown>): Promise<CloudErrorKind> {
  try {
    await work;
  } catch (error) {
    if (error instanceof CloudError) return error.kind;
    throw error;
  }
  throw new Error("It succeeded");
}

describe("either way to sign in", () => {
  it.each([
    ["keys", KEYS],
    ["a user", USER],
  ])("with %s is taken, and a wrong secret is Unauthenticated", async (_, credentials) => {
    const { open } = await startCloud();
    await expect(open(credentials).verify(never)).resolves.toBeUndefined();
    const wrong = Object.fromEntries(
      Object.entries(credentials).map(([key, value], i) => [key, i === 1 ? "no" : value]),
    );
    expect(await failureOf(open(wrong).verify(never))).toBe("Unauthenticated");
  });

  it("goes on with a new token when the old one has expired", async () => {
    const cloud = await startCloud({ tokenTtl: 1 });
    const session = cloud.open(USER);
    await session.verify(never);
    const logins = async (): Promise<number> => {
      await session.clusters?.list(never);
      const requests = (await cloud.control("GET", "requests")) as { path: string }[];
      return requests.filter(({ path }) => path === "/v3/auth/tokens").length;
    };
    await expect.poll(logins, { timeout: 5_000, interval: 100 }).toBeGreaterThan(2);
  });
});

describe("a cluster's life", () => {
  it("is created with its mark, described, put to sleep, woken up and deleted", async () => {
    const cloud = await startCloud();
    const { clusters } = cloud;
    const id = await available(cloud);
    const made = await clusters.get(id, never);
    expect(made).toMatchObject({ name: "production", version: "v1.15.11-r1", description: "our shop", mark: NONCE });
    const { items: listed, clockSkewMs } = await clusters.list(never);
    const bearing = listed.filter((one) => clusters.bearsMark(one, { nonce: NONCE, startedAtMs: 0 }, clockSkewMs));
    expect(bearing).toMatchObject([{ id }]);

    await clusters.setDescription(id, { description: "another text", mark: NONCE }, grantWrite(never));
    expect(await clusters.get(id, never)).toMatchObject({ description: "another text", mark: NONCE });
    await clusters.hibernate(id, grantWrite(never));
    await vi.waitFor(async () => expect(await clusters.get(id, never)).toMatchObject({ phase: "Hibernated" }), 9_000);
    expect(await failureOf(clusters.remove(id, grantWrite(never)))).toBe("Busy");
    await clusters.wake(id, grantWrite(never));
    await vi.waitFor(async () => expect(await clusters.get(id, never)).toMatchObject({ phase: "Available" }), 9_000);
    await clusters.remove(id, grantWrite(never));
    await vi.waitFor(async () => expect(await clusters.get(id, never)).toBe("Absent"), 9_000);
    expect(await failureOf(clusters.remove(id, grantWrite(never)))).toBe("NotFound");
  });

  it("shows its job step by step, and which step failed", async () => {
    const cloud = await startCloud();
    await cloud.control("POST", "plans", { clusterName: "production", failAt: "InstallMaster", leaves: "Error" });
    const { id = "", jobId = "" } = await cloud.clusters.create(clusterRequest(), grantWrite(never));
    await vi.waitFor(
      async () => expect(await cloud.clusters.getJob(jobId, never)).toMatchObject({ phase: "Failed" }),
      9_000,
    );
    const job = await cloud.clusters.getJob(jobId, never);
    expect(job).toMatchObject({
      steps: expect.arrayContaining([expect.objectContaining({ type: "InstallMaster", phase: "Failed" })]),
    });
    expect(await cloud.clusters.get(id, never)).toMatchObject({ phase: "Failed", cloudPhase: "Error" });
  });

  it("is refused where the name is taken, the name is none, or the quota is used up", async () => {
    const cloud = await startCloud({ clusterQuota: 1 });
    await available(cloud);
    expect(await failureOf(cloud.clusters.create(clusterRequest({ name: "No Name" }), grantWrite(never)))).toBe(
      "NameRefused",
    );
    const second = cloud.clusters.create(clusterRequest({ name: "second" }), grantWrite(never));
    expect(await failureOf(second)).toBe("QuotaExceeded");
    expect(await cloud.clusters.quota(never)).toEqual({ limit: 1, used: 1 });
    await cloud.control("PATCH", "quotas/cluster", { quotaLimit: 5 });
    expect(await failureOf(cloud.clusters.create(clusterRequest(), grantWrite(never)))).toBe("AlreadyExists");
  });

  it("hands out a kubeconfig of the address asked for, and none of an address that is not there", async () => {
    const cloud = await startCloud();
    const id = await available(cloud);
    const internal = await cloud.clusters.kubeconfig(id, "Internal", never);
    expect(internal).toMatchObject({ insecure: false, text: expect.stringContaining("current-context") });
    expect(await cloud.clusters.kubeconfig(id, "External", never)).toBe("NoSuchContext");
    await cloud.control("PATCH", `clusters/${id}`, { externalIP: "192.0.2.7" });
    expect(await cloud.clusters.kubeconfig(id, "External", never)).toMatchObject({ insecure: true });
  });
});

describe("a pool's life", () => {
  it("is created with its mark, scaled and labelled, and deleted with its nodes", async () => {
    const cloud = await startCloud();
    const { nodePools } = cloud;
    const cluster = await available(cloud);
    const { id = "" } = await nodePools.create(cluster, poolRequest(), grantWrite(never));
    const active = async (count: number): Promise<void> => {
      const nodes = await nodePools.listNodes(cluster, never);
      expect(nodes.filter(({ poolId, phase }) => poolId === id && phase === "Active")).toHaveLength(count);
      expect(nodes).toHaveLength(count);
    };
    await vi.waitFor(() => active(2), 9_000);
    expect(await nodePools.in(cluster).get(id, never)).toMatchObject({
      desired: 2,
      mark: "uid-1",
      labels: { team: "shop" },
    });

    const { autoscaling } = poolRequest();
    const change = { name: "workers", mark: "uid-1", replicas: 1, autoscaling, labels: { team: "other" }, taints: [] };
    await nodePools.update(cluster, id, change, grantWrite(never));
    await vi.waitFor(() => active(1), 9_000);
    expect(await nodePools.in(cluster).get(id, never)).toMatchObject({
      desired: 1,
      mark: "uid-1",
      labels: { team: "other" },
    });

    await nodePools.in(cluster).remove(id, grantWrite(never));
    await vi.waitFor(async () => expect(await nodePools.in(cluster).get(id, never)).toBe("Absent"), 9_000);
    await vi.waitFor(() => active(0), 9_000);
    expect(await nodePools.in("no-such-cluster").get(id, never)).toBe("Absent");
  });
});

describe("an add-on's life", () => {
  it("is installed, upgraded and deleted; those of the cloud are there before", async () => {
    const cloud = await startCloud();
    const { addons } = cloud;
    const cluster = await available(cloud);
    const { items: found } = await addons.in(cluster).list(never);
    expect(found.map(({ template }) => template).toSorted()).toEqual(["coredns", "storage-driver"]);

    const template = await addons.getTemplate(cluster, "metrics-server", never);
    const versions = template === "Absent" ? [] : template.versions;
    const { version = "" } = versions.find(({ fits }) => fits({ options: {}, version: "v1.15.11-r1" })) ?? {};
    const request = { template: "metrics-server", version, values: { basic: {} } };
    const { id = "" } = await addons.create(cluster, request, grantWrite(never));
    expect(await failureOf(addons.create(cluster, request, grantWrite(never)))).toBe("AlreadyExists");
    await vi.waitFor(
      async () => expect(await addons.in(cluster).get(id, never)).toMatchObject({ phase: "Available", version }),
      9_000,
    );
    await addons.in(cluster).remove(id, grantWrite(never));
    await vi.waitFor(async () => expect(await addons.in(cluster).get(id, never)).toBe("Absent"), 9_000);
    expect(await addons.getTemplate(cluster, "no-such-template", never)).toBe("Absent");
  });
});
