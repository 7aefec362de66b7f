// Workloads (1.21) with a real kube-controller-manager behind: pods that run, power, sections, revisions, deletion.
import { afterAll, beforeAll, describe, expect, test, vi } from "vitest";
import { parse } from "yaml";
import type { ControlPlane } from "../../../../test/support/apiserver/controlplane.ts";
import { startWorkloadControlPlane } from "../../../../test/support/clouds/easystack/controllers.ts";
import type { EcnsClient } from "./test-support.ts";
import { startClusterBed } from "./test-support.ts";

let controlPlane: ControlPlane;

beforeAll(async () => {
  controlPlane = await startWorkloadControlPlane();
}, 120_000);

afterAll(() => controlPlane.stop());

const start = (options: Parameters<typeof startClusterBed>[1] = {}) =>
  startClusterBed(controlPlane.kubeconfigPath, { runPods: true, ...options });

type Type = "Deployment" | "StatefulSet" | "DaemonSet";
type Json = Record<string, unknown>;

const container = (version = "1.27", more: object = {}): Json => ({
  name: "main",
  type: "worker",
  image: { image: "nginx", image_version: version },
  ...more,
});

const form = (more: object = {}, base: object = {}): Json => ({
  workload_base: { name: "web", type: "Deployment", replicas: 2, ...base },
  containers: [container()],
  ...more,
});

const create = (client: EcnsClient, ...workloads: Json[]) => client.ok("POST", "eks/workloads/", { workloads });

const at = (rest = "", type: Type = "Deployment", name = "web") =>
  `eks/workloads/workload/${name}/${rest}${rest.includes("?") ? "&" : "?"}workload_type=${type}`;

const list = (client: EcnsClient, type: Type = "Deployment") =>
  client.list(`eks/workloads/?page=1&page_size=20&workload_type=${type}`, "workloads");

const status = async (client: EcnsClient, type: Type = "Deployment") =>
  (await list(client, type))[0]?.["workload_status"] as Json | undefined;

const running = (client: EcnsClient, ready: number, type: Type = "Deployment") =>
  vi.waitFor(
    async () => expect(await status(client, type)).toMatchObject({ ready_replicas: ready, status: "Runnning" }),
    {
      timeout: 20_000,
      interval: 100,
    },
  );

const revisions = async (client: EcnsClient, type: Type = "Deployment") =>
  (await client.list(at("revisions/", type), "revisions")).map(({ version }) => version as number);

const pods = async (client: EcnsClient) => (await client.ok("GET", "eks/pods/")) as unknown as Json[];

describe("a workload", () => {
  test.each(["Deployment", "StatefulSet"] as const)("of type %s runs its pods, and shows so", async (type) => {
    const { client } = await start();
    await create(client, form({}, { type }));
    await running(client, 2, type);
    expect(await pods(client)).toMatchObject([
      { status: "Running", restart_count: "0", pod_ip: expect.stringMatching(/^10\./), host_ip: "10.10.1.21" },
      { status: "Running", images: [{ image: "nginx", image_version: "1.27" }] },
    ]);
    const detail = await client.ok("GET", at("", type));
    expect(detail).toMatchObject({ workload: { Pods_status: [{}, {}] }, revisions: [{ version: 1 }] });
    const other = type === "Deployment" ? "StatefulSet" : "Deployment";
    expect(await list(client, other)).toEqual([]);
    expect((await client.refusal("GET", at("", other)))[0]).toBe(404);
  });

  test("of type DaemonSet has no replicas", async () => {
    const { client } = await start();
    await create(client, form({}, { type: "DaemonSet", replicas: undefined }));
    expect((await list(client, "DaemonSet"))[0]).toMatchObject({ workload_base: { name: "web", type: "DaemonSet" } });
    expect((await client.refusal("PATCH", at("?action=scale", "DaemonSet"), { replicas: 2 }))[0]).toBe(400);
  });

  test("whose image is missing or crashes fails, and its pod says why", async () => {
    const { client } = await start();
    await create(client, form({ containers: [container("missing")] }, { replicas: 1 }));
    await vi.waitFor(async () => expect(await status(client)).toMatchObject({ status: "Failed" }), 20_000);
    const [pod] = await pods(client);
    expect(pod).toMatchObject({ status: "ImagePullBackOff" });
    expect(await client.ok("GET", `eks/pods/pod/${String(pod?.["name"])}/`)).toMatchObject({
      pod: { containers: [{ container_statuses: "Waiting" }], restart_policy: "Always" },
      conditions: expect.arrayContaining([expect.objectContaining({ type: "Ready", status: "False" })]),
      events: expect.arrayContaining([expect.objectContaining({ type: "Warning", reason: "Failed" })]),
    });
    expect(await client.ok("GET", "eks/overview/pods_status/")).toMatchObject({ failed: [{ count: 1 }] });
  });

  test("of a name in use is refused; of its batch what went before is there", async () => {
    const { client } = await start();
    await create(client, form());
    const workloads = [form({}, { name: "first" }), form(), form({}, { name: "last" })];
    expect((await client.refusal("POST", "eks/workloads/", { workloads }))[0]).toBe(409);
    expect((await list(client)).map((one) => (one["workload_base"] as Json)["name"])).toEqual(["first", "web"]);
  });

  test("is deleted with its autoscaler, and with its services where that is asked for", async () => {
    const { client } = await start();
    const front = { type: "ClusterIP", access: [{ port: 80 }], annotations: {} };
    const scaled = {
      access_mode: [front],
      scale_strategy: { min_replicas: 1, max_replicas: 3, resource: { cpu: 50 } },
    };
    await create(client, form(scaled));
    const bases = { workloads_base: [{ name: "web", type: "Deployment" }] };
    await client.ok("DELETE", "eks/workloads/", bases);
    expect(await client.list("eks/service/", "services")).toHaveLength(1);
    await create(client, form());
    expect(await client.ok("GET", at("scale_strategy"))).toEqual({ scale_strategy: null });
    await client.ok("DELETE", "eks/workloads/", { ...bases, delete_service: true, force_delete: true });
    expect(await client.list("eks/service/", "services")).toEqual([]);
    await vi.waitFor(async () => expect(await pods(client)).toEqual([]), 20_000);
  });

  test("that is deleted in the foreground is Removing until its pods have gone", async () => {
    const { client } = await start();
    await create(client, form());
    await running(client, 2);
    await client.ok("DELETE", "eks/workloads/", {
      workloads_base: [{ name: "web", type: "Deployment" }],
      delete_policy: "Foreground",
    });
    expect(await status(client)).toMatchObject({ status: "Removing" });
    await vi.waitFor(async () => expect(await list(client)).toEqual([]), 20_000);
  });
});

describe("power", () => {
  test.each(["Deployment", "StatefulSet"] as const)(
    "of a %s: it is stopped and started with its replicas",
    async (type) => {
      const { client } = await start();
      await create(client, form({}, { type }));
      await running(client, 2, type);
      expect((await client.refusal("PUT", at("?action=start", type)))[0]).toBe(409);
      await client.ok("PUT", at("?action=stop", type));
      await vi.waitFor(async () => expect(await pods(client)).toEqual([]), 20_000);
      expect((await list(client, type))[0]).toMatchObject({ workload_base: { replicas: 0 } });
      expect((await client.refusal("PUT", at("?action=stop", type)))[0]).toBe(409);
      await client.ok("PUT", at("?action=start", type));
      await running(client, 2, type);
    },
  );

  test("of several at once, and of a DaemonSet", async () => {
    const { client } = await start();
    await create(client, form({}, { type: "DaemonSet" }), form({}, { name: "api" }));
    const bases = {
      workloads_base: [
        { name: "web", type: "DaemonSet" },
        { name: "api", type: "Deployment" },
      ],
    };
    await client.ok("PUT", "eks/workloads/?action=stop", bases);
    expect((await client.refusal("PUT", "eks/workloads/?action=stop", bases))[0]).toBe(409);
    await client.ok("PUT", "eks/workloads/?action=start", bases);
    expect((await client.refusal("PUT", "eks/workloads/?action=start", bases))[0]).toBe(409);
    await client.ok("PUT", "eks/workloads/?action=recreate", bases);
    expect((await client.refusal("PUT", "eks/workloads/?action=jump", bases))[0]).toBe(400);
  });

  test("recreate makes other pods", async () => {
    const { client } = await start();
    await create(client, form({}, { replicas: 1 }));
    await running(client, 1);
    const [before] = await pods(client);
    await client.ok("PUT", at("?action=recreate"));
    await vi.waitFor(async () => {
      const after = (await pods(client)).filter((pod) => pod["status"] === "Running");
      expect(after.map(({ name }) => name)).not.toContain(before?.["name"]);
      expect(after).toHaveLength(1);
    }, 20_000);
  });
});

describe("revisions", () => {
  test.each(["Deployment", "StatefulSet"] as const)(
    "of a %s are kept, shown, rolled back to and deleted",
    async (type) => {
      const { client } = await start();
      await create(client, form({}, { type, replicas: 1 }));
      const image = async () => {
        const shown = (await client.list(at("containers/", type), "containers"))[0]!;
        return (shown["image"] as Json)["image_version"];
      };
      const toVersion = async (version: string, count: number) => {
        await client.ok("PATCH", at("?action=containers", type), { containers: [container(version)] });
        await vi.waitFor(async () => expect(await revisions(client, type)).toHaveLength(count), 20_000);
      };
      await vi.waitFor(async () => expect(await revisions(client, type)).toEqual([1]), 20_000);
      await toVersion("1.28", 2);
      await toVersion("1.29", 3);
      expect(await client.list(at("revisions/", type), "revisions")).toMatchObject([
        { version: 1, image: [{ image_version: "1.27" }] },
        { version: 2, image: [{ image_version: "1.28" }] },
        { version: 3, image: [{ image_version: "1.29" }] },
      ]);
      const { yaml } = await client.ok("GET", at("revision/1/yaml/", type));
      expect(parse(String(yaml))).toMatchObject({
        kind: type,
        spec: { template: { spec: { containers: [{ image: "nginx:1.27" }] } } },
      });

      await client.ok("PATCH", at("?action=rollback", type), { target_version: "1" });
      expect(await image()).toBe("1.27");
      // What was the first revision is the newest now.
      await vi.waitFor(async () => expect(await revisions(client, type)).toEqual([2, 3, 4]), 20_000);
      expect((await client.refusal("PATCH", at("?action=rollback", type), { target_version: "9" }))[0]).toBe(404);

      expect((await client.refusal("DELETE", at("revisions/?history_version=4", type)))[0]).toBe(409);
      await client.ok("DELETE", at("revisions/?history_version=2", type));
      await client.ok("DELETE", at("revisions/", type), { revisions: [{ version: 3 }] });
      await vi.waitFor(async () => expect(await revisions(client, type)).toEqual([4]), 20_000);
    },
  );
});

test("the pods of a job end, and it has succeeded", async () => {
  const { client } = await start();
  const job = {
    name: "tidy",
    completions: 2,
    parallelism: 2,
    active_deadline_seconds: 600,
    backoff_limit: 1,
    restart_policy: "Never",
    containers: [container()],
  };
  await client.ok("POST", "eks/jobs/", { job });
  await vi.waitFor(async () => {
    const [shown] = await client.list("eks/jobs/", "jobs");
    expect(shown).toMatchObject({
      job_status: { status: "Succeed", scale: "2/2" },
      pod_status: [{ status: "Succeeded" }, { status: "Succeeded" }],
    });
  }, 20_000);
});

test("quotas are enforced where what counts is made, by form and by YAML", async () => {
  const { client, cluster } = await start();
  const id = encodeURIComponent(`${cluster}/default`);
  await client.colleague("PATCH", `namespaces/${id}`, {
    quota: { deployments: 1, configmaps: 0, persistentvolumeclaims: 5, storage: 15 },
  });
  await create(client, form());
  const [status403, message] = await client.refusal("POST", "eks/workloads/", {
    workloads: [form({}, { name: "more" })],
  });
  expect([status403, message]).toEqual([403, expect.stringContaining("exceeded quota")]);
  const yaml = "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: x}\n";
  expect(await client.ok("POST", "eks/_raw/ConfigMap/name/x/", { yaml })).toMatchObject({
    failed: [{ reason: expect.stringContaining("exceeded quota") }],
  });
  const pvc = { pvc: { name: "a", capacity: "10" } };
  await client.ok("POST", "eks/kubernetes/pvc/a/", pvc);
  expect((await client.refusal("POST", "eks/kubernetes/pvc/b/", pvc))[0]).toBe(403);
  const { quota } = (await client.ok("GET", `eks/namespace/cluster/${cluster}/ns/default/quota/`)) as Record<
    string,
    Json
  >;
  expect(quota).toMatchObject({
    hard: { deployments: 1, pods: -1 },
    used: { deployments: 1, persistentvolumeclaims: 1, storage: 10, configmaps: 0 },
  });
});

test("a namespace ends with all that is in it, its real one too", async () => {
  const { client, cluster } = await start();
  await client.colleague("POST", "namespaces", { cluster, name: "team" });
  await client.enter(cluster, "team");
  await create(client, form());
  await client.ok("POST", "eks/kubernetes/pvc/data/", { pvc: { name: "data", capacity: "1" } });
  await running(client, 2);
  await client.ok("DELETE", `eks/namespace/cluster/${cluster}/ns/team/`);
  const [refused] = await client.refusal("POST", "eks/workloads/", { workloads: [form({}, { name: "late" })] });
  expect(refused).toBe(403);
  await vi.waitFor(async () => {
    const { namespaces } = (await client.state()) as Record<string, Json[]>;
    expect(namespaces?.map(({ name }) => name)).toEqual(["default"]);
  }, 20_000);
  expect((await controlPlane.kubectl(["get", "namespace", `${cluster}--team`])).code).not.toBe(0);
  expect((await client.refusal("GET", "eks/workloads/"))[0]).toBe(404);
});
