// Deleting a namespace, with the real namespace controller: what is in the clouds is held until somebody says what shall become
// of it, by the namespace's annotation or the operator's flag.
import { afterAll, beforeAll, describe, expect, it, vi } from "vitest";
import { NAMESPACE_ANNOTATION } from "../../src/controllers/lifecycle/deletion-intent.ts";
import { kubectlOk } from "../support/apiserver/controlplane.ts";
import { projectManifest } from "../support/environment/manifests.ts";
import {
  accounts,
  ACCOUNTS,
  createSafetyBed,
  everything,
  RESOURCES,
  type SafetyBed,
} from "../support/environment/safety-bed.ts";

vi.setConfig({ testTimeout: 240_000 });

const TEAMS = ["held", "emptied", "mistyped", "paused", "flagged"];
const HELD =
  /^DeletionHeld: Namespace held is being deleted\. .*kubectl annotate --overwrite namespace held yunfan\.dev\/on-namespace-deletion=Orphan\. .*Delete.*force-orphan: "/;

let bed: SafetyBed;

beforeAll(async () => {
  bed = await createSafetyBed();
  await bed.operator().ready;
  await bed.apply(ACCOUNTS, ...accounts(bed, TEAMS));
}, 120_000);
afterAll(() => bed[Symbol.asyncDispose]());

const patiently = <T>(value: () => T) => expect.poll(value, { timeout: 90_000, interval: 100 });

/** The resources of a team, in the clouds under its name; resolves when they are there. */
async function settle(team: string, ...manifests: readonly object[]): Promise<void> {
  await bed.apply(team, ...manifests);
  const names = manifests.length === RESOURCES.length ? RESOURCES : ["registryprojects/shop"];
  for (const name of names) await patiently(() => bed.ready(`${team}/${name}`)).toMatch(/^Available/);
}

async function deleteNamespace(team: string): Promise<void> {
  await kubectlOk(bed.plane.kubectl, ["delete", "namespace", team, "--wait=false"]);
}

async function say(team: string, wish: string): Promise<void> {
  const annotation = `${NAMESPACE_ANNOTATION}=${wish}`;
  await kubectlOk(bed.plane.kubectl, ["annotate", "--overwrite", "namespace", team, annotation]);
}

/** How many of its resources the present operator has visited. */
function visited(team: string): number {
  const visits = bed.operators.at(-1)!.log.filter(({ msg, namespace }) => msg === "Reconciled" && namespace === team);
  return new Set(visits.map(({ controller, name }) => `${String(controller)}/${String(name)}`)).size;
}

const inRegistry = async (name: string): Promise<boolean> =>
  (await bed.ctyun.projects()).some((project) => project.name === name);

const project = (team: string, metadata: object = {}): object =>
  projectManifest("shop", { accountRef: { name: "ctyun", namespace: ACCOUNTS }, cloudName: team }, metadata);

describe("A namespace that is being deleted", () => {
  it("holds every kind, with what to do, and nothing is written to the clouds; Orphan lets it go with all left there", async () => {
    await settle("held", ...everything({ cloudName: "held" }));
    await bed.apply("held", ...accounts(bed));
    await patiently(() => bed.ready("held/cloudaccounts/ctyun")).toMatch(/^Verified/);
    const before = await bed.effects();
    await deleteNamespace("held");
    for (const name of RESOURCES) {
      await patiently(() => bed.ready(`held/${name}`)).toMatch(HELD);
      const { status } = (await bed.read(`held/${name}`))!;
      expect(status.conditions?.map(({ type }) => type)).toContain("Stalled");
    }
    // An account stands for nothing in a cloud.
    await patiently(() => bed.read("held/cloudaccounts/ctyun")).toBeUndefined();
    await bed.kill();
    await bed.operator().ready;
    await patiently(() => visited("held")).toBe(RESOURCES.length);
    expect(await bed.effects()).toEqual(before);

    await say("held", "Orphan");
    await patiently(() => bed.hasNamespace("held")).toBe(false);
    expect(await bed.effects()).toEqual(before);
    expect(await inRegistry("held")).toBe(true);
    expect(await bed.huawei.clusters("held")).toMatchObject([{ phase: "Available" }]);
  });

  it("is emptied in the clouds too where its annotation says Delete and the account lies elsewhere", async () => {
    await settle("emptied", ...everything({ cloudName: "emptied" }));
    await say("emptied", "Delete");
    await deleteNamespace("emptied");
    await patiently(() => bed.hasNamespace("emptied")).toBe(false);
    expect(await inRegistry("emptied")).toBe(false);
    expect(await bed.huawei.clusters("emptied")).toEqual([]);
  });

  it("holds at a word that is none, and names it; force-orphan lets go of one resource", async () => {
    await settle("mistyped", project("mistyped"));
    await say("mistyped", "delete");
    await deleteNamespace("mistyped");
    const resource = "mistyped/registryprojects/shop";
    await patiently(() => bed.ready(resource)).toMatch(
      /^DeletionHeld: .*the value "delete" of its annotation yunfan\.dev\/on-namespace-deletion is unknown/,
    );
    const { externalId } = (await bed.read(resource))!.status;
    const orphan = `yunfan.dev/force-orphan=${externalId}`;
    await kubectlOk(bed.plane.kubectl, ["annotate", "-n", "mistyped", "registryproject/shop", orphan]);
    await patiently(() => bed.hasNamespace("mistyped")).toBe(false);
    expect(await inRegistry("mistyped")).toBe(true);
  });

  it("waits for what is paused, whatever its annotation says", async () => {
    await settle("paused", project("paused"));
    await kubectlOk(bed.plane.kubectl, ["annotate", "-n", "paused", "registryproject/shop", "yunfan.dev/paused=true"]);
    await say("paused", "Orphan");
    await deleteNamespace("paused");
    const isPaused = async () =>
      (await bed.read("paused/registryprojects/shop"))?.status.conditions?.some(({ type }) => type === "Paused");
    await patiently(
      async () => (await bed.read("paused/registryprojects/shop"))?.metadata.deletionTimestamp,
    ).toBeDefined();
    await patiently(isPaused).toBe(true);
    await kubectlOk(bed.plane.kubectl, ["annotate", "-n", "paused", "registryproject/shop", "yunfan.dev/paused-"]);
    await patiently(() => bed.hasNamespace("paused")).toBe(false);
    expect(await inRegistry("paused")).toBe(true);
  });

  it("is let go where the operator's flag says Orphan and nothing is annotated", async () => {
    await settle("flagged", project("flagged"));
    await deleteNamespace("flagged");
    await patiently(() => bed.ready("flagged/registryprojects/shop")).toMatch(/^DeletionHeld/);
    await bed.kill();
    await bed.operator(["--on-namespace-deletion", "Orphan"]).ready;
    await patiently(() => bed.hasNamespace("flagged")).toBe(false);
    expect(await inRegistry("flagged")).toBe(true);
  });
});
