// What installs and upgrades of add-ons have to have as values, for each demand, and what a new cluster's add-ons get.
import { describe, expect, test } from "vitest";
import type { CceClient } from "./test-support.ts";
import {
  ADDONS,
  CLUSTERS,
  clusterBody,
  installBody,
  MINUTE,
  PROJECT,
  startTestBed,
  upgradeBody,
} from "./test-support.ts";

interface Template {
  spec: { versions: { version: string; input: { basic: object; parameters: Record<string, object> } }[] };
}

/** The values that the template names: its basic ones, its custom ones and the first flavor. */
async function defaultsOf(client: CceClient, template: string): Promise<Record<string, object>> {
  const { items } = (await client.send(`/api/v3/addontemplates?addon_template_name=${template}`)).json() as {
    items: Template[];
  };
  const { basic, parameters } = items[0]?.spec.versions.at(-1)?.input ?? { basic: {}, parameters: {} };
  const { flavor1: flavor, custom } = parameters;
  return { basic, ...(flavor && { flavor }), ...(custom && { custom }) };
}

const AUTOSCALER = { addonTemplateName: "autoscaler", version: "1.17.2" };

async function install(client: CceClient, values: unknown, spec: Record<string, unknown> = AUTOSCALER) {
  const body = installBody(await client.available(), { ...spec, values });
  const answer = await client.send(ADDONS, { method: "POST", body });
  const { code, message } = answer.json() as { code?: string; message?: string };
  return { status: answer.status, code, message };
}

const refused = (message: string) => ({ status: 400, code: "SVCSTG.CCE-ADDONMGR.4000002", message });

describe("a cloud that asks for the values that its templates name", () => {
  test.each<[string, (named: Record<string, object>) => object, string]>([
    ["no values", () => ({}), "basic values are not defined"],
    ["no flavor", ({ basic, custom }) => ({ basic, custom }), "flavor values are not defined"],
    ["no custom values", ({ basic, flavor }) => ({ basic, flavor }), "custom values are not defined"],
    ["a group that is null", ({ basic, flavor }) => ({ basic, flavor, custom: null }), "custom values are not defined"],
    [
      "a custom value missing",
      ({ custom, ...others }) => ({ ...others, custom: { ...custom, coresTotal: undefined } }),
      "coresTotal value is not defined",
    ],
    [
      "a flavor without its replicas",
      ({ flavor, ...others }) => ({ ...others, flavor: { ...flavor, replicas: undefined } }),
      "replicas value is not defined",
    ],
  ])("refuses %s", async (_, valuesOf, message) => {
    const { client } = await startTestBed({ addonValues: "Named" });
    const values = valuesOf(await defaultsOf(client, "autoscaler"));
    expect(await install(client, values)).toEqual(refused(message));
  });

  test.each(["autoscaler", "gpu-beta", "metrics-server"])(
    "takes what %s names, and more",
    async (addonTemplateName) => {
      const { client } = await startTestBed({ addonValues: "Named" });
      const values = { ...(await defaultsOf(client, addonTemplateName)), more: { of: "ours" } };
      const version = { autoscaler: "1.17.2", "gpu-beta": "1.1.7", "metrics-server": "1.0.6" }[addonTemplateName];
      expect(await install(client, values, { addonTemplateName, version })).toMatchObject({ status: 200 });
    },
  );

  test("takes an empty group of basic ones, as the sample of 4.3.1 sends it", async () => {
    const { client } = await startTestBed({ addonValues: "Filled" });
    expect(await install(client, { basic: {} }, {})).toMatchObject({ status: 200 });
  });

  test("asks an upgrade too, and not for what a table calls optional", async () => {
    const { client } = await startTestBed({ addonValues: "Named" });
    const clusterId = await client.available();
    const [coredns] = (await client.state())["addons"] ?? [];
    const { custom: _custom, ...others } = await defaultsOf(client, "coredns");
    const upgrade = (values: object) => ({
      method: "PUT",
      body: upgradeBody(clusterId, { addonTemplateName: "coredns", version: "1.17.1", values }),
    });
    const path = `${ADDONS}/${coredns?.id}`;
    expect(await client.refusal(path, upgrade(others))).toEqual([400, "SVCSTG.CCE-ADDONMGR.4000002"]);
    await client.expectStatus(200, path, upgrade({ ...others, custom: { tenant_id: "" } }));
  });

  test("says so in all its voices", async () => {
    const { client } = await startTestBed({ addonValues: "Named", errorStyle: "Both" });
    const body = installBody(await client.available(), { ...AUTOSCALER, values: { basic: {}, flavor: {} } });
    const message = "description value is not defined";
    expect((await client.send(ADDONS, { method: "POST", body })).json()).toMatchObject({
      errorCode: "CCE.03400001",
      errorMessage: "Invalid request.",
      error: { code: "SVCSTG.CCE-ADDONMGR.4000002", message },
      message,
      reason: "BadRequest",
    });
  });
});

test("a cloud that asks for filled values refuses the defaults that an installer has to fill in", async () => {
  const { client } = await startTestBed({ addonValues: "Filled" });
  const { custom, ...others } = await defaultsOf(client, "autoscaler");
  const problem = refused("tenant_id value is empty or not string type");
  expect(await install(client, { ...others, custom })).toEqual(problem);
});

test("and takes them with the project's id", async () => {
  const { client } = await startTestBed({ addonValues: "Filled" });
  const { custom, ...others } = await defaultsOf(client, "autoscaler");
  const values = { ...others, custom: { ...custom, tenant_id: PROJECT } };
  expect(await install(client, values)).toMatchObject({ status: 200 });
});

test("a cloud that asks for nothing takes an install without any", async () => {
  const { client } = await startTestBed();
  expect(await install(client, {})).toMatchObject({ status: 200 });
  expect((await client.state())["addons"]?.[0]).toMatchObject({ name: "coredns", values: {} });
});

test("add-ons that come with a cluster have the defaults where installs have to have values, unless it gives some", async () => {
  const { client, clock } = await startTestBed({ addonValues: "Filled" });
  const wanted = [{ addonTemplateName: "coredns" }, { addonTemplateName: "autoscaler", values: { a: 1 } }];
  const metadata = {
    name: "cluster",
    annotations: { "cluster.install.addons/install": JSON.stringify(wanted) },
  };
  await client.expectStatus(201, CLUSTERS, { method: "POST", body: { ...clusterBody("cluster"), metadata } });
  clock.advance(10 * MINUTE);
  expect((await client.state())["addons"]).toMatchObject([
    { name: "coredns", values: { basic: { swr_user: "hwofficial" }, custom: { tenant_id: PROJECT } } },
    { name: "autoscaler", values: { a: 1 } },
  ]);
});
