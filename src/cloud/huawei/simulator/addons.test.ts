// Add-ons over the wire (4.3): templates, install, upgrade and removal in their time, and how calls name a cluster.
import { describe, expect, test } from "vitest";
import type { CceClient, Wire } from "./test-support.ts";
import { ADDONS, CLUSTERS, installBody, MINUTE, startTestBed, upgradeBody } from "./test-support.ts";

const NOT_EXIST = [400, "SVCSTG.CCE-ADDONMGR.4040204"];
const BAD_BODY = [400, "SVCSTG.CCE-ADDONMGR.4000003"];

const install = async (client: CceClient, clusterId: string): Promise<string> =>
  (await client.expectStatus(200, ADDONS, { method: "POST", body: installBody(clusterId) })).metadata.uid;

const read = (client: CceClient, clusterId: string, id: string): Promise<Wire> =>
  client.expectStatus(200, `${ADDONS}/${id}?cluster_id=${clusterId}`);

test("templates are listed with their versions and the clusters they fit, or one by its name", async () => {
  const { client } = await startTestBed();
  const items = async (query: string) =>
    ((await client.send(`/api/v3/addontemplates${query}`)).json() as { items: Wire[] }).items;
  expect((await items("")).map(({ metadata }) => metadata.name)).toContain("autoscaler");
  const [autoscaler, ...others] = await items("?addon_template_name=autoscaler");
  expect(others).toEqual([]);
  expect(autoscaler?.spec).toMatchObject({
    type: "helm",
    versions: expect.arrayContaining([
      expect.objectContaining({
        version: "1.15.10",
        stable: true,
        supportVersions: [
          { clusterType: "VirtualMachine", clusterVersion: ["v1.(15).*"] },
          { clusterType: "ARM64", clusterVersion: ["v1.(15).*"] },
        ],
      }),
    ]),
  });
  const refused = await client.send("/api/v3/addontemplates?addon_template_name=none");
  expect([refused.status, refused.json()]).toEqual([
    404,
    { code: "SVCSTG.CCE-ADDONMGR.404", message: expect.stringContaining("Addon template not exist") },
  ]);
});

test("an add-on is installed, upgraded and removed, each in its time", async () => {
  const { client, clock } = await startTestBed();
  const clusterId = await client.available();
  const id = await install(client, clusterId);
  expect(await read(client, clusterId, id)).toMatchObject({
    kind: "Addon",
    metadata: { name: "metrics-server", creationTimestamp: "2026-01-02T03:04:05Z" },
    spec: { clusterID: clusterId, version: "1.0.1", addonTemplateName: "metrics-server", values: { basic: {} } },
    status: { status: "installing", Reason: "", currentVersion: { version: "1.0.1" } },
  });
  clock.advance(MINUTE);
  expect((await read(client, clusterId, id)).status).toMatchObject({ status: "running", Reason: "Install complete" });
  const body = upgradeBody(clusterId, { version: "1.0.6", values: { custom: { a: 1 } } });
  await client.expectStatus(200, `${ADDONS}/${id}`, { method: "PUT", body });
  expect((await read(client, clusterId, id)).status["status"]).toBe("upgrading");
  clock.advance(MINUTE);
  expect(await read(client, clusterId, id)).toMatchObject({
    spec: { version: "1.0.6", values: { custom: { a: 1 } } },
    status: { status: "running" },
  });
  const path = `${ADDONS}/${id}?cluster_id=${clusterId}`;
  await client.expectStatus(200, path, { method: "DELETE" });
  await client.expectStatus(200, path, { method: "DELETE" });
  expect((await read(client, clusterId, id)).status["status"]).toBe("deleting");
  clock.advance(MINUTE);
  expect(await client.refusal(path)).toEqual(NOT_EXIST);
  expect(await client.refusal(path, { method: "DELETE" })).toEqual(NOT_EXIST);
  expect(await client.refusal(`${ADDONS}/${id}`, { method: "PUT", body })).toEqual(NOT_EXIST);
});

test("an add-on is partly ready where a colleague says so, as the public cloud does", async () => {
  const { client } = await startTestBed();
  const clusterId = await client.available();
  const id = await install(client, clusterId);
  await client.colleague("PATCH", `addons/${id}`, { status: "available", message: "1 of 2 pods run" });
  expect((await read(client, clusterId, id)).status).toMatchObject({ status: "available", message: "1 of 2 pods run" });
});

test("whole numbers in values come back as they were written, however large", async () => {
  const { client } = await startTestBed();
  const clusterId = await client.available();
  const text = JSON.stringify(installBody(clusterId, { values: { custom: { tenant: "N" } } }));
  const body = text.replace('"N"', "9007199254740993");
  const { metadata } = await client.expectStatus(200, ADDONS, { method: "POST", body });
  for (const path of [`${ADDONS}/${metadata.uid}?cluster_id=${clusterId}`, "/_simulator/state"]) {
    expect((await client.send(path)).text).toContain('"tenant":9007199254740993}');
  }
});

test.each([
  ["install", "installFailed"],
  ["upgrade", "upgradeFailed"],
])("an %s that was planned to fail ends as %s", async (failAt, status) => {
  const { client, clock } = await startTestBed();
  const clusterId = await client.available();
  await client.colleague("POST", "plans", { addonTemplate: "metrics-server", failAt });
  const id = await install(client, clusterId);
  clock.advance(MINUTE);
  if (failAt === "upgrade") {
    await client.expectStatus(200, `${ADDONS}/${id}`, { method: "PUT", body: upgradeBody(clusterId) });
    clock.advance(MINUTE);
  }
  expect((await read(client, clusterId, id)).status).toMatchObject({ status, Reason: `${failAt} failed` });
});

describe("a call names its cluster", () => {
  test.each<[string, (id: string) => { headers?: Record<string, string>; query?: string }]>([
    ["by the host", (id) => ({ headers: { host: `${id}.cce.example.com` } })],
    ["by the header X-Cluster-ID", (id) => ({ headers: { "x-cluster-id": id } })],
    ["by the query", (id) => ({ query: `?cluster_id=${id}` })],
    ["by all of them", (id) => ({ headers: { host: `${id}.x`, "x-cluster-id": id }, query: `?cluster_id=${id}` })],
  ])("%s", async (_, naming) => {
    const { client } = await startTestBed();
    await client.available("other");
    const clusterId = await client.available("named");
    const { headers = {}, query = "" } = naming(clusterId);
    const body = installBody(undefined);
    const { metadata } = await client.expectStatus(200, `${ADDONS}${query}`, { method: "POST", headers, body });
    const listed = await client.send(`${ADDONS}${query}`, { headers });
    const items = (listed.json() as { items: Wire[] }).items;
    expect(items.map(({ spec }) => spec["clusterID"])).toEqual([clusterId, clusterId, clusterId]);
    await client.expectStatus(200, `${ADDONS}/${metadata.uid}${query}`, { headers });
  });

  test("or is refused; so is one that names two, or one that is none", async () => {
    const { client } = await startTestBed();
    const [one, other] = [await client.available("first"), await client.available("second")];
    expect(await client.refusal(ADDONS)).toEqual(BAD_BODY);
    const headers = { "x-cluster-id": one };
    expect(await client.refusal(`${ADDONS}?cluster_id=${other}`, { headers })).toEqual(BAD_BODY);
    expect(await client.refusal(`${ADDONS}?cluster_id=none`)).toEqual([404, "SVCSTG.CCE-ADDONMGR.404"]);
    const id = await install(client, one);
    expect(await client.refusal(`${ADDONS}/${id}?cluster_id=${other}`)).toEqual(NOT_EXIST);
  });
});

describe("an install is refused", () => {
  test.each<[string, Record<string, unknown>, [number, string]]>([
    ["of an unknown template", { addonTemplateName: "none" }, [404, "SVCSTG.CCE-ADDONMGR.404"]],
    ["of an unknown version", { version: "9.9.9" }, [404, "SVCSTG.CCE-ADDONMGR.404"]],
    [
      "of a version that does not fit the cluster",
      { addonTemplateName: "autoscaler", version: "1.13.11" },
      [400, "SVCSTG.CCE-ADDONMGR.4030302"],
    ],
    ["of what is installed", { addonTemplateName: "coredns", version: "1.17.1" }, [409, "SVCSTG.CCE-ADDONMGR.409"]],
    ["without values", { values: undefined }, [400, "SVCSTG.CCE-ADDONMGR.4000003"]],
  ])("%s", async (_, spec, refusal) => {
    const { client } = await startTestBed();
    const body = installBody(await client.available(), spec);
    expect(await client.refusal(ADDONS, { method: "POST", body })).toEqual(refusal);
  });

  test("without the fixed metadata, and in a cluster that is not Available", async () => {
    const { client } = await startTestBed();
    const clusterId = await client.available();
    const bare = { ...installBody(clusterId), metadata: {} };
    expect(await client.refusal(ADDONS, { method: "POST", body: bare })).toEqual(BAD_BODY);
    await client.colleague("PATCH", `clusters/${clusterId}`, { phase: "Hibernation" });
    const refused = [403, "SVCSTG.CCE-ADDONMGR.403"];
    expect(await client.refusal(ADDONS, { method: "POST", body: installBody(clusterId) })).toEqual(refused);
  });

  test("of another template in place of an upgrade", async () => {
    const { client } = await startTestBed();
    const clusterId = await client.available();
    const id = await install(client, clusterId);
    const body = upgradeBody(clusterId, { addonTemplateName: "coredns", version: "1.17.1" });
    expect(await client.refusal(`${ADDONS}/${id}`, { method: "PUT", body })).toEqual(BAD_BODY);
  });
});

test("a cluster comes with the add-ons that its annotation lists, and is refused for one that there is not", async () => {
  const { client, clock } = await startTestBed();
  const create = (name: string, annotation: string) => {
    const metadata = { name, annotations: { "cluster.install.addons/install": annotation } };
    const spec = {
      type: "VirtualMachine",
      flavor: "cce.s1.small",
      version: "v1.15",
      hostNetwork: { vpc: "v", subnet: "s" },
      containerNetwork: { mode: "overlay_l2" },
    };
    return { method: "POST", body: { kind: "Cluster", apiVersion: "v3", metadata, spec } };
  };
  const wanted = [
    { addonTemplateName: "autoscaler", values: { a: 1 } },
    { addonTemplateName: "storage-driver", version: "" },
  ];
  await client.expectStatus(201, CLUSTERS, create("cluster", JSON.stringify(wanted)));
  clock.advance(10 * MINUTE);
  expect((await client.state())["addons"]).toMatchObject([
    { name: "autoscaler", version: "1.15.10", values: { a: 1 } },
    { name: "storage-driver", version: "1.0.19" },
  ]);
  expect((await client.refusal(CLUSTERS, create("another", '[{"addonTemplateName":"none"}]')))[0]).toBe(404);
  expect((await client.refusal(CLUSTERS, create("another", "coredns")))[0]).toBe(400);
});
