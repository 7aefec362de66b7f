// A ManagedAddon from kubectl apply to kubectl delete: real API server, real operator, real HTTP to the simulator of CCE.
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
import { visitsTo } from "../support/environment/polling.ts";

vi.setConfig({ testTimeout: 60_000, maxConcurrency: 20 });

let stand: MembersStand;

beforeAll(async () => {
  stand = await createMembersStand("addon-life");
  await stand.operator({ flags: ["--no-leader-elect"] }).ready;
});
afterAll(() => stand[Symbol.asyncDispose]());

/** Declares the home's add-on and waits until it runs; resolves with its resource's name. */
async function running(home: Home, spec: object = {}): Promise<string> {
  await stand.apply(addonManifest(home, spec));
  await stand.reaches(`managedaddon/${home.name}`, "Available");
  return `managedaddon/${home.name}`;
}

/** What was sent with that method, oldest first. */
function sent({ wire }: Home, method: "POST" | "PUT"): unknown[] {
  const requests = wire.exchanges.filter((exchange) => exchange.method === method && exchange.path.includes("/addons"));
  return requests.map(({ body }) => (body as { spec: unknown }).spec);
}

describe.concurrent("a ManagedAddon", () => {
  it("becomes exactly one add-on, of the newest version that fits, which kubectl shows Ready", async ({ expect }) => {
    const home = await stand.home("newest");
    const values = { custom: { replicas: 2 } };
    await stand.apply(addonManifest(home, { values }));
    const waited = await stand.kubectl(["wait", "managedaddon/newest", "--for=condition=Ready", "--timeout=40s"]);
    expect(waited).toMatchObject({ code: 0 });
    const { status } = (await stand.read("managedaddon/newest"))!;
    const addons = await home.cloud.addons("metrics-server");
    expect(addons).toMatchObject([{ version: "1.0.6", status: "running", values }]);
    expect(status).toMatchObject({
      externalId: addons[0]!.id,
      origin: "Created",
      cloudName: "metrics-server",
      cloudPhase: "running",
      version: "1.0.6",
    });
    expect(status.operation).toBeUndefined();
    const says = Object.fromEntries((status.conditions ?? []).map(({ type, reason }) => [type, reason]));
    expect(says).toEqual({ Ready: "Available", UpToDate: "InSync" });
    const { stdout } = await stand.kubectl(["get", "managedaddons.yunfan.dev"]);
    expect(stdout).toMatch(/^newest +newest +metrics-server +1\.0\.6 .*True +Available /m);
    expect(await home.cloud.effects()).toMatchObject([{ method: "POST" }]);
  });

  it("is of the newest version that fits an older cluster", async ({ expect }) => {
    const home = await stand.home("older", { version: "v1.13.10" });
    const resource = await running(home);
    expect(stand.seen(resource)!.status).toMatchObject({ version: "1.0.1" });
    expect(await home.cloud.addons("metrics-server")).toMatchObject([{ version: "1.0.1" }]);
  });

  it("is neither written to the cloud nor to its status when the same manifest is applied again", async ({
    expect,
  }) => {
    const home = await stand.home("steady");
    const manifest = addonManifest(home, { version: "1.0.1", values: { custom: { tolerations: [{ key: "any" }] } } });
    await stand.apply(manifest);
    await stand.reaches("managedaddon/steady", "Available");
    const before = await stand.read("managedaddon/steady");
    await stand.apply(manifest);
    await stand.visited("managedaddon/steady", 2);
    expect(await stand.read("managedaddon/steady")).toEqual(before);
    expect(await home.cloud.effects()).toMatchObject([{ method: "POST" }]);
  });

  it("has the version that is declared, and is upgraded by a change of it, not by itself", async ({ expect }) => {
    const home = await stand.home("versioned");
    const resource = await running(home, { version: "1.0.0", values: { custom: { replicas: 2 } } });
    const { externalId } = stand.seen(resource)!.status;
    expect(stand.seen(resource)!.status).toMatchObject({ version: "1.0.0" });
    await stand.edit(resource, { spec: { version: "1.0.6" } });
    await stand.reaches(resource, "Available");
    expect(stand.seen(resource)!.status).toMatchObject({ externalId, version: "1.0.6" });
    expect(await home.cloud.addons("metrics-server")).toMatchObject([
      { id: externalId, version: "1.0.6", status: "running", values: { custom: { replicas: 2 } } },
    ]);
    expect(sent(home, "PUT")).toMatchObject([{ version: "1.0.6", values: { custom: { replicas: 2 } } }]);
    const reasons = stand.versions(resource).map((version) => conditionOf(version, "Ready")?.reason);
    expect(reasons).toEqual(expect.arrayContaining(["Installing", "Upgrading", "Available"]));
    await stand.edit(resource, { spec: { version: null } });
    await stand.reaches(resource, "Available");
    expect(sent(home, "PUT")).toHaveLength(1);
  });

  it("has its values put over those that the cloud has, and healed where others change them", async ({ expect }) => {
    const home = await stand.home("valued");
    const resource = await running(home, { values: { custom: { replicas: 2 } } });
    const { externalId } = stand.seen(resource)!.status;
    const theirs = { basic: { registry: "theirs" }, custom: { replicas: 5, level: "debug" } };
    await home.cloud.behindOurBack("PATCH", `addons/${externalId}`, { values: theirs });
    const values = async (): Promise<unknown> => (await home.cloud.addons("metrics-server"))[0]!.values;
    const merged = { basic: { registry: "theirs" }, custom: { replicas: 2, level: "debug" } };
    await expect.poll(values, { timeout: 20_000 }).toEqual(merged);
    await stand.reaches(resource, "Available");

    await stand.edit(resource, { spec: { values: { custom: { level: "info" } } } });
    await stand.reaches(resource, "Available");
    expect(await values()).toEqual({ basic: { registry: "theirs" }, custom: { replicas: 2, level: "info" } });
    expect(sent(home, "PUT")).toMatchObject([{ version: "1.0.6" }, { version: "1.0.6" }]);
  });

  it("has whole numbers of 64 bits as they were written, and keeps those that the cloud shows", async ({ expect }) => {
    const home = await stand.home("numerous");
    const resource = await running(home);
    const raw = async (): Promise<string> => (await fetch(new URL("/_simulator/state", home.cloud.url))).text();
    const wish = '{"custom": {"tenant": 9007199254740993, "licences": [18446744073709, -9223372036854775807]}}';
    const patch = `{"spec": {"values": ${wish}}}`;
    const patched = await stand.kubectl(["patch", "managedaddon.yunfan.dev/numerous", "--type=merge", "-p", patch]);
    expect(patched).toMatchObject({ code: 0 });
    const declared = '"licences":[18446744073709,-9223372036854775807],"tenant":9007199254740993';
    await expect.poll(raw, { timeout: 20_000 }).toContain(declared);
    // Of this generation: what a colleague writes while our change is under way would read as a change that the cloud ignored.
    await stand.reaches(resource, "Available");
    await stand.until(resource, (shown) => conditionOf(shown, "UpToDate")?.reason === "InSync");

    const theirs = '{"values": {"custom": {"tenant": 9007199254740992, "theirs": 9223372036854775807}}}';
    const { externalId } = stand.seen(resource)!.status;
    const edited = await fetch(new URL(`/_simulator/addons/${externalId}`, home.cloud.url), {
      method: "PATCH",
      headers: { "content-type": "application/json" },
      body: theirs,
    });
    expect(edited.status).toBe(200);
    await expect.poll(raw, { timeout: 20_000 }).toContain('"theirs":9223372036854775807');
    await expect.poll(raw, { timeout: 20_000 }).toContain('"tenant":9007199254740993');
    expect(await raw()).toContain('"theirs":9223372036854775807');
    const told = async (): Promise<string> => JSON.stringify(await stand.events(resource));
    await expect.poll(told, { timeout: 20_000 }).toContain("tenant from 9007199254740992 to 9007199254740993");
  });

  it.for(["autoscaler", "web-terminal", "metrics-server", "gpu-beta"])(
    "is installed with all that its template names, and what is declared over it: %s",
    async (template, { expect }) => {
      const home = await stand.home(`named-${template}`, { version: "v1.15", simulator: { addonValues: "Filled" } });
      await running(home, { template, values: { custom: { ours: "set" } } });
      const [{ values } = {}] = sent(home, "POST") as { values?: object }[];
      expect(values).toMatchObject({ basic: { swr_user: "hwofficial" }, custom: { ours: "set" } });
      const [addon] = await home.cloud.addons(template);
      expect(addon?.values).toEqual(values);
    },
  );

  it("is gone from both when it is deleted", async ({ expect }) => {
    const home = await stand.home("leaving");
    await running(home);
    const deleted = await stand.kubectl(["delete", "managedaddon/leaving", "--timeout=40s"]);
    expect(deleted).toMatchObject({ code: 0 });
    expect(await home.cloud.addons("metrics-server")).toEqual([]);
    expect((await home.cloud.requests()).filter(({ method }) => method === "DELETE")).toHaveLength(1);
  });

  it("is gone from both when it is deleted while it is being installed", async ({ expect }) => {
    const home = await stand.home("hasty", { simulator: { speed: 20 } });
    await stand.apply(addonManifest(home));
    await stand.until("managedaddon/hasty", ({ status }) => status.externalId !== undefined);
    expect(await home.cloud.addons("metrics-server")).toMatchObject([{ status: "installing" }]);
    await stand.remove("managedaddon/hasty");
    await stand.gone("managedaddon/hasty");
    expect(await home.cloud.addons("metrics-server")).toEqual([]);
  });

  it("is made by the first of two resources with one template, and by the second when the first is gone", async ({
    expect,
  }) => {
    const home = await stand.home("rivals");
    const resource = await running(home, { template: "autoscaler" });
    await stand.apply(addonManifest(home, { template: "autoscaler" }, { name: "second" }));
    const { status, message } = await stand.reaches("managedaddon/second", "NameConflict");
    expect(status).toBe("False");
    expect(message).toContain(`ManagedAddon ${stand.namespace}/rivals claims the same add-on and came first`);
    await expectCalm(stand, "managedaddon/second", home.cloud);
    await expectToldOnce(expect, stand, "managedaddon/second", { reason: "NameConflict" });
    await stand.remove(resource);
    await stand.gone(resource);
    await stand.reaches("managedaddon/second", "Available");
    expect(await home.cloud.addons("autoscaler")).toHaveLength(1);
    expect(sent(home, "POST")).toHaveLength(2);
  });

  it("that goes wakes who waits for its template in its cluster, and nobody in another", async ({ expect }) => {
    const asleep = { template: "autoscaler", driftIntervalSeconds: 86_400 };
    const [home, elsewhere] = await Promise.all([stand.home("crowded"), stand.home("elsewhere")]);
    const [first, bystander] = await Promise.all([running(home, asleep), running(elsewhere, asleep)]);
    await stand.apply(addonManifest(home, asleep, { name: "waiting" }));
    await stand.reaches("managedaddon/waiting", "NameConflict");
    await stand.lookAgain(bystander);
    const sinceMs = Date.now();
    await stand.remove(first);
    await stand.reaches("managedaddon/waiting", "Available");
    const beforeMs = Date.now();
    // Visits to one resource follow each other: what came before this one has ended, and been logged.
    await stand.lookAgain(bystander);
    expect(visitsTo(stand, bystander, { sinceMs, beforeMs })).toBe(0);
  });
});

describe.concurrent("an add-on that was there before", () => {
  it("is adopted, changed as declared, and left at the end", async ({ expect }) => {
    const home = await stand.home("adopted");
    const [coredns] = await home.cloud.addons("coredns");
    const resource = await running(home, { template: "coredns", values: { parameters: { stub: "10.0.0.2" } } });
    expect(stand.seen(resource)!.status).toMatchObject({
      externalId: coredns!.id,
      origin: "Adopted",
      version: coredns!.version,
    });
    expect(await home.cloud.addons("coredns")).toMatchObject([
      { id: coredns!.id, values: { parameters: { stub: "10.0.0.2" } }, status: "running" },
    ]);
    expect((await home.cloud.effects()).map(({ method }) => method)).toEqual(["PUT"]);
    await stand.remove(resource);
    await stand.gone(resource);
    expect(await home.cloud.addons("coredns")).toMatchObject([{ id: coredns!.id, status: "running" }]);
    expect(await home.cloud.effects()).toHaveLength(1);
  });

  it("is removed at the end with deletionPolicy Delete", async ({ expect }) => {
    const home = await stand.home("unwanted");
    const resource = await running(home, { template: "coredns", deletionPolicy: "Delete" });
    expect(await home.cloud.effects()).toEqual([]);
    await stand.remove(resource);
    await stand.gone(resource);
    expect(await home.cloud.addons("coredns")).toEqual([]);
    expect(await home.cloud.addons("storage-driver")).toHaveLength(1);
  });

  it("is shown and not written to with managementPolicy Observe", async ({ expect }) => {
    const home = await stand.home("observed");
    const declared = { version: "9.9.9", values: { custom: { replicas: 2 } } };
    const resource = await running(home, { template: "coredns", managementPolicy: "Observe", ...declared });
    expect(conditionOf(stand.seen(resource)!, "UpToDate")).toMatchObject({
      status: "False",
      reason: "Differs",
      message: expect.stringMatching(/spec\.version and spec\.values.*Observe/),
    });
    await stand.remove(resource);
    await stand.gone(resource);
    expect(await home.cloud.addons("coredns")).toHaveLength(1);
    expect(await home.cloud.effects()).toEqual([]);
  });

  it("made by Yunfan stays with deletionPolicy Orphan", async ({ expect }) => {
    const home = await stand.home("orphan");
    const resource = await running(home, { deletionPolicy: "Orphan" });
    await stand.remove(resource);
    await stand.gone(resource);
    expect(await home.cloud.addons("metrics-server")).toMatchObject([{ status: "running" }]);
  });
});

itStaysClean(() => stand);
