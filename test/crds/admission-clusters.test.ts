// What `kubectl apply` refuses of clusters, node pools and add-ons, and that it names the field and says what to do.
import { beforeAll, describe, expect, it } from "vitest";
import { sharedControlPlane, uniqueNamespace } from "../support/apiserver/controlplane.ts";
import {
  managedAddonManifest,
  managedClusterManifest,
  nodePoolManifest,
  type Manifest,
} from "../support/environment/resources.ts";
import { apply, type Place, type Refused, zodTakes } from "./admission.ts";

const { kubectl } = sharedControlPlane();
let place: Place;

beforeAll(async () => {
  place = { kubectl, namespace: await uniqueNamespace(kubectl, "admission-clusters") };
});

type Spec = Record<string, unknown>;

const network = { vpcId: "vpc-1", subnetId: "subnet-1" };
const cluster = (spec: Spec): Manifest => managedClusterManifest({ spec });
const inNetwork = (ranges: Spec): Manifest => cluster({ network: { ...network, ...ranges } });
const pool = (spec: Spec): Manifest => nodePoolManifest({ spec });
const addon = (spec: Spec): Manifest => managedAddonManifest({ spec });
const taint = { key: "dedicated", value: "payment", effect: "NoSchedule" };
const manyLabels = Object.fromEntries(Array.from({ length: 65 }, (_, index) => [`label-${index}`, "x"]));

describe("a new resource", () => {
  it.each<Refused & { manifest: Manifest }>([
    {
      title: "a cluster without a network",
      manifest: cluster({ network: undefined }),
      field: "spec.network",
      says: "Required value",
    },
    {
      title: "a network without a subnet",
      manifest: cluster({ network: { vpcId: "vpc-1" } }),
      field: "spec.network.subnetId",
      says: "Required value",
    },
    {
      title: "a range that is none",
      manifest: inNetwork({ podCidr: "172.16.0.256/16" }),
      field: "spec.network.podCidr",
      says: "should match",
    },
    {
      title: "an address without a prefix",
      manifest: inNetwork({ serviceCidr: "10.247.0.0" }),
      field: "spec.network.serviceCidr",
      says: "should match",
    },
    {
      title: "a range with host bits",
      manifest: inNetwork({ podCidr: "172.16.0.1/16" }),
      field: "spec.network.podCidr",
      says: "must be the first of its range",
    },
    {
      title: "a version that is none",
      manifest: cluster({ version: "newest" }),
      field: "spec.version",
      says: "should match",
    },
    {
      title: "a description that no cloud takes",
      manifest: cluster({ description: "x".repeat(254) }),
      field: "spec.description",
      says: "253",
    },
    {
      title: "a description with a forged mark",
      manifest: cluster({ description: "Shops [yunfan:1-1]" }),
      field: "spec.description",
      says: "begins the mark",
    },
    {
      title: "a description that the cloud would trim",
      manifest: cluster({ description: "Shops " }),
      field: "spec.description",
      says: "should match",
    },
    {
      title: "an unknown power state",
      manifest: cluster({ powerState: "Stopped" }),
      field: "spec.powerState",
      says: 'supported values: "Running", "Hibernated"',
    },
    {
      title: "the public address without allowInsecure",
      manifest: cluster({ kubeconfig: { context: "External" } }),
      field: "spec.kubeconfig.allowInsecure",
      says: "context External needs allowInsecure",
    },
    {
      title: "an unknown network mode",
      manifest: cluster({ huawei: { containerNetworkMode: "eni" } }),
      field: "spec.huawei.containerNetworkMode",
      says: 'supported values: "overlay_l2", "vpc-router"',
    },
    {
      title: "a control plane node nowhere",
      manifest: cluster({ huawei: { masters: [{}] } }),
      field: "spec.huawei.masters[0].availabilityZone",
      says: "Required value",
    },
    {
      title: "a pool without a cluster",
      manifest: pool({ clusterRef: undefined }),
      field: "spec.clusterRef",
      says: "Required value",
    },
    {
      title: "a pool of no machine type",
      manifest: pool({ instanceType: undefined }),
      field: "spec.instanceType",
      says: "Required value",
    },
    {
      title: "the cloud's own pool",
      manifest: pool({ cloudName: "DefaultPool" }),
      field: "spec.cloudName",
      says: "should match",
    },
    {
      title: "fewer nodes than none",
      manifest: pool({ replicas: -1 }),
      field: "spec.replicas",
      says: "greater than or equal to 0",
    },
    {
      title: "autoscaling without an upper bound",
      manifest: pool({ autoscaling: { enabled: true } }),
      field: "spec.autoscaling.maxReplicas",
      says: "maxReplicas must be 1 or more",
    },
    {
      title: "bounds the wrong way round",
      manifest: pool({ autoscaling: { enabled: true, minReplicas: 3, maxReplicas: 2 } }),
      field: "spec.autoscaling.maxReplicas",
      says: "not less than minReplicas",
    },
    {
      title: "more labels than any cloud takes",
      manifest: pool({ labels: manyLabels }),
      field: "spec.labels",
      says: "must have at most 64 items",
    },
    {
      title: "a label's value with a blank",
      manifest: pool({ labels: { app: "a b" } }),
      field: "spec.labels.app",
      says: "should match",
    },
    {
      title: "a taint twice",
      manifest: pool({ taints: [taint, { ...taint, value: "other" }] }),
      field: "spec.taints[1]",
      says: "Duplicate value",
    },
    {
      title: "an unknown effect",
      manifest: pool({ taints: [{ ...taint, effect: "NoRun" }] }),
      field: "spec.taints[0].effect",
      says: 'supported values: "NoSchedule"',
    },
    {
      title: "two ways to log in",
      manifest: pool({ login: { keyPairName: "mine", passwordSecretRef: { name: "login" } } }),
      field: "spec.login",
      says: "exactly one of keyPairName and passwordSecretRef",
    },
    {
      title: "no way to log in",
      manifest: pool({ login: {} }),
      field: "spec.login",
      says: "exactly one of keyPairName and passwordSecretRef",
    },
    {
      title: "steps of nothing",
      manifest: pool({ maxRemovalsPerStep: 0 }),
      field: "spec.maxRemovalsPerStep",
      says: "greater than or equal to 1",
    },
    {
      title: "an add-on without a template",
      manifest: addon({ template: undefined }),
      field: "spec.template",
      says: "Required value",
    },
    {
      title: "values that are no object",
      manifest: addon({ values: ["basic"] }),
      field: "spec.values",
      says: "must be of type object",
    },
  ])("is refused with the field named, and by zod: $title", async ({ manifest, field, says }) => {
    const { code, stderr } = await apply(place, manifest);
    expect(code).not.toBe(0);
    expect(stderr).toContain(field);
    expect(stderr).toContain(says);
    expect(zodTakes(manifest)).toBe(false);
  });

  it.each<{ title: string; manifest: Manifest }>([
    {
      title: "a range of pods and one of services",
      manifest: inNetwork({ podCidr: "172.16.0.0/16", serviceCidr: "10.247.0.0/29" }),
    },
    { title: "a short version", manifest: cluster({ version: "v1.15" }) },
    { title: "a whole version", manifest: cluster({ version: "v1.15.11-r1" }) },
    { title: "another cloud's version", manifest: cluster({ version: "1.16.9-aliyun.1" }) },
    { title: "an empty description", manifest: cluster({ description: "" }) },
    {
      title: "the public address with allowInsecure",
      manifest: cluster({ kubeconfig: { context: "External", allowInsecure: true } }),
    },
    {
      title: "a name that only the cloud can judge",
      manifest: managedClusterManifest({ metadata: { name: "a.b" } }),
    },
    {
      title: "control plane nodes in one zone",
      manifest: cluster({
        huawei: {
          masters: [{ availabilityZone: "cn-north-4a" }, { availabilityZone: "cn-north-4a" }],
          authentication: { mode: "rbac" },
          extendParam: { clusterAZ: "multi_az" },
        },
      }),
    },
    {
      title: "one taint with two effects",
      manifest: pool({ taints: [taint, { ...taint, effect: "NoExecute" }] }),
    },
    { title: "bounds while autoscaling is off", manifest: pool({ autoscaling: { minReplicas: 3 } }) },
    {
      title: "two data disks alike",
      manifest: pool({
        dataVolumes: [
          { type: "SAS", sizeGiB: 100 },
          { type: "SAS", sizeGiB: 100 },
        ],
      }),
    },
    { title: "a password", manifest: pool({ login: { passwordSecretRef: { name: "login" } } }) },
  ])("is taken, and by zod: $title", async ({ manifest }) => {
    expect(await apply(place, manifest)).toMatchObject({ code: 0, stderr: "" });
    expect(zodTakes(manifest)).toBe(true);
  });

  it("keeps all values of an add-on as they are written", async () => {
    const values = { basic: {}, flavor: { replicas: 2, share: 0.5, resources: [{ name: "a" }, null] }, off: false };
    const { stdout } = await apply(place, addon({ values }), ["-o", "json"]);
    expect(JSON.parse(stdout)).toMatchObject({ spec: { values } });
  });
});

describe("a label's key", () => {
  it.each([
    ["app", true],
    ["App_1.x-y", true],
    ["example.com/app", true],
    [`${"a".repeat(189)}/${"b".repeat(63)}`, true],
    [`${"a".repeat(190)}/${"b".repeat(63)}`, false],
    ["a".repeat(64), false],
    ["", false],
    ["-app", false],
    ["app-", false],
    ["example.com/", false],
    ["/app", false],
    ["a/b/c", false],
    ["Example.com/app", false],
    ["a b", false],
    ["app\n", false],
    ["yunfan.dev/nonce", false],
    ["cce.cloud.com/cce-nodepool", true],
    ["yunfan.dev.example/app", true],
  ])("%j is admitted: %s", async (key, admitted) => {
    const manifest = pool({ labels: { [key]: "x" } });
    const { code, stderr } = await apply(place, manifest);
    expect({ server: code === 0, zod: zodTakes(manifest) }).toEqual({ server: admitted, zod: admitted });
    expect(stderr).toContain(admitted ? "" : "spec.labels");
  });
});
