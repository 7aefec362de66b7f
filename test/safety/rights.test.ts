// The rights on our CRDs: without them the operator starts and works, deletes nothing in a cloud and says why; where it watches
// some namespaces only, it needs to get them and leaves them alone.
import { writeFile } from "node:fs/promises";
import path from "node:path";
import { afterAll, beforeAll, expect, it, vi } from "vitest";
import { stringify } from "yaml";
import { crdGuardRules, crdReadRules, resourceRules } from "../../src/cli/rbac.ts";
import { IN_USE } from "../../src/controllers/crdguard/plan.ts";
import { crdRules, type PolicyRule } from "../../src/controllers/lifecycle/rbac.ts";
import { kubectlOk } from "../support/apiserver/controlplane.ts";
import { refuse } from "../support/apiserver/policies.ts";
import { projectManifest } from "../support/environment/manifests.ts";
import { accounts, ACCOUNTS, CRD_NAMES, createSafetyBed, type SafetyBed } from "../support/environment/safety-bed.ts";

vi.setConfig({ testTimeout: 120_000 });

const PROJECTS = "registryprojects.yunfan.dev";
const WARNING = /may not list, watch and patch its CustomResourceDefinitions.*manifests\/rbac\.yaml/;

let bed: SafetyBed;
let kubeconfig: string;

beforeAll(async () => {
  bed = await createSafetyBed({ controllerManager: false });
  await kubectlOk(bed.plane.kubectl, ["create", "serviceaccount", "limited", "-n", "yunfan-system"]);
  const binding = ["create", "clusterrolebinding", "limited", "--clusterrole=limited"];
  await kubectlOk(bed.plane.kubectl, [...binding, "--serviceaccount=yunfan-system:limited"]);
  kubeconfig = await bed.plane.serviceAccountKubeconfig({ namespace: "yunfan-system", name: "limited" });
  await grant(resourceRules);
  await bed.apply(ACCOUNTS, ...accounts(bed, ["team", "elsewhere"]));
}, 120_000);
afterAll(() => bed[Symbol.asyncDispose]());

const patiently = <T>(value: () => T) => expect.poll(value, { timeout: 60_000, interval: 100 });
const inUse = async (name: string): Promise<string | undefined> =>
  (await bed.crd(name))?.metadata.annotations?.[IN_USE];
const project = (name: string, spec: object = {}): object =>
  projectManifest(name, { accountRef: { name: "ctyun", namespace: ACCOUNTS }, ...spec });
const refusals = () => bed.operators.at(-1)!.log.filter(({ msg }) => WARNING.test(msg));

/** Events about objects without a namespace lie in "default". */
async function eventsOnProjects(): Promise<readonly string[]> {
  const about = `involvedObject.kind=CustomResourceDefinition,involvedObject.name=${PROJECTS}`;
  const get = ["get", "events", "-n", "default", "--field-selector", about, "-o", "json"];
  const { items } = JSON.parse(await kubectlOk(bed.plane.kubectl, get)) as {
    items: { reason: string; message: string }[];
  };
  return items.map(({ reason, message }) => `${reason}: ${message}`);
}

async function grant(rules: readonly PolicyRule[]): Promise<void> {
  const role = {
    apiVersion: "rbac.authorization.k8s.io/v1",
    kind: "ClusterRole",
    metadata: { name: "limited" },
    rules,
  };
  const file = path.join(bed.plane.directory, "limited.yaml");
  await writeFile(file, stringify(role));
  await kubectlOk(bed.plane.kubectl, ["apply", "-f", file]);
}

it("Without any right on CRDs resources are created, and what is to be deleted in the cloud is held", async () => {
  await bed.operator([], kubeconfig).ready;
  await bed.apply("team", project("kept"), project("left", { deletionPolicy: "Orphan" }));
  for (const name of ["kept", "left"]) {
    await patiently(() => bed.ready(`team/registryprojects/${name}`)).toMatch(/^Available/);
  }
  const before = await bed.effects();
  await kubectlOk(bed.plane.kubectl, ["delete", "registryproject", "--all", "-n", "team", "--wait=false"]);
  await patiently(() => bed.ready("team/registryprojects/kept")).toMatch(
    /^DeletionHeld: The operator may not get customresourcedefinitions registryprojects\.yunfan\.dev, so it can't tell/,
  );
  await patiently(() => bed.read("team/registryprojects/left")).toBeUndefined();
  expect(await bed.effects()).toEqual(before);
});

it("It says once that it can't guard its CRDs, and goes on", async () => {
  await patiently(() => refusals().length).toBe(1);
  expect(refusals()[0]).toMatchObject({ level: "warn", refusal: expect.stringContaining("403") });
  await bed.apply("team", project("another"));
  await patiently(() => bed.ready("team/registryprojects/another")).toMatch(/^Available/);
  expect(refusals()).toHaveLength(1);
  expect(await inUse(PROJECTS)).toBeUndefined();
});

it("With the right to get them the deletion goes on, without anything else having changed", async () => {
  await grant([...resourceRules, ...crdReadRules]);
  await patiently(() => bed.read("team/registryprojects/kept")).toBeUndefined();
  expect((await bed.ctyun.projects()).map(({ name }) => name).toSorted()).toEqual(["another", "left"]);
});

it("With the right to watch them but not to patch, it says so once as well", async () => {
  await grant([...resourceRules, ...crdReadRules, ...crdRules(["list", "watch"])]);
  await bed.kill();
  await bed.operator([], kubeconfig).ready;
  await patiently(() => refusals().length).toBe(1);
  expect(refusals()[0]).toMatchObject({ level: "warn", refusal: expect.stringMatching(/^PATCH .* 403/) });
  await patiently(eventsOnProjects).toContainEqual(expect.stringMatching(/^RequestRefused: .*cannot patch resource/));
});

it("A policy that refuses the annotation is named in the log and in an event on the CRD, and asked more and more seldom", async () => {
  await grant([...resourceRules, ...crdReadRules, ...crdGuardRules]);
  const what = { apiGroup: "apiextensions.k8s.io", resources: ["customresourcedefinitions"] } as const;
  const policy = await refuse({ kubectl: bed.plane.kubectl, namespace: "team", ...what });
  await bed.kill();
  const { log, ready } = bed.operator([], kubeconfig);
  await ready;
  await patiently(eventsOnProjects).toContainEqual(expect.stringContaining(policy.words));
  const failures = () => log.filter(({ msg, name }) => msg === "Reconcile failed" && name === PROJECTS);
  await patiently(() => failures().length).toBe(3);
  expect(failures()[0]).toMatchObject({ level: "warn", err: { message: expect.stringContaining(policy.words) } });
  const [first = 0, , third = 0] = failures().map(({ time }) => Date.parse(time));
  expect(third - first).toBeGreaterThanOrEqual(2000);
  expect(await inUse(PROJECTS)).toBeUndefined();
  await policy.lift();
  await patiently(() => inUse(PROJECTS)).toBe("true");
});

it("Where it watches some namespaces, it leaves CRDs alone, and lets go of all there when one is deleted", async () => {
  await grant([...resourceRules, ...crdReadRules]);
  await kubectlOk(bed.plane.kubectl, ["annotate", "crd", ...CRD_NAMES, `${IN_USE}-`]);
  await bed.kill();
  await bed.operator(["--watch-namespaces", `team,${ACCOUNTS}`], kubeconfig).ready;
  await bed.apply("team", project("watched"));
  await patiently(() => bed.ready("team/registryprojects/watched")).toMatch(/^Available/);
  for (const name of CRD_NAMES) expect(await inUse(name)).toBeUndefined();
  expect(refusals()).toEqual([]);

  const before = await bed.effects();
  await kubectlOk(bed.plane.kubectl, ["delete", "crd", PROJECTS, "--wait=false"]);
  await patiently(() => bed.crd(PROJECTS)).toBeUndefined();
  expect(await bed.effects()).toEqual(before);
});
