// What CCE alone has, its client against its simulator. What every cloud has is asked by test/conformance.
import { grantWrite } from "../permit.ts";
import { expect, test } from "vitest";
import type { ClusterRequest } from "../facets/clusters.ts";
import { eventually } from "../../../test/support/environment/eventually.ts";
import { never, startCloud, USER } from "../../../test/support/clouds/huawei/cloud.ts";

const REQUEST: ClusterRequest = {
  name: "production",
  nonce: "6f1c2c1e-0f5e-4c59-9b5a-8d4f0e5f3a21-1",
  version: "v1.15",
  description: "our shop",
  network: { vpcId: "vpc-1", subnetId: "subnet-1", podCidr: "172.16.0.0/16", serviceCidr: undefined },
  options: {},
  logins: {},
  deletionProtection: false,
};

test("goes on with a new token when the old one has expired", async () => {
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

test("shows the job of a create step by step, and which step failed", async () => {
  const { clusters, jobs, control } = await startCloud();
  await control("POST", "plans", { clusterName: "production", failAt: "InstallMaster", leaves: "Error" });
  const { id = "", jobId = "" } = await clusters.create(REQUEST, grantWrite(never));
  await eventually(() => jobs.get(jobId, never)).toMatchObject({
    phase: "Failed",
    steps: expect.arrayContaining([expect.objectContaining({ type: "InstallMaster", phase: "Failed" })]),
  });
  expect(await clusters.get(id, never)).toMatchObject({ phase: "Failed", cloudPhase: "Error" });
});

test("a kubeconfig for the public address does not verify the server", async () => {
  const { clusters, control } = await startCloud();
  const { id } = (await control("POST", "clusters", { name: "production" })) as { id: string };
  expect(await clusters.kubeconfig(id, { context: "Internal", options: {} }, never)).toMatchObject({ insecure: false });
  await control("PATCH", `clusters/${id}`, { externalIP: "192.0.2.7" });
  expect(await clusters.kubeconfig(id, { context: "External", options: {} }, never)).toMatchObject({ insecure: true });
});

test("the add-ons that come with a cluster are listed", async () => {
  const { addons, control } = await startCloud();
  const { id } = (await control("POST", "clusters", { name: "production" })) as { id: string };
  const { items } = await addons.in(id).list(never);
  expect(items.map(({ name }) => name).toSorted()).toEqual(["coredns", "storage-driver"]);
});
