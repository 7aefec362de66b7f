// Sets of a CTYUN account: seven kinds through its wrapped paths, with a real API server behind the simulator.
import { describe, it, vi } from "vitest";
import type { LoggedRequest } from "../support/clouds/simulator.ts";
import { autoscaler, ingress, pod, service, used } from "../support/environment/account-objects.ts";
import { itStaysClean } from "../support/environment/invariants.ts";
import {
  accountSetManifest,
  becomesAvailable,
  configMap,
  deployment,
  targetLacks,
  targetShows,
  useAccountStand,
  type Json,
} from "../support/environment/manifest-sets.ts";
import { scrape, sumOf } from "../support/operator/scrape.ts";

vi.setConfig({ testTimeout: 150_000, hookTimeout: 120_000, maxConcurrency: 20 });

const theStand = useAccountStand("set-account", { runPods: true });
const PASSWORD = "copied-password-of-the-registry";

/** What the client may call of the API reference (3.1 to 3.9): PATCH, deletions of collections and other streams never. */
const CALLS = [
  /^(?:POST|GET|PUT|DELETE) \/namespaces\/[^/]+\/(?:deployments|pods|horizontalpodautoscalers)\/[^/]+$/,
  /^GET \/namespaces\/[^/]+\/(?:deployments|pods|horizontalpodautoscalers|services|ingresses)$/,
  /^POST \/namespaces\/[^/]+\/(?:services|ingresses)$/,
  /^(?:GET|PUT|DELETE) \/namespaces\/[^/]+\/(?:services|ingresses)\/[^/]+$/,
  /^(?:POST|GET) \/api\/v1\/namespaces\/[^/]+\/configmaps$/,
  /^POST \/api\/v1\/namespaces\/[^/]+\/secrets$/,
  /^(?:GET|PUT|DELETE) \/api\/v1\/namespaces\/[^/]+\/(?:configmaps|secrets)\/[^/]+$/,
  /^GET \/api\/v1\/namespaces\/[^/]+\/events$/,
  /^GET \/watch\/namespaces\/[^/]+\/(?:deployments|pods|services)$/,
  /^GET \/api\/v1\/watch\/namespaces\/[^/]+\/configmaps$/,
  /^GET \/prometheus\/api\/v1\/query_range$/,
];

/** Longer than any test: what is found was told of, or waited for. */
const NEVER = { driftIntervalSeconds: 3_600 };

function wrappedOf(requests: readonly LoggedRequest[]): string[] {
  return requests.filter(({ path }) => !path.startsWith("/registry/")).map(({ method, path }) => `${method} ${path}`);
}

describe.concurrent("a set of an account", () => {
  it("has each of the seven kinds made, changed, healed, pruned and deleted, by calls of the reference alone", async ({
    expect,
  }) => {
    const stand = theStand();
    const namespace = await stand.target.namespace("seven");
    const secret = {
      apiVersion: "v1",
      kind: "Secret",
      metadata: { name: "pull", labels: { "yunfan.dev/manifests": "true" } },
      stringData: { password: PASSWORD },
    };
    const spec = (replicas: number, level: string): object => ({
      targetNamespace: namespace,
      manifests: [
        deployment("web", { replicas: 0 }),
        pod("single"),
        autoscaler(replicas),
        service(),
        ingress(),
        configMap("settings", { level }),
      ],
      copies: [{ kind: "Secret", name: "pull" }],
    });
    await stand.apply(secret, accountSetManifest("seven", spec(3, "info")));
    await becomesAvailable(stand, "web", namespace);
    await stand.reaches("manifestset/seven", "Available");
    expect(stand.seen("manifestset/seven")!.status).toMatchObject({ objects: { declared: 7, applied: 7, ready: 7 } });
    const made = await allOf(stand, namespace);
    expect(made).toMatchObject({
      autoscaler: { spec: { maxReplicas: 3, scaleTargetRef: { name: "web" } } },
      ingress: {
        spec: { rules: [{ http: { paths: [{ backend: { service: { name: "web", port: { number: 80 } } } }] } }] },
      },
      secret: { data: { password: Buffer.from(PASSWORD).toString("base64") } },
    });
    await stand.edit("manifestset/seven", { spec: spec(4, "warn") });
    await targetShows(stand, ["configmap", "settings", namespace], ({ data }) => data?.["level"] === "warn");
    await targetShows(stand, ["hpa", "web", namespace], (found) => found.spec?.["maxReplicas"] === 4);
    const ports = '{"spec":{"ports":[{"port":80,"nodePort":null,"targetPort":9999}]}}';
    await stand.target.kubectl("patch", "service", "web", "-n", namespace, "--type=merge", "-p", ports);
    await targetShows(stand, ["service", "web", namespace], (found) => JSON.stringify(found.spec).includes("8080"));
    const changed = await allOf(stand, namespace);
    expect(uidsOf(changed)).toEqual(uidsOf(made));
    await stand.reaches("manifestset/seven", "Available");
    const effects = (await stand.simulator.effects()).filter(({ path }) => path.includes(namespace)).length;
    await stand.visited("manifestset/seven", 2);
    expect((await stand.simulator.effects()).filter(({ path }) => path.includes(namespace))).toHaveLength(effects);
    await stand.edit("manifestset/seven", {
      spec: { manifests: [configMap("settings", { level: "warn" })], copies: [] },
    });
    await targetLacks(stand, "ingress", "web", namespace);
    await targetLacks(stand, "secret", "pull", namespace);
    await stand.reaches("manifestset/seven", "Available");
    await stand.remove("manifestset/seven");
    await stand.gone("manifestset/seven");
    expect(Object.values(await allOf(stand, namespace)).filter(Boolean)).toEqual([]);
    const calls = wrappedOf(await stand.simulator.requests());
    expect(calls.filter((call) => !CALLS.some((pattern) => pattern.test(call)))).toEqual([]);
  });

  it("takes the spellings that the cloud itself has", async ({ expect }) => {
    const stand = theStand();
    const namespace = await stand.target.namespace("spelt");
    const older = {
      apiVersion: "extensions/v1beta1",
      kind: "Ingress",
      metadata: { name: "web" },
      spec: {
        rules: [
          { host: "a.example.com", http: { paths: [{ path: "/", backend: { serviceName: "web", servicePort: 80 } }] } },
        ],
      },
    };
    const manifests = [older, { ...autoscaler(3), apiVersion: "autoscaling/v2beta2" }];
    await stand.apply(accountSetManifest("spelt", { targetNamespace: namespace, manifests }));
    await stand.reaches("manifestset/spelt", "Available");
    expect(await stand.target.get("ingress", "web", namespace)).toMatchObject({
      spec: { rules: [{ http: { paths: [{ backend: { service: { name: "web" } } }] } }] },
    });
  });

  it("is told before any write which of its kinds and fields the channel lacks", async ({ expect }) => {
    const stand = theStand();
    const namespace = await stand.target.namespace("lacks");
    const stateful = { ...deployment("db"), kind: "StatefulSet" };
    const manifests = [configMap("good"), stateful];
    await stand.apply(accountSetManifest("lacks", { targetNamespace: namespace, manifests }));
    const { message } = await stand.reaches("manifestset/lacks", "NotSupportedByCloud");
    expect(message).toContain("StatefulSet db (spec.manifests[1])");
    expect(message).toContain("ConfigMap, Deployment, HorizontalPodAutoscaler, Ingress, Pod, Secret, Service");
    await stand.edit("manifestset/lacks", { spec: { manifests: [perContainer()] } });
    await stand.until("manifestset/lacks", ({ status }) => JSON.stringify(status).includes("spec.metrics[0].type"));
    expect(await stand.target.get("configmap", "good", namespace)).toBeUndefined();
  });

  it("tells within 20 s why an image is not pulled, and is no writer of it again and again", async ({ expect }) => {
    const stand = theStand();
    const namespace = await stand.target.namespace("missing");
    const manifests = [pod("web", "registry.example.com/web:missing")];
    await stand.apply(accountSetManifest("missing", { ...NEVER, targetNamespace: namespace, manifests }));
    await targetShows(stand, ["pod", "web", namespace]);
    const startedAt = performance.now();
    await stand.until("manifestset/missing", ({ status }) => {
      const warnings = (status["warnings"] ?? []) as { reason: string }[];
      return warnings.some(({ reason }) => reason === "Failed");
    });
    expect(performance.now() - startedAt).toBeLessThan(20_000);
    expect(stand.seen("manifestset/missing")!.status["warnings"]).toEqual([
      { object: `Pod ${namespace}/web`, reason: "Failed", message: expect.stringContaining("Failed to pull image") },
    ]);
    await expect
      .poll(() => stand.events("manifestset/missing"), { timeout: 20_000 })
      .toContainEqual(expect.objectContaining({ type: "Warning", reason: "Failed" }));
  });

  it("is told of changes in the cloud, over WebSockets and streams, and heals them though no tick comes", async ({
    expect,
  }) => {
    const stand = theStand();
    const namespace = await stand.target.namespace("told");
    const manifests = [deployment("web", { replicas: 0 }), service(), configMap("settings"), ingress()];
    await stand.apply(accountSetManifest("told", { ...NEVER, targetNamespace: namespace, manifests }));
    await becomesAvailable(stand, "web", namespace);
    await stand.reaches("manifestset/told", "Available");
    const patch = (kind: string, name: string, change: object): Promise<string> =>
      stand.target.kubectl("patch", kind, name, "-n", namespace, "--type=merge", "-p", JSON.stringify(change));
    await patch("deployment", "web", { spec: { replicas: 3 } });
    await targetShows(stand, ["deployment", "web", namespace], ({ spec }) => spec?.["replicas"] === 0);
    await patch("service", "web", { spec: { selector: { app: "other" } } });
    await targetShows(stand, ["service", "web", namespace], ({ spec }) => JSON.stringify(spec).includes('"app":"web"'));
    await stand.target.kubectl("delete", "configmap", "settings", "-n", namespace);
    await targetShows(stand, ["configmap", "settings", namespace]);
    const watches = (await stand.simulator.requests()).filter(({ path }) =>
      path.includes(`/watch/namespaces/${namespace}/`),
    );
    expect(watches.map(({ path, status }) => `${path.split("/").at(-1)} ${status}`).toSorted()).toEqual([
      "configmaps 200",
      "deployments 101",
      "services 200",
    ]);
  });

  it("finds changes at the tick where the cloud tells of none", async ({ expect }) => {
    const stand = theStand();
    const namespace = await stand.target.namespace("untold");
    const kubeconfig = stand.target.plane.kubeconfigPath;
    const simulator = await stand.cloud("silent", { kubeconfig });
    await simulator.setFaults([{ method: "GET", path: "/watch/", action: "Status", status: 503, times: 0 }]);
    const manifests = [deployment("web", { replicas: 0 }), configMap("settings")];
    const accountRef = { name: "silent" };
    await stand.apply(accountSetManifest("untold", { accountRef, targetNamespace: namespace, manifests }));
    await becomesAvailable(stand, "web", namespace);
    await stand.reaches("manifestset/untold", "Available");
    const theirs = ["--type=merge", "-p", '{"spec":{"replicas":3}}'];
    await stand.target.kubectl("patch", "deployment", "web", "-n", namespace, ...theirs);
    await targetShows(stand, ["deployment", "web", namespace], ({ spec }) => spec?.["replicas"] === 0);
    await stand.target.kubectl("delete", "configmap", "settings", "-n", namespace);
    await targetShows(stand, ["configmap", "settings", namespace]);
    const watches = (await simulator.requests()).filter(({ path }) => path.includes("/watch/"));
    expect(watches).not.toHaveLength(0);
    expect(watches.every(({ status }) => status === 503)).toBe(true);
  });

  it("shows what its workloads use, by one query per namespace and figure", async ({ expect }) => {
    const stand = theStand();
    const namespace = await stand.target.namespace("used");
    await used(stand, { name: "used", namespace, expect });
    const queries = (await stand.simulator.requests()).filter(({ path }) => path.startsWith("/prometheus/"));
    expect(queries).toHaveLength(4);
    const port = (await stand.operators[0]!.ready).metricsPort!;
    const labels = { manifestset: "used", target_namespace: namespace, kind: "Deployment", workload: "web" };
    const samples = await scrape(port);
    expect(sumOf(samples, "yunfan_workload_cpu_cores", labels)).toBeCloseTo(0.4691);
    expect(sumOf(samples, "yunfan_workload_network_transmit_bytes_per_second", labels)).toBe(4096);
  });
});

describe.concurrent("an account whose gateway takes only the printed queries", () => {
  it("has the same shown, by one query for each pod of a workload and no other", async ({ expect }) => {
    const stand = theStand();
    const kubeconfig = stand.target.plane.kubeconfigPath;
    const simulator = await stand.cloud("documented", { kubeconfig, prometheusQueries: "Documented" });
    const namespace = await stand.target.namespace("asked");
    await used({ ...stand, simulator }, { name: "asked", namespace, expect, accountRef: { name: "documented" } });
    const queries = (await simulator.requests()).filter(({ path }) => path.startsWith("/prometheus/"));
    expect(queries.filter(({ status }) => status === 200)).toHaveLength(8);
  });
});

describe.concurrent("an account whose answers can't be trusted", () => {
  it("has each object made once, whatever gets lost, and nothing lost by lists that are empty", async ({ expect }) => {
    const stand = theStand();
    const namespace = await stand.target.namespace("lost");
    const inNamespace = `/namespaces/${namespace}/`;
    await stand.simulator.setFaults([
      { action: "DropAfter", method: "POST", path: inNamespace, times: 2 },
      { action: "Status", status: 503, method: "POST", path: inNamespace, times: 1 },
      { action: "EmptyList", path: inNamespace, times: 5 },
      { action: "MalformedJson", method: "GET", path: inNamespace, times: 1, skip: 2 },
    ]);
    const manifests = [configMap("one"), configMap("two"), service()];
    await stand.apply(accountSetManifest("lost", { targetNamespace: namespace, manifests }));
    await stand.reaches("manifestset/lost", "Available");
    const posts = (await stand.simulator.effects()).filter(
      ({ method, path }) => method === "POST" && path.includes(inNamespace),
    );
    expect(posts).toHaveLength(3);
    const { uid } = (await stand.target.get("configmap", "one", namespace))!.metadata;
    await stand.simulator.setFaults([{ action: "EmptyList", path: inNamespace, times: 100 }]);
    await stand.visited("manifestset/lost", 2);
    await stand.simulator.setFaults([]);
    expect((await stand.target.get("configmap", "one", namespace))!.metadata.uid).toBe(uid);
  });
});

type AccountStand = ReturnType<typeof theStand>;

async function allOf({ target: at }: AccountStand, namespace: string): Promise<Record<string, Json | undefined>> {
  return {
    deployment: await at.get("deployment", "web", namespace),
    pod: await at.get("pod", "single", namespace),
    autoscaler: await at.get("hpa", "web", namespace),
    service: await at.get("service", "web", namespace),
    ingress: await at.get("ingress", "web", namespace),
    config: await at.get("configmap", "settings", namespace),
    secret: await at.get("secret", "pull", namespace),
  };
}

function uidsOf(objects: Record<string, Json | undefined>): unknown[] {
  return Object.values(objects).map((object) => (object as { metadata: { uid: string } } | undefined)?.metadata.uid);
}

function perContainer(): Json {
  const target = { type: "Utilization", averageUtilization: 60 };
  const metrics = [{ type: "ContainerResource", containerResource: { name: "cpu", container: "web", target } }];
  const { spec, ...rest } = autoscaler(3);
  return { ...rest, spec: { ...(spec as object), metrics } };
}

itStaysClean(theStand);
