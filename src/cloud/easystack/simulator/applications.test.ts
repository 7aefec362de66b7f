// Applications (1.2) and hybrid ones with servers (1.8) on a real API server without controllers.
import { describe, expect, test, vi } from "vitest";
import { sharedControlPlane } from "../../../../test/support/apiserver/controlplane.ts";
import type { EcnsClient } from "./test-support.ts";
import { startClusterBed } from "./test-support.ts";

const start = (options: Parameters<typeof startClusterBed>[1] = {}) =>
  startClusterBed(sharedControlPlane().kubeconfigPath, options);

type Json = Record<string, unknown>;

const workload = (name = "web"): Json => ({
  workload_base: { name, type: "Deployment", replicas: 2 },
  containers: [{ name: "main", type: "worker", image: { image: "nginx", image_version: "1.27" } }],
  access_mode: [{ type: "ClusterIP", access: [{ port: 80 }], annotations: {} }],
});

const MACHINE = {
  name: "db",
  replicas: 2,
  availability_zone: "default-az",
  boot_manager: { type: "image", image: "ubuntu" },
  flavor_name: "m1.small",
  system_disk: { type: "hdd", size: 40 },
  security_groups: ["default"],
  loadbalancer: { internal_ip: "10.30.0.9", access: [{ port: 3306, protocol: "TCP" }] },
  authentication: { keypair: "ops" },
};

const NETWORK = { network_name: "net", network_id: "net-1", subnet_name: "sub", subnet_id: "sub-1" };

const hybrid = (more: object = {}): Json => ({
  name: "shop",
  type: "Hybrid",
  description: "a shop",
  vm_network: NETWORK,
  configmaps: [{ name: "conf", config: { a: "b" } }],
  workloads: [workload()],
  virtual_machines: [MACHINE],
  ...more,
});

const create = (client: EcnsClient, application: Json) => client.ok("POST", "hybrid/applications/", application);

const at = (type: string, name = "shop") => `hybrid/applications/app/${name}/?type=${type}`;

const info = async (client: EcnsClient, type = "Normal", name = "shop") =>
  (await client.ok("GET", at(type, name)))["application_info"] as Record<string, Json>;

const names = async (client: EcnsClient, type: string) =>
  (await client.list(`eks/applications/?type=${type}&page=1&page_size=20`, "applications_info")).map(
    (one) => (one["application"] as Json)["name"],
  );

const exists = async (client: EcnsClient, type: string, name: string) =>
  (await client.ok("GET", `eks/resources/${type}/${name}/`))["existence"];

describe("a normal application", () => {
  test("gathers workloads, shows their states, is described, and lets them go", async () => {
    const { client, cluster } = await start();
    const made = await create(client, { name: "shop", description: "first" });
    expect(made).toMatchObject({
      application_info: {
        application: { name: "shop", description: "first", type: "Normal", vm_network: null, workloads: [] },
        application_status: { status: "No workload" },
        workloads_status: [],
        vms_status: [],
      },
    });
    await client.ok("POST", "eks/workloads/", { workloads: [workload()] });
    const gathering = { application_name: "shop", workloads_base: [{ name: "web", type: "Deployment" }] };
    await client.ok("PUT", "eks/workloads/?action=attach", gathering);
    expect(await info(client)).toMatchObject({
      application: { workloads: [{ application_name: "shop", workload_base: { name: "web" } }] },
      application_status: { status: "Unready" },
      workloads_status: [{ owner: "shop", status: "Pending", ready_replicas: 0, unavailable_replicas: 2 }],
    });
    expect((await client.state())["applications"]).toMatchObject([
      { id: `${cluster}/default/shop`, members: [{ type: "Deployment", name: "web" }] },
    ]);
    await client.ok("PUT", "eks/applications/shop/", { name: "shop", description: "second" });
    await client.ok("PUT", "eks/workloads/?action=detach", gathering);
    expect(await info(client)).toMatchObject({ application: { description: "second", workloads: [] } });
    expect((await client.log()).filter(({ method }) => method === "PUT").map(({ effect }) => effect)).toEqual([
      true,
      true,
      true,
    ]);
  });

  test("has workloads from its creation, or from a workload's that names it", async () => {
    const { client } = await start();
    await create(client, { application: { name: "shop", workloads: [workload()] } });
    await client.ok("POST", "eks/workloads/", { workloads: [{ ...workload("api"), application_name: "shop" }] });
    expect((await info(client))["workloads_status"]).toHaveLength(2);
    const [status] = await client.refusal("POST", "eks/workloads/", {
      workloads: [{ ...workload("late"), application_name: "none" }],
    });
    expect(status).toBe(404);
    expect(await exists(client, "Deployment", "late")).toBe(false);
    const services = await client.list("eks/service/?app_selector=shop", "services");
    expect(services).toMatchObject([{ target_workload: "api" }, { target_workload: "web" }]);
  });

  test("takes no workload that is another's, or is not there", async () => {
    const { client } = await start();
    await create(client, { name: "shop", workloads: [workload()] });
    await create(client, { name: "other" });
    const attach = (name: string) =>
      client.refusal("PUT", "eks/workloads/?action=attach", {
        application_name: "other",
        workloads_base: [{ name, type: "Deployment" }],
      });
    expect([(await attach("web"))[0], (await attach("none"))[0]]).toEqual([409, 404]);
  });

  test("is started where something of it is stopped, and recreated", async () => {
    const { client } = await start();
    await create(client, { name: "shop", workloads: [workload()] });
    const body = { applications: [{ name: "shop", type: "Normal" }] };
    expect((await client.refusal("PUT", "eks/applications/app/?action=start", body))[0]).toBe(409);
    await client.ok("PUT", "eks/workloads/workload/web/?action=stop&workload_type=Deployment");
    expect(await info(client)).toMatchObject({ application_status: { status: "Stopped" } });
    await client.ok("PUT", "eks/applications/app/?action=start", body);
    expect(await info(client)).toMatchObject({ application: { workloads: [{ workload_base: { replicas: 2 } }] } });
    await client.ok("PUT", "eks/applications/app?action=recreate", body);
    expect((await client.ok("GET", "eks/_raw/Deployment/name/web/"))["yaml"]).toContain("restartedAt");
  });

  test.each([
    ["", true, true],
    ["workload", false, true],
    ["workload,service", false, false],
    ["all", false, false],
  ])(
    "is deleted with resource=%s: the workload stays %s, its service %s",
    async (resource, workloadStays, serviceStays) => {
      const { client } = await start();
      await create(client, { name: "shop", workloads: [workload()] });
      await client.ok("DELETE", `eks/applications/app/?resource=${resource}`, { applications: [{ name: "shop" }] });
      expect(await names(client, "Normal")).toEqual([]);
      expect(await exists(client, "Deployment", "web")).toBe(workloadStays);
      expect(await exists(client, "Service", "web-svc")).toBe(serviceStays);
    },
  );

  test("is not deleted with its services alone, or with what is none", async () => {
    const { client } = await start();
    await create(client, { name: "shop" });
    const statusOf = async (resource: string) =>
      (await client.refusal("DELETE", `eks/applications/app/?resource=${resource}`, { applications: ["shop"] }))[0];
    expect([await statusOf("service"), await statusOf("pods")]).toEqual([400, 400]);
  });

  test("may have the name of a hybrid one, though the check of names says that it is taken", async () => {
    const { client, cluster } = await start();
    await create(client, { name: "shop" });
    expect(await exists(client, "Application", "shop")).toBe(true);
    await create(client, hybrid());
    expect([await names(client, "Normal"), await names(client, "Hybrid")]).toEqual([["shop"], ["shop"]]);
    expect((await client.state())["applications"]?.map(({ id }) => id)).toEqual([
      `${cluster}/default/shop`,
      `${cluster}/default/shop:Hybrid`,
    ]);
    expect((await client.refusal("POST", "eks/applications/", { name: "shop" }))[0]).toBe(409);
  });
});

test("of a name in use, a workload or an application is taken for done with --duplicate-names Allow", async () => {
  const { client } = await start({ duplicateNames: "Allow" });
  await create(client, { name: "shop", description: "first", workloads: [workload()] });
  await create(client, { name: "shop", description: "second" });
  await client.ok("POST", "eks/workloads/", {
    workloads: [
      { ...workload(), containers: [{ name: "x", type: "worker", image: { image: "x", image_version: "1" } }] },
    ],
  });
  expect(await info(client)).toMatchObject({
    application: { description: "first", workloads: [{ containers: [{ name: "main" }] }] },
  });
});

describe("a hybrid application", () => {
  test("makes network, configurations, workloads and servers, which are built after a while", async () => {
    const { client } = await start();
    await create(client, hybrid());
    expect(await info(client, "Hybrid")).toMatchObject({
      application: {
        type: "Hybrid",
        vm_network: NETWORK,
        configmaps: [{ name: "conf", config: { a: "b" } }],
        virtual_machines: [{ name: "db" }],
      },
      application_status: { status: "Processing" },
      vms_status: [{ name: "db", status: "Build", application_name: "shop" }],
    });
    await vi.waitFor(async () => expect((await machines(client))[0]).toMatchObject({ status: "Active" }), 10_000);
    const [machine] = await machines(client);
    expect(machine).toMatchObject({
      name: "db",
      replicas: 2,
      image: "ubuntu",
      flavor: { cpu: "1C", memory: "2GiB", disk: "20GiB" },
      vm_network: NETWORK,
      loadbalancer: { internal_ip: "10.30.0.9" },
      vm_instances: [{ name: "db-0", status: "Active", internal_ip: expect.any(String) }, { name: "db-1" }],
    });
    expect(await client.ok("GET", "hybrid/virtualmachine/db/")).toEqual(machine);
    expect(await exists(client, "VirtualMachine", "db")).toBe(true);
    expect(await client.list("eks/overview/openstack_status/", "servers")).toContainEqual({
      type: "server",
      status: "Active",
      count: 2,
      names: ["db-0", "db-1"],
    });
    expect(await client.list("hybrid/kubernetes/configmaps/?app_selector=shop", "configmaps")).toMatchObject([
      { name: "conf" },
    ]);
  });

  test.each([
    ["no network", { vm_network: undefined }, 400],
    ["a network that is not there", { vm_network: { ...NETWORK, network_id: "net-9" } }, 400],
    ["a subnet that is not there", { vm_network: { ...NETWORK, subnet_id: "sub-9" } }, 400],
    ["a flavor that is not there", { virtual_machines: [{ ...MACHINE, flavor_name: "m9" }] }, 400],
    ["a zone that is not there", { virtual_machines: [{ ...MACHINE, availability_zone: "x" }] }, 400],
    [
      "an image that is not there",
      { virtual_machines: [{ ...MACHINE, boot_manager: { type: "image", image: "x" } }] },
      400,
    ],
    ["a key pair that is not there", { virtual_machines: [{ ...MACHINE, authentication: { keypair: "x" } }] }, 400],
    ["a disk that is not there", { virtual_machines: [{ ...MACHINE, system_disk: { type: "x", size: 1 } }] }, 400],
    ["servers, as a normal one", { type: "Normal" }, 400],
  ])("with %s is refused, and nothing is made", async (_, change, status) => {
    const { client } = await start();
    expect((await client.refusal("POST", "hybrid/applications/", hybrid(change)))[0]).toBe(status);
    const { applications, servers } = await client.state();
    expect([applications, servers]).toEqual([[], []]);
  });

  test("wants a node with the role, and a name for its servers that is free", async () => {
    const { client, cluster } = await start();
    await create(client, hybrid());
    const second = hybrid({ name: "second", configmaps: [], workloads: [] });
    expect((await client.refusal("POST", "hybrid/applications/", second))[0]).toBe(409);
    await client.colleague("DELETE", `nodes/${encodeURIComponent(`${cluster}/${cluster}-hybrid-1`)}`);
    const third = hybrid({ name: "third", virtual_machines: [], configmaps: [], workloads: [] });
    expect((await client.refusal("POST", "hybrid/applications/", third))[0]).toBe(409);
  });

  test.each([
    ["", 2],
    ["workload,service", 2],
    ["all", 0],
  ])("that is deleted with resource=%s leaves %i servers", async (resource, left) => {
    const { client } = await start();
    await create(client, hybrid());
    await client.ok("DELETE", `hybrid/applications/app/?resource=${resource}`, {
      applications: [{ name: "shop", type: "Hybrid" }],
    });
    await vi.waitFor(async () => {
      const { servers } = await client.state();
      expect(servers?.filter(({ state }) => state !== "Build")).toHaveLength(left);
      expect(servers).toHaveLength(left);
    }, 10_000);
    expect(await exists(client, "Configmap", "conf")).toBe(left !== 0);
  });
});

const machines = async (client: EcnsClient) => (await client.ok("GET", "hybrid/virtualmachine/")) as unknown as Json[];

test("a colleague plants and changes applications, servers and balancers", async () => {
  const { client, cluster } = await start();
  const place = { cluster, namespace: "default" };
  const { id } = await client.colleague("POST", "applications", { ...place, name: "theirs", description: "x" });
  await client.colleague("PATCH", `applications/${encodeURIComponent(id)}`, { description: "y" });
  expect(await info(client, "Normal", "theirs")).toMatchObject({ application: { description: "y" } });
  const server = await client.colleague("POST", "servers", { ...place, name: "stray" });
  await client.colleague("PATCH", `servers/${server.id}`, { state: "Error" });
  await client.colleague("POST", "loadbalancers", { ...place, name: "lb", dedicated: true });
  expect(await machines(client)).toMatchObject([{ name: "stray", status: "Error" }]);
  expect(await client.ok("GET", "eks/ecns/kubernetes/lb/license_usage/")).toMatchObject({ delta: 1 });
  await client.colleague("DELETE", `servers/${server.id}`);
  expect(await machines(client)).toEqual([]);
});
