// Every file of the example repository on a real API server that serves the kinds of Argo CD, Flux and Yunfan, as a server-side
// dry run that refuses unknown fields.
import path from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { type ControlPlane, kubectlOk, startControlPlane } from "../support/apiserver/controlplane.ts";
import { GITOPS, kustomizedFolders, yamlFiles } from "../support/chart/gitops-examples.ts";
import { thirdPartyCrds } from "../support/apiserver/third-party-crds.ts";

const OUR_CRDS = path.resolve(import.meta.dirname, "../../manifests/crds");

/** CRDs of others may have to be fetched. */
const SETUP_MS = 300_000;

let plane: ControlPlane;

beforeAll(async () => {
  const [started, ...crds] = await Promise.all([
    startControlPlane(),
    thirdPartyCrds("argo-cd"),
    thirdPartyCrds("flux"),
  ]);
  plane = started;
  const files = [OUR_CRDS, ...crds.flat()].flatMap((file) => ["-f", file]);
  await kubectlOk(plane.kubectl, ["apply", "--server-side", ...files]);
  await kubectlOk(plane.kubectl, ["wait", "--for=condition=Established", "--timeout=60s", ...files]);
  for (const namespace of ["argocd", "flux-system", "fleet", "yunfan-system"]) {
    await kubectlOk(plane.kubectl, ["create", "namespace", namespace]);
  }
}, SETUP_MS);
afterAll(() => plane?.stop());

const DRY_RUN = ["apply", "--server-side", "--dry-run=server", "--validate=strict", "-f"];

const FOLDERS = await kustomizedFolders();
/** The rest is built by a kustomization. */
const FILES = (await yamlFiles()).filter((file) => !FOLDERS.includes(path.dirname(file)));

describe("The API server takes", () => {
  test.each(FILES)("%s", async (file) => {
    expect(await kubectlOk(plane.kubectl, [...DRY_RUN, path.join(GITOPS, file)])).toContain("serverside-applied");
  });

  test.each(FOLDERS)("what kubectl kustomize builds of %s", async (folder) => {
    const built = await kubectlOk(plane.kubectl, ["kustomize", path.join(GITOPS, folder)]);
    expect(await kubectlOk(plane.kubectl, [...DRY_RUN, "-"], built)).toContain("serverside-applied");
  });
});

describe("The API server refuses a field that is unknown", () => {
  test.each([
    ["Application", "argoproj.io/v1alpha1"],
    ["Kustomization", "kustomize.toolkit.fluxcd.io/v1"],
    ["HelmRelease", "helm.toolkit.fluxcd.io/v2"],
    ["NodePool", "yunfan.dev/v1alpha1"],
  ])("to %s", async (kind, apiVersion) => {
    const object = JSON.stringify({ apiVersion, kind, metadata: { name: "wrong" }, spec: { thisIsUnknown: true } });
    const { code, stderr } = await plane.kubectl([...DRY_RUN, "-"], { input: object });
    expect(code).toBe(1);
    expect(stderr).toMatch(/thisIsUnknown/);
  });
});

describe("argocd-cm.yaml", () => {
  const install = [
    "apply",
    "--server-side",
    "--field-manager",
    "yunfan",
    "-f",
    path.join(GITOPS, "argocd/argocd-cm.yaml"),
  ];

  async function existing(data: object): Promise<void> {
    const configMap = {
      apiVersion: "v1",
      kind: "ConfigMap",
      metadata: { name: "argocd-cm", namespace: "argocd" },
      data,
    };
    await kubectlOk(
      plane.kubectl,
      ["apply", "--server-side", "--force-conflicts", "-f", "-"],
      JSON.stringify(configMap),
    );
  }

  test("keeps what the ConfigMap holds besides, and tells of customizations that it would replace", async () => {
    const theirs = { url: "https://argocd.example.com", "resource.customizations": "apps/Deployment: {}" };
    await existing(theirs);
    const { code, stderr } = await plane.kubectl(install);
    expect(code).toBe(1);
    expect(stderr).toMatch(/conflict[^]*resource\.customizations/);

    await existing({ url: theirs.url });
    await kubectlOk(plane.kubectl, install);
    const stored = await kubectlOk(plane.kubectl, ["get", "configmap", "argocd-cm", "-n", "argocd", "-o", "json"]);
    const { data } = JSON.parse(stored) as { data: Record<string, string> };
    expect(data["url"]).toBe(theirs.url);
    expect(data["resource.customizations"]).toContain("yunfan.dev/*");
  });
});
