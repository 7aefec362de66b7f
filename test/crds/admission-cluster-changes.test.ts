// What can and what can't be changed in clusters, node pools and add-ons.
import { beforeAll, expect, it } from "vitest";
import { kubectlOk, sharedControlPlane, uniqueNamespace } from "../support/apiserver/controlplane.ts";
import { managedAddonManifest, managedClusterManifest, nodePoolManifest } from "../support/environment/resources.ts";
import { patch, type Place, type Refused } from "./admission.ts";

type Spec = Record<string, unknown>;

const { kubectl } = sharedControlPlane();
let place: Place;

beforeAll(async () => {
  place = { kubectl, namespace: await uniqueNamespace(kubectl, "cluster-changes") };
  const whole = {
    version: "v1.15",
    cloudName: "whole",
    huawei: { flavor: "cce.s1.small", extendParam: { clusterAZ: "multi_az" } },
  };
  const disk = { type: "SAS", sizeGiB: 100 };
  const items = [
    managedClusterManifest({ metadata: { name: "bare" } }),
    managedClusterManifest({ metadata: { name: "whole" }, spec: whole }),
    nodePoolManifest({ metadata: { name: "bare" } }),
    nodePoolManifest({
      metadata: { name: "whole" },
      spec: { zone: "cn-north-4a", rootVolume: disk, dataVolumes: [disk], login: { keyPairName: "mine" } },
    }),
    managedAddonManifest({ metadata: { name: "addon" }, spec: { values: { basic: { a: 1 } } } }),
  ];
  const list = JSON.stringify({ apiVersion: "v1", kind: "List", items });
  await kubectlOk(kubectl, ["apply", "-n", place.namespace, "-f", "-"], list);
});

it.each<Omit<Refused, "title"> & { target: string; spec: Spec }>([
  { target: "yfmc/whole", spec: { version: "v1.17" }, field: "spec.version", says: "upgrades a cluster" },
  { target: "yfmc/whole", spec: { version: null }, field: "spec.version", says: "version is immutable" },
  { target: "yfmc/bare", spec: { version: "v1.15" }, field: "spec.version", says: "version is immutable" },
  { target: "yfmc/bare", spec: { network: { vpcId: "vpc-2" } }, field: "spec.network", says: "network is immutable" },
  {
    target: "yfmc/bare",
    spec: { network: { podCidr: "172.16.0.0/16" } },
    field: "spec.network",
    says: "network is immutable",
  },
  { target: "yfmc/whole", spec: { huawei: { type: "ARM64" } }, field: "spec.huawei", says: "huawei is immutable" },
  {
    target: "yfmc/whole",
    spec: { huawei: { extendParam: { clusterAZ: "az1" } } },
    field: "spec.huawei",
    says: "huawei is immutable",
  },
  { target: "yfmc/whole", spec: { huawei: null }, field: "spec.huawei", says: "huawei is immutable" },
  { target: "yfmc/bare", spec: { huawei: {} }, field: "spec.huawei", says: "huawei is immutable" },
  { target: "yfmc/whole", spec: { cloudName: "other" }, field: "spec.cloudName", says: "cloudName is immutable" },
  {
    target: "yfmc/bare",
    spec: { accountRef: { name: "other" } },
    field: "spec.accountRef",
    says: "accountRef is immutable",
  },
  {
    target: "yfnp/bare",
    spec: { clusterRef: { name: "other" } },
    field: "spec.clusterRef",
    says: "clusterRef is immutable",
  },
  { target: "yfnp/bare", spec: { instanceType: "s6.xlarge.2" }, field: "spec.instanceType", says: "create another" },
  { target: "yfnp/bare", spec: { cloudName: "other" }, field: "spec.cloudName", says: "cloudName is immutable" },
  { target: "yfnp/bare", spec: { zone: "cn-north-4b" }, field: "spec.zone", says: "zone is immutable" },
  { target: "yfnp/whole", spec: { zone: null }, field: "spec.zone", says: "zone is immutable" },
  { target: "yfnp/bare", spec: { os: "EulerOS 2.5" }, field: "spec.os", says: "os is immutable" },
  {
    target: "yfnp/whole",
    spec: { rootVolume: { sizeGiB: 50 } },
    field: "spec.rootVolume",
    says: "rootVolume is immutable",
  },
  { target: "yfnp/whole", spec: { dataVolumes: [] }, field: "spec.dataVolumes", says: "dataVolumes is immutable" },
  {
    target: "yfnp/whole",
    spec: { login: { keyPairName: "other" } },
    field: "spec.login",
    says: "login can be added once, but neither changed nor removed",
  },
  { target: "yfnp/whole", spec: { login: null }, field: "spec.login", says: "login can be added once" },
  { target: "yfnp/bare", spec: { huawei: { maxPods: 50 } }, field: "spec.huawei", says: "huawei is immutable" },
  { target: "yfma/addon", spec: { template: "coredns" }, field: "spec.template", says: "template is immutable" },
  {
    target: "yfma/addon",
    spec: { clusterRef: { name: "other" } },
    field: "spec.clusterRef",
    says: "clusterRef is immutable",
  },
])("Refused with the field named: $target $spec", async ({ target, spec, field, says }) => {
  const { code, stderr } = await patch(place, target, spec);
  expect(code).not.toBe(0);
  expect(stderr).toContain(field);
  expect(stderr).toContain(says);
});

it.each<{ target: string; spec: Spec }>([
  { target: "yfmc/whole", spec: { description: "Shops", powerState: "Hibernated", deletionProtection: true } },
  { target: "yfmc/whole", spec: { kubeconfig: { context: "External", allowInsecure: true } } },
  { target: "yfmc/whole", spec: { argocd: { namespace: "argocd" }, externalId: "a1b2" } },
  { target: "yfnp/bare", spec: { replicas: 3, autoscaling: { enabled: true, minReplicas: 1, maxReplicas: 5 } } },
  { target: "yfnp/bare", spec: { labels: { app: "a" }, taints: [{ key: "app", effect: "NoSchedule" }] } },
  { target: "yfnp/bare", spec: { maxRemovalsPerStep: 3 } },
  { target: "yfnp/bare", spec: { login: { keyPairName: "ops" } } },
  { target: "yfma/addon", spec: { version: "1.0.6", values: { basic: { a: 2 }, more: [1] } } },
])("Taken: $target $spec", async ({ target, spec }) => {
  expect(await patch(place, target, spec)).toMatchObject({ code: 0, stderr: "" });
});
