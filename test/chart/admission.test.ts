// What the chart renders, before judges: the API server's dry run, kubectl-validate, and the restricted Pod Security Standard.
import { execFile } from "node:child_process";
import { mkdtemp, writeFile } from "node:fs/promises";
import path from "node:path";
import { promisify } from "node:util";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { stringify } from "yaml";
import { findBinaries } from "../../controlplane/binaries.ts";
import { type ControlPlane, kubectlOk, startControlPlane } from "../support/apiserver/controlplane.ts";
import { createHelm, objectsOf, render, valuesFiles, type Helm, type Rendered } from "../support/chart/helm.ts";
import { thirdPartyCrds } from "../support/apiserver/third-party-crds.ts";

const CRD = "CustomResourceDefinition";
const NEEDED = ["servicemonitors", "prometheusrules"];
const values = await valuesFiles();

let plane: ControlPlane;
let helm: Helm;
let validator: string;

beforeAll(async () => {
  [plane, helm, { "kubectl-validate": validator }] = await Promise.all([
    startControlPlane(),
    createHelm(),
    findBinaries(["kubectl-validate"]),
  ]);
  const crds = (await thirdPartyCrds("prometheus-operator")).filter((file) =>
    NEEDED.some((name) => file.includes(name)),
  );
  const files = crds.flatMap((file) => ["-f", file]);
  if (crds.length !== NEEDED.length) throw new Error(`CRDs of ${NEEDED.join(", ")}: found ${crds.join(", ")}`);
  await kubectlOk(plane.kubectl, ["apply", "--server-side", ...files]);
  await kubectlOk(plane.kubectl, ["wait", "--for=condition=Established", "--timeout=60s", ...files]);
  for (const name of ["yunfan-system", "team-a", "restricted"]) {
    await kubectlOk(plane.kubectl, ["create", "namespace", name]);
  }
  const label = "pod-security.kubernetes.io/enforce=restricted";
  await kubectlOk(plane.kubectl, ["label", "namespace", "restricted", label]);
}, 900_000);
afterAll(() => plane?.stop());

describe.each(values)("with the $name values", { timeout: 120_000 }, ({ name, file }) => {
  it("passes the API server's dry run", async () => {
    const dryRun = ["apply", "--server-side", "--dry-run=server", "-f", "-"];
    const report = await kubectlOk(plane.kubectl, dryRun, await render(helm, ["--values", file]));
    const objects = objectsOf(await render(helm, ["--values", file]));
    expect(report.trim().split("\n")).toHaveLength(objects.length);
  });

  it("passes kubectl-validate by the API server's own schemas", async () => {
    const rendered = path.join(await mkdtemp(path.join(plane.directory, "rendered-")), `${name}.yaml`);
    // It compiles the rules of a CRD as Kubernetes 1.30 does for new ones, without cidr(): the dry run alone judges CRDs.
    const objects = objectsOf(await render(helm, ["--values", file])).filter(({ kind }) => kind !== CRD);
    await writeFile(rendered, objects.map((object) => stringify(object)).join("---\n"));
    expect(await validate(rendered)).toMatchObject({ code: 0, errors: "" });
  });

  it("has a Pod that the restricted Pod Security Standard admits", async () => {
    const { metadata, spec } = podTemplateOf(objectsOf(await render(helm, ["--values", file])));
    const account = { apiVersion: "v1", kind: "ServiceAccount", metadata: { name: spec.serviceAccountName } };
    await kubectlOk(plane.kubectl, ["apply", "-n", "restricted", "-f", "-"], JSON.stringify(account));
    const pod = { apiVersion: "v1", kind: "Pod", metadata: { ...metadata, name }, spec };
    expect(await createPod(pod)).toMatchObject({ code: 0, stderr: "" });
    const open = { ...pod, spec: { ...spec, hostNetwork: true } };
    expect((await createPod(open)).stderr).toContain('violates PodSecurity "restricted');
  });
});

it("kubectl-validate finds a wrong field of what is built in and of another project", async () => {
  const wrong = [
    { apiVersion: "policy/v1", kind: "PodDisruptionBudget", metadata: { name: "a" }, spec: { minAvailables: 1 } },
    { apiVersion: "monitoring.coreos.com/v1", kind: "ServiceMonitor", metadata: { name: "a" }, spec: { endpoints: 1 } },
  ];
  const folder = await mkdtemp(path.join(plane.directory, "wrong-"));
  for (const object of wrong) {
    const file = path.join(folder, `${object.kind}.yaml`);
    await writeFile(file, JSON.stringify(object));
    expect((await validate(file)).code).not.toBe(0);
  }
});

async function validate(file: string): Promise<{ code: number; errors: string }> {
  const env = { ...process.env, KUBECONFIG: plane.kubeconfigPath };
  try {
    await promisify(execFile)(validator, [file], { env });
    return { code: 0, errors: "" };
  } catch (error) {
    const { code, stdout, stderr } = error as { code: number; stdout: string; stderr: string };
    return { code, errors: `${stdout}${stderr}` };
  }
}

interface PodTemplate {
  readonly metadata: object;
  readonly spec: { readonly serviceAccountName: string };
}

function podTemplateOf(objects: readonly Rendered[]): PodTemplate {
  const deployment = objects.find(({ kind }) => kind === "Deployment") as unknown as {
    spec: { template: PodTemplate };
  };
  return deployment.spec.template;
}

function createPod(pod: object): ReturnType<ControlPlane["kubectl"]> {
  return plane.kubectl(["create", "--dry-run=server", "-n", "restricted", "-f", "-"], { input: JSON.stringify(pod) });
}
