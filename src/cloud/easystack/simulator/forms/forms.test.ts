// The form of a workload (1.21) on a real API server: every member in the manifest, and back again as it was sent.
import { describe, expect, test } from "vitest";
import { stringify } from "yaml";
import { sharedControlPlane } from "../../../../../test/support/apiserver/controlplane.ts";
import { startClusterBed } from "../test-support.ts";
import type { Json, Template } from "./test-support.ts";
import { at, create, detail, INIT, MAIN, manifest, WEB } from "./test-support.ts";

const start = (options: Parameters<typeof startClusterBed>[1] = {}) =>
  startClusterBed(sharedControlPlane().kubeconfigPath, options);

describe("a form", () => {
  test("is a manifest", async () => {
    const { client } = await start();
    await create(client);
    const { spec } = (await manifest(client)) as unknown as Template;
    expect(spec).toMatchObject({
      replicas: 3,
      selector: { matchLabels: { app: "web" } },
      strategy: { type: "RollingUpdate", rollingUpdate: { maxSurge: 2, maxUnavailable: 1 } },
      minReadySeconds: 5,
    });
    expect(spec.template.spec).toMatchObject({
      hostPID: true,
      hostNetwork: true,
      dnsPolicy: "ClusterFirstWithHostNet",
      hostAliases: [{ ip: "10.0.0.1", hostnames: ["bar.remote.com", "zoo.remote.com"] }],
      imagePullSecrets: [{ name: "pull" }],
      nodeSelector: { disk: "ssd" },
      initContainers: [{ name: "init", image: "busybox:1.36" }],
      volumes: [
        { name: "data", persistentVolumeClaim: { claimName: "data" } },
        { name: "conf", configMap: { name: "app", items: [{ key: "a", path: "a.txt" }] } },
        { name: "keys", secret: { secretName: "plain" } },
        { name: "host", hostPath: { path: "/var/run" } },
        { name: "tmp", emptyDir: {} },
      ],
    });
    expect(spec.template.spec.containers[0]).toMatchObject({
      image: "registry.ecns.example/team/web:v1",
      imagePullPolicy: "Always",
      command: ["run", "web"],
      args: ["--port", "80"],
      resources: { requests: { cpu: "100m", memory: "1Gi" }, limits: { cpu: "1", memory: "2Gi" } },
      env: [
        { name: "MODE", value: "fast" },
        { name: "A", valueFrom: { configMapKeyRef: { name: "app", key: "mode" } } },
        { name: "B", valueFrom: { secretKeyRef: { name: "plain", key: "word" } } },
      ],
      livenessProbe: { httpGet: { path: "/live", port: 80, scheme: "HTTP" }, failureThreshold: 4 },
      readinessProbe: { exec: { command: ["/bin/sh", "-c", "cat /ready && true"] } },
      startupProbe: { tcpSocket: { port: 81 } },
      lifecycle: { preStop: { exec: { command: ["sleep", "1"] } } },
      securityContext: {
        runAsNonRoot: true,
        readOnlyRootFilesystem: true,
        runAsUser: 1000,
        capabilities: { add: ["NET_BIND_SERVICE"] },
      },
    });
  });

  test("shows as it was sent", async () => {
    const { client } = await start();
    await create(client);
    const shown = await detail(client);
    const { containers, ...rest } = WEB;
    expect(shown).toMatchObject({ ...rest, labels: { app: "web", team: "red" } });
    const [init, main] = shown["containers"] as Json[];
    expect(init).toMatchObject({ name: "init", type: "init", image: INIT.image });
    expect(main).toEqual(containers[1]);
  });

  test("shows what YAML has changed", async () => {
    const { client } = await start();
    await create(client);
    const found = (await manifest(client)) as unknown as Template;
    const [main] = found.spec.template.spec.containers;
    Object.assign(main!, { image: "docker.io/library/nginx:1.27", livenessProbe: undefined });
    const edited = await client.ok("PUT", "eks/_raw/Deployment/name/web/", { yaml: stringify(found) });
    expect(edited).toMatchObject({ failed: [] });
    const shown = ((await detail(client))["containers"] as Json[])[1]!;
    expect(shown).toMatchObject({
      image: { image: "docker.io/library/nginx", image_version: "1.27" },
      image_source: "third_party",
    });
    expect((shown["health"] as Json[]).map(({ type }) => type)).toEqual(["readiness", "startup"]);
  });

  test("loses the spaces within its words: the lists are joined into a line", async () => {
    const { client } = await start();
    await create(client, {
      containers: [{ ...INIT, name: "main", type: "worker", commands: { cmd: ["sh", "-c", "a b"] } }],
    });
    const [shown] = (await detail(client))["containers"] as Json[];
    expect(shown?.["commands"]).toEqual({ cmd: ["sh", "-c", "a", "b"], args: [] });
  });

  test.each(["Flat", "Nested"] as const)(
    "takes scheduler rules either way, and shows them %s",
    async (schedulerRule) => {
      const { client } = await start({ schedulerRule });
      const required = { expression: [{ key: "zone", operator: "In", values: "a" }] };
      const nested = [{ type: "nodeSelectorTerms", node_terms: { required } }];
      await create(client, { scheduler_strategy: nested });
      const { scheduler_strategy: shown } = await client.ok("GET", at("scheduler_strategy"));
      expect(shown).toEqual(
        schedulerRule === "Nested" ? nested : [{ type: "nodeSelectorTerms", node_terms: required }],
      );
    },
  );

  test.each([
    [{ type: "first_up", batch_size: 2 }, { rollingUpdate: { maxSurge: 2, maxUnavailable: 0 } }],
    [{ type: "first_down", batch_size: 2 }, { rollingUpdate: { maxSurge: 0, maxUnavailable: 2 } }],
    [{ type: "recreate" }, { type: "Recreate" }],
  ])("with the update strategy %j has %j", async (update, strategy) => {
    const { client } = await start();
    await create(client, { update_strategy: update });
    expect(await manifest(client)).toMatchObject({ spec: { strategy } });
    expect(await detail(client)).toMatchObject({ update_strategy: update });
  });

  test("with a volume of a class makes a claim, or a StatefulSet's template of one", async () => {
    const { client } = await start();
    const volumes = [{ name: "disk", type: "StorageClass", storage_class: { class_name: "general", capacity: "10" } }];
    const containers = [{ ...INIT, name: "main", type: "worker" }];
    await create(client, { volumes, containers });
    expect(await manifest(client, "PersistentVolumeClaim", "web-disk")).toMatchObject({
      spec: { storageClassName: "general", resources: { requests: { storage: "10Gi" } } },
    });
    const base = { name: "db", type: "StatefulSet", replicas: 1 };
    await create(client, { volumes, containers, workload_base: base, update_strategy: undefined });
    expect(await manifest(client, "StatefulSet", "db")).toMatchObject({
      spec: { volumeClaimTemplates: [{ metadata: { name: "disk" }, spec: { storageClassName: "general" } }] },
    });
    const shown = await client.ok("GET", "eks/workloads/workload/db/?workload_type=StatefulSet");
    expect(shown).toMatchObject({ workload: { volumes } });
  });

  test.each([
    ["a strategy that is another type's", { update_strategy: { type: "on_delete" } }],
    ["no container", { containers: [] }],
    ["a volume without its source", { volumes: [{ name: "x", type: "PVC" }] }],
    [
      "a probe that Kubernetes refuses",
      { containers: [{ ...MAIN, health: [{ ...MAIN.health[0], success_threshold: 2 }] }] },
    ],
  ])("with %s is refused", async (_, change) => {
    const { client } = await start();
    const [status] = await client.refusal("POST", "eks/workloads/", { workloads: [{ ...WEB, ...change }] });
    expect(status).toBe(400);
  });
});
