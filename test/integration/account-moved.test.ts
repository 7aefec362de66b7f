// An account that comes to reach another place than its resources' things are in: nothing there is taken for theirs or for its
// absence, nothing is made, changed or deleted, and pointed back all is as it was.
import { afterAll, beforeAll, describe, it, vi } from "vitest";
import { createStand, projectManifest, type Stand } from "../support/environment/environment.ts";
import { itStaysClean } from "../support/environment/invariants.ts";
import { clusterManifest, createHuaweiStand, type HuaweiStand } from "../support/clouds/huawei/environment.ts";
import type { Simulator } from "../support/clouds/simulator.ts";

vi.setConfig({ testTimeout: 60_000, maxConcurrency: 20 });

const SAME_LOCATION = "yunfan.dev/same-location";

/** The same server under another name. */
const renamed = (url: string): string => url.replace("127.0.0.1", "localhost");

/** The time of making that the other registry's project has: no test is older. */
const LONG_AGO = "2026-01-01T00:00:00Z";

describe("a cluster's account", () => {
  let stand: HuaweiStand;

  beforeAll(async () => {
    stand = await createHuaweiStand("moved");
    await stand.operator({ flags: ["--no-leader-elect"] }).ready;
  });
  afterAll(() => stand[Symbol.asyncDispose]());

  async function available(name: string, spec: object = {}) {
    const cloud = await stand.cloud(name, {}, clusterManifest(name, { accountRef: { name }, ...spec }));
    await stand.reaches(`managedcluster/${name}`, "Available");
    return cloud;
  }

  async function point(account: string, url: string): Promise<void> {
    await stand.edit(`cloudaccount/${account}`, { spec: { endpoint: url, huawei: { iamEndpoint: url } } });
  }

  it.concurrent("pointed to another CCE is AccountMoved, and back again all is Ready without a write", async ({
    expect,
  }) => {
    const cloud = await available("astray", { deletionPolicy: "Delete" });
    const elsewhere = await stand.anotherSimulator();
    const before = await cloud.effects();
    await point("astray", elsewhere.url);
    const { message } = await stand.reaches("managedcluster/astray", "AccountMoved");
    expect(message).toContain(new URL(cloud.url).host);
    expect(message).toContain(new URL(elsewhere.url).host);
    expect(message).toMatch(/Point the account back, or make another CloudAccount/);
    await stand.until("cloudaccount/astray", ({ status }) =>
      (status.conditions ?? []).some(({ type, reason }) => type === "ResourcesReachable" && reason === "AccountMoved"),
    );
    await stand.edit("managedcluster/astray", { spec: { description: "Changed meanwhile" } });
    await stand.lookAgain("managedcluster/astray");
    expect(await elsewhere.effects()).toEqual([]);
    await stand.edit("managedcluster/astray", { spec: { description: null } });
    await point("astray", cloud.url);
    await stand.reaches("managedcluster/astray", "Available");
    expect(await cloud.effects()).toEqual(before);
    expect(await elsewhere.effects()).toEqual([]);
  });

  it.concurrent("holds the deletion as long as it is elsewhere, and carries it out at home", async ({ expect }) => {
    const cloud = await available("held", { deletionPolicy: "Delete" });
    const elsewhere = await stand.anotherSimulator();
    await point("held", elsewhere.url);
    await stand.reaches("managedcluster/held", "AccountMoved");
    await stand.remove("managedcluster/held");
    await stand.lookAgain("managedcluster/held");
    const { message } = await stand.reaches("managedcluster/held", "AccountMoved");
    expect(message).toContain("force-orphan");
    expect(await elsewhere.requests()).not.toContainEqual(expect.objectContaining({ method: "DELETE" }));
    expect(await cloud.clusters()).toHaveLength(1);
    await point("held", cloud.url);
    await stand.gone("managedcluster/held");
    expect(await cloud.clusters()).toEqual([]);
  });

  it.concurrent("that got another address is followed, because the cluster's id is found there", async ({ expect }) => {
    const cloud = await available("followed");
    const before = await cloud.effects();
    await point("followed", renamed(cloud.url));
    await stand.until("managedcluster/followed", ({ status }) => String(status["location"]).includes("localhost"));
    await stand.reaches("managedcluster/followed", "Available");
    expect(await cloud.effects()).toEqual(before);
  });

  it.concurrent("written with a slash at its end is where it was", async ({ expect }) => {
    const cloud = await available("slash");
    const { location } = stand.seen("managedcluster/slash")!.status as { location?: string };
    await point("slash", `${cloud.url}/`);
    await stand.reaches("cloudaccount/slash", "Verified");
    await stand.lookAgain("managedcluster/slash");
    expect((stand.seen("managedcluster/slash")!.status as { location?: string }).location).toBe(location);
    expect(stand.versions("managedcluster/slash").flatMap(({ status }) => status.conditions ?? [])).not.toContainEqual(
      expect.objectContaining({ reason: "AccountMoved" }),
    );
  });

  itStaysClean(() => stand);
});

describe("a registry's account", () => {
  let stand: Stand;

  beforeAll(async () => {
    stand = await createStand("moved-registry");
    await stand.operator({ flags: ["--no-leader-elect"] }).ready;
  });
  afterAll(() => stand[Symbol.asyncDispose]());

  /** A registry with a project that has name and id of ours, and is somebody else's, made long ago. */
  async function lookAlike(name: string): Promise<Simulator> {
    const other = await stand.anotherSimulator();
    await other.behindOurBack("POST", "projects", { name, createdAt: LONG_AGO });
    return other;
  }

  async function available(name: string): Promise<Simulator> {
    const registry = await stand.cloud(
      name,
      {},
      projectManifest(name, { accountRef: { name }, deletionPolicy: "Delete" }),
    );
    await stand.reaches(`registryproject/${name}`, "Available");
    return registry;
  }

  const idOf = (name: string) => stand.seen(`registryproject/${name}`)!.status.externalId;

  it.concurrent("pointed to another one with a project of that name and id touches nothing there", async ({
    expect,
  }) => {
    const registry = await available("shop");
    const other = await lookAlike("shop");
    expect(idOf("shop")).toBe((await other.projects())[0]!.id);
    const before = await registry.effects();
    await stand.edit("cloudaccount/shop", { spec: { endpoint: other.url } });
    await stand.reaches("registryproject/shop", "AccountMoved");
    await stand.edit("registryproject/shop", { spec: { visibility: "Public" } });
    await stand.lookAgain("registryproject/shop");
    expect(await other.effects()).toEqual([]);
    await stand.edit("registryproject/shop", { spec: { visibility: "Private" } });
    await stand.edit("cloudaccount/shop", { spec: { endpoint: registry.url } });
    await stand.reaches("registryproject/shop", "Available");
    expect(await registry.effects()).toEqual(before);
  });

  it.concurrent("deletes nothing there, and deletes at home when it is back", async ({ expect }) => {
    const registry = await available("leaving");
    const other = await lookAlike("leaving");
    await stand.edit("cloudaccount/leaving", { spec: { endpoint: other.url } });
    await stand.reaches("registryproject/leaving", "AccountMoved");
    await stand.remove("registryproject/leaving");
    await stand.lookAgain("registryproject/leaving");
    expect(await other.effects()).toEqual([]);
    await stand.edit("cloudaccount/leaving", { spec: { endpoint: registry.url } });
    await stand.gone("registryproject/leaving");
    expect(await registry.projects()).toEqual([]);
    expect(await other.projects()).toHaveLength(1);
  });

  it.concurrent("that got another address is followed only by the annotation that names both", async ({ expect }) => {
    const registry = await available("renamed");
    const before = await registry.effects();
    const locationOf = (name: string) => String(stand.seen(name)!.status["location"]);
    const old = locationOf("registryproject/renamed");
    await stand.edit("cloudaccount/renamed", { spec: { endpoint: renamed(registry.url) } });
    await stand.reaches("registryproject/renamed", "AccountMoved");
    await stand.until("cloudaccount/renamed", ({ status }) => status["location"] !== old);
    const present = locationOf("cloudaccount/renamed");
    for (const wrong of [`${present} ${old}`, old, `${old} somewhere`]) {
      await stand.annotate("cloudaccount/renamed", { [SAME_LOCATION]: wrong });
      await stand.lookAgain("registryproject/renamed");
      expect(locationOf("registryproject/renamed")).toBe(old);
    }
    await stand.annotate("cloudaccount/renamed", { [SAME_LOCATION]: `${old} ${present}` });
    await stand.reaches("registryproject/renamed", "Available");
    expect(locationOf("registryproject/renamed")).toBe(present);
    expect(await registry.effects()).toEqual(before);
  });

  itStaysClean(() => stand);
});
