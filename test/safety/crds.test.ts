// Deleting our CRDs, an uninstall gone wrong: refused while they are in use, and where they go all the same the clouds keep
// everything, through kills of the operator as well. In order: each test goes on from where the one before ended.
import { afterAll, beforeAll, expect, it, vi } from "vitest";
import { IN_USE } from "../../src/controllers/crdguard/plan.ts";
import {
  accounts,
  ACCOUNTS,
  CRD_NAMES,
  createSafetyBed,
  everything,
  RESOURCES,
  type SafetyBed,
} from "../support/environment/safety-bed.ts";
import { kubectlOk } from "../support/apiserver/controlplane.ts";

vi.setConfig({ testTimeout: 180_000 });

const LEFT = "Released, and left in the cloud";
const PROJECTS = "registryprojects.yunfan.dev";

let bed: SafetyBed;
/** By plural/name, in the cloud. */
const ids: Record<string, string | undefined> = {};

beforeAll(async () => {
  bed = await createSafetyBed();
  await bed.install("policies.yaml");
  await bed.operator().ready;
}, 120_000);
afterAll(() => bed[Symbol.asyncDispose]());

const inUse = async (name: string): Promise<string | undefined> =>
  (await bed.crd(name))?.metadata.annotations?.[IN_USE];
const patiently = <T>(value: () => T) => expect.poll(value, { timeout: 60_000, interval: 100 });
const kubectl = (...args: readonly string[]) => bed.plane.kubectl(args);

async function allAvailable(): Promise<void> {
  for (const name of RESOURCES) await patiently(() => bed.ready(`team/${name}`)).toMatch(/^Available/);
}

async function allCrdsGone(): Promise<void> {
  for (const name of CRD_NAMES) await patiently(() => bed.crd(name)).toBeUndefined();
}

it("A CRD is annotated as in use from the first of its resources on, and not before", async () => {
  for (const name of CRD_NAMES) expect(await inUse(name)).toBeUndefined();
  await bed.apply(ACCOUNTS, ...accounts(bed, ["team"]));
  await patiently(() => inUse("cloudaccounts.yunfan.dev")).toBe("true");
  expect(await inUse(PROJECTS)).toBeUndefined();
  await bed.apply("team", ...everything());
  for (const name of CRD_NAMES) await patiently(() => inUse(name)).toBe("true");
  await allAvailable();
  for (const name of RESOURCES) ids[name] = (await bed.read(`team/${name}`))?.status.externalId;
});

it("The annotation comes back when somebody takes it off, and nothing is written where it stands", async () => {
  const before = await bed.crd("nodepools.yunfan.dev");
  await kubectlOk(bed.plane.kubectl, ["annotate", "crd", PROJECTS, `${IN_USE}-`]);
  await patiently(() => inUse(PROJECTS)).toBe("true");
  await bed.install("crds");
  expect(await inUse(PROJECTS)).toBe("true");
  await bed.kill();
  await bed.operator().ready;
  await kubectlOk(bed.plane.kubectl, ["annotate", "crd", PROJECTS, `${IN_USE}-`]);
  await patiently(() => inUse(PROJECTS)).toBe("true");
  expect((await bed.crd("nodepools.yunfan.dev"))?.metadata.resourceVersion).toBe(before?.metadata.resourceVersion);
});

it("The API server refuses to delete a CRD in use, and says what to do", async () => {
  const { code, stderr } = await kubectl("delete", "crd", PROJECTS, "--wait=false");
  expect(code).not.toBe(0);
  expect(stderr).toContain("(Forbidden)");
  expect(stderr).toContain(
    "it is in use: delete its resources first (kubectl get registryprojects.yunfan.dev -A lists them). To delete it all the " +
      "same, and to leave in the clouds whatever its resources stand for, run before: " +
      "kubectl annotate --overwrite crd registryprojects.yunfan.dev yunfan.dev/in-use=false",
  );
  const all = await kubectl("delete", "-f", "manifests/crds", "--wait=false");
  for (const name of CRD_NAMES) {
    expect(all.stderr).toContain(`"${name}" is forbidden`);
    expect(await bed.crd(name)).toMatchObject({ metadata: { annotations: { [IN_USE]: "true" } } });
    expect((await bed.crd(name))?.metadata.deletionTimestamp).toBeUndefined();
  }
});

it("The API server refuses it also to who deletes the whole collection", async () => {
  const collection = "/apis/apiextensions.k8s.io/v1/customresourcedefinitions";
  const { code, stderr } = await kubectl("delete", "--raw", `${collection}?fieldSelector=metadata.name%3D${PROJECTS}`);
  expect(code).not.toBe(0);
  expect(stderr).toContain("it is in use");
  expect((await bed.crd(PROJECTS))?.metadata.deletionTimestamp).toBeUndefined();
});

it("The annotation goes with the last resource of the kind, after which the CRD may be deleted", async () => {
  await kubectlOk(bed.plane.kubectl, ["delete", "managedaddon/metrics-server", "-n", "team"]);
  await patiently(() => inUse("managedaddons.yunfan.dev")).toBeUndefined();
  expect(await kubectl("delete", "crd", "managedaddons.yunfan.dev")).toMatchObject({ code: 0 });
  await bed.install("crds");
  await bed.apply("team", ...everything());
  await patiently(() => inUse("managedaddons.yunfan.dev")).toBe("true");
  await allAvailable();
  ids["managedaddons/metrics-server"] = (await bed.read("team/managedaddons/metrics-server"))?.status.externalId;
});

it("CRDs that an administrator lets go take nothing along in the clouds", async () => {
  const before = await bed.effects();
  await kubectlOk(bed.plane.kubectl, ["annotate", "--overwrite", "crd", ...CRD_NAMES, `${IN_USE}=false`]);
  await kubectlOk(bed.plane.kubectl, ["delete", "crd", ...CRD_NAMES, "--wait=false"]);
  await allCrdsGone();
  expect(await bed.effects()).toEqual(before);
  const left = bed.operators.at(-1)!.log.filter(({ msg }) => msg === LEFT);
  const told = left.map(({ externalId }) => externalId);
  expect(told).toHaveLength(RESOURCES.length);
  expect(new Set(told)).toEqual(new Set(Object.values(ids)));
  expect(left[0]).toMatchObject({
    level: "info",
    why: expect.stringMatching(/^CustomResourceDefinition .* is being deleted$/),
  });
  await patiently(async () => (await kubectl("get", "events", "-n", "team")).stdout).toContain(`takes it over again`);
});

it("Reinstalled, the same YAML with externalId writes nothing to the clouds and is Ready", async () => {
  const before = await bed.effects();
  await bed.install("crds");
  await bed.apply(ACCOUNTS, ...accounts(bed, ["team"]));
  await bed.apply("team", ...everything({ ids }));
  for (const name of RESOURCES) await patiently(() => bed.ready(`team/${name}`)).toMatch(/^Available/);
  for (const name of CRD_NAMES) await patiently(() => inUse(name)).toBe("true");
  expect(await bed.effects()).toEqual(before);
  for (const name of RESOURCES) expect((await bed.read(`team/${name}`))?.status.externalId).toBe(ids[name]);
});

it("CRDs that go by themselves wait neither for an account's users nor for a cluster's members", async () => {
  await kubectlOk(bed.plane.kubectl, ["delete", "-f", "manifests/policies.yaml"]);
  // The API server takes a moment until it does not ask the policy any more.
  const tried = async () => (await kubectl("delete", "crd", PROJECTS, "--dry-run=server")).code;
  await patiently(tried).toBe(0);
  const before = await bed.effects();
  const some = ["cloudaccounts.yunfan.dev", "managedclusters.yunfan.dev"];
  await kubectlOk(bed.plane.kubectl, ["delete", "crd", ...some, "--wait=false"]);
  for (const name of some) await patiently(() => bed.crd(name)).toBeUndefined();
  expect(await standing()).toHaveLength(CRD_NAMES.length - some.length);
  expect(await bed.read("team/nodepools/workers")).toBeDefined();
  await bed.install("crds");
  await bed.apply(ACCOUNTS, ...accounts(bed, ["team"]));
  await bed.apply("team", ...everything({ ids }));
  for (const name of RESOURCES) await patiently(() => bed.ready(`team/${name}`)).toMatch(/^Available/);
  expect(await bed.effects()).toEqual(before);
});

it("An operator that is killed over and over while the CRDs go deletes nothing in the clouds", async () => {
  // What Yunfan made it would delete; what it adopted it leaves in any case.
  for (const kind of [
    "registryproject/shop",
    "managedcluster/production",
    "nodepool/workers",
    "managedaddon/metrics-server",
  ]) {
    await kubectlOk(bed.plane.kubectl, [
      "patch",
      kind,
      "-n",
      "team",
      "--type=merge",
      "-p",
      '{"spec":{"deletionPolicy":"Delete"}}',
    ]);
  }
  await bed.kill();
  const before = await bed.effects();
  await kubectlOk(bed.plane.kubectl, ["delete", "crd", ...CRD_NAMES, "--wait=false"]);
  let kills = 0;
  while ((await standing()).length > 0) {
    const { log } = bed.operator();
    const isOn = async () => log.some(({ msg }) => msg === LEFT) || (await standing()).length === 0;
    await patiently(isOn).toBe(true);
    await bed.kill();
    kills += 1;
  }
  expect(kills).toBeGreaterThan(1);
  expect(await bed.effects()).toEqual(before);
  expect(await bed.ctyun.projects()).toHaveLength(1);
  expect(await bed.huawei.clusters()).toMatchObject([{ phase: "Available" }]);
});

async function standing(): Promise<readonly string[]> {
  const found = await Promise.all(CRD_NAMES.map((name) => bed.crd(name)));
  return found.flatMap((crd) => (crd ? [crd.metadata.name] : []));
}
