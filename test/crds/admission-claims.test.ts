// What `kubectl apply` refuses of CloudVolumeClaims, and that it names the field and says what to do.
import { beforeAll, describe, expect, it } from "vitest";
import { sharedControlPlane, uniqueNamespace, kubectlOk } from "../support/apiserver/controlplane.ts";
import { cloudVolumeClaimManifest, type Manifest } from "../support/environment/resources.ts";
import { apply, patch, type Place, type Refused, zodTakes } from "./admission.ts";

const { kubectl } = sharedControlPlane();
let place: Place;

beforeAll(async () => {
  place = { kubectl, namespace: await uniqueNamespace(kubectl, "admission-claims") };
});

type Spec = Record<string, unknown>;

const claim = (spec: Spec): Manifest => cloudVolumeClaimManifest({ spec });
const fresh = (spec: Spec): Manifest => claim({ huawei: undefined, sizeGiB: 10, ...spec });

describe("a new claim", () => {
  it.each<Refused & { manifest: Manifest }>([
    { title: "no storage at all", manifest: claim({ huawei: undefined }), field: "spec.sizeGiB", says: "give huawei" },
    { title: "storage of both sorts", manifest: claim({ sizeGiB: 10 }), field: "spec.sizeGiB", says: "one of them" },
    {
      title: "a class of storage that exists",
      manifest: claim({ storageClassName: "fast" }),
      field: "spec.storageClassName",
      says: "give sizeGiB too",
    },
    {
      title: "a type without storage",
      manifest: claim({ huawei: { storageType: "bs" } }),
      field: "spec.huawei.volumeId",
      says: "Required value",
    },
    {
      title: "storage without a type",
      manifest: claim({ huawei: { volumeId: "disk-1" } }),
      field: "spec.huawei.storageType",
      says: "Required value",
    },
    {
      title: "a type that no cloud has",
      manifest: claim({ huawei: { volumeId: "disk-1", storageType: "tape" } }),
      field: "spec.huawei.storageType",
      says: "Unsupported value",
    },
    {
      title: "no way to mount it",
      manifest: claim({ accessModes: [] }),
      field: "spec.accessModes",
      says: "at least 1",
    },
    {
      title: "a size of nothing",
      manifest: fresh({ sizeGiB: 0 }),
      field: "spec.sizeGiB",
      says: "greater than or equal",
    },
    {
      title: "a namespace that can't be one",
      manifest: claim({ targetNamespace: "Shop" }),
      field: "spec.targetNamespace",
      says: "should match",
    },
  ])("with $title is refused", async ({ manifest, field, says }) => {
    const { code, stderr } = await apply(place, manifest);
    expect(code).not.toBe(0);
    expect(stderr).toContain(field);
    expect(stderr).toContain(says);
    expect(zodTakes(manifest)).toBe(false);
  });

  it.each([
    ["of storage that exists", claim({})],
    ["of new storage", fresh({ storageClassName: "fast" })],
    ["that is adopted, and says nothing of its storage", claim({ huawei: undefined, externalId: "uid-1" })],
  ])("%s is taken", async (_title, manifest) => {
    expect(await apply(place, manifest)).toMatchObject({ code: 0 });
    expect(zodTakes(manifest)).toBe(true);
  });
});

describe("a change", () => {
  beforeAll(async () => {
    const objects = [
      cloudVolumeClaimManifest({ metadata: { name: "disk" } }),
      { ...fresh({ storageClassName: "fast" }), metadata: { name: "sized" } },
    ];
    const list = JSON.stringify({ apiVersion: "v1", kind: "List", items: objects });
    await kubectlOk(kubectl, ["create", "-n", place.namespace, "-f", "-"], list);
  });

  it.each<{ target: string; spec: Spec; says: string }>([
    { target: "disk", spec: { cloudName: "other" }, says: "cloudName is immutable" },
    { target: "disk", spec: { targetNamespace: "other" }, says: "targetNamespace is immutable" },
    { target: "disk", spec: { accessModes: ["ReadOnlyMany"] }, says: "accessModes is immutable" },
    { target: "disk", spec: { huawei: { volumeId: "disk-2" } }, says: "huawei is immutable" },
    { target: "disk", spec: { clusterRef: { name: "other" } }, says: "clusterRef is immutable" },
    { target: "sized", spec: { storageClassName: "slow" }, says: "storageClassName is immutable" },
    { target: "sized", spec: { sizeGiB: 5 }, says: "no storage shrinks" },
  ])("of $target to $spec is refused", async ({ target, spec, says }) => {
    const { code, stderr } = await patch(place, `cloudvolumeclaim/${target}`, spec);
    expect(code).not.toBe(0);
    expect(stderr).toContain(says);
  });

  it.each<{ target: string; spec: Spec }>([
    { target: "sized", spec: { sizeGiB: 20 } },
    { target: "disk", spec: { contentsOnDelete: "Delete" } },
  ])("of $target to $spec is taken", async ({ target, spec }) => {
    expect(await patch(place, `cloudvolumeclaim/${target}`, spec)).toMatchObject({ code: 0 });
  });
});
