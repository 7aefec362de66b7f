// The sections of a workload's form (1.21), each read and changed on its own, on a real API server.
import { describe, expect, test } from "vitest";
import { sharedControlPlane } from "../../../../../test/support/apiserver/controlplane.ts";
import type { EcnsClient } from "../test-support.ts";
import { startClusterBed } from "../test-support.ts";
import type { Json } from "./test-support.ts";
import { at, create, detail, MAIN, SCHEDULING } from "./test-support.ts";

const start = (options: Parameters<typeof startClusterBed>[1] = {}) =>
  startClusterBed(sharedControlPlane().kubeconfigPath, options);

describe("a section of a form", () => {
  const patch = (client: EcnsClient, action: string, body: object) => client.ok("PATCH", at(`?action=${action}`), body);

  test("is read and changed on its own, and the rest stays", async () => {
    const { client } = await start();
    await create(client);
    const before = await detail(client);
    await patch(client, "scale", { replicas: 1 });
    await patch(client, "containers", { containers: [{ ...MAIN, health: [] }] });
    await patch(client, "update_strategy", { update_strategy: { type: "recreate" } });
    await patch(client, "scheduler_strategy", { scheduler_strategy: [SCHEDULING[0]] });
    await patch(client, "network", { network: { host_network: false, dns_policy: "ClusterFirst" } });
    await patch(client, "labels", { labels: { team: "blue" } });
    await patch(client, "scale_strategy", {
      scale_strategy: { min_replicas: 1, max_replicas: 2, resource: { cpu: 10 } },
    });
    const network = { host_network: false, dns_policy: "ClusterFirst", host_aliases: [] };
    const scaling = { min_replicas: 1, max_replicas: 2, resource: { cpu: 10 } };
    expect(await detail(client)).toMatchObject({
      workload_base: { replicas: 1 },
      volumes: before["volumes"],
      update_strategy: { type: "recreate", period: 0 },
      scheduler_strategy: [SCHEDULING[0]],
      network,
      labels: { team: "blue" },
      scale_strategy: scaling,
    });
    expect(await client.ok("GET", at("containers/"))).toEqual({ containers: [{ ...MAIN, health: [] }] });
    expect(await client.ok("GET", at("scheduler_strategy"))).toEqual({ scheduler_strategy: [SCHEDULING[0]] });
    expect(await client.ok("GET", at("network"))).toEqual({ network });
    expect(await client.ok("GET", at("scale_strategy"))).toEqual({ scale_strategy: scaling });
    await patch(client, "scale_strategy", { scale_strategy: null });
    expect(await client.ok("GET", at("scale_strategy"))).toEqual({ scale_strategy: null });
  });

  test.each([
    ["Replace", ["web-svc-2"]],
    ["Merge", ["web-svc", "web-svc-2"]],
  ] as const)("of access with --patch %s leaves the services %j", async (patches, names) => {
    const { client } = await start({ patch: patches });
    const mode = { type: "ClusterIP", access: [{ port: 80, protocol: "TCP", target_port: 80 }], annotations: {} };
    await create(client, { access_mode: [mode] });
    const [first] = (await client.ok("GET", at("access/")))["access_mod"] as Json[];
    expect(first).toMatchObject({ name: "web-svc", type: "ClusterIP" });
    await patch(client, "access_modes", { access_modes: [{ ...mode, access: [{ port: 81 }] }] });
    const after = (await client.ok("GET", at("access/")))["access_mod"] as Json[];
    expect(after.map(({ name }) => name)).toEqual(names);
    await patch(client, "access_modes", { access_modes: [{ ...mode, name: "web-svc-2", type: "NodePort" }] });
    const changed = (await client.list("eks/service/", "services")).map((one) => one["access_mode"] as Json);
    expect(changed.find(({ name }) => name === "web-svc-2")).toMatchObject({ type: "NodePort" });
  });

  test("that a table has once shows one with --single One, and none as null", async () => {
    const { client } = await start({ single: "One" });
    await create(client);
    expect(await client.ok("GET", at("scheduler_strategy"))).toEqual({ scheduler_strategy: SCHEDULING[0] });
    expect(await client.ok("GET", at("access/"))).toEqual({ access_mod: null });
  });

  test("wants to know the workload's type, and the action", async () => {
    const { client } = await start();
    await create(client);
    expect((await client.refusal("GET", "eks/workloads/workload/web/"))[0]).toBe(400);
    expect((await client.refusal("PATCH", at("?action=paint"), {}))[0]).toBe(400);
  });

  test("of access may carry a route, which makes an Ingress", async () => {
    const { client } = await start();
    const routers = [{ domain: "shop.example", path: "/" }];
    const mode = { type: "ClusterIP", access: [{ port: 80, routers }], annotations: {} };
    await create(client, { access_mode: [mode] });
    expect(await client.list("eks/ingress/", "ingresses")).toMatchObject([
      {
        name: "web-svc",
        routers: [{ domain: "shop.example", path: "/", target_service: "web-svc", service_port: 80 }],
      },
    ]);
  });
});
