// What `kubectl apply` refuses, and that it names the field and says what to do.
import { beforeAll, describe, expect, it } from "vitest";
import { registryProjectSchema } from "../../src/crds/registryproject/schema.ts";
import { kubectlOk, sharedControlPlane, uniqueNamespace } from "../support/apiserver/controlplane.ts";
import { cloudAccountManifest, registryProjectManifest, type Manifest } from "../support/environment/resources.ts";
import { apply, patch, type Place, type Refused, zodTakes } from "./admission.ts";

const { kubectl } = sharedControlPlane();
let place: Place;

beforeAll(async () => {
  place = { kubectl, namespace: await uniqueNamespace(kubectl, "admission") };
});

const account = (spec: Record<string, unknown>): Manifest => cloudAccountManifest({ spec });
const project = (spec: Record<string, unknown>): Manifest => registryProjectManifest({ spec });
const pullSecret = { namespace: "default", name: "pull" };
const pem = "-----BEGIN CERTIFICATE-----\nMIIB\n-----END CERTIFICATE-----\n";

describe("a new resource", () => {
  it.each<Refused & { manifest: Manifest }>([
    {
      title: "http without Plaintext",
      manifest: account({ endpoint: "http://ctyun.example" }),
      field: "spec.endpoint",
      says: "http needs tls.mode Plaintext",
    },
    {
      title: "http with SkipVerify",
      manifest: account({ endpoint: "http://ctyun.example", tls: { mode: "SkipVerify" } }),
      field: "spec.endpoint",
      says: "use https",
    },
    {
      title: "an identity service over http",
      manifest: account({ provider: "HuaweiCCE", huawei: { iamEndpoint: "http://iam.example" } }),
      field: "spec.huawei.iamEndpoint",
      says: "http needs tls.mode Plaintext",
    },
    {
      title: "an endpoint without a scheme",
      manifest: account({ endpoint: "ctyun.example" }),
      field: "spec.endpoint",
      says: "should match '^https?://",
    },
    {
      title: "an endpoint with a password",
      manifest: account({ endpoint: "https://me:secret@ctyun.example" }),
      field: "spec.endpoint",
      says: "should match",
    },
    {
      title: "an unknown provider",
      manifest: account({ provider: "Ctyun" }),
      field: "spec.provider",
      says: 'supported values: "HuaweiCCE"',
    },
    {
      title: "an unknown TLS mode",
      manifest: account({ tls: { mode: "verify" } }),
      field: "spec.tls.mode",
      says: 'supported values: "Verify"',
    },
    {
      title: "a CA without Verify",
      manifest: account({ tls: { mode: "SkipVerify", caBundle: pem } }),
      field: "spec.tls.caBundle",
      says: "only with mode Verify",
    },
    {
      title: "a CA that is no PEM",
      manifest: account({ tls: { caBundle: "MIIB" } }),
      field: "spec.tls.caBundle",
      says: "BEGIN CERTIFICATE",
    },
    {
      title: "another provider's block",
      manifest: account({ huawei: { projectId: "0a1b" } }),
      field: "spec.huawei",
      says: "the block huawei is for provider HuaweiCCE, but provider is CtyunCCI",
    },
    {
      title: "two blocks",
      manifest: account({ ctyun: {}, huawei: {} }),
      field: "spec",
      says: "at most one of the blocks huawei, alibaba, easystack, ctyun",
    },
    {
      title: "a project's id beside its name",
      manifest: account({ provider: "HuaweiCCE", huawei: { projectId: "0a1b", projectName: "cn-north-4" } }),
      field: "spec.huawei.projectName",
      says: "keep one",
    },
    {
      title: "a namespace twice",
      manifest: account({ allowedNamespaces: ["a", "a"] }),
      field: "spec.allowedNamespaces[1]",
      says: "Duplicate value",
    },
    {
      title: "no credentials",
      manifest: account({ credentialsSecretRef: undefined }),
      field: "spec.credentialsSecretRef",
      says: "Required value",
    },
    {
      title: "a budget of nothing",
      manifest: account({ requestBudget: { readsPerMinute: 0 } }),
      field: "spec.requestBudget.readsPerMinute",
      says: "greater than or equal to 1",
    },
    {
      title: "a project without an account",
      manifest: project({ accountRef: undefined }),
      field: "spec.accountRef",
      says: "Required value",
    },
    {
      title: "an upper-case cloud name",
      manifest: project({ cloudName: "Shop" }),
      field: "spec.cloudName",
      says: "should match",
    },
    {
      title: "a cloud name that ends in a dash",
      manifest: project({ cloudName: "shop-" }),
      field: "spec.cloudName",
      says: "should match",
    },
    {
      title: "an unknown visibility",
      manifest: project({ visibility: "public" }),
      field: "spec.visibility",
      says: 'supported values: "Private", "Public"',
    },
    {
      title: "a drift interval below 5 s",
      manifest: project({ driftIntervalSeconds: 4 }),
      field: "spec.driftIntervalSeconds",
      says: "greater than or equal to 5",
    },
    {
      title: "a pull Secret without a namespace",
      manifest: project({ pullSecrets: [{ name: "pull" }] }),
      field: "spec.pullSecrets[0].namespace",
      says: "Required value",
    },
    {
      title: "a pull Secret twice",
      manifest: project({ pullSecrets: [pullSecret, pullSecret] }),
      field: "spec.pullSecrets[1]",
      says: "Duplicate value",
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
      title: "http with Plaintext",
      manifest: account({ endpoint: "http://127.0.0.1:8080", tls: { mode: "Plaintext" } }),
    },
    {
      title: "https with Plaintext, so that mode and endpoint can change one after the other",
      manifest: account({ tls: { mode: "Plaintext" } }),
    },
    { title: "an IPv6 endpoint", manifest: account({ endpoint: "https://[::1]:8443/base" }) },
    { title: "a name that only the cloud can judge", manifest: project({ cloudName: "a--b" }) },
  ])("is taken, and by zod: $title", async ({ manifest }) => {
    expect(await apply(place, manifest)).toMatchObject({ code: 0, stderr: "" });
    expect(zodTakes(manifest)).toBe(true);
  });

  it("is taken with an explicit null, which the API server drops, so that zod never meets one", async () => {
    const { code, stdout } = await apply(place, project({ cloudName: null, visibility: null }), ["-o", "json"]);
    expect(code).toBe(0);
    expect(registryProjectSchema.spec.parse((JSON.parse(stdout) as Manifest).spec)).toMatchObject({
      visibility: "Private",
    });
  });

  it("is refused with a misspelt field, which zod like the stored schema would drop", async () => {
    expect((await apply(place, project({ visiblity: "Public" }))).stderr).toContain('unknown field "spec.visiblity"');
  });
});

describe("a change", () => {
  const named = registryProjectManifest({ metadata: { name: "named" }, spec: { cloudName: "shop" } });
  const unnamed = registryProjectManifest({ metadata: { name: "unnamed" } });
  const adopting = registryProjectManifest({ metadata: { name: "adopting" }, spec: { externalId: "7" } });

  beforeAll(async () => {
    const items = [named, unnamed, adopting, cloudAccountManifest()];
    const list = JSON.stringify({ apiVersion: "v1", kind: "List", items });
    await kubectlOk(kubectl, ["apply", "-n", place.namespace, "-f", "-"], list);
  });

  it.each<Refused & { target: string; spec: Record<string, unknown> }>([
    {
      title: "another cloudName",
      target: "yfrp/named",
      spec: { cloudName: "other" },
      field: "spec.cloudName",
      says: "cloudName is immutable",
    },
    {
      title: "a cloudName taken away",
      target: "yfrp/named",
      spec: { cloudName: null },
      field: "spec.cloudName",
      says: "cloudName is immutable",
    },
    {
      title: "a cloudName added",
      target: "yfrp/unnamed",
      spec: { cloudName: "unnamed" },
      field: "spec.cloudName",
      says: "cloudName is immutable",
    },
    {
      title: "another account",
      target: "yfrp/named",
      spec: { accountRef: { name: "other" } },
      field: "spec.accountRef",
      says: "accountRef is immutable",
    },
    {
      title: "an account elsewhere",
      target: "yfrp/named",
      spec: { accountRef: { namespace: "other" } },
      field: "spec.accountRef",
      says: "accountRef is immutable",
    },
    {
      title: "another externalId",
      target: "yfrp/adopting",
      spec: { externalId: "8" },
      field: "spec.externalId",
      says: "externalId can be added once",
    },
    {
      title: "an externalId taken away",
      target: "yfrp/adopting",
      spec: { externalId: null },
      field: "spec.externalId",
      says: "externalId can be added once",
    },
    {
      title: "another provider",
      target: "yfca/ctyun",
      spec: { provider: "AlibabaACK" },
      field: "spec.provider",
      says: "provider is immutable",
    },
  ])("is refused with the field named: $title", async ({ target, spec, field, says }) => {
    const { code, stderr } = await patch(place, target, spec);
    expect(code).not.toBe(0);
    expect(stderr).toContain(field);
    expect(stderr).toContain(says);
  });

  it.each<{ title: string; target: string; spec: Record<string, unknown> }>([
    { title: "an externalId added", target: "yfrp/named", spec: { externalId: "7" } },
    { title: "visibility", target: "yfrp/named", spec: { visibility: "Public" } },
    { title: "pull Secrets", target: "yfrp/named", spec: { pullSecrets: [pullSecret] } },
    {
      title: "the endpoint together with the TLS mode",
      target: "yfca/ctyun",
      spec: { endpoint: "http://127.0.0.1:1", tls: { mode: "Plaintext" } },
    },
  ])("is taken: $title", async ({ target, spec }) => {
    expect(await patch(place, target, spec)).toMatchObject({ code: 0, stderr: "" });
  });
});
