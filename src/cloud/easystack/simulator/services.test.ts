// Services, routes and load balancers (1.18, 1.19, 1.23) on a real API server.
import { describe, expect, test, vi } from "vitest";
import { sharedControlPlane } from "../../../../test/support/apiserver/controlplane.ts";
import type { EcnsClient } from "./test-support.ts";
import { startClusterBed, startTestBed } from "./test-support.ts";

async function start(options: Parameters<typeof startClusterBed>[1] = {}) {
  const bed = await startClusterBed(sharedControlPlane().kubeconfigPath, options);
  const workload = { workload_base: { name: "web", type: "Deployment", replicas: 1 }, containers: [CONTAINER] };
  await bed.client.ok("POST", "eks/workloads/", { workloads: [workload] });
  return bed;
}

const CONTAINER = { name: "main", type: "worker", image: { image: "nginx", image_version: "1.27" } };

const form = (mode: object, target = "web") => ({
  service: { access_mode: mode, target_workload: target, workload_type: "Deployment", labels: { team: "red" } },
});

const HTTP = [{ port: 80, protocol: "TCP", target_port: 8080 }];

const services = (client: EcnsClient) => client.list("eks/service/", "services");

const create = (client: EcnsClient, name: string, mode: object) =>
  client.ok("POST", `eks/service/${name}/`, form(mode));

describe("a service", () => {
  test("reaches a workload, shows so, is changed and deleted", async () => {
    const { client } = await start();
    const made = await create(client, "front", { type: "ClusterIP", access: HTTP, annotations: { note: "x" } });
    const shown = {
      access_mode: {
        name: "front",
        type: "ClusterIP",
        cluster_ip: expect.stringMatching(/^10\./),
        public_ips: [],
        private_ips: [],
        access: [{ port: 80, protocol: "TCP", node_port: 0, target_port: 8080, routers: [] }],
        annotations: { note: "x" },
        external: null,
        subnet: null,
      },
      target_workload: "web",
      workload_type: "Deployment",
      labels: { team: "red" },
      creation_time: expect.any(String),
    };
    expect(made).toEqual({ service: shown });
    expect(await services(client)).toEqual([shown]);

    await client.ok("PUT", "eks/service/front/", form({ type: "NodePort", access: [{ ...HTTP[0], port: 81 }] }));
    const changed = (await services(client))[0]!;
    expect(changed).toMatchObject({
      access_mode: {
        type: "NodePort",
        cluster_ip: (made["service"] as typeof shown).access_mode.cluster_ip,
        private_ips: ["10.10.1.21", "10.10.1.22", "10.10.1.23"],
        public_ips: ["10.10.1.11"],
        access: [{ port: 81, node_port: expect.any(Number) }],
      },
    });
    const { access } = changed["access_mode"] as { access: { node_port: number }[] };
    expect(await client.ok("GET", "eks/service/nodeports/")).toEqual({ nodeports: [access[0]?.node_port] });
    await client.ok("DELETE", "eks/service/", { service: ["front"] });
    expect(await services(client)).toEqual([]);
  });

  test("of an external name reaches no workload", async () => {
    const { client } = await start();
    await create(client, "outside", { type: "ExternalName", external_name: "db.example", access: [] });
    expect((await services(client))[0]).toMatchObject({
      access_mode: { type: "ExternalName", external_name: "db.example" },
      target_workload: "",
    });
  });

  test("is refused for a workload that is not there, and a node port that is taken", async () => {
    const { client } = await start();
    const [status] = await client.refusal("POST", "eks/service/x/", form({ type: "ClusterIP", access: HTTP }, "none"));
    expect(status).toBe(404);
    await create(client, "front", { type: "NodePort", access: HTTP });
    const { nodeports } = (await client.ok("GET", "eks/service/nodeports/")) as { nodeports: number[] };
    const taken = { type: "NodePort", access: [{ ...HTTP[0], node_port: nodeports[0] }] };
    expect(await client.refusal("POST", "eks/service/y/", form(taken))).toEqual([
      400,
      expect.stringContaining("already allocated"),
    ]);
  });
});

const DEDICATED = {
  type: "LoadBalancer",
  access: HTTP,
  external: {
    availability_zone_profile: { availability_zone_data: { compute_zone: "default-az", cpu_arch: "x86_64" } },
    flavor_profile: { flavor_data: { compute_flavor: "m1.small", loadbalancer_topology: "SINGLE" } },
    loadbalancer: { name: "lb-front", vip_subnet_id: "sub-1" },
  },
};

const licences = (client: EcnsClient) => client.ok("GET", "eks/ecns/kubernetes/lb/license_usage/");

describe("a load balancer", () => {
  test("is built for a service, shows on it, and outlives it for a while", async () => {
    const { client } = await start({ lbLinger: 20 });
    await create(client, "front", DEDICATED);
    await vi.waitFor(async () => {
      expect((await services(client))[0]).toMatchObject({
        access_mode: {
          public_ips: [expect.stringMatching(/^10\.40\./)],
          subnet: "sub-1",
          external: { name: "lb-front", operating_status: "ONLINE", provisioning_status: "ACTIVE" },
        },
      });
    }, 10_000);
    expect(await licences(client)).toMatchObject({ available: 9, delta: 1, hard_limit: 10 });
    await client.ok("DELETE", "eks/service/", { service: ["front"] });
    const overview = async () => (await client.list("eks/overview/openstack_status/", "loadbalances"))[0];
    expect(await overview()).toEqual({ type: "loadbalance", status: "Active", count: 1, names: ["lb-front"] });
    await vi.waitFor(async () => expect((await client.state())["loadbalancers"]).toEqual([]), 10_000);
    expect(await overview()).toMatchObject({ count: 0 });
  });

  test("that shares takes no licence", async () => {
    const { client } = await start({ octavia: true, lbLicenses: 0 });
    await create(client, "front", { type: "LoadBalancer", access: HTTP });
    await vi.waitFor(
      async () => expect((await client.state())["loadbalancers"]).toMatchObject([{ state: "Active" }]),
      10_000,
    );
  });

  test.each([
    ["without Octavia", { octavia: false }, DEDICATED, 501],
    ["without a licence", { lbLicenses: 0 }, DEDICATED, 403],
    ["in a zone that is not there", {}, zone("other"), 400],
    ["of a flavor that is not there", {}, flavor("m9"), 400],
    ["in a subnet that is not there", {}, subnet("sub-9"), 400],
  ])("of its own is refused %s", async (_, options, mode, status) => {
    const { client } = await start(options);
    expect((await client.refusal("POST", "eks/service/front/", form(mode)))[0]).toBe(status);
    expect(await services(client)).toEqual([]);
  });
});

function zone(name: string): object {
  const data = { compute_zone: name, cpu_arch: "x86_64" };
  return {
    ...DEDICATED,
    external: { ...DEDICATED.external, availability_zone_profile: { availability_zone_data: data } },
  };
}

function flavor(name: string): object {
  const data = { compute_flavor: name, loadbalancer_topology: "SINGLE" };
  return { ...DEDICATED, external: { ...DEDICATED.external, flavor_profile: { flavor_data: data } } };
}

function subnet(id: string): object {
  return { ...DEDICATED, external: { ...DEDICATED.external, loadbalancer: { name: "lb", vip_subnet_id: id } } };
}

describe("what there is for load balancers", () => {
  const path = (name: string) => `eks/ecns/kubernetes/${name}/`;

  test("is listed without names, or with them", async () => {
    const { client } = await startTestBed();
    await client.colleague("PATCH", `offers/${encodeURIComponent("Flavor/m1.small")}`, { enabled: false });
    expect(await client.ok("GET", path("server/availabilityzones"))).toEqual([
      { name: "default-az", state: { available: true } },
    ]);
    expect(await client.ok("GET", path("server/flavors"))).toMatchObject([{ name: "m1.small", is_disabled: true }]);
    expect(await client.ok("GET", path("network/subnets"))).toMatchObject([
      { id: "sub-1", name: "sub", network_id: "net-1" },
    ]);
    const { client: naming } = await startTestBed({ lists: "Named" });
    expect(await naming.list(path("server/flavors"), "flavors")).toMatchObject([
      { name: "m1.small", is_disabled: false },
    ]);
  });

  test.each([
    ["Printed", "REPLCAS_LIMIT"],
    ["Corrected", "REPLICAS_LIMIT"],
  ] as const)("has its limit of replicas under its name as --spelling %s has it", async (spelling, name) => {
    const { client } = await startTestBed({ spelling });
    expect(await client.ok("GET", path("lbaas/flavorprofile_replicas_limit"))).toEqual({ [name]: 5 });
  });

  test.each([true, false])("says whether Octavia is installed: %s", async (octavia) => {
    const { client } = await startTestBed({ octavia });
    expect(await client.ok("GET", path("lb/type"))).toEqual({ octavia: { is_installed: octavia } });
  });

  test("is of the product eks alone", async () => {
    const { client } = await startTestBed();
    expect((await client.refusal("GET", "hybrid/ecns/kubernetes/lb/type/"))[0]).toBe(404);
  });
});

describe("a route", () => {
  const routers = [
    { domain: "shop.example", path: "/", target_service: "front", service_port: 80 },
    { domain: "shop.example", path: "/api", target_service: "back", service_port: 81 },
  ];

  test("is created, shown, changed and deleted", async () => {
    const { client } = await start();
    const ingress = { name: "shop", routers, annotations: { note: "x" }, labels: { team: "red" } };
    const made = await client.ok("POST", "eks/ingress/", { ingress });
    expect(made).toEqual({ ingress: { ...ingress, creation_time: expect.any(String) } });
    expect(await client.list("eks/ingress/", "ingresses")).toEqual([made["ingress"]]);
    expect(await client.ok("GET", "eks/access/")).toEqual(["http://shop.example/", "http://shop.example/api"]);
    await client.ok("PATCH", "eks/ingress/", { ingress: { name: "shop", routers: [routers[1]] } });
    expect(await client.list("eks/ingress/", "ingresses")).toMatchObject([
      { routers: [routers[1]], annotations: { note: "x" }, labels: { team: "red" } },
    ]);
    await client.ok("DELETE", "eks/ingress/", { ingress: ["shop"] });
    expect(await client.list("eks/ingress/", "ingresses")).toEqual([]);
  });

  test("shows at the port of the service that it leads to", async () => {
    const { client } = await start();
    await create(client, "front", { type: "ClusterIP", access: HTTP });
    await client.ok("POST", "eks/ingress/", { ingress: { name: "shop", routers } });
    expect((await services(client))[0]).toMatchObject({ access_mode: { access: [{ routers: [routers[0]] }] } });
  });
});
