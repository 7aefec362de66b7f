// Bad manifests that kubectl apply refuses with the field named, beside those that test/crds/admission.test.ts knows: the fields
// that say what may be written and deleted, and where to.
import { beforeAll, describe, expect, it } from "vitest";
import { type Kubectl, sharedControlPlane, uniqueNamespace } from "../support/apiserver/controlplane.ts";
import { accountManifest, projectManifest, yaml } from "../support/environment/manifests.ts";

const { kubectl } = sharedControlPlane();
let apply: (manifest: object) => ReturnType<Kubectl>;

beforeAll(async () => {
  const namespace = await uniqueNamespace(kubectl, "admission");
  apply = (manifest) => kubectl(["apply", "--namespace", namespace, "-f", "-"], { input: yaml([manifest]) });
});

describe("kubectl apply", () => {
  it.each([
    ["an unknown deletionPolicy", "spec.deletionPolicy", projectManifest("bad", { deletionPolicy: "Retain" })],
    ["an unknown managementPolicy", "spec.managementPolicy", projectManifest("bad", { managementPolicy: "ReadOnly" })],
    ["an unknown contentsOnDelete", "spec.contentsOnDelete", projectManifest("bad", { contentsOnDelete: "delete" })],
    ["an empty externalId", "spec.externalId", projectManifest("bad", { externalId: "" })],
    ["a number for externalId", "spec.externalId", projectManifest("bad", { externalId: 7 })],
    [
      "a pull Secret for no namespace's name",
      "spec.pullSecrets[0].namespace",
      projectManifest("bad", { pullSecrets: [{ namespace: "*", name: "pull" }] }),
    ],
    [
      "an allowed namespace with a wildcard in its name",
      "spec.allowedNamespaces[0]",
      accountManifest("bad", { endpoint: "http://127.0.0.1:1", allowedNamespaces: ["team-*"] }),
    ],
    ["no provider", "spec.provider", accountManifest("bad", { provider: null })],
  ])("refuses %s and names %s", async (_, field, manifest) => {
    const { code, stderr } = await apply(manifest);
    expect(code).not.toBe(0);
    expect(stderr).toContain(field);
  });
});
