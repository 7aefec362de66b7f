// What `kubectl apply` refuses of node pools for the sake of existing servers, and beside the block of Alibaba Cloud ACK.
import { beforeAll, expect, it } from "vitest";
import { sharedControlPlane, uniqueNamespace } from "../support/apiserver/controlplane.ts";
import type { Manifest } from "../support/environment/resources.ts";
import { apply, type Place, type Refused, zodTakes } from "./admission.ts";
import { pool, servers } from "./alibaba.ts";

const { kubectl } = sharedControlPlane();
let place: Place;

beforeAll(async () => {
  place = { kubectl, namespace: await uniqueNamespace(kubectl, "alibaba-pools") };
});

it.each<Refused & { manifest: Manifest }>([
  {
    title: "existing servers whose disks are not said to be erased",
    manifest: pool({ existingServers: { ids: ["i-1"] } }),
    field: "spec.existingServers.eraseDisks",
    says: "Required value",
  },
  {
    title: "existing servers whose disks are to be kept",
    manifest: pool({ existingServers: { ids: ["i-1"], eraseDisks: false } }),
    field: "spec.existingServers.eraseDisks",
    says: "set eraseDisks to true",
  },
  {
    title: "no existing server",
    manifest: pool({ existingServers: { ids: [], eraseDisks: true } }),
    field: "spec.existingServers.ids",
    says: "at least 1",
  },
  {
    title: "a server twice",
    manifest: pool({ existingServers: { ids: ["i-1", "i-1"], eraseDisks: true } }),
    field: "spec.existingServers.ids",
    says: "Duplicate value",
  },
  {
    title: "a server with an id of 200 characters",
    manifest: pool({ existingServers: { ids: ["i".repeat(200)], eraseDisks: true } }),
    field: "spec.existingServers.ids",
    says: "may not be more than 128",
  },
  {
    title: "existing servers and a count",
    manifest: pool({ existingServers: servers, replicas: 2 }),
    field: "spec.replicas",
    says: "remove replicas",
  },
  {
    title: "existing servers and autoscaling",
    manifest: pool({ existingServers: servers, autoscaling: { enabled: true, minReplicas: 1, maxReplicas: 2 } }),
    field: "spec.autoscaling",
    says: "remove autoscaling",
  },
  {
    title: "a zone",
    manifest: pool({ zone: "cn-hangzhou-h", alibaba: {} }),
    field: "spec.zone",
    says: "alibaba.vswitchIds",
  },
  ...["k8s.aliyun.com", "ack.aliyun.com/x", "alibabacloud.com/nodepool-id"].map((key) => ({
    title: `a label ${key}`,
    manifest: pool({ labels: { [key]: "x" }, alibaba: {} }),
    field: "spec.labels",
    says: "choose other keys",
  })),
])("$title is refused", async ({ manifest, field, says }) => {
  const { code, stderr } = await apply(place, manifest);
  expect(code).not.toBe(0);
  expect(stderr).toContain(field);
  expect(stderr).toContain(says);
  expect(zodTakes(manifest)).toBe(false);
});
