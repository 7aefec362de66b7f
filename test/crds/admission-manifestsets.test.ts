// What `kubectl apply` refuses of ManifestSets, and that it names the field and says what to do; and what the optional policy adds.
import { readFile } from "node:fs/promises";
import { afterAll, beforeAll, describe, expect, it, vi } from "vitest";
import { parseAllDocuments, stringify } from "yaml";
import { kubectlOk, sharedControlPlane, uniqueNamespace } from "../support/apiserver/controlplane.ts";
import { managedClusterManifest, manifestSetManifest, type Manifest } from "../support/environment/resources.ts";
import { apply, patch, type Place, type Refused, zodTakes } from "./admission.ts";

const { kubectl } = sharedControlPlane();
let place: Place;

beforeAll(async () => {
  place = { kubectl, namespace: await uniqueNamespace(kubectl, "admission-sets") };
});

type Spec = Record<string, unknown>;

const set = (spec: Spec): Manifest => manifestSetManifest({ spec });
const cluster = (manifests: Spec): Manifest => managedClusterManifest({ spec: { manifests } });
const object = (name: string): Spec => ({ apiVersion: "v1", kind: "ConfigMap", metadata: { name } });
const account = { name: "ctyun" };
const actor = { namespace: "ops", name: "deployer" };
const ignored = (path: string): Spec => ({ ignore: [{ kind: "Deployment", name: "web", paths: [path] }] });
const shown = (path: string): Spec => ({
  feedback: [{ name: "address", kind: "Service", objectName: "web", path }],
});

describe("a new resource", () => {
  it.each<Refused & { manifest: Manifest }>([
    { title: "no place", manifest: set({ clusterRef: undefined }), field: "spec", says: "exactly one of clusterRef" },
    { title: "two places", manifest: set({ accountRef: account }), field: "spec", says: "exactly one of clusterRef" },
    {
      title: "an object without a kind",
      manifest: set({ manifests: [{ ...object("a"), kind: undefined }] }),
      field: "spec.manifests[0].kind",
      says: "Required value",
    },
    {
      title: "an object without a version",
      manifest: set({ manifests: [object("a"), { ...object("b"), apiVersion: undefined }] }),
      field: "spec.manifests[1].apiVersion",
      says: "Required value",
    },
    {
      title: "an object without a name",
      manifest: set({ manifests: [{ ...object("a"), metadata: {} }] }),
      field: "spec.manifests[0].metadata.name",
      says: "Required value",
    },
    {
      title: "an object in a namespace that can't be",
      manifest: set({ manifests: [{ ...object("a"), metadata: { name: "a", namespace: "Shop" } }] }),
      field: "spec.manifests[0].metadata.namespace",
      says: "should match",
    },
    {
      title: "257 objects",
      manifest: set({ manifests: Array.from({ length: 257 }, (_, index) => object(`o-${index}`)) }),
      field: "spec.manifests",
      says: "must have at most 256 items",
    },
    {
      title: "a source of another kind",
      manifest: set({ manifestsFrom: [{ kind: "GitRepository", name: "shop" }] }),
      field: "spec.manifestsFrom[0].kind",
      says: 'supported values: "ConfigMap", "Secret"',
    },
    {
      title: "usage every second",
      manifest: set({ usageIntervalSeconds: 1 }),
      field: "spec.usageIntervalSeconds",
      says: "0 (off) or 60 and more",
    },
    {
      title: "less than no prune",
      manifest: set({ maxPrunes: -1 }),
      field: "spec.maxPrunes",
      says: "greater than or equal to 0",
    },
    {
      title: "a path that is no JSON pointer",
      manifest: set(ignored(".spec.replicas")),
      field: "spec.ignore[0].paths[0]",
      says: "should match",
    },
    {
      title: "a value whose path is a JSON pointer",
      manifest: set(shown("/status/loadBalancer")),
      field: "spec.feedback[0].path",
      says: "should match",
    },
    {
      title: "a ServiceAccount without its namespace",
      manifest: set({ serviceAccount: { name: "deployer" } }),
      field: "spec.serviceAccount.namespace",
      says: "Required value",
    },
    {
      title: "a cluster whose gateway is to act for a ServiceAccount",
      manifest: cluster({ route: "Gateway", serviceAccount: actor }),
      field: "spec.manifests.serviceAccount",
      says: "the gateway acts for nobody but the account",
    },
  ])("is refused with the field named, and by zod: $title", async ({ manifest, field, says }) => {
    const { code, stderr } = await apply(place, manifest);
    expect(code).not.toBe(0);
    expect(stderr).toContain(field);
    expect(stderr).toContain(says);
    expect(zodTakes(manifest)).toBe(false);
  });

  it.each<{ title: string; manifest: Manifest }>([
    { title: "a set in an account's place", manifest: set({ clusterRef: undefined, accountRef: account }) },
    { title: "a set of nothing, which says so in its conditions", manifest: set({ manifests: [] }) },
    {
      title: "an object of whatever members",
      manifest: set({ manifests: [{ ...object("a"), spec: { deep: [{ a: 1 }, 2, "x"] }, odd: true }] }),
    },
    { title: "usage every minute", manifest: set({ usageIntervalSeconds: 60 }) },
    { title: "an escaped pointer", manifest: set(ignored("/metadata/annotations/example.com~1owner")) },
    { title: "a value in a list", manifest: set(shown(".status.loadBalancer.ingress[0].ip")) },
    { title: "a cluster whose sets act as one ServiceAccount", manifest: cluster({ serviceAccount: actor }) },
    { title: "a cluster behind its gateway", manifest: cluster({ route: "Gateway" }) },
  ])("is taken, and by zod: $title", async ({ manifest }) => {
    expect(await apply(place, manifest)).toMatchObject({ code: 0, stderr: "" });
    expect(zodTakes(manifest)).toBe(true);
  });

  it("keeps all of its objects, and has the defaults that are documented", async () => {
    const deployment = {
      ...object("web"),
      kind: "Deployment",
      apiVersion: "apps/v1",
      spec: { template: { any: [1] } },
    };
    const { stdout } = await apply(place, set({ manifests: [deployment] }), ["-o", "json"]);
    expect(JSON.parse(stdout)).toMatchObject({
      spec: {
        targetNamespace: "default",
        manifests: [deployment],
        manifestsFrom: [],
        copies: [],
        existingObjects: "Refuse",
        prune: "Delete",
        maxPrunes: 20,
        dataOnDelete: "Keep",
        ignore: [],
        feedback: [],
        usageIntervalSeconds: 0,
        managementPolicy: "Manage",
        driftIntervalSeconds: 600,
      },
    });
  });
});

describe("a change", () => {
  beforeAll(async () => {
    const items = [
      manifestSetManifest({ metadata: { name: "clustered" } }),
      manifestSetManifest({ metadata: { name: "placed" }, spec: { clusterRef: undefined, accountRef: account } }),
    ];
    const list = JSON.stringify({ apiVersion: "v1", kind: "List", items });
    await kubectlOk(kubectl, ["apply", "-n", place.namespace, "-f", "-"], list);
  });

  it.each<Refused & { target: string; spec: Spec }>([
    {
      title: "another cluster",
      target: "yfms/clustered",
      spec: { clusterRef: { name: "other" } },
      field: "spec.clusterRef",
      says: "clusterRef is immutable",
    },
    {
      title: "another account",
      target: "yfms/placed",
      spec: { accountRef: { name: "other" } },
      field: "spec.accountRef",
      says: "accountRef is immutable",
    },
    {
      title: "an account in place of a cluster",
      target: "yfms/clustered",
      spec: { clusterRef: null, accountRef: account },
      field: "spec.clusterRef",
      says: "clusterRef is immutable",
    },
  ])("is refused: $title", async ({ target, spec, field, says }) => {
    const { code, stderr } = await patch(place, target, spec);
    expect(code).not.toBe(0);
    expect(stderr).toContain(field);
    expect(stderr).toContain(says);
  });

  it("of everything else is taken", async () => {
    const spec = { manifests: [object("b")], targetNamespace: "other", prune: "Keep", maxPrunes: 1_000 };
    expect(await patch(place, "yfms/clustered", spec)).toMatchObject({ code: 0 });
  });
});

describe("the policy for Secrets in the spec", () => {
  const secret = { apiVersion: "v1", kind: "Secret", metadata: { name: "keys" } };
  const REFUSAL = "holds data or stringData of a Secret";
  let policies: string;

  beforeAll(async () => {
    policies = await policyFor(place.namespace);
    await kubectlOk(kubectl, ["apply", "-f", "-"], policies);
    // The API server takes a moment until it asks a new policy.
    const probe = set({ manifests: [{ ...secret, data: {} }] });
    const refusal = async (): Promise<void> => expect((await apply(place, probe)).stderr).toContain(REFUSAL);
    await vi.waitFor(refusal, { timeout: 20_000, interval: 100 });
  });
  afterAll(() => kubectlOk(kubectl, ["delete", "-f", "-"], policies));

  it.each([
    ["data", { data: { key: "dmFsdWU=" } }],
    ["stringData", { stringData: { key: "value" } }],
  ])("refuses %s, says what to do, and repeats no value", async (_what, contents) => {
    const { code, stderr } = await apply(place, set({ manifests: [object("a"), { ...secret, ...contents }] }));
    expect(code).not.toBe(0);
    expect(stderr).toContain("(Forbidden)");
    expect(stderr).toContain("yunfan.dev/manifests=true");
    expect(stderr).not.toMatch(/dmFsdWU=|"value"/);
  });

  it("refuses a change to one as well", async () => {
    const { stderr } = await patch(place, "yfms/clustered", { manifests: [{ ...secret, data: {} }] });
    expect(stderr).toContain(REFUSAL);
  });

  it.each<[string, Spec]>([
    ["a Secret without contents", secret],
    ["a ConfigMap with data", { ...object("a"), data: { key: "value" } }],
    ["somebody else's kind of that name", { ...secret, apiVersion: "example.com/v1", data: { key: "value" } }],
  ])("lets pass %s", async (_what, manifest) => {
    expect(await apply(place, set({ manifests: [manifest] }))).toMatchObject({ code: 0, stderr: "" });
  });
});

interface Document {
  metadata: { name: string };
  spec: { matchConstraints?: object; policyName?: string };
}

/** The policy for one namespace, under a name of its own: nobody else's sets are refused by this test. */
async function policyFor(only: string): Promise<string> {
  const documents = parseAllDocuments(await readFile("manifests/policies.yaml", "utf8"));
  const all = documents.map((document) => document.toJS() as Document);
  const [policy, binding] = all.filter(({ metadata }) => metadata.name === "manifestset-secret-inline.yunfan.dev");
  const namespaceSelector = { matchLabels: { "kubernetes.io/metadata.name": only } };
  policy!.spec.matchConstraints = { ...policy!.spec.matchConstraints, namespaceSelector };
  policy!.metadata.name = `${only}.test`;
  binding!.metadata.name = `${only}.test`;
  binding!.spec.policyName = `${only}.test`;
  return [policy, binding].map((document) => stringify(document)).join("---\n");
}
