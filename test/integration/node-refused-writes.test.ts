// Policies of a cluster's owners that refuse what the operator writes of single nodes and claims: nothing is made, erased or deleted that is
// not stored before, and all goes on when the policy is gone. In order: each test goes on from where the one before ended.
import { afterAll, beforeAll, expect, it, vi } from "vitest";
import { sharedControlPlane } from "../support/apiserver/controlplane.ts";
import { refuse, type Policy } from "../support/apiserver/policies.ts";
import { nodeManifest } from "../support/environment/cluster-members.ts";
import { itStaysClean } from "../support/environment/invariants.ts";
import { createClaimsStand, type ClaimsHome, type ClaimsStand } from "../support/environment/volume-claims.ts";

vi.setConfig({ testTimeout: 120_000, hookTimeout: 60_000 });

let stand: ClaimsStand;
let home: ClaimsHome;
let policy: Policy | undefined;

beforeAll(async () => {
  stand = await createClaimsStand("node-refused");
  await stand.operator({ flags: ["--no-leader-elect"] }).ready;
  home = await stand.claimsHome("home", { spec: { maxNodeDisruptions: 2 } });
});
afterAll(async () => {
  await policy?.lift();
  await stand[Symbol.asyncDispose]();
});

const NODES = ["managednode/reset", "managednode/leaving"];
const CLAIM = "cloudvolumeclaim/claim";
const ALL = [...NODES, CLAIM];

async function refusing(...resources: readonly string[]): Promise<string> {
  const { kubectl } = sharedControlPlane();
  policy = await refuse({ kubectl, namespace: stand.namespace, resources });
  return policy.words;
}

async function lift(): Promise<void> {
  await policy?.lift();
  policy = undefined;
}

/** An event says it: where a status may not be written, nothing else can. */
async function isTold(name: string, words: string): Promise<void> {
  const said = async (): Promise<readonly string[]> =>
    (await stand.events(name)).map(({ reason, message }) => `${reason}: ${message}`);
  await expect
    .poll(said, { timeout: 60_000 })
    .toContainEqual(expect.stringMatching(new RegExp(`^RequestRefused: .*${words}`)));
}

const WHAT = new Set(["nodes", "reset", "cloudpersistentvolumeclaims"]);

const writes = async (): Promise<readonly string[]> =>
  (await home.cloud.effects()).map(
    ({ method, path }) => `${method} ${path.split("/").findLast((part) => WHAT.has(part))}`,
  );

it("A status that may not be written: no node is bought and no claim made without its journal", async () => {
  const words = await refusing("managednodes/status", "cloudvolumeclaims/status");
  await stand.apply(
    nodeManifest(home, {}, { name: "reset" }),
    nodeManifest(home, {}, { name: "leaving" }),
    home.manifest(await home.storage(), {}, { name: "claim" }),
  );
  for (const name of ALL) await isTold(name, words);
  expect(await writes()).toEqual([]);
  await lift();
  for (const name of ALL) await stand.reaches(name, "Available");
  expect((await writes()).toSorted()).toEqual(["POST cloudpersistentvolumeclaims", "POST nodes", "POST nodes"]);
});

it("A status that may not be written: no disk is erased and no node deleted that is not said to be before", async () => {
  const before = await writes();
  const { externalId } = (await stand.read("managednode/reset"))!.status;
  const words = await refusing("managednodes/status");
  await stand.annotate("managednode/reset", { "yunfan.dev/reset": `${externalId} once` });
  await stand.remove("managednode/leaving");
  const sinceRefused = NODES.map((name) => isTold(name, words));
  await Promise.all(sinceRefused);
  expect(await writes()).toEqual(before);
  expect((await home.cloud.servers()).map(({ imaged }) => imaged)).toEqual([1, 1]);
  await lift();
  await stand.gone("managednode/leaving");
  await expect.poll(() => home.cloud.servers(), { timeout: 60_000 }).toMatchObject([{ imaged: 2 }]);
  await stand.reaches("managednode/reset", "Available");
  expect((await writes()).slice(before.length).toSorted()).toEqual(["DELETE nodes", "POST reset"]);
});

it("A finalizer that may not be taken off: both are deleted once, and go when the policy does", async () => {
  const words = await refusing("managednodes", "cloudvolumeclaims");
  const left = ["managednode/reset", CLAIM];
  const before = await writes();
  for (const name of left) await stand.remove(name);
  for (const name of left) expect((await stand.reaches(name, "RequestRefused")).message).toContain(words);
  await stand.visited("managednode/reset", 2);
  expect(await home.cloud.servers()).toEqual([]);
  await lift();
  for (const name of left) await stand.gone(name);
  expect((await writes()).slice(before.length).toSorted()).toEqual([
    "DELETE cloudpersistentvolumeclaims",
    "DELETE nodes",
  ]);
  expect(await home.volumes()).toMatchObject([{ name: "disk" }]);
});

itStaysClean(() => stand);
