// Sets in clusters of EasyStack ECNS by its own forms (spec.easystack.route: Forms): which call each kind is made, changed and deleted by, with a
// real API server behind the simulator.
import { describe, it, vi } from "vitest";
import {
  container,
  ingress,
  job,
  ports,
  service,
  sourceSecret,
  workload,
} from "../support/clouds/easystack/form-manifests.ts";
import { useFormsStand } from "../support/clouds/easystack/form-sets.ts";
import { itStaysClean } from "../support/environment/invariants.ts";
import { configMap, targetLacks, targetShows, type Json } from "../support/environment/manifest-sets.ts";

vi.setConfig({ testTimeout: 300_000, hookTimeout: 120_000, maxConcurrency: 20 });

const SECRET_VALUE = "value-of-a-form-1";
const web = { kind: "Deployment", name: "web" };
const theStand = useFormsStand("easystack-forms");

describe.concurrent("a set on route Forms", () => {
  it("makes each kind by its own call, and writes no more when the same is applied again (calls 36, 42, 48, 59, 61, 63, 68, 74, 84, 92)", async ({
    expect,
  }) => {
    const { stand, target, namespace, writesIn, formsSet, applied } = theStand();
    const real = await namespace("kinds");
    const auths = { "registry.example.com": { username: "robot", password: SECRET_VALUE } };
    await stand.apply(
      sourceSecret("plain", "Opaque", { password: SECRET_VALUE }),
      sourceSecret("files", "kubernetes.io/tls", { "tls.crt": "certificate", "tls.key": SECRET_VALUE }),
      sourceSecret("login", "kubernetes.io/dockerconfigjson", { ".dockerconfigjson": JSON.stringify({ auths }) }),
    );
    const manifests: Json[] = [
      workload("Deployment", "web", { replicas: 2 }),
      workload("StatefulSet", "db", { replicas: 1 }),
      workload("DaemonSet", "agent"),
      { apiVersion: "batch/v1", kind: "Job", metadata: { name: "once" }, spec: job },
      {
        apiVersion: "batch/v1",
        kind: "CronJob",
        metadata: { name: "nightly" },
        spec: { schedule: "10 6 * * 3,4", suspend: true, jobTemplate: { spec: job } },
      },
      configMap("settings"),
      service("inside", { ports, selector: { app: "web" } }),
      service("nodes", { type: "NodePort", ports: [{ port: 80 }] }),
      service("balanced", { type: "LoadBalancer", ports }),
      service("outside", { type: "ExternalName", externalName: "db.example.com" }),
      ingress("route"),
      {
        apiVersion: "v1",
        kind: "PersistentVolumeClaim",
        metadata: { name: "data" },
        spec: {
          accessModes: ["ReadWriteOnce"],
          storageClassName: "general",
          resources: { requests: { storage: "2Gi" } },
        },
      },
    ];
    const services = ["inside", "nodes", "balanced"].map((name) => ({ namespace: "kinds", name, workload: web }));
    const copies = ["plain", "files", "login"].map((name) => ({ kind: "Secret", name }));
    const set = formsSet("kinds", manifests, { services }, { copies });
    await stand.apply(set);
    await applied(expect, "kinds", 15);
    const writes = await writesIn("kinds");
    expect(writes.toSorted()).toEqual([
      "POST /cronjobs/",
      "POST /ingress/",
      "POST /jobs/",
      "POST /kubernetes/configmap/settings/",
      "POST /kubernetes/pvc/data/",
      "POST /kubernetes/secret/",
      "POST /kubernetes/secret/",
      "POST /kubernetes/secret/",
      "POST /service/balanced/",
      "POST /service/inside/",
      "POST /service/nodes/",
      "POST /service/outside/",
      "POST /workloads/",
      "POST /workloads/",
      "POST /workloads/",
      // Annotations of ours, and labels where no form has any.
      "PUT /_raw/ConfigMap/name/settings/",
      "PUT /_raw/CronJob/name/nightly/",
      "PUT /_raw/DaemonSet/name/agent/",
      "PUT /_raw/Deployment/name/web/",
      "PUT /_raw/Job/name/once/",
      "PUT /_raw/PersistentVolumeClaim/name/data/",
      "PUT /_raw/Secret/name/files/",
      "PUT /_raw/Secret/name/login/",
      "PUT /_raw/Secret/name/plain/",
      "PUT /_raw/StatefulSet/name/db/",
      "PUT /cronjobs/",
    ]);
    await stand.apply(set);
    await stand.lookAgain("manifestset/kinds");
    expect(await writesIn("kinds")).toEqual(writes);
    expect((await target.get("deployment", "web", real))!).toMatchObject({
      metadata: { labels: { team: "shop" }, annotations: { "yunfan.dev/manifestset": `${stand.namespace}/kinds` } },
      spec: { replicas: 2, template: { spec: { containers: [container] } } },
    });
    expect((await target.get("cronjob", "nightly", real))!.spec).toMatchObject({
      schedule: "10 6 * * 3,4",
      suspend: true,
    });
    await stand.remove("manifestset/kinds");
    await stand.gone("manifestset/kinds");
    expect(await target.get("deployment", "web", real)).toBeUndefined();
    // Data stays (spec.dataOnDelete).
    expect((await target.get("persistentvolumeclaim", "data", real))!.metadata.labels).toBeUndefined();
  });

  it("changes configurations, Services, routes and cron jobs each by its own call (calls 43, 44, 49, 51, 66, 67, 69, 71, 72, 75)", async ({
    expect,
  }) => {
    const { stand, target, namespace, writesIn, formsSet, applied } = theStand();
    const real = await namespace("changes");
    const services = [{ namespace: "changes", name: "inside", workload: web }];
    const manifests = (level: string, port: number, suspend: boolean): Json[] => [
      configMap("settings", { level }),
      workload("Deployment", "web", { replicas: 0 }),
      service("inside", { type: "NodePort", ports: [{ port, targetPort: 8080 }] }),
      ingress("route", port),
      {
        apiVersion: "batch/v1",
        kind: "CronJob",
        metadata: { name: "nightly" },
        spec: { schedule: "10 6 * * *", suspend, jobTemplate: { spec: job } },
      },
    ];
    await stand.apply(sourceSecret("changing", "Opaque", { password: SECRET_VALUE }));
    const copies = [{ kind: "Secret", name: "changing" }];
    await stand.apply(formsSet("changes", manifests("info", 80, true), { services }, { copies }));
    await applied(expect, "changes", 6);
    const before = (await writesIn("changes")).length;
    await stand.apply(sourceSecret("changing", "Opaque", { password: `${SECRET_VALUE}-new` }));
    await stand.edit("manifestset/changes", { spec: { manifests: manifests("warn", 81, false) } });
    await targetShows({ target }, ["cronjob", "nightly", real], ({ spec }) => spec?.["suspend"] === false);
    await stand.lookAgain("manifestset/changes");
    await applied(expect, "changes", 6);
    expect((await writesIn("changes")).slice(before).toSorted()).toEqual([
      "PATCH /ingress/",
      "PATCH /kubernetes/configmap/settings/",
      "PATCH /kubernetes/secret/",
      "PUT /cronjobs/",
      "PUT /service/inside/",
    ]);
    expect((await target.get("configmap", "settings", real))!.data).toEqual({ level: "warn" });
    expect((await target.get("service", "inside", real))!.spec).toMatchObject({
      ports: [{ port: 81, targetPort: 8080 }],
    });
    await stand.edit("manifestset/changes", { spec: { manifests: manifests("warn", 81, false).slice(0, 2) } });
    await targetLacks({ target }, "ingress", "route", real);
    await targetLacks({ target }, "service", "inside", real);
  });
});

itStaysClean(() => theStand().stand);
