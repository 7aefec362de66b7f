// What `kubectl apply` refuses of ManagedNodes, and that it names the field and says what to do.
import { beforeAll, describe, expect, it } from "vitest";
import { sharedControlPlane, uniqueNamespace, kubectlOk } from "../support/apiserver/controlplane.ts";
import { managedNodeManifest, type Manifest } from "../support/environment/resources.ts";
import { apply, patch, type Place, type Refused, zodTakes } from "./admission.ts";

const { kubectl } = sharedControlPlane();
let place: Place;

beforeAll(async () => {
  place = { kubectl, namespace: await uniqueNamespace(kubectl, "admission-nodes") };
});

type Spec = Record<string, unknown>;

const SERVER = { id: "server-1", eraseDisks: true };
const bought = (spec: Spec): Manifest => managedNodeManifest({ spec });
const accepted = (existingServer: Spec, spec: Spec = {}): Manifest =>
  bought({ instanceType: undefined, existingServer, ...spec });
const taints = (count: number): Spec[] =>
  Array.from({ length: count }, (_, index) => ({ key: `taint-${index}`, effect: "NoSchedule" }));
const volume = { type: "SSD", sizeGiB: 100 };

describe("a new node", () => {
  it.each<Refused & { manifest: Manifest }>([
    {
      title: "no cluster",
      manifest: bought({ clusterRef: undefined }),
      field: "spec.clusterRef",
      says: "Required value",
    },
    {
      title: "nothing that it is made of",
      manifest: bought({ instanceType: undefined }),
      field: "spec.instanceType",
      says: "give instanceType, existingServer or externalId",
    },
    {
      title: "a server whose disks are not said to be erased",
      manifest: accepted({ id: "server-1" }),
      field: "spec.existingServer.eraseDisks",
      says: "all that is on them is lost",
    },
    {
      title: "a server whose disks are said to stay",
      manifest: accepted({ id: "server-1", eraseDisks: false }),
      field: "spec.existingServer.eraseDisks",
      says: "all that is on them is lost",
    },
    {
      title: "a server without an id",
      manifest: accepted({ eraseDisks: true }),
      field: "spec.existingServer.id",
      says: "Required value",
    },
    {
      title: "a machine type beside a server that exists",
      manifest: bought({ existingServer: SERVER }),
      field: "spec.existingServer",
      says: "remove instanceType, zone, rootVolume, dataVolumes, or existingServer",
    },
    {
      title: "a disk beside a server that exists",
      manifest: accepted(SERVER, { dataVolumes: [volume] }),
      field: "spec.existingServer",
      says: "remove instanceType, zone, rootVolume, dataVolumes, or existingServer",
    },
    {
      title: "policy Detach without a login",
      manifest: accepted(SERVER, { deletionPolicy: "Detach", login: undefined }),
      field: "spec.login",
      says: "deletionPolicy Detach needs login",
    },
    {
      title: "a policy that is none",
      manifest: bought({ deletionPolicy: "Keep" }),
      field: "spec.deletionPolicy",
      says: 'supported values: "Delete", "Detach", "Orphan"',
    },
    {
      title: "a key pair and a password",
      manifest: bought({ login: { keyPairName: "ops", passwordSecretRef: { name: "password" } } }),
      field: "spec.login",
      says: "exactly one of keyPairName and passwordSecretRef",
    },
    {
      title: "a name of two lines",
      manifest: bought({ displayName: "data\nbase" }),
      field: "spec.displayName",
      says: "should match",
    },
    {
      title: "a name of 129 characters",
      manifest: bought({ displayName: "n".repeat(129) }),
      field: "spec.displayName",
      says: "128",
    },
    {
      title: "a label under yunfan.dev/",
      manifest: bought({ labels: { "yunfan.dev/nonce": "mine" } }),
      field: "spec.labels",
      says: "choose other keys",
    },
    { title: "a label that is none", manifest: bought({ labels: { "-": "x" } }), field: "spec.labels", says: "key" },
    { title: "21 taints", manifest: bought({ taints: taints(21) }), field: "spec.taints", says: "at most 20 items" },
    {
      title: "a taint of the cluster's own",
      manifest: bought({ taints: [{ key: "node.kubernetes.io/unreachable", effect: "NoExecute" }] }),
      field: "spec.taints",
      says: "choose other keys",
    },
    {
      title: "one taint twice",
      manifest: bought({ taints: [...taints(1), ...taints(1)] }),
      field: "spec.taints",
      says: "Duplicate value",
    },
    {
      title: "a script over 32 KiB",
      manifest: bought({ huawei: { postInstall: "x".repeat(32_769) } }),
      field: "spec.huawei.postInstall",
      says: "32768",
    },
    {
      title: "more pods than a node takes",
      manifest: bought({ huawei: { maxPods: 257 } }),
      field: "spec.huawei.maxPods",
      says: "256",
    },
    {
      title: "two sorts of public address",
      manifest: bought({
        huawei: {
          publicIP: { ids: ["eip-1"], eip: { iptype: "5_bgp", bandwidth: { size: 5, sharetype: "PER" } } },
        },
      }),
      field: "spec.huawei.publicIP",
      says: "exactly one of ids and eip",
    },
    {
      title: "a disk of nothing",
      manifest: bought({ rootVolume: { type: "SSD", sizeGiB: 0 } }),
      field: "spec.rootVolume.sizeGiB",
      says: "greater than or equal",
    },
    {
      title: "a repair that is not said to erase",
      manifest: bought({ repair: { policy: "Reset" } }),
      field: "spec.repair.eraseDisks",
      says: "all that is on them is lost",
    },
    {
      title: "a repair within a second",
      manifest: bought({ repair: { afterSeconds: 1 } }),
      field: "spec.repair.afterSeconds",
      says: "greater than or equal",
    },
  ])("with $title is refused", async ({ manifest, field, says }) => {
    const { code, stderr } = await apply(place, manifest);
    expect(code).not.toBe(0);
    expect(stderr).toContain(field);
    expect(stderr).toContain(says);
    expect(zodTakes(manifest)).toBe(false);
  });

  it.each([
    ["that is bought", bought({ taints: taints(20), displayName: "database-1" })],
    ["of a server that exists", accepted({ ...SERVER, formatDataDisks: true })],
    ["that is adopted", bought({ instanceType: undefined, externalId: "node-1" })],
    ["that is repaired", bought({ repair: { policy: "Reset", eraseDisks: true } })],
    ["that leaves its server", accepted(SERVER, { deletionPolicy: "Detach" })],
  ])("%s is taken", async (_title, manifest) => {
    expect(await apply(place, manifest)).toMatchObject({ code: 0 });
    expect(zodTakes(manifest)).toBe(true);
  });
});

describe("a change", () => {
  beforeAll(async () => {
    const objects = [
      { ...bought({ huawei: { subnetId: "subnet-1" } }), metadata: { name: "bought" } },
      { ...accepted(SERVER), metadata: { name: "accepted" } },
    ];
    const list = JSON.stringify({ apiVersion: "v1", kind: "List", items: objects });
    await kubectlOk(kubectl, ["create", "-n", place.namespace, "-f", "-"], list);
  });

  it.each<{ target: string; spec: Spec; says: string }>([
    { target: "bought", spec: { instanceType: "s6.xlarge.2" }, says: "instanceType is immutable" },
    { target: "bought", spec: { zone: "cn-north-4b" }, says: "zone is immutable" },
    { target: "bought", spec: { rootVolume: volume }, says: "rootVolume is immutable" },
    { target: "bought", spec: { dataVolumes: [volume] }, says: "dataVolumes is immutable" },
    { target: "bought", spec: { huawei: { subnetId: "subnet-2" } }, says: "huawei.subnetId is immutable" },
    { target: "accepted", spec: { existingServer: { id: "server-2" } }, says: "existingServer is immutable" },
    { target: "accepted", spec: { existingServer: { eraseDisks: false } }, says: "all that is on them is lost" },
    { target: "accepted", spec: { deletionPolicy: "Detach", login: null }, says: "Detach needs login" },
  ])("of $target to $spec is refused", async ({ target, spec, says }) => {
    const { code, stderr } = await patch(place, `managednode/${target}`, spec);
    expect(code).not.toBe(0);
    expect(stderr).toContain(says);
  });

  it.each<{ target: string; spec: Spec }>([
    { target: "bought", spec: { clusterRef: { name: "other" } } },
    { target: "bought", spec: { os: "CentOS 7.6", login: { keyPairName: "other" }, huawei: { maxPods: 32 } } },
    { target: "accepted", spec: { deletionPolicy: "Delete", displayName: "database-2" } },
  ])("of $target to $spec is taken", async ({ target, spec }) => {
    expect(await patch(place, `managednode/${target}`, spec)).toMatchObject({ code: 0 });
  });
});
