// manifests/install.yaml: what the chart renders, installed in one go by kubectl, as file and through kustomize.
import { cp, mkdtemp, readFile, writeFile } from "node:fs/promises";
import path from "node:path";
import { afterAll, beforeAll, expect, it } from "vitest";
import { stringify } from "yaml";
import { renderInstallManifest } from "../../scripts/install-manifest.ts";
import { type ControlPlane, kubectlOk, startControlPlane } from "../support/apiserver/controlplane.ts";
import { createHelm, objectsOf, operatorFlagsOf, type Rendered } from "../support/chart/helm.ts";
import { spawnOperator } from "../support/operator/operator.ts";

const MANIFESTS = path.resolve(import.meta.dirname, "../../manifests");
const INSTALL = path.join(MANIFESTS, "install.yaml");

let plane: ControlPlane;
let install: string;

beforeAll(async () => {
  plane = await startControlPlane();
  install = await readFile(INSTALL, "utf8");
}, 900_000);
afterAll(() => plane?.stop());

it("Is what the chart renders: `npm run manifests` after a change of it", { timeout: 900_000 }, async () => {
  expect(install).toBe(await renderInstallManifest(await createHelm()));
});

it("Says nothing of Helm", () => {
  expect(install.toLowerCase().replace(/^#.*\n/, "")).not.toContain("helm");
});

it("Grants what manifests/rbac.yaml grants, under the same names", async () => {
  const named = ({ kind, metadata }: Rendered): string => `${kind} ${metadata.namespace ?? ""}/${metadata.name}`;
  const installed = new Map(objectsOf(install).map((object) => [named(object), object]));
  for (const object of objectsOf(await readFile(path.join(MANIFESTS, "rbac.yaml"), "utf8"))) {
    const { metadata: _, ...rest } = object;
    expect(installed.get(named(object))).toMatchObject(rest);
  }
});

it(
  "Installs in one go, after which the operator starts with the Deployment's arguments",
  { timeout: 90_000 },
  async () => {
    const report = await kubectlOk(plane.kubectl, ["apply", "--server-side", "-f", INSTALL]);
    expect(report.trim().split("\n")).toHaveLength(objectsOf(install).length);
    const kubeconfig = await plane.serviceAccountKubeconfig({ namespace: "yunfan-system", name: "yunfan" });
    await using operator = spawnOperator({ kubeconfig, flags: operatorFlagsOf(objectsOf(install)) });
    await operator.ready;
  },
);

it("Is the same through kustomize, where an overlay sets the image", { timeout: 60_000 }, async () => {
  const built = async (folder: string): Promise<Rendered[]> =>
    objectsOf(await kubectlOk(plane.kubectl, ["kustomize", folder]));
  const sorted = (objects: readonly Rendered[]): string[] =>
    objects.map((object) => JSON.stringify(object, Object.keys(object).sort())).sort();
  expect(sorted(await built(MANIFESTS))).toEqual(sorted(objectsOf(install)));

  const overlay = await mkdtemp(path.join(plane.directory, "overlay-"));
  await cp(MANIFESTS, path.join(overlay, "base"), { recursive: true });
  const images = [{ name: "yunfan", newName: "registry.example.com/yunfan" }];
  await writeFile(path.join(overlay, "kustomization.yaml"), stringify({ resources: ["base"], images }));
  expect(JSON.stringify(await built(overlay))).toContain('"image":"registry.example.com/yunfan:');
});
