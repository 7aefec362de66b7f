// Workloads of EasyStack ECNS by its own forms: each section by the call that carries it and no more, what no form carries, and what has to be
// there before a form is sent.
import { describe, it, vi } from "vitest";
import { container, ports, service, sourceSecret, workload } from "../support/clouds/easystack/form-manifests.ts";
import { PATIENTLY, useFormsStand } from "../support/clouds/easystack/form-sets.ts";
import { itStaysClean } from "../support/environment/invariants.ts";
import { configMap, targetShows, type Json } from "../support/environment/manifest-sets.ts";

vi.setConfig({ testTimeout: 300_000, hookTimeout: 120_000, maxConcurrency: 20 });

// A PATCH of several things may leave what it does not name: that has to go all the same.
const theStand = useFormsStand("easystack-form-sections", { patch: "Merge" });

describe.concurrent("a workload on route Forms", () => {
  it("changes a workload section by section, each by the call that carries no more, and heals one that drifts (calls 101, 104, 105, 110, 111, 112, 116, 118, 119)", async ({
    expect,
  }) => {
    const { stand, target, namespace, writesIn, formsSet, applied } = theStand();
    const real = await namespace("sections");
    const set = (spec: Json = {}, pod: Json = {}, labels: Json = {}): Json => {
      const one = workload("Deployment", "web", { replicas: 1, ...spec }, pod);
      return { ...one, metadata: { name: "web", labels: { team: "shop", ...labels } } };
    };
    await stand.apply(formsSet("sections", [set()]));
    await applied(expect, "sections", 1);
    const strategy = { type: "RollingUpdate", rollingUpdate: { maxSurge: 2, maxUnavailable: 0 } };
    const affinity = {
      podAntiAffinity: {
        requiredDuringSchedulingIgnoredDuringExecution: [
          {
            topologyKey: "kubernetes.io/hostname",
            labelSelector: { matchExpressions: [{ key: "app", operator: "In", values: ["web"] }] },
          },
        ],
      },
    };
    const hostAliases = [{ ip: "10.1.1.1", hostnames: ["a.example.com", "b.example.com"] }];
    const steps: readonly (readonly [action: string, manifest: Json])[] = [
      ["scale", set({ replicas: 3 })],
      ["containers", set({ replicas: 3 }, { containers: [{ ...container, image: "nginx:1.26" }] })],
      ["update_strategy", set({ replicas: 3, strategy }, { containers: [{ ...container, image: "nginx:1.26" }] })],
      [
        "scheduler_strategy",
        set({ replicas: 3, strategy }, { containers: [{ ...container, image: "nginx:1.26" }], affinity }),
      ],
      [
        "network",
        set({ replicas: 3, strategy }, { containers: [{ ...container, image: "nginx:1.26" }], affinity, hostAliases }),
      ],
      [
        "labels",
        set(
          { replicas: 3, strategy },
          { containers: [{ ...container, image: "nginx:1.26" }], affinity, hostAliases },
          { tier: "front" },
        ),
      ],
    ];
    for (const [action, manifest] of steps) {
      const before = (await writesIn("sections")).length;
      await stand.edit("manifestset/sections", { spec: { manifests: [manifest] } });
      await stand.lookAgain("manifestset/sections");
      const since = (await writesIn("sections")).slice(before);
      // The annotation that says which fields are ours follows where their set has changed.
      expect(since.filter((write) => !write.startsWith("PUT /_raw/"))).toEqual([
        `PATCH /workloads/workload/web/?${action}`,
      ]);
    }
    const [, last] = steps.at(-2)!;
    const labelled = (await writesIn("sections")).length;
    await stand.edit("manifestset/sections", { spec: { manifests: [last] } });
    await stand.lookAgain("manifestset/sections");
    // The call for labels takes none away here, and so they follow.
    expect((await writesIn("sections")).slice(labelled)).toEqual(["PUT /_raw/Deployment/name/web/"]);
    expect((await target.get("deployment", "web", real))!.metadata.labels).not.toHaveProperty("tier");
    expect((await target.get("deployment", "web", real))!.spec).toMatchObject({
      replicas: 3,
      strategy,
      template: { spec: { affinity, hostAliases, containers: [{ image: "nginx:1.26" }] } },
    });
    const before = (await writesIn("sections")).length;
    await target.kubectl("scale", "deployment", "web", "-n", real, "--replicas=7");
    await targetShows({ target }, ["deployment", "web", real], ({ spec }) => spec?.["replicas"] === 3);
    await stand.lookAgain("manifestset/sections");
    expect((await writesIn("sections")).slice(before)).toEqual(["PATCH /workloads/workload/web/?scale"]);
    const logs = [{ container: "main", paths: ["/var/log/web"] }];
    const workloads = [{ kind: "Deployment", namespace: "sections", name: "web", logs }];
    await stand.edit("manifestset/sections", { spec: { easystack: { route: "Forms", workloads } } });
    await stand.lookAgain("manifestset/sections");
    expect(await writesIn("sections")).toContain("PATCH /workloads/workload/web/?containers");
    const shown = (await target.get("deployment", "web", real))!;
    expect(JSON.stringify(shown.spec?.["template"])).toContain("/var/log/web");
    const volumes = [{ name: "scratch", emptyDir: {} }];
    const { template } = last["spec"] as { template: { spec: object } };
    const withVolume = {
      ...last,
      spec: { ...(last["spec"] as object), template: { ...template, spec: { ...template.spec, volumes } } },
    };
    await stand.edit("manifestset/sections", { spec: { manifests: [withVolume] } });
    const { message } = await stand.reaches("manifestset/sections", "ImmutableField");
    expect(message).toContain("spec.template.spec.volumes");
  });

  it("has contents of which a key went, and nothing of it is left over (calls 44, 49, 56)", async ({ expect }) => {
    const { stand, target, namespace, writesIn, formsSet, applied } = theStand();
    const real = await namespace("contents");
    const source = (data: Readonly<Record<string, string>>): object => sourceSecret("words", "Opaque", data);
    const manifests = (data: Readonly<Record<string, string>>): Json[] => [configMap("settings", data)];
    await stand.apply(source({ user: "robot", word: "merged-word" }));
    const copies = [{ kind: "Secret", name: "words" }];
    await stand.apply(formsSet("contents", manifests({ level: "info", colour: "red" }), {}, { copies }));
    await applied(expect, "contents", 2);
    const { stringData: _former, ...rest } = source({}) as { stringData: object };
    await stand.apply({ ...rest, data: { user: Buffer.from("other").toString("base64"), word: null } });
    await stand.edit("manifestset/contents", { spec: { manifests: manifests({ level: "warn" }) } });
    await targetShows({ target }, ["configmap", "settings", real], ({ data }) => data?.["level"] === "warn");
    await targetShows({ target }, ["secret", "words", real], ({ data }) => Object.keys(data ?? {}).join() === "user");
    await stand.lookAgain("manifestset/contents");
    await applied(expect, "contents", 2);
    expect((await target.get("configmap", "settings", real))!.data).toEqual({ level: "warn" });
    const writes = await writesIn("contents");
    expect(writes.filter((write) => write.startsWith("PATCH")).toSorted()).toEqual([
      "PATCH /kubernetes/configmap/settings/",
      "PATCH /kubernetes/secret/",
    ]);
  });

  it("is told before any write which fields no form carries", async ({ expect }) => {
    const { stand, target, namespace, formsSet } = theStand();
    const real = await namespace("lost");
    const pod = { containers: [{ ...container, ports: [{ containerPort: 80 }] }], tolerations: [{ key: "a" }] };
    const manifests = [configMap("good"), workload("Deployment", "web", {}, pod), service("inside", { ports })];
    await stand.apply(formsSet("lost", manifests));
    const { message } = await stand.reaches("manifestset/lost", "NotSupportedByCloud");
    expect(message).toContain("spec.template.spec.containers[0].ports");
    expect(message).toContain("spec.template.spec.tolerations");
    expect(message).toContain("easystack.services[].workload");
    expect(await target.get("configmap", "good", real)).toBeUndefined();
  });

  it("names a key that a ConfigMap lacks, and waits for the workload that a Service leads to", async ({ expect }) => {
    const { stand, target, namespace, formsSet, applied } = theStand();
    const real = await namespace("keys");
    const settings = (data: Readonly<Record<string, string>>): Promise<void> =>
      target.apply({ ...configMap("settings", data), metadata: { name: "settings", namespace: real } });
    await settings({ other: "1" });
    const env = [{ name: "LEVEL", valueFrom: { configMapKeyRef: { name: "settings", key: "level" } } }];
    const manifests = [
      workload("Deployment", "web", {}, { containers: [{ ...container, env }] }),
      service("inside", { ports }),
    ];
    const services = [{ namespace: "keys", name: "inside", workload: { kind: "Deployment", name: "web" } }];
    await stand.apply(formsSet("keys", manifests, { services }));
    const says = (): string => JSON.stringify(stand.seen("manifestset/keys")?.status.conditions);
    await expect.poll(says, PATIENTLY).toContain("ConfigMap settings has no key level");
    await settings({ level: "info" });
    await stand.lookAgain("manifestset/keys");
    await applied(expect, "keys", 2);
  });
});

itStaysClean(() => theStand().stand);
