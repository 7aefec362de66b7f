// CloudVolumeClaims on CCE while what the cluster lists is wrong: nothing is made, deleted or missed by it. Real API server, which is the
// cluster's too, real operator, real HTTP to the simulator, whose gateway leads into the cluster.
import { afterAll, beforeAll, describe, it, vi } from "vitest";
import { itStaysClean } from "../support/environment/invariants.ts";
import { createClaimsStand, type ClaimsHome, type ClaimsStand } from "../support/environment/volume-claims.ts";

vi.setConfig({ testTimeout: 90_000, hookTimeout: 60_000, maxConcurrency: 20 });

let stand: ClaimsStand;

beforeAll(async () => {
  stand = await createClaimsStand("claim-doubts");
  await stand.operator({ flags: ["--no-leader-elect"] }).ready;
});
afterAll(() => stand[Symbol.asyncDispose]());

const CLAIMS = "/persistentvolumeclaims$";

/** A cluster that is entered by its cloud's gateway alone, with a claim that is Available. */
async function homeWithClaim(name: string, spec: object = {}): Promise<{ home: ClaimsHome; volumeId: string }> {
  const home = await stand.claimsHome(name, { spec: { manifests: { route: "Gateway" } } });
  const volumeId = await home.storage();
  await stand.apply(home.manifest(volumeId, spec));
  await stand.reaches(`cloudvolumeclaim/${name}`, "Available");
  return { home, volumeId };
}

async function struck({ cloud }: ClaimsHome): Promise<number> {
  return (await cloud.requests()).filter(({ fault }) => fault !== null).length;
}

describe.concurrent("a list of claims that is wrong", () => {
  it.for([
    { name: "emptied", fault: { action: "EmptyList" } },
    // As it was before any of this test was made.
    { name: "stale", fault: { action: "StaleList", ms: 600_000 } },
  ] as const)("because it is $name has none made anew, missed or deleted, and is said", async (one, { expect }) => {
    const { name, fault } = one;
    const { home } = await homeWithClaim(name);
    const { uid } = (await home.claim(name))!.metadata;
    await home.cloud.setFaults([{ ...fault, path: CLAIMS, times: 0 }]);
    await stand.lookAgain(`cloudvolumeclaim/${name}`);
    await stand.reaches(`cloudvolumeclaim/${name}`, "ObservationNotTrusted");
    await stand.apply(home.manifest(await home.storage("second"), {}, { name: `${name}-second` }));
    await stand.reaches(`cloudvolumeclaim/${name}-second`, "ObservationNotTrusted");
    expect(await home.writes()).toEqual(["POST"]);
    await home.cloud.setFaults([]);
    for (const claim of [name, `${name}-second`]) await stand.reaches(`cloudvolumeclaim/${claim}`, "Available");
    expect((await home.claim(name))!.metadata.uid).toBe(uid);
    expect(await home.writes()).toEqual(["POST", "POST"]);
  });

  it("lets the resource of one go with its claim, and of the other leave somebody else's", async ({ expect }) => {
    const { home } = await homeWithClaim("leaving");
    await home.theirs("other");
    await home.cloud.setFaults([{ action: "EmptyList", path: CLAIMS, times: 0 }]);
    await stand.remove("cloudvolumeclaim/leaving");
    await stand.gone("cloudvolumeclaim/leaving");
    expect(await home.claims()).toMatchObject([{ metadata: { name: "other" } }]);
    expect(await home.writes()).toEqual(["POST", "DELETE"]);
  });

  it("does not show that one is missing that is to be adopted by its uid alone", async ({ expect }) => {
    const { home } = await homeWithClaim("known");
    const { externalId } = (await stand.read("cloudvolumeclaim/known"))!.status;
    await stand.annotate("cloudvolumeclaim/known", { "yunfan.dev/force-orphan": externalId! });
    await stand.remove("cloudvolumeclaim/known");
    await stand.gone("cloudvolumeclaim/known");
    await home.cloud.setFaults([{ action: "EmptyList", path: CLAIMS, times: 2 }]);
    // A list from a moment before, which is right, would do.
    const annotations = { "yunfan.dev/reconcile-at": "now" };
    await stand.apply(home.manifest(undefined, { externalId }, { name: "adopted", annotations }));
    await stand.reaches("cloudvolumeclaim/adopted", "Available");
    const reasons = stand.versions("cloudvolumeclaim/adopted").flatMap(({ status }) => status.conditions ?? []);
    expect(reasons.map(({ reason }) => reason)).not.toContain("ExternalResourceMissing");
    expect(await struck(home)).toBe(2);
    expect(await home.writes()).toEqual(["POST"]);
  });
});

describe.concurrent("a list of pods that is empty by mistake", () => {
  it("has no claim deleted that a pod uses, and its storage stays", async ({ expect }) => {
    const { home, volumeId } = await homeWithClaim("used", { contentsOnDelete: "Delete" });
    await home.pod("reader", "used");
    await stand.annotate("cloudvolumeclaim/used", { "yunfan.dev/erase": volumeId });
    await home.cloud.setFaults([{ action: "EmptyList", path: "/pods$", times: 1 }]);
    await stand.remove("cloudvolumeclaim/used");
    expect((await stand.reaches("cloudvolumeclaim/used", "ClaimInUse")).message).toContain("Pod reader");
    expect(await struck(home)).toBe(1);
    expect(await home.writes()).toEqual(["POST"]);
    expect((await home.claim("used"))!.metadata.deletionTimestamp).toBeUndefined();
    await home.colleague("delete", "pod", "reader", "--grace-period=0", "--force");
    await stand.gone("cloudvolumeclaim/used");
    expect(await home.writes()).toEqual(["POST", "DELETE"]);
  });
});

it("A claim that is of other storage than is named has none erased", async ({ expect }) => {
  const { home, volumeId } = await homeWithClaim("misnamed");
  const other = await home.storage("another");
  const { externalId } = (await stand.read("cloudvolumeclaim/misnamed"))!.status;
  await stand.annotate("cloudvolumeclaim/misnamed", { "yunfan.dev/force-orphan": externalId! });
  await stand.remove("cloudvolumeclaim/misnamed");
  await stand.gone("cloudvolumeclaim/misnamed");
  const spec = { externalId, contentsOnDelete: "Delete", deletionPolicy: "Delete" };
  const annotations = { "yunfan.dev/erase": other };
  await stand.apply(home.manifest(other, spec, { name: "adopter", annotations }));
  await stand.reaches("cloudvolumeclaim/adopter", "Available");
  await stand.remove("cloudvolumeclaim/adopter");
  expect((await stand.reaches("cloudvolumeclaim/adopter", "Rejected")).message).toContain(volumeId);
  expect((await home.volumes()).map(({ id }) => id).toSorted()).toEqual([volumeId, other].toSorted());
  await stand.edit("cloudvolumeclaim/adopter", { spec: { contentsOnDelete: "Retain" } });
  await stand.gone("cloudvolumeclaim/adopter");
  expect((await home.volumes()).map(({ id }) => id).toSorted()).toEqual([volumeId, other].toSorted());
  expect(await home.writes()).toEqual(["POST", "DELETE"]);
});

itStaysClean(() => stand);
