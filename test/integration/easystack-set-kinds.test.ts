// The kinds of objects of a set in EasyStack ECNS: each made as it is, changed by the narrowest call, and deleted by its own.
import { describe, it, vi } from "vitest";
import { clusterSetManifest } from "../support/clouds/easystack/environment.ts";
import { useEasyStackSets } from "../support/clouds/easystack/sets.ts";
import { itStaysClean } from "../support/environment/invariants.ts";
import { configMap, deployment, targetShows, type Json } from "../support/environment/manifest-sets.ts";

vi.setConfig({ testTimeout: 150_000, hookTimeout: 120_000, maxConcurrency: 20 });

// Whatever the cloud takes YAML in, and shows it in.
const theStand = useEasyStackSets("easystack-kinds", {
  simulator: { yamlBody: "Document", yamlAnswer: "Text", deletes: "NotFound" },
  account: { yamlBody: "Document" },
});

const IMAGE = "registry.example.com/web:1.0";

function pods(app: string, more: object = {}): Json {
  return { metadata: { labels: { app } }, spec: { containers: [{ name: "web", image: IMAGE }], ...more } };
}

function workload(kind: string, name: string, spec: object = {}): Json {
  const selector = { matchLabels: { app: name } };
  return { apiVersion: "apps/v1", kind, metadata: { name }, spec: { selector, template: pods(name), ...spec } };
}

function cronJob(suspend: boolean): Json {
  const jobTemplate = { spec: { template: pods("tick", { restartPolicy: "Never" }) } };
  return {
    apiVersion: "batch/v1",
    kind: "CronJob",
    metadata: { name: "tick" },
    spec: { schedule: "*/5 * * * *", suspend, jobTemplate },
  };
}

function autoscaler(name: string, maxReplicas: number): Json {
  const target = { type: "Utilization", averageUtilization: 60 };
  const metrics = [{ type: "Resource", resource: { name: "cpu", target } }];
  const scaleTargetRef = { apiVersion: "apps/v1", kind: "Deployment", name };
  const spec = { minReplicas: 1, maxReplicas, scaleTargetRef, metrics };
  return { apiVersion: "autoscaling/v2", kind: "HorizontalPodAutoscaler", metadata: { name }, spec };
}

function storageClass(name: string, isDefault: string, type = "hdd"): Json {
  const annotations = { "storageclass.kubernetes.io/is-default-class": isDefault };
  const provisioner = "cinder.csi.openstack.org";
  return {
    apiVersion: "storage.k8s.io/v1",
    kind: "StorageClass",
    metadata: { name, annotations },
    provisioner,
    parameters: { type },
  };
}

function service(name: string, nodePort?: number): Json {
  const ports = [{ port: 80, targetPort: 8080, ...(nodePort !== undefined && { nodePort }) }];
  const spec = { type: nodePort === undefined ? "ClusterIP" : "NodePort", selector: { app: name }, ports };
  return { apiVersion: "v1", kind: "Service", metadata: { name }, spec };
}

const SECRET = {
  apiVersion: "v1",
  kind: "Secret",
  metadata: { name: "pull", labels: { "yunfan.dev/manifests": "true" } },
  stringData: { password: "copied-password-of-the-registry" },
};

describe.concurrent("a set in a cluster of EasyStack", () => {
  it("has each of the kinds made by YAML and deleted by its own call, whatever that answers (calls 50, 53, 57, 60, 65, 70, 85, 89, 90)", async ({
    expect,
  }) => {
    const stand = theStand();
    const real = await stand.inCluster("kinds");
    const claim = {
      accessModes: ["ReadWriteOnce"],
      resources: { requests: { storage: "1Gi" } },
      storageClassName: "general",
    };
    const volume = {
      capacity: { storage: "1Gi" },
      accessModes: ["ReadWriteOnce"],
      persistentVolumeReclaimPolicy: "Retain",
      storageClassName: "by-hand",
      hostPath: { path: "/tmp/none" },
    };
    const backend = { service: { name: "web", port: { number: 80 } } };
    const rules = [{ host: "shop.example.com", http: { paths: [{ path: "/", pathType: "Prefix", backend }] } }];
    const manifests = [
      configMap("settings", { odd: "1e3", number: "0123", text: "a: b\n# c\n" }),
      service("web"),
      { apiVersion: "networking.k8s.io/v1", kind: "Ingress", metadata: { name: "web" }, spec: { rules } },
      deployment("web", { replicas: 0 }),
      workload("StatefulSet", "db", { serviceName: "db", replicas: 0 }),
      workload("DaemonSet", "agent"),
      {
        apiVersion: "v1",
        kind: "Pod",
        metadata: { name: "single" },
        spec: { containers: [{ name: "web", image: IMAGE }] },
      },
      {
        apiVersion: "batch/v1",
        kind: "Job",
        metadata: { name: "once" },
        spec: { template: pods("once", { restartPolicy: "Never" }) },
      },
      cronJob(true),
      autoscaler("web", 3),
      { apiVersion: "v1", kind: "PersistentVolumeClaim", metadata: { name: "data" }, spec: claim },
      { apiVersion: "v1", kind: "PersistentVolume", metadata: { name: "by-hand" }, spec: volume },
      storageClass("fast", "false"),
    ];
    const spec = {
      targetNamespace: "kinds",
      manifests,
      copies: [{ kind: "Secret", name: "pull" }],
      dataOnDelete: "Delete",
    };
    await stand.apply(SECRET, clusterSetManifest("kinds", stand.cluster, spec));
    await stand.until("manifestset/kinds", ({ status }) => {
      const { declared, applied } = (status["objects"] ?? {}) as { declared?: number; applied?: number };
      return declared === 14 && applied === 14;
    });
    expect((await stand.target.get("configmap", "settings", real))!.data).toMatchObject({
      odd: "1e3",
      number: "0123",
    });
    expect(await stand.target.get("hpa", "web", real)).toMatchObject({ spec: { maxReplicas: 3 } });
    const made = (await stand.writesIn("kinds")).filter((write) => !write.includes("/name/"));
    expect(made).toEqual(["PATCH /workloads/workload/web/"]);
    await stand.lookAgain("manifestset/kinds");
    const before = await stand.writesIn("kinds");
    expect(before.filter((write) => write.startsWith("PUT"))).toEqual([]);
    await stand.remove("manifestset/kinds");
    await stand.gone("manifestset/kinds");
    const deletions = (await stand.writesIn("kinds")).slice(before.length);
    expect([...new Set(deletions)].toSorted()).toEqual([
      "DELETE /cronjobs/",
      "DELETE /ingress/",
      "DELETE /jobs/",
      "DELETE /kubernetes/configmaps/",
      "DELETE /kubernetes/pvc/data/",
      "DELETE /kubernetes/secret/",
      "DELETE /pods/",
      "DELETE /service/",
      "DELETE /workloads/",
      "PATCH /workloads/workload/web/",
    ]);
    const left = await stand.target.kubectl("get", "all,ingress,pvc,secret,hpa", "-n", real, "-o", "name");
    expect(left.trim()).toBe("");
    const cluster = `${stand.cluster}--`;
    expect(await stand.target.get("pv", `${cluster}by-hand`)).toBeUndefined();
    expect(await stand.target.get("storageclass", `${cluster}fast`)).toBeUndefined();
  });

  it("has a pod deleted by force where that is asked for: nobody on its node confirms it", async ({ expect }) => {
    const stand = theStand();
    const real = await stand.inCluster("forced");
    const pod = (name: string): Json => ({
      apiVersion: "v1",
      kind: "Pod",
      metadata: { name },
      spec: { nodeName: "node-that-is-down", containers: [{ name: "web", image: IMAGE }] },
    });
    const spec = (name: string, forceDelete: boolean): object => ({
      targetNamespace: "forced",
      manifests: [pod(name)],
      easystack: { forceDelete },
    });
    for (const [name, isForced] of [
      ["force", true],
      ["wait", false],
    ] as const) {
      await stand.apply(clusterSetManifest(name, stand.cluster, spec(name, isForced)));
      await targetShows(stand, ["pod", name, real]);
      await stand.remove(`manifestset/${name}`);
    }
    await stand.gone("manifestset/force");
    expect(await stand.target.get("pod", "force", real)).toBeUndefined();
    const { message } = await stand.reaches("manifestset/wait", "Deleting");
    expect(message).toContain("waiting for Pod forced/wait");
    await stand.edit("manifestset/wait", { spec: { easystack: { forceDelete: true } } });
    await stand.gone("manifestset/wait");
  });

  it("has replicas, suspension, autoscaling and the default class changed by the calls for them (calls 64, 87, 102, 109, 117)", async ({
    expect,
  }) => {
    const stand = theStand();
    const real = await stand.inCluster("narrow");
    const spec = (replicas: number, suspend: boolean, most: number, isDefault: string): object => ({
      targetNamespace: "narrow",
      manifests: [
        deployment("web", { replicas }),
        deployment("other", { replicas: 0 }),
        cronJob(suspend),
        autoscaler("other", most),
        storageClass("narrow", isDefault),
      ],
    });
    await stand.apply(clusterSetManifest("narrow", stand.cluster, spec(0, false, 3, "false")));
    await targetShows(stand, ["hpa", "other", real]);
    // What a visit has written is in the log when the next one has ended.
    await stand.lookAgain("manifestset/narrow");
    const before = (await stand.writesIn("narrow")).length;
    await stand.edit("manifestset/narrow", { spec: spec(2, true, 5, "true") });
    await targetShows(stand, ["hpa", "other", real], (found) => found.spec?.["maxReplicas"] === 5);
    await targetShows(stand, ["deployment", "web", real], (found) => found.spec?.["replicas"] === 2);
    await targetShows(stand, ["cronjob", "tick", real], (found) => found.spec?.["suspend"] === true);
    await stand.lookAgain("manifestset/narrow");
    expect((await stand.writesIn("narrow")).slice(before).toSorted()).toEqual([
      "PATCH /workloads/workload/other/",
      "PATCH /workloads/workload/web/",
      "PUT /cronjobs/",
    ]);
    const classes = (await stand.simulator.effects()).filter(({ path }) =>
      path.includes("/storageclass/narrow/default/"),
    );
    expect(classes).toHaveLength(1);
    const general = await stand.target.get("storageclass", `${stand.cluster}--general`);
    expect(general!.metadata.annotations).toMatchObject({ "easystack.simulator/is-default-class": "false" });
  });

  it("is told of node ports, keys and volume types that are wrong, and nothing is sent of the object (calls 41, 73, 91)", async ({
    expect,
  }) => {
    const stand = theStand();
    const real = await stand.inCluster("wrong");
    await stand.target.apply({ ...service("theirs", 31_234), metadata: { name: "theirs", namespace: real } });
    const taken = clusterSetManifest("port", stand.cluster, {
      targetNamespace: "wrong",
      manifests: [service("web", 31_234)],
    });
    await stand.apply(taken);
    const { message } = await stand.reaches("manifestset/port", "NodePortTaken");
    expect(message).toContain("spec.ports[0].nodePort: node port 31234 is another Service's");
    const valueFrom = { configMapKeyRef: { name: "settings", key: "levle" } };
    const containers = [{ name: "web", image: IMAGE, env: [{ name: "LEVEL", valueFrom }] }];
    const template = { metadata: { labels: { app: "web" } }, spec: { containers } };
    const manifests = [configMap("settings"), deployment("web", { template }), storageClass("odd", "false", "floppy")];
    await stand.apply(clusterSetManifest("keys", stand.cluster, { targetNamespace: "wrong", manifests }));
    const refused = await stand.reaches("manifestset/keys", "Rejected");
    expect(refused.message).toContain("configMapKeyRef.key: ConfigMap settings has no key levle; it has level");
    expect(refused.message).toContain("there is no volume type floppy; there are hdd");
    expect(await stand.writesIn("wrong")).toEqual(["POST /_raw/ConfigMap/name/settings/"]);
  });

  it("is told before any write what an autoscaler of the cloud does not carry", async ({ expect }) => {
    const stand = theStand();
    await stand.inCluster("scales");
    const { spec, ...rest } = autoscaler("web", 3);
    const manifests = [{ ...rest, metadata: { name: "other" }, spec: { ...(spec as object), behavior: {} } }];
    await stand.apply(clusterSetManifest("scales", stand.cluster, { targetNamespace: "scales", manifests }));
    const { message } = await stand.reaches("manifestset/scales", "NotSupportedByCloud");
    expect(message).toContain("spec.behavior");
    expect(message).toContain("metadata.name: EasyStack keeps an autoscaler with its workload");
  });
});

itStaysClean(theStand);
