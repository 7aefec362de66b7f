// Add-ons that can't be as declared: each says why and what to do, tells it once, and nothing is installed twice or removed by
// mistake.
import { afterAll, beforeAll, describe, it, vi } from "vitest";
import { expectCalm, expectToldOnce } from "../support/environment/steady-state.ts";
import {
  addonManifest,
  conditionOf,
  createMembersStand,
  type Home,
  type MembersStand,
} from "../support/environment/cluster-members.ts";
import { itStaysClean } from "../support/environment/invariants.ts";
import { expectPatience } from "../support/environment/polling.ts";

vi.setConfig({ testTimeout: 60_000, maxConcurrency: 20 });

let stand: MembersStand;

beforeAll(async () => {
  stand = await createMembersStand("addon-fail");
  await stand.operator({ flags: ["--no-leader-elect"] }).ready;
});
afterAll(() => stand[Symbol.asyncDispose]());

// Who gives a claim up wakes all that claim its template, in whatever cluster: what is shown to be calm has its template in common
// with none here that is deleted or made anew.

/** Declares the home's add-on and waits until it runs; resolves with its resource's name. */
async function running(home: Home, spec: object = {}): Promise<string> {
  await stand.apply(addonManifest(home, spec));
  await stand.reaches(`managedaddon/${home.name}`, "Available");
  return `managedaddon/${home.name}`;
}

async function count({ cloud }: Home, method: string): Promise<number> {
  const requests = await cloud.requests();
  return requests.filter((request) => request.method === method && request.path.includes("/addons")).length;
}

describe.concurrent("what the cloud does not offer", () => {
  it.for([
    {
      name: "no-template",
      spec: { template: "no-such-thing" },
      reason: "TemplateNotFound",
      says: /has no add-on template no-such-thing \(spec\.template\).*create another ManagedAddon/,
    },
    {
      name: "no-version",
      spec: { version: "9.9.9" },
      reason: "VersionNotOffered",
      says: /does not offer metrics-server 9\.9\.9 \(spec\.version\) for a cluster of .*newest first: 1\.0\.6, 1\.0\.1, 1\.0\.0$/,
    },
    {
      name: "nothing-fits",
      version: "v1.17.9",
      spec: { template: "web-terminal" },
      reason: "VersionNotOffered",
      says: /no version of web-terminal that fits a cluster of v1\.17.*Choose another template$/,
    },
  ])("is not asked for: $name", async ({ name, version, spec, reason, says }, { expect }) => {
    const home = await stand.home(name, version === undefined ? {} : { version });
    const resource = `managedaddon/${name}`;
    await stand.apply(addonManifest(home, spec));
    const { status, message } = await stand.reaches(resource, reason);
    expect(status).toBe("False");
    expect(message).toMatch(says);
    expect(conditionOf(stand.seen(resource)!, "Stalled")).toMatchObject({ status: "True", reason });
    await expectCalm(stand, resource, home.cloud);
    await expectToldOnce(expect, stand, resource, { reason });
    expect(await count(home, "POST")).toBe(0);
  });

  it("is told in all of the cloud's voices", async ({ expect }) => {
    const home = await stand.home("voices", { simulator: { addonValues: "Filled", errorStyle: "Both" } });
    await stand.apply(addonManifest(home, { template: "autoscaler", values: { custom: { tenant_id: "" } } }));
    const { message } = await stand.reaches("managedaddon/voices", "CreateFailed");
    expect(message).toContain(
      "CCE.03400001, SVCSTG.CCE-ADDONMGR.4000002: Invalid request: tenant_id value is empty or not string type",
    );
    expect(await home.cloud.addons("autoscaler")).toEqual([]);
  });

  it("can be let go of", async ({ expect }) => {
    const home = await stand.home("never-was");
    await stand.apply(addonManifest(home, { template: "never-was" }));
    await stand.reaches("managedaddon/never-was", "TemplateNotFound");
    await stand.remove("managedaddon/never-was");
    await stand.gone("managedaddon/never-was");
    expect(await home.cloud.effects()).toEqual([]);
  });

  it("leaves the add-on that runs as it is, until the spec is corrected", async ({ expect }) => {
    const home = await stand.home("misversioned");
    const resource = await running(home, { version: "1.0.1" });
    await stand.edit(resource, { spec: { version: "9.9.9" } });
    const { status, message } = await stand.reaches(resource, "VersionNotOffered");
    expect(status).toBe("False");
    expect(message).toContain("does not offer metrics-server 9.9.9 (spec.version)");
    expect(conditionOf(stand.seen(resource)!, "UpToDate")).toMatchObject({ status: "False", reason: "Differs" });
    await expectCalm(stand, resource, home.cloud);
    await expectToldOnce(expect, stand, resource, { reason: "VersionNotOffered" });
    expect(await count(home, "PUT")).toBe(0);
    await stand.edit(resource, { spec: { version: "1.0.6" } });
    await stand.reaches(resource, "Available");
    expect(await home.cloud.addons("metrics-server")).toMatchObject([{ version: "1.0.6", status: "running" }]);
  });
});

describe.concurrent("an install", () => {
  it("that fails says so and is not repeated, and what is there can be deleted", async ({ expect }) => {
    const home = await stand.home("broken");
    const resource = "managedaddon/broken";
    await home.cloud.behindOurBack("POST", "plans", { addonTemplate: "gpu-beta", failAt: "install" });
    await stand.apply(addonManifest(home, { template: "gpu-beta" }));
    const { status, message } = await stand.reaches(resource, "CreateFailed");
    expect(status).toBe("False");
    expect(message).toMatch(/is installFailed: .*timed out waiting.*nothing is installed again\. Delete this resource/);
    await expectCalm(stand, resource, home.cloud);
    await expectToldOnce(expect, stand, resource, { reason: "CreateFailed" });
    // A change of the spec does not turn a failed install into an upgrade.
    await stand.edit(resource, { spec: { values: { custom: { replicas: 2 } } } });
    await stand.reaches(resource, "CreateFailed");
    expect([await count(home, "POST"), await count(home, "PUT")]).toEqual([1, 0]);
    await stand.remove(resource);
    await stand.gone(resource);
    expect(await home.cloud.addons("gpu-beta")).toEqual([]);
  });

  it("whose answer is lost is found and adopted, not repeated", async ({ expect }) => {
    const home = await stand.home("answerless");
    await home.cloud.setFaults([{ action: "DropAfter", method: "POST", path: "/addons$" }]);
    const resource = await running(home);
    const addons = await home.cloud.addons("metrics-server");
    expect(addons.map(({ id }) => id)).toEqual([stand.seen(resource)!.status.externalId]);
    expect(stand.seen(resource)!.status).toMatchObject({ origin: "Created" });
    expect(await count(home, "POST")).toBe(1);
  });

  it("that never arrived is sent again when the settle window has shown that it came to nothing", async ({
    expect,
  }) => {
    const home = await stand.home("unsent");
    await home.cloud.setFaults([{ action: "DropBefore", method: "POST", path: "/addons$" }]);
    const resource = await running(home);
    const addons = await home.cloud.addons("metrics-server");
    expect(addons.map(({ id }) => id)).toEqual([stand.seen(resource)!.status.externalId]);
    expect(await count(home, "POST")).toBe(2);
  });
});

describe.concurrent("an upgrade", () => {
  it("that fails says so and is not repeated, until the spec changes", async ({ expect }) => {
    const home = await stand.home("downhill");
    const resource = await running(home, { version: "1.0.0" });
    await home.cloud.behindOurBack("POST", "plans", { addonTemplate: "metrics-server", failAt: "upgrade" });
    await stand.edit(resource, { spec: { version: "1.0.1" } });
    const { status, message } = await stand.reaches(resource, "AddonFailed");
    expect(status).toBe("False");
    expect(message).toMatch(/is upgradeFailed: .*timed out waiting.*Correct spec\.version or spec\.values/);
    await expectCalm(stand, resource, home.cloud);
    await expectToldOnce(expect, stand, resource, { reason: "AddonFailed" });
    expect(await count(home, "PUT")).toBe(1);
    await stand.edit(resource, { spec: { version: "1.0.6" } });
    await stand.reaches(resource, "Available");
    expect(await home.cloud.addons("metrics-server")).toMatchObject([{ version: "1.0.6", status: "running" }]);
    expect(await count(home, "PUT")).toBe(2);
  });

  it("that failed is sent once more when somebody asks for it", async ({ expect }) => {
    const home = await stand.home("uphill");
    const resource = await running(home, { version: "1.0.0" });
    await home.cloud.behindOurBack("POST", "plans", { addonTemplate: "metrics-server", failAt: "upgrade" });
    await stand.edit(resource, { spec: { version: "1.0.1" } });
    await stand.reaches(resource, "AddonFailed");
    await stand.lookAgain(resource);
    await stand.reaches(resource, "Available");
    expect(await home.cloud.addons("metrics-server")).toMatchObject([{ version: "1.0.1", status: "running" }]);
    expect(await count(home, "PUT")).toBe(2);
  });

  // Three rounds of waiting for calm and for the settle window.
  const LONG = { timeout: 90_000 };
  it(
    "that the cloud takes and does not make is not repeated either, and the resource says so",
    LONG,
    async ({ expect }) => {
      const home = await stand.home("deaf");
      const resource = await running(home, { version: "1.0.0" });
      const isUpgrade = ({ method, path }: { method: string; path: string }): boolean =>
        method === "PUT" && path.includes("/addons/");
      const { externalId } = stand.seen(resource)!.status;
      const asBefore = { version: "1.0.0", status: "running" };
      home.wire.beforeAnswer(isUpgrade, () => home.cloud.behindOurBack("PATCH", `addons/${externalId}`, asBefore));
      await stand.edit(resource, { spec: { version: "1.0.1" } });
      const { status, message } = await stand.reaches(resource, "Available");
      expect(status).toBe("True");
      expect(message).toContain("runs, but not as declared: see UpToDate");
      expect(conditionOf(stand.seen(resource)!, "UpToDate")).toMatchObject({
        status: "False",
        reason: "UpdateIgnored",
        message: expect.stringMatching(/differs in spec\.version: .*not sent again until the spec changes/),
      });
      await expectCalm(stand, resource, home.cloud);
      expect(await count(home, "PUT")).toBe(1);
      await stand.lookAgain(resource);
      expect(await count(home, "PUT")).toBe(2);
      await stand.edit(resource, { spec: { version: "1.0.6" } });
      await stand.until(resource, (shown) => conditionOf(shown, "UpToDate")?.reason === "InSync");
      expect(await home.cloud.addons("metrics-server")).toMatchObject([{ version: "1.0.6", status: "running" }]);
      expect(await count(home, "PUT")).toBe(3);
    },
  );
});

describe.concurrent("an add-on that ran", () => {
  it("and does not any more says so, is left alone, and is Ready when it runs again", async ({ expect }) => {
    const home = await stand.home("ailing");
    const resource = await running(home, { template: "storage-driver" });
    const path = `addons/${stand.seen(resource)!.status.externalId}`;
    const change = { status: "abnormal", reason: "CrashLoopBackOff", message: "one of two pods restarts" };
    await home.cloud.behindOurBack("PATCH", path, change);
    const { status, message } = await stand.reaches(resource, "AddonFailed");
    expect(status).toBe("False");
    expect(message).toMatch(
      /is abnormal: .*one of two pods restarts.*correct spec\.values, or repair it in the cluster$/,
    );
    await expectPatience(stand, { name: resource, clock: "managedcluster/ailing", cloud: home.cloud });
    await expectToldOnce(expect, stand, resource, { type: "Normal", reason: "AddonFailed" });
    await home.cloud.behindOurBack("PATCH", path, { status: "running", reason: "", message: "" });
    await stand.lookAgain(resource);
    await stand.reaches(resource, "Available");
    expect(await count(home, "PUT")).toBe(0);
  });

  it("and does so in part says so, and is Ready when all of it runs again", async ({ expect }) => {
    const home = await stand.home("partial");
    const resource = await running(home);
    const path = `addons/${stand.seen(resource)!.status.externalId}`;
    await home.cloud.behindOurBack("PATCH", path, { status: "available", message: "1 of 2 pods run" });
    const { status, message } = await stand.reaches(resource, "PartlyAvailable");
    expect(status).toBe("False");
    expect(message).toMatch(/^Some instances of add-on .* \(available: .*1 of 2 pods run\)\. Looking again/);
    await home.cloud.behindOurBack("PATCH", path, { status: "running", message: "" });
    await stand.lookAgain(resource);
    await stand.reaches(resource, "Available");
    expect(await count(home, "PUT")).toBe(0);
  });

  it("deleted behind our back is missing, and installed anew only by the annotation with its id", async ({
    expect,
  }) => {
    const home = await stand.home("lost");
    const resource = await running(home, { template: "autoscaler" });
    const { externalId } = stand.seen(resource)!.status;
    await home.cloud.behindOurBack("DELETE", `addons/${externalId}`);
    const { status, message } = await stand.reaches(resource, "ExternalResourceMissing");
    expect(status).toBe("False");
    expect(message).toContain(`annotate yunfan.dev/recreate: "${externalId}"`);
    await expectCalm(stand, resource, home.cloud);
    await expectToldOnce(expect, stand, resource, { reason: "ExternalResourceMissing" });
    expect(await count(home, "POST")).toBe(1);
    await stand.annotate(resource, { "yunfan.dev/recreate": externalId! });
    await stand.reaches(resource, "Available");
    const addons = await home.cloud.addons("autoscaler");
    expect(addons.map(({ id }) => id)).toEqual([stand.seen(resource)!.status.externalId]);
    expect(addons[0]!.id).not.toBe(externalId);
  });

  it("that an empty list hides is neither missed nor installed anew, and neither is one that is new", async ({
    expect,
  }) => {
    const home = await stand.home("hidden");
    const resource = await running(home);
    await home.cloud.setFaults([{ action: "EmptyList", path: "/addons$", times: 0 }]);
    // Lists from before would be good enough for some seconds.
    await stand.lookAgain(resource);
    await stand.edit(resource, { spec: { values: { custom: { replicas: 2 } } } });
    await stand.apply(addonManifest(home, { template: "gpu-beta" }, { name: "newcomer" }));
    for (const name of [resource, "managedaddon/newcomer"]) {
      const { status, message } = await stand.reaches(name, "ObservationNotTrusted");
      expect(status).toBe("False");
      expect(message).toMatch(
        /^What the cloud listed can't be right: .*Nothing is written until it is; looking again$/,
      );
    }
    await expectCalm(stand, resource, home.cloud);
    await expectToldOnce(expect, stand, resource, { type: "Normal", reason: "ObservationNotTrusted" });
    expect(await home.cloud.effects()).toHaveLength(1);

    await home.cloud.setFaults([]);
    await stand.reaches(resource, "Available");
    await stand.reaches("managedaddon/newcomer", "Available");
    expect(await home.cloud.addons("metrics-server")).toMatchObject([{ values: { custom: { replicas: 2 } } }]);
    expect(await home.cloud.addons("gpu-beta")).toHaveLength(1);
  });
});

itStaysClean(() => stand);
