// Of a cluster: texts of any script, and what only Huawei Cloud CCE asks for.
import { beforeAll, describe, expect, it } from "vitest";
import { sharedControlPlane, uniqueNamespace } from "../support/apiserver/controlplane.ts";
import { managedClusterManifest, type Manifest } from "../support/environment/resources.ts";
import { apply, type Place, type Refused, zodTakes } from "./admission.ts";

const { kubectl } = sharedControlPlane();
let place: Place;

beforeAll(async () => {
  place = { kubectl, namespace: await uniqueNamespace(kubectl, "admission-blocks") };
});

const cluster = (spec: Record<string, unknown>): Manifest => managedClusterManifest({ spec });
const authenticating = (authentication: object): Manifest => cluster({ huawei: { authentication } });

describe("a new cluster", () => {
  it.each<Refused & { manifest: Manifest }>([
    {
      title: "a description of characters that take two units, one too many",
      manifest: cluster({ description: "👍".repeat(254) }),
      field: "spec.description",
      says: "253",
    },
    {
      title: "an authenticating proxy without its CA",
      manifest: authenticating({ mode: "authenticating_proxy" }),
      field: "spec.huawei.authentication.authenticatingProxy",
      says: "needs authenticatingProxy",
    },
    {
      title: "a CA that is not in base64",
      manifest: authenticating({ authenticatingProxy: { ca: "-----BEGIN CERTIFICATE-----" } }),
      field: "spec.huawei.authentication.authenticatingProxy.ca",
      says: "should match",
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
      title: "texts of as many characters as are allowed, whatever they take in memory",
      manifest: cluster({ description: "👍".repeat(253), huawei: { extendParam: { note: "👍".repeat(512) } } }),
    },
    {
      title: "an authenticating proxy with its CA",
      manifest: authenticating({
        mode: "authenticating_proxy",
        authenticatingProxy: { ca: "LS0tLS1CRUdJTg==" },
      }),
    },
  ])("is taken, and by zod: $title", async ({ manifest }) => {
    expect(await apply(place, manifest)).toMatchObject({ code: 0, stderr: "" });
    expect(zodTakes(manifest)).toBe(true);
  });
});
