// The addons facet on the wire, against the reference's examples (CCE API Reference 4.3).
import { describe, expect, onTestFinished, test } from "vitest";
import { startScriptedHuawei } from "../../../test/support/clouds/huawei/scripted.ts";
import type { ScriptedHuawei } from "../../../test/support/clouds/huawei/scripted.ts";
import type { AddonPhase, AddonsFacet, AddonTemplate } from "../facets/addons.ts";
import { grantWrite } from "../permit.ts";

const never = new AbortController().signal;
const notExist = { code: "SVCSTG.CCE-ADDONMGR. 4040204", message: "Addon not exist" };

interface Scripted extends ScriptedHuawei {
  readonly addons: AddonsFacet;
}

async function start(status: number, body: unknown): Promise<Scripted> {
  const cloud = await startScriptedHuawei();
  onTestFinished(() => cloud[Symbol.asyncDispose]());
  cloud.answer(status, body);
  return { ...cloud, addons: cloud.open().addons };
}

/** An item of 4.3.6. */
function example(status: object = {}) {
  return {
    metadata: { uid: "a-1", name: "storage-driver", creationTimestamp: "2019-04-02T11:36:26Z" },
    apiVersion: "v3",
    kind: "Addon",
    spec: {
      addonTemplateName: "storage-driver",
      addonTemplateType: "helm",
      values: { flavor: { replicas: 1 }, basic: { swr_user: "hwofficial" } },
      clusterID: "c-1",
      version: "1.0.10",
    },
    status: { message: "", Reason: "Install complete", status: "running", ...status },
  };
}

const running = {
  id: "a-1",
  name: "storage-driver",
  template: "storage-driver",
  version: "1.0.10",
  phase: "Available",
  cloudPhase: "running",
  message: "Install complete",
  values: { flavor: { replicas: 1 }, basic: { swr_user: "hwofficial" } },
};

describe("add-ons of a cluster", () => {
  test("are listed, each once, by the cluster's own service", async () => {
    const { addons, server, targets } = await start(200, {
      kind: "Addon",
      items: [example({ status: "x" }), example()],
    });
    expect((await addons.in("c-1").list(never)).items).toEqual([running]);
    expect(targets()).toEqual(["GET /api/v3/addons?cluster_id=c-1"]);
    expect(server.seen[0]?.headers).toMatchObject({ "x-cluster-id": "c-1", "x-project-id": "p-1" });
    expect(server.seen[0]?.headers.authorization).toContain(
      "SignedHeaders=content-type;host;x-cluster-id;x-project-id;x-sdk-date",
    );
  });

  test("are asked for where the account says", async () => {
    const { open, server, targets } = await start(200, { items: null });
    const providerOptions = { projectId: "p-1", addonEndpoint: `${server.origin}/addonmgr` };
    const { addons } = open({ settings: { endpoint: "http://127.0.0.1:1", providerOptions } });
    expect((await addons.in("c-1").list(never)).items).toEqual([]);
    expect(targets()).toEqual(["GET /addonmgr/api/v3/addons?cluster_id=c-1"]);
  });

  test("are read one by one", async () => {
    const { addons, targets, answer } = await start(200, example());
    expect(await addons.in("c-1").get("a-1", never)).toEqual(running);
    expect(targets()).toEqual(["GET /api/v3/addons/a-1?cluster_id=c-1"]);
    for (const [status, body] of [
      [400, notExist],
      [404, { code: "SVCSTG.CCE-ADDONMGR.4040204", message: "Addon not exist" }],
      [404, { code: "SVCSTG.CCE-ADDONMGR.404", message: "Addon instance not exist" }],
    ] as const) {
      answer(status, body);
      expect(await addons.in("c-1").get("a-1", never)).toBe("Absent");
    }
    answer(500, { code: "SVCSTG.CCE-ADDONMGR.500", message: "internal error" });
    await expect(addons.in("c-1").get("a-1", never)).rejects.toMatchObject({
      kind: "Unavailable",
      message: "GetAddon was answered SVCSTG.CCE-ADDONMGR.500: internal error",
    });
  });

  test.each<[string, AddonPhase]>([
    ["installing", "Installing"],
    ["running", "Available"],
    ["available", "Partial"],
    ["upgrading", "Upgrading"],
    ["rollbacking", "Upgrading"],
    ["abnormal", "Abnormal"],
    ["installFailed", "Failed"],
    ["upgradeFailed", "Failed"],
    ["rollbackFailed", "Failed"],
    ["deleteFailed", "Failed"],
    ["deleting", "Deleting"],
    ["deleteSuccess", "Deleting"],
    ["dreaming", "Unknown"],
    ["", "Unknown"],
  ])("in %j are %s", async (cloudPhase, phase) => {
    const { addons } = await start(200, example({ status: cloudPhase, Reason: "", reason: "why", message: "so." }));
    expect(await addons.in("c-1").get("a-1", never)).toMatchObject({ phase, cloudPhase, message: "why: so" });
  });
});

describe("writing", () => {
  const request = { template: "metrics-server", version: "1.0.0", values: { basic: {} } };
  const spec = {
    clusterID: "c-1",
    version: "1.0.0",
    addonTemplateName: "metrics-server",
    values: { basic: {} },
  };

  test("installs as the reference's example does", async () => {
    const { addons, targets, lastBody, server } = await start(200, example({ status: "installing" }));
    expect(await addons.create("c-1", request, grantWrite(never))).toEqual({ id: "a-1" });
    expect(targets()).toEqual(["POST /api/v3/addons"]);
    expect(server.seen[0]?.headers["x-cluster-id"]).toBe("c-1");
    expect(lastBody()).toEqual({
      kind: "Addon",
      apiVersion: "v3",
      metadata: { annotations: { "addon.install/type": "install" } },
      spec,
    });
  });

  test.each<[number, object, string]>([
    [409, { code: "SVCSTG.CCE-ADDONMGR.409", message: "conflict" }, "AlreadyExists"],
    [400, { code: "SVCSTG.CCE-ADDONMGR.4000003", message: "Addon already installed" }, "AlreadyExists"],
    [400, { code: "SVCSTG.CCE-ADDONMGR. 4030302", message: "The cluster can't support the addon" }, "Rejected"],
    [500, { code: "SVCSTG.CCE-ADDONMGR.5000001", message: "Get UserInfo Error" }, "Unavailable"],
  ])("refused with %i %j is %s", async (status, body, kind) => {
    const { addons } = await start(status, body);
    await expect(addons.create("c-1", request, grantWrite(never))).rejects.toMatchObject({ kind });
  });

  test("upgrades whole", async () => {
    const { addons, targets, lastBody } = await start(200, example({ status: "upgrading" }));
    await addons.update("c-1", "a-1", request, grantWrite(never));
    expect(targets()).toEqual(["PUT /api/v3/addons/a-1"]);
    expect(lastBody()).toMatchObject({ metadata: { annotations: { "addon.upgrade/type": "upgrade" } }, spec });
  });

  test("deletes, and says what is gone", async () => {
    const { addons, targets, answer } = await start(200, undefined);
    await addons.in("c-1").remove("a-1", grantWrite(never));
    expect(targets()).toEqual(["DELETE /api/v3/addons/a-1?cluster_id=c-1"]);
    answer(400, notExist);
    await expect(addons.in("c-1").remove("a-1", grantWrite(never))).rejects.toMatchObject({ kind: "NotFound" });
  });
});

describe("a template", () => {
  function template(versions: unknown[], supportVersions?: unknown): object {
    return { items: [{ metadata: { name: "other" }, spec: { versions: [] } }, item(versions, supportVersions)] };
  }

  function item(versions: unknown[], supportVersions: unknown): object {
    return { kind: "Addon", metadata: { uid: "web", name: "web" }, spec: { type: "helm", versions, supportVersions } };
  }

  async function read(versions: unknown[], supportVersions?: unknown): Promise<AddonTemplate> {
    const { addons, targets } = await start(200, template(versions, supportVersions));
    const found = await addons.getTemplate("c-1", "web", never);
    expect(targets()).toEqual(["GET /api/v3/addontemplates?addon_template_name=web"]);
    return found as AddonTemplate;
  }

  function fits(found: AddonTemplate, type: string | undefined, version: string): boolean | undefined {
    return found.versions[0]?.fits({ options: type === undefined ? {} : { type }, version });
  }

  test("has its versions, the newest first, by their numbers", async () => {
    const versions = ["1.9.0", "1.10.2", "1.10.10", ""].map((version) => ({ version, supportVersions: [] }));
    expect((await read([...versions, {}])).versions.map(({ version }) => version)).toEqual([
      "1.10.10",
      "1.10.2",
      "1.9.0",
    ]);
  });

  test("fits clusters of the types and versions that it names", async () => {
    const supportVersions = [
      { clusterType: "VirtualMachine", clusterVersion: ["v1.(9|11).*"] },
      { clusterType: "ARM64", clusterVersion: ["v1.15.*", "v1.17.*"] },
    ];
    const found = await read([{ version: "1.0.1", supportVersions }]);
    expect(fits(found, "VirtualMachine", "v1.11.7-r1")).toBe(true);
    expect(fits(found, "VirtualMachine", "v1.15.11-r1")).toBe(false);
    expect(fits(found, "ARM64", "v1.17.9-r0")).toBe(true);
    expect(fits(found, "ARM64", "v1.11.7-r1")).toBe(false);
    expect(fits(found, undefined, "v1.15.11-r1")).toBe(true);
    expect(fits(found, "VirtualMachine", "x-v1.11.7")).toBe(false);
  });

  test("names the values that an install has to have, of its flavors the one that is declared or the first", async () => {
    const [single, pair] = [
      { name: "Single", replicas: 1 },
      { name: 2500, replicas: 2 },
    ];
    const custom = { tenant_id: "", cluster_id: "", port: 3000, elbID: "" };
    const input = { basic: { swr_user: "hw" }, parameters: { flavor10: {}, flavor2: pair, flavor1: single, custom } };
    const [{ defaults } = { defaults: () => ({}) }] = (await read([{ version: "1.0.1", input }])).versions;
    const filled = { tenant_id: "p-1", cluster_id: "c-1", port: 3000, elbID: "" };
    expect(defaults({})).toEqual({ basic: { swr_user: "hw" }, flavor: single, custom: filled });
    expect(defaults({ flavor: { name: "2500" } })).toMatchObject({ flavor: pair });
    expect(defaults({ flavor: { name: "unknown" } })).toMatchObject({ flavor: single });
  });

  test.each<[string, unknown]>([
    ["nothing", undefined],
    ["what can't be read", [7]],
    ["nothing of value", { basic: "x", parameters: null }],
  ])("names no values where it says %s", async (_what, input) => {
    const [{ defaults } = {}] = (await read([{ version: "1.0.1", input }])).versions;
    expect(defaults?.({ flavor: { name: "x" } })).toEqual({});
  });

  test("fits where the cloud says nothing, and nothing where it says what can't be read", async () => {
    expect(fits(await read([{ version: "1.0.1" }]), "ARM64", "v1.2")).toBe(true);
    const broken = [{ clusterVersion: ["v1.(9"] }];
    expect(fits(await read([{ version: "1.0.1", supportVersions: broken }]), "ARM64", "v1.9")).toBe(false);
  });

  test("says for all versions what they don't say themselves", async () => {
    const all = [{ clusterType: "ARM64", clusterVersion: ["v1.15.*"] }];
    const found = await read([{ version: "1.0.1" }], all);
    expect([fits(found, "ARM64", "v1.15.11"), fits(found, "ARM64", "v1.17.9")]).toEqual([true, false]);
  });

  test.each<[string, number, unknown]>([
    ["in an empty list", 200, { items: [] }],
    ["in a list of others", 200, { items: [{ metadata: { name: "other" }, spec: {} }] }],
    ["by its status", 404, { code: "SVCSTG.CCE-ADDONMGR.404", message: "Addon template not exist" }],
    ["by its code", 400, notExist],
  ])("is absent %s", async (_how, status, body) => {
    const { addons } = await start(status, body);
    expect(await addons.getTemplate("c-1", "web", never)).toBe("Absent");
  });
});
