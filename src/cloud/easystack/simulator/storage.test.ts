// Claims, classes and volumes (1.15, 1.20): bound, grown, held and reclaimed on a real API server; classes without one, too.
import { describe, expect, test, vi } from "vitest";
import { stringify, parse } from "yaml";
import { sharedControlPlane } from "../../../../test/support/apiserver/controlplane.ts";
import type { EcnsClient } from "./test-support.ts";
import { startClusterBed, startTestBed } from "./test-support.ts";

const start = (options: Parameters<typeof startClusterBed>[1] = {}) =>
  startClusterBed(sharedControlPlane().kubeconfigPath, options);

type Listed = Record<string, unknown> & { name: string };

const stored = async (client: EcnsClient, type: "pvc" | "pv" | "storage_class", selector = "current") =>
  (await client.list(
    `eks/kubernetes/storage/?type=PVC,PV,StorageClass&cluster_selector=${selector}`,
    type,
  )) as Listed[];

const claim = (client: EcnsClient, name: string, more: object = {}) =>
  client.ok("POST", `eks/kubernetes/pvc/${name}/`, {
    pvc: { name, storage_class_name: "general", capacity: "10", ...more },
  });

/** Once the claim is bound: the name of its volume. */
async function bound(client: EcnsClient, name: string): Promise<string> {
  return vi.waitFor(async () => {
    const volume = (await stored(client, "pv")).find((one) => one["pvc_name"] === name && one["status"] === "Bound");
    const found = (await stored(client, "pvc")).find((one) => one.name === name);
    expect([volume?.name, found?.["status"]]).toEqual([expect.any(String), "Bound"]);
    return String(volume?.name);
  }, 10_000);
}

async function edit(client: EcnsClient, kind: string, name: string, change: (spec: Record<string, unknown>) => void) {
  const path = `eks/_raw/${kind}/name/${name}/`;
  const shown = parse(String((await client.ok("GET", path))["yaml"])) as { spec: Record<string, unknown> };
  change(shown.spec);
  return client.ok("PUT", path, { yaml: stringify(shown) });
}

const put = (client: EcnsClient, object: { kind: string; metadata: { name: string } }) =>
  client.ok("POST", `eks/_raw/${object.kind}/name/${object.metadata.name}/`, { yaml: stringify(object) });

const pod = (claimName: string) => ({
  apiVersion: "v1",
  kind: "Pod",
  metadata: { name: "user" },
  spec: {
    containers: [{ name: "main", image: "nginx:1" }],
    volumes: [{ name: "data", persistentVolumeClaim: { claimName } }],
  },
});

describe("a claim", () => {
  test("is bound to a volume of its own after a while", async () => {
    const { client, cluster } = await start();
    await claim(client, "data");
    const volume = await bound(client, "data");
    const place = { domain: "Default", project: "admin", cluster, cluster_addr: "https://10.10.1.11:6443" };
    expect(await stored(client, "pvc")).toEqual([
      {
        name: "data",
        ...place,
        storage_class_name: "general",
        capacity: "10Gi",
        access_modes: ["ReadWriteOnce"],
        attached_workloads: [],
        status: "Bound",
        creation_time: expect.any(String),
      },
    ]);
    expect(await stored(client, "pv")).toEqual([
      {
        name: volume,
        ...place,
        storage_class_name: "general",
        capacity: "10Gi",
        pvc_name: "data",
        pvc_namespace: "default",
        access_modes: ["ReadWriteOnce"],
        status: "Bound",
        reclaim_policy: "Delete",
        creation_time: expect.any(String),
      },
    ]);
    expect((await client.ok("GET", "eks/resources/PVC/data/"))["existence"]).toBe(true);
    const overview = await client.ok("GET", "eks/overview/pvc_status/");
    expect(overview).toMatchObject({ available: { count: 1, pvcs: [{ name: "data" }] }, mounted: { count: 0 } });
  });

  test("of no class takes the default one, and waits where there is none", async () => {
    const { client } = await start();
    await claim(client, "first", { storage_class_name: undefined });
    await bound(client, "first");
    await client.ok("PUT", "eks/kubernetes/storageclass/general/default/?action=unset", {});
    await claim(client, "second", { storage_class_name: undefined });
    await bound(client, "first");
    expect((await stored(client, "pvc")).map((one) => one["status"])).toEqual(["Bound", "Pending"]);
    await client.ok("PUT", "eks/kubernetes/storageclass/general/default/?action=set", {});
    await bound(client, "second");
  });

  test("grows by YAML, and is refused to shrink", async () => {
    const { client } = await start();
    await claim(client, "data");
    await bound(client, "data");
    const size = (storage: string) => (spec: Record<string, unknown>) => {
      spec["resources"] = { requests: { storage } };
    };
    expect(await edit(client, "PersistentVolumeClaim", "data", size("20Gi"))).toMatchObject({ failed: [] });
    await vi.waitFor(async () => expect((await stored(client, "pvc"))[0]).toMatchObject({ capacity: "20Gi" }), 10_000);
    const shrunk = await edit(client, "PersistentVolumeClaim", "data", size("5Gi"));
    expect(shrunk).toMatchObject({ failed: [{ reason: expect.stringContaining("less than") }] });
  });

  test("that a pod mounts shows so, is not available, and goes when the pod has gone", async () => {
    const { client } = await start();
    await claim(client, "data");
    await put(client, pod("data"));
    await bound(client, "data");
    expect((await stored(client, "pvc"))[0]).toMatchObject({ attached_workloads: [{ name: "user", type: "Pod" }] });
    const available = "eks/kubernetes/storage/?type=PVC&cluster_selector=current&filter=available";
    expect(await client.list(available, "pvc")).toEqual([]);
    await client.ok("DELETE", "eks/kubernetes/pvc/data/", {});
    expect((await client.ok("GET", "eks/resources/PVC/data/"))["existence"]).toBe(true);
    await client.ok("DELETE", "eks/pods/?force=true", { pod: { name: "user" } });
    await vi.waitFor(async () => expect(await stored(client, "pvc")).toEqual([]), 10_000);
  });

  test("that goes takes its volume along, unless that is kept", async () => {
    const { client } = await start();
    await claim(client, "gone");
    await claim(client, "kept");
    await bound(client, "gone");
    const volume = await bound(client, "kept");
    await edit(client, "PersistentVolume", volume, (spec) => {
      spec["persistentVolumeReclaimPolicy"] = "Retain";
    });
    for (const name of ["gone", "kept"]) await client.ok("DELETE", `eks/kubernetes/pvc/${name}/`, {});
    await vi.waitFor(async () => {
      expect(await stored(client, "pv")).toMatchObject([
        { name: volume, status: "Released", reclaim_policy: "Retain" },
      ]);
    }, 10_000);
    expect((await client.refusal("DELETE", `eks/kubernetes/storage/${volume}/?type=PVC`))[0]).toBe(400);
    await client.ok("DELETE", `eks/kubernetes/storage/${volume}/?type=PV&cluster_addr=https://10.10.1.11:6443`);
    await vi.waitFor(async () => expect(await stored(client, "pv")).toEqual([]), 10_000);
  });

  test("whose volume is gone is lost", async () => {
    const { client, cluster } = await start();
    await claim(client, "data");
    const volume = await bound(client, "data");
    const { kubectl } = sharedControlPlane();
    const patch = ["patch", "pv", `${cluster}--${volume}`, "--type=merge", "-p", '{"metadata":{"finalizers":null}}'];
    await kubectl(["delete", "pv", `${cluster}--${volume}`, "--wait=false"]);
    await kubectl(patch);
    await vi.waitFor(async () => expect(await stored(client, "pvc")).toMatchObject([{ status: "Lost" }]), 10_000);
  });

  test("takes a volume that is there and fits", async () => {
    const { client } = await start();
    const spec = {
      accessModes: ["ReadWriteOnce"],
      capacity: { storage: "50Gi" },
      storageClassName: "general",
      hostPath: { path: "/data" },
    };
    await put(client, { apiVersion: "v1", kind: "PersistentVolume", metadata: { name: "old" }, spec } as never);
    await vi.waitFor(async () => expect(await stored(client, "pv")).toMatchObject([{ status: "Available" }]), 10_000);
    await claim(client, "data");
    expect(await bound(client, "data")).toBe("old");
  });

  test("shows its namespace with --claim-namespaces, and not without", async () => {
    const { client } = await start({ claimNamespaces: true });
    await claim(client, "data");
    expect((await stored(client, "pvc"))[0]).toMatchObject({ namespace: "default" });
  });

  test("is refused in another project's name", async () => {
    const { client } = await start();
    await claim(client, "data");
    expect((await client.refusal("DELETE", "eks/kubernetes/pvc/data/", { project_id: "p-2" }))[0]).toBe(403);
  });
});

describe("a class of storage", () => {
  test("is created, made the default in place of the other, and deleted, without an API server behind", async () => {
    const { client } = await startTestBed();
    const classes = () =>
      client.list("eks/kubernetes/storage/?type=StorageClass&cluster_selector=current", "storage_class");
    const address = "cluster_addr=https://10.10.1.11:6443";
    expect(await classes()).toMatchObject([{ class_name: "general", is_default: true, capacity: 0 }]);
    await client.ok("POST", `eks/kubernetes/sc/fast/?volume_type=high-performance&${address}`, {});
    await client.ok("PUT", "eks/kubernetes/storageclass/fast/default/?action=set", {
      cluster_addr: "https://10.10.1.11:6443",
    });
    expect(await classes()).toMatchObject([
      { class_name: "fast", is_default: true },
      { class_name: "general", is_default: false },
    ]);
    const { yaml } = await client.ok("GET", "eks/_raw/StorageClass/name/fast/");
    expect(yaml).toContain("type: high-performance");
    await client.ok("DELETE", `eks/kubernetes/sc/fast/?${address}`);
    expect(await classes()).toHaveLength(1);
  });

  test("is refused a volume type that there is not, a name in use and a cluster that is not there", async () => {
    const { client } = await startTestBed();
    const statusOf = async (path: string) => (await client.refusal("POST", `eks/kubernetes/sc/${path}`, {}))[0];
    expect(await statusOf("fast/?volume_type=tape")).toBe(400);
    expect(await statusOf("general/?volume_type=hdd")).toBe(409);
    expect(await statusOf("fast/?cluster_addr=https://nowhere")).toBe(404);
    expect(await client.ok("GET", "eks/volumes/")).toEqual([
      { id: "volume-type-1", name: "hdd", type: "hdd" },
      { id: "volume-type-2", name: "high-performance", type: "high-performance" },
    ]);
  });

  test("of one cluster is not another's, and one list shows those of all", async () => {
    const { client, cluster } = await start();
    const second = `${cluster}b`;
    await client.colleague("POST", "clusters", { name: second });
    await claim(client, "data");
    await client.enter(second);
    expect(await stored(client, "pvc")).toEqual([]);
    const all = await stored(client, "storage_class", "all");
    expect(all.map((one) => one["cluster"])).toEqual([cluster, second]);
    expect(await stored(client, "pvc", "all")).toMatchObject([{ name: "data", cluster }]);
  });

  test("is all that a list can show without an API server behind", async () => {
    const { client } = await startTestBed();
    expect((await client.refusal("GET", "eks/kubernetes/storage/?type=PVC&cluster_selector=all"))[0]).toBe(503);
    expect((await client.refusal("GET", "eks/kubernetes/storage/?type=Disk"))[0]).toBe(400);
  });
});
