// What `kubectl apply` refuses of clusters and pools of Alibaba Cloud ACK, and that it names the field and says what to do.
import { beforeAll, describe, expect, it } from "vitest";
import { sharedControlPlane, uniqueNamespace } from "../support/apiserver/controlplane.ts";
import { managedClusterManifest, type Manifest } from "../support/environment/resources.ts";
import { apply, type Place, type Refused, zodTakes } from "./admission.ts";
import { cluster, dedicated, edge, managed, many, masters, names, network, pool, servers } from "./alibaba.ts";

const { kubectl } = sharedControlPlane();
let place: Place;

beforeAll(async () => {
  place = { kubectl, namespace: await uniqueNamespace(kubectl, "admission-alibaba") };
});

describe("is admitted", () => {
  it.each<{ title: string; manifest: Manifest }>([
    { title: "a dedicated cluster", manifest: cluster(dedicated) },
    { title: "a managed cluster", manifest: cluster({ ...managed, profile: "Default", clusterSpec: "ack.pro.small" }) },
    { title: "an edge cluster with its script", manifest: cluster({ ...edge, attachScript: { validHours: 1 } }) },
    { title: "a serverless cluster, as the reference has it", manifest: cluster({ ...managed, clusterType: "Ask" }) },
    { title: "a serverless cluster of today", manifest: cluster({ ...managed, profile: "Serverless" }) },
    {
      title: "a subnet in place of vswitches",
      manifest: cluster({ clusterType: "Ask" }, { network: { ...network, subnetId: "vsw-1" } }),
    },
    {
      title: "an adopted one without a network and without masters",
      manifest: cluster({ clusterType: "Kubernetes" }, { network: undefined, externalId: "c-1" }),
    },
    {
      title: "the public address without a word of insecurity",
      manifest: cluster(managed, { kubeconfig: { context: "External" } }),
    },
    {
      title: "five masters of five types",
      manifest: cluster({ ...dedicated, controlPlaneConfig: { ...masters, size: 5, instanceTypes: names(5) } }),
    },
    { title: "nineteen tags", manifest: cluster({ ...managed, tags: many(19) }) },
    {
      title: "a pool over two zones",
      manifest: pool({ alibaba: { vswitchIds: names(2), instanceTypes: ["ecs.c7.large"] } }),
    },
    { title: "a pool of existing servers", manifest: pool({ existingServers: servers }) },
  ])("$title", async ({ manifest }) => {
    const { code, stderr } = await apply(place, manifest);
    expect({ code, stderr, zod: zodTakes(manifest) }).toEqual({ code: 0, stderr: "", zod: true });
  });
});

describe("is refused", () => {
  it.each<Refused & { manifest: Manifest }>([
    {
      title: "Ask with a profile",
      manifest: cluster({ ...managed, clusterType: "Ask", profile: "Serverless" }),
      field: "spec.alibaba.profile",
      says: "clusterType ManagedKubernetes",
    },
    {
      title: "a cluster spec of a dedicated one",
      manifest: cluster({ ...dedicated, clusterSpec: "ack.pro.small" }),
      field: "spec.alibaba.clusterSpec",
      says: "clusterType ManagedKubernetes",
    },
    {
      title: "Edge without public access",
      manifest: cluster({ ...managed, profile: "Edge" }),
      field: "spec.alibaba.endpointPublicAccess",
      says: "set endpointPublicAccess to true",
    },
    {
      title: "dedicated without its masters",
      manifest: cluster({ clusterType: "Kubernetes", vswitchIds: ["vsw-1"] }),
      field: "spec.alibaba.controlPlaneConfig",
      says: "Required value",
    },
    {
      title: "masters elsewhere",
      manifest: cluster({ ...managed, controlPlaneConfig: masters }),
      field: "spec.alibaba.controlPlaneConfig",
      says: "clusterType Kubernetes",
    },
    {
      title: "four masters",
      manifest: cluster({ ...dedicated, controlPlaneConfig: { ...masters, size: 4 } }),
      field: "spec.alibaba.controlPlaneConfig.size",
      says: "3 or 5",
    },
    {
      title: "two types for three masters",
      manifest: cluster({ ...dedicated, controlPlaneConfig: { ...masters, instanceTypes: names(2) } }),
      field: "spec.alibaba.controlPlaneConfig.instanceTypes",
      says: "one for each",
    },
    {
      title: "no vswitch",
      manifest: cluster({ ...managed, vswitchIds: [] }),
      field: "spec.alibaba.vswitchIds",
      says: "at least 1",
    },
    {
      title: "six vswitches",
      manifest: cluster({ ...managed, vswitchIds: names(6) }),
      field: "spec.alibaba.vswitchIds",
      says: "at most 5",
    },
    {
      title: "a subnet beside vswitches",
      manifest: cluster(managed, { network: { ...network, subnetId: "vsw-1" } }),
      field: "spec.alibaba.vswitchIds",
      says: "exactly one",
    },
    {
      title: "neither a subnet nor vswitches",
      manifest: cluster({ clusterType: "ManagedKubernetes" }),
      field: "spec.alibaba.vswitchIds",
      says: "exactly one",
    },
    {
      title: "one that is to sleep",
      manifest: cluster(managed, { powerState: "Hibernated" }),
      field: "spec.powerState",
      says: "keep powerState Running",
    },
    {
      title: "a description",
      manifest: cluster(managed, { description: "our shop" }),
      field: "spec.description",
      says: "remove it",
    },
    {
      title: "a name with a dot",
      manifest: cluster(managed, { cloudName: "our.shop" }),
      field: "spec.cloudName",
      says: "1 to 63",
    },
    {
      title: "a name of 64 characters",
      manifest: cluster(managed, { cloudName: "a".repeat(64) }),
      field: "spec.cloudName",
      says: "1 to 63",
    },
    {
      title: "twenty tags",
      manifest: cluster({ ...managed, tags: many(20) }),
      field: "spec.alibaba.tags",
      says: "at most 19",
    },
    ...["acs:owner", "aliyun-team", "yunfan.dev/nonce"].map((key) => ({
      title: `a tag ${key}`,
      manifest: cluster({ ...managed, tags: { [key]: "x" } }),
      field: "spec.alibaba.tags",
      says: "choose other keys",
    })),
    {
      title: "a script for machines of a managed cluster",
      manifest: cluster({ ...managed, attachScript: {} }),
      field: "spec.alibaba.attachScript",
      says: "profile Edge",
    },
    {
      title: "a script for too long",
      manifest: cluster({ ...edge, attachScript: { validHours: 721 } }),
      field: "spec.alibaba.attachScript.validHours",
      says: "less than or equal to 720",
    },
    {
      title: "both logins",
      manifest: cluster({ ...managed, login: { keyPairName: "mine", passwordSecretRef: { name: "nodes" } } }),
      field: "spec.alibaba.login",
      says: "exactly one",
    },
    {
      title: "no login in a login",
      manifest: cluster({ ...dedicated, controlPlaneConfig: { ...masters, login: {} } }),
      field: "spec.alibaba.controlPlaneConfig.login",
      says: "exactly one",
    },
    {
      title: "a security group and one to be made",
      manifest: cluster({ ...managed, securityGroupId: "sg-1", isEnterpriseSecurityGroup: true }),
      field: "spec.alibaba.isEnterpriseSecurityGroup",
      says: "keep one",
    },
    {
      title: "a kubeconfig that lives for too short",
      manifest: cluster({ ...managed, temporaryDurationMinutes: 14 }),
      field: "spec.alibaba.temporaryDurationMinutes",
      says: "greater than or equal to 15",
    },
    {
      title: "no network where nothing is adopted",
      manifest: cluster(managed, { network: undefined }),
      field: "spec.network",
      says: "Required value",
    },
    {
      title: "the public address without the block, which might be added",
      manifest: managedClusterManifest({ spec: { kubeconfig: { context: "External" } } }),
      field: "spec.kubeconfig.allowInsecure",
      says: "alibaba, which may be added once",
    },
  ])("$title", async ({ manifest, field, says }) => {
    const { code, stderr } = await apply(place, manifest);
    expect(code).not.toBe(0);
    expect(stderr).toContain(field);
    expect(stderr).toContain(says);
    expect(zodTakes(manifest)).toBe(false);
  });
});
