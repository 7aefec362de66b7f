// manifests/policies.yaml on the real API server: a protected cluster's resource is not deleted, whoever asks.
import { readFile } from "node:fs/promises";
import { afterAll, beforeAll, expect, it, vi } from "vitest";
import { parseAllDocuments, stringify } from "yaml";
import { type Kubectl, kubectlOk, sharedControlPlane, uniqueNamespace } from "../support/apiserver/controlplane.ts";
import { managedClusterManifest } from "../support/environment/resources.ts";

const REFUSAL = "set spec.deletionProtection to false first";
const { kubectl } = sharedControlPlane();
let namespace: string;
let policies: string;

beforeAll(async () => {
  namespace = await uniqueNamespace(kubectl, "protection");
  await applyCluster("protected", true);
  await applyCluster("open", false);
  policies = await policiesFor(namespace);
  await kubectlOk(kubectl, ["apply", "-f", "-"], policies);
  // The API server takes a moment until it asks a new policy.
  const refusal = async (): Promise<void> =>
    expect((await remove("protected", ["--dry-run=server"])).stderr).toContain(REFUSAL);
  await vi.waitFor(refusal, { timeout: 20_000, interval: 100 });
});
afterAll(() => kubectlOk(kubectl, ["delete", "-f", "-"], policies));

it("Is Forbidden, with the cluster named and what to do", async () => {
  const { code, stderr } = await remove("protected");
  expect(code).not.toBe(0);
  expect(stderr).toContain("(Forbidden)");
  expect(stderr).toContain('"protected"');
  expect(stderr).toContain(`the cluster is protected from deletion: ${REFUSAL}`);
  expect(await kubectlOk(kubectl, ["get", "yfmc/protected", "-n", namespace, "-o", "name"])).toContain("protected");
});

it("Is refused to who deletes all at once, and only what is not protected goes", async () => {
  await applyCluster("crowd", false);
  const { stderr } = await kubectl(["delete", "managedclusters", "--all", "-n", namespace, "--wait=false"]);
  expect(stderr).toContain(REFUSAL);
  expect((await kubectlOk(kubectl, ["get", "yfmc", "-n", namespace, "-o", "name"])).trim()).toBe(
    "managedcluster.yunfan.dev/protected",
  );
});

it("Is possible for one that is not protected, and once the protection is off", async () => {
  await applyCluster("open", false);
  expect(await remove("open")).toMatchObject({ code: 0 });
  await applyCluster("released", true);
  expect((await remove("released")).stderr).toContain(REFUSAL);
  await applyCluster("released", false);
  expect(await remove("released")).toMatchObject({ code: 0 });
});

async function applyCluster(name: string, deletionProtection: boolean): Promise<void> {
  const manifest = managedClusterManifest({ metadata: { name }, spec: { deletionProtection } });
  await kubectlOk(kubectl, ["apply", "-n", namespace, "-f", "-"], JSON.stringify(manifest));
}

function remove(name: string, flags: readonly string[] = []): ReturnType<Kubectl> {
  return kubectl(["delete", `yfmc/${name}`, "-n", namespace, "--wait=false", ...flags]);
}

/** The policies for one namespace, under names of its own: nobody else's clusters are protected by this test. */
async function policiesFor(only: string): Promise<string> {
  const documents = parseAllDocuments(await readFile("manifests/policies.yaml", "utf8"));
  const [policy, binding] = documents.map((document) => document.toJS() as Policy);
  const namespaceSelector = { matchLabels: { "kubernetes.io/metadata.name": only } };
  policy!.spec.matchConstraints = { ...policy!.spec.matchConstraints, namespaceSelector };
  policy!.metadata.name = `${only}.test`;
  binding!.metadata.name = `${only}.test`;
  binding!.spec.policyName = `${only}.test`;
  return [policy, binding].map((object) => stringify(object)).join("---\n");
}

interface Policy {
  metadata: { name: string };
  spec: { matchConstraints?: object; policyName?: string };
}
