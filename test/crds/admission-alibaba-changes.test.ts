// What can and what can't be changed in clusters and pools of Alibaba Cloud ACK.
import { beforeAll, expect, it } from "vitest";
import { kubectlOk, sharedControlPlane, uniqueNamespace } from "../support/apiserver/controlplane.ts";
import { managedClusterManifest, nodePoolManifest, type Manifest } from "../support/environment/resources.ts";
import { patch, type Place, type Refused } from "./admission.ts";
import { cluster, edge, managed, servers, type Spec } from "./alibaba.ts";

const { kubectl } = sharedControlPlane();
let place: Place;

beforeAll(async () => {
  place = { kubectl, namespace: await uniqueNamespace(kubectl, "alibaba-changes") };
  const items = [
    managedClusterManifest({ metadata: { name: "bare" } }),
    named("versioned", cluster(managed, { version: "1.32" })),
    named("patched", cluster(managed, { version: "1.32.5" })),
    named("whole", cluster({ ...edge, addons: [{ name: "flannel" }] })),
    named("adopted", cluster({ clusterType: "Kubernetes" }, { network: undefined, externalId: "c-1" })),
    nodePoolManifest({ metadata: { name: "bought" } }),
    nodePoolManifest({ metadata: { name: "existing" }, spec: { existingServers: servers } }),
  ];
  const list = JSON.stringify({ apiVersion: "v1", kind: "List", items });
  await kubectlOk(kubectl, ["apply", "-n", place.namespace, "-f", "-"], list);
});

it.each<{ title: string; target: string; spec: Spec }>([
  { title: "adds the block", target: "yfmc/bare", spec: { alibaba: { clusterType: "ManagedKubernetes" } } },
  { title: "raises the version", target: "yfmc/versioned", spec: { version: "1.33" } },
  { title: "raises it over a border of digits", target: "yfmc/versioned", spec: { version: "1.100" } },
  { title: "names a patch", target: "yfmc/versioned", spec: { version: "1.32.1-aliyun.1" } },
  { title: "names no patch any more", target: "yfmc/patched", spec: { version: "v1.32" } },
  { title: "adds a version", target: "yfmc/whole", spec: { version: "1.32" } },
  { title: "adds a network", target: "yfmc/adopted", spec: { network: { vpcId: "vpc-1" } } },
  {
    title: "adds what may be changed",
    target: "yfmc/whole",
    spec: {
      alibaba: {
        deleteOptions: [{ resourceType: "ALB", deleteMode: "delete" }],
        retainResources: ["lb-1"],
        temporaryDurationMinutes: 60,
        attachScript: { arch: "arm64" },
      },
    },
  },
  { title: "takes a server out", target: "yfnp/existing", spec: { existingServers: { ids: ["i-2"] } } },
])("a change that $title is admitted", async ({ target, spec }) => {
  const { code, stderr } = await patch(place, target, spec);
  expect({ code, stderr }).toEqual({ code: 0, stderr: "" });
});

it.each<Refused & { target: string; spec: Spec }>([
  {
    title: "lowers the version",
    target: "yfmc/versioned",
    spec: { version: "1.31" },
    field: "spec.version",
    says: "neither lowered",
  },
  {
    title: "lowers it over a border of digits",
    target: "yfmc/versioned",
    spec: { version: "1.9" },
    field: "spec.version",
    says: "neither lowered",
  },
  {
    title: "lowers the patch",
    target: "yfmc/patched",
    spec: { version: "1.32.4" },
    field: "spec.version",
    says: "neither lowered",
  },
  {
    title: "removes the version",
    target: "yfmc/versioned",
    spec: { version: null },
    field: "spec.version",
    says: "nor removed",
  },
  {
    title: "removes the block",
    target: "yfmc/whole",
    spec: { alibaba: null },
    field: "spec.alibaba",
    says: "not removed",
  },
  {
    title: "makes it another kind of cluster",
    target: "yfmc/whole",
    spec: { alibaba: { clusterType: "Ask", profile: null, endpointPublicAccess: null } },
    field: "spec.alibaba.clusterType",
    says: "clusterType is immutable",
  },
  {
    title: "changes the add-ons",
    target: "yfmc/whole",
    spec: { alibaba: { addons: [{ name: "terway-eniip" }] } },
    field: "spec.alibaba.addons",
    says: "addons is immutable",
  },
  {
    title: "removes existing servers",
    target: "yfnp/existing",
    spec: { existingServers: null },
    field: "spec.existingServers",
    says: "neither added nor removed",
  },
  {
    title: "adds existing servers",
    target: "yfnp/bought",
    spec: { existingServers: servers },
    field: "spec.existingServers",
    says: "neither added nor removed",
  },
  {
    title: "adds the block of a pool",
    target: "yfnp/bought",
    spec: { alibaba: {} },
    field: "spec.alibaba",
    says: "alibaba is immutable",
  },
])("a change that $title is refused", async ({ target, spec, field, says }) => {
  const { code, stderr } = await patch(place, target, spec);
  expect(code).not.toBe(0);
  expect(stderr).toContain(field);
  expect(stderr).toContain(says);
});

function named(name: string, manifest: Manifest): Manifest {
  return { ...manifest, metadata: { ...manifest.metadata, name } };
}
