// What hangs on a cluster, and which versions are on offer.
import { describe, expect, test } from "vitest";
import type { Wire } from "../../../../test/support/clouds/alibaba/bed.ts";
import { MINUTE, startBed, startReferenceBed } from "../../../../test/support/clouds/alibaba/bed.ts";
import { todaysBody } from "../../../../test/support/clouds/alibaba/bodies.ts";

describe("the resources of a cluster", () => {
  test("are told with who made them and what a deletion does to them", async () => {
    const { client, clock } = await startBed();
    const addons = [{ name: "alb-ingress-controller" }];
    const body = todaysBody("c", { snat_entry: true, addons });
    const { cluster_id: id } = await client.ask<Record<string, string>>("POST", "/clusters", body);
    clock.advance(4 * MINUTE);
    const { serverId } = await client.colleague("POST", "nodes", { clusterId: id });
    const resources = await client.get<Wire[]>(`/clusters/${id}/resources`);
    const brief = resources.map((one) => {
      const { delete_by_default: isDeleted } = one["delete_behavior"] as { delete_by_default: boolean };
      return [
        String(one["resource_type"]).split("::").slice(1).join("::"),
        one["auto_create"],
        one["creator_type"],
        isDeleted,
      ];
    });
    expect(brief).toEqual([
      ["SLB::LoadBalancer", 1, "system", true],
      ["ECS::SecurityGroup", 1, "system", true],
      ["VPC::NatGateway", 1, "system", true],
      ["ECS::Instance", 1, "system", true],
      ["ALB::LoadBalancer", 1, "addon", false],
      ["SLS::Project", 1, "addon", false],
      ["ECS::VPC", 0, "user", false],
      ["ECS::VSwitch", 0, "user", false],
      ["ECS::VSwitch", 0, "user", false],
    ]);
    expect(resources.map((one) => one["instance_id"])).toEqual(
      expect.arrayContaining([serverId, "vpc-1", "vsw-1", "vsw-2"]),
    );
    expect(await client.refusal("GET", "/clusters/none/resources")).toEqual([404, "ErrorClusterNotFound"]);
  });
});

describe("the versions on offer", () => {
  const PATH = "/api/v1/metadata/versions?Region=cn-hangzhou&ClusterType=ManagedKubernetes";
  const versions = (list: Wire[]) => list.map(({ version }) => version);

  test("are those for new clusters, unless all or one are asked for", async () => {
    const { client } = await startBed();
    expect(versions(await client.get<Wire[]>(PATH))).toEqual([
      "1.32.1-aliyun.1",
      "1.32.7-aliyun.1",
      "1.33.3-aliyun.1",
      "1.34.1-aliyun.1",
    ]);
    expect(versions(await client.get<Wire[]>(`${PATH}&Mode=supported`))).toContain("1.31.9-aliyun.1");
    expect(await client.get<Wire[]>(`${PATH}&KubernetesVersion=1.30.7-aliyun.1`)).toMatchObject([
      { version: "1.30.7-aliyun.1", creatable: false, upgradable_versions: ["1.31.9-aliyun.1"] },
    ]);
    expect(await client.get<Wire[]>(`${PATH}&KubernetesVersion=1.34.1-aliyun.1`)).toMatchObject([
      { upgradable_versions: [] },
    ]);
    expect(await client.get<Wire[]>(`${PATH}&KubernetesVersion=1.33`)).toEqual([]);
  });

  test("are older by the reference", async () => {
    const { client } = await startReferenceBed();
    expect(versions(await client.get<Wire[]>(PATH))).toEqual(["1.12.6-aliyun.1", "1.14.6-aliyun.1"]);
  });

  test.each(["?Region=cn-hangzhou", "?ClusterType=Kubernetes", ""])(
    "are asked for by region and kind: %j is refused",
    async (query) => {
      const { client } = await startBed();
      expect(await client.refusal("GET", `/api/v1/metadata/versions${query}`)).toEqual([400, "MissingParameter"]);
    },
  );
});
