// In which order a set's objects are applied, and which of their fields are left to others.
import { afterAll, describe, it, vi, type ExpectStatic } from "vitest";
import { readKubeconfig } from "../../src/cloud/simulation/kubeconfig.ts";
import { itStaysClean } from "../support/environment/invariants.ts";
import {
  becomesAvailable,
  clusterBehind,
  configMap,
  deployment,
  isWrite,
  setManifest,
  targetShows,
  useSetStand,
} from "../support/environment/manifest-sets.ts";
import { startTargetProxy, type TargetProxy } from "../support/environment/target-proxy.ts";

vi.setConfig({ testTimeout: 150_000, hookTimeout: 120_000, maxConcurrency: 20 });

const theStand = useSetStand("set-order");

const proxies: TargetProxy[] = [];

afterAll(async () => {
  await Promise.all(proxies.map((proxy) => proxy[Symbol.asyncDispose]()));
});

function inWave(wave: number): object {
  return { annotations: { "yunfan.dev/wave": String(wave) } };
}

describe.concurrent("waves", () => {
  it("begin when the one before is healthy, and say what they wait for", async ({ expect }) => {
    const stand = theStand();
    const namespace = await stand.target.namespace("waves");
    const manifests = [configMap("later", {}, inWave(1)), deployment("first"), configMap("with-first")];
    await stand.apply(setManifest("waves", { targetNamespace: namespace, manifests }));
    const { status } = await stand.until("manifestset/waves", (set) => JSON.stringify(set.status).includes("WaveHeld"));
    expect(status).toMatchObject({ objects: { declared: 3, applied: 2, ready: 1 } });
    expect(await stand.target.get("configmap", "later", namespace)).toBeUndefined();
    expect(await stand.target.get("configmap", "with-first", namespace)).toBeDefined();
    await becomesAvailable(stand, "first", namespace);
    await targetShows(stand, ["configmap", "later", namespace]);
    await stand.reaches("manifestset/waves", "Available");
  });

  it("are held by a refused object, which holds none of its own wave", async ({ expect }) => {
    const stand = theStand();
    const namespace = await stand.target.namespace("refused");
    const unknown = { apiVersion: "refused.example.com/v1", kind: "Widget", metadata: { name: "one" }, spec: { a: 1 } };
    const manifests = [unknown, configMap("beside"), configMap("later", {}, inWave(1))];
    await stand.apply(setManifest("refused", { targetNamespace: namespace, manifests }));
    const { message } = await stand.reaches("manifestset/refused", "KindNotFound");
    expect(message).toContain("Widget one (spec.manifests[0])");
    await targetShows(stand, ["configmap", "beside", namespace]);
    expect(await stand.target.get("configmap", "later", namespace)).toBeUndefined();
    await stand.target.apply(definition("refused.example.com"));
    await stand.reaches("manifestset/refused", "Available");
    await targetShows(stand, ["widgets.refused.example.com", "one", namespace]);
    await targetShows(stand, ["configmap", "later", namespace]);
  });

  it.for(["kubeconfig", "gateway", "old"] as const)(
    "have a Namespace, a definition and its resource, RBAC, a workload and a copied Secret made in one go, and at another apply nothing, by way of %s",
    async (way, { expect }) => {
      const stand = theStand();
      const [name, namespace, group] = [`whole-${way}`, `whole-${way}-${Date.now()}`, `${way}.example.com`];
      const { clusterRef, writes } = await WAYS[way](name);
      const rules = [{ apiGroups: [""], resources: ["configmaps"], verbs: ["get"] }];
      const role = { apiVersion: "rbac.authorization.k8s.io/v1", kind: "Role", metadata: { name: "reads" }, rules };
      const service = { apiVersion: "v1", kind: "Service", metadata: { name: "web" }, spec: { ports: [{ port: 80 }] } };
      const manifests = [
        { apiVersion: `${group}/v1`, kind: "Widget", metadata: { name: "one" }, spec: { a: 1 } },
        deployment("web", { replicas: 0 }),
        service,
        role,
        configMap("settings"),
        definition(group),
        { apiVersion: "v1", kind: "Namespace", metadata: { name: namespace } },
      ];
      const metadata = { name: `${name}-pull`, labels: { "yunfan.dev/manifests": "true" } };
      const secret = {
        apiVersion: "v1",
        kind: "Secret",
        metadata,
        stringData: { password: "copied-password-of-whole" },
      };
      const copies = [{ kind: "Secret", name: `${name}-pull`, targetName: "pull" }];
      const set = setManifest(name, { clusterRef, targetNamespace: namespace, manifests, copies });
      await stand.apply(secret, set);
      await becomesAvailable(stand, "web", namespace);
      await stand.reaches(`manifestset/${name}`, "Available");
      const { status } = (await stand.read(`manifestset/${name}`))!;
      expect(status).toMatchObject({ objects: { declared: 8, applied: 8, ready: 8 } });
      const data = { password: Buffer.from("copied-password-of-whole").toString("base64") };
      expect(await stand.target.get("secret", "pull", namespace)).toMatchObject({ data });
      expect(await stand.target.get(`widgets.${group}`, "one", namespace)).toMatchObject({ spec: { a: 1 } });
      const made = await writes(namespace, group);
      expect(made.filter(({ code }) => code >= 300)).toEqual([]);
      expect(made.length).toBeGreaterThanOrEqual(manifests.length + copies.length);
      await stand.apply(secret, set);
      await stand.lookAgain(`manifestset/${name}`);
      expect(await writes(namespace, group)).toEqual(made);
    },
  );
});

interface Way {
  readonly clusterRef: { readonly name: string };
  /** To the target so far; where others write there too, of what has one of these words in its path. */
  readonly writes: (...words: readonly string[]) => Promise<readonly Written[]>;
}

interface Written {
  readonly path: string;
  readonly code: number;
}

/** By the target's own word. */
async function writtenThere(...words: readonly string[]): Promise<readonly Written[]> {
  const writes = (await theStand().target.requests()).filter(isWrite);
  return writes
    .map(({ uri, code }) => ({ path: uri, code }))
    .filter(({ path }) => words.some((word) => path.includes(word)));
}

/** Into the target, by the name of a cluster that is made where one is needed. */
const WAYS: Readonly<Record<"kubeconfig" | "gateway" | "old", (name: string) => Promise<Way>>> = {
  kubeconfig: () => Promise.resolve({ clusterRef: { name: "production" }, writes: writtenThere }),
  async gateway(name) {
    const stand = theStand();
    const simulator = await clusterBehind(stand, name, await readKubeconfig(stand.target.plane.kubeconfigPath));
    await stand.edit(`managedcluster/${name}`, { spec: { manifests: { route: "Gateway" } } });
    // Nobody else uses this cloud, whose own paths are of v3.
    const writes: Way["writes"] = async () => {
      const sent = (await simulator.requests()).filter(
        ({ method, path }) => method !== "GET" && !path.includes("/v3/"),
      );
      return sent.map(({ path, status }) => ({ path, code: status }));
    };
    return { clusterRef: { name }, writes };
  },
  /** Kubernetes 1.15. */
  async old(name) {
    const stand = theStand();
    const proxy = await startTargetProxy(stand.target.plane.kubeconfigPath, { minor: "15+" });
    proxies.push(proxy);
    await clusterBehind(stand, name, proxy.kubeconfig);
    const writes: Way["writes"] = () =>
      Promise.resolve(proxy.writes.map((write) => ({ path: write.path, code: write.status ?? 0 })));
    return { clusterRef: { name }, writes };
  },
};

describe.concurrent("fields of others", () => {
  it("are replicas of what an autoscaler of the set scales: a scale is not fought, an image change keeps it", async ({
    expect,
  }) => {
    const stand = theStand();
    const namespace = await stand.target.namespace("scaled");
    const autoscaler = {
      apiVersion: "autoscaling/v2",
      kind: "HorizontalPodAutoscaler",
      metadata: { name: "web" },
      spec: {
        minReplicas: 1,
        maxReplicas: 9,
        scaleTargetRef: { apiVersion: "apps/v1", kind: "Deployment", name: "web" },
        metrics: [
          { type: "Resource", resource: { name: "cpu", target: { type: "Utilization", averageUtilization: 60 } } },
        ],
      },
    };
    const spec = (image: string): object => ({
      targetNamespace: namespace,
      manifests: [deployment("web", withImage("web", image)), autoscaler],
    });
    await stand.apply(setManifest("scaled", spec("nginx:1.27")));
    await keepsScale(stand, { name: "scaled", namespace, expect });
    await stand.edit("manifestset/scaled", { spec: spec("nginx:1.28") });
    await targetShows(stand, ["deployment", "web", namespace], (found) => JSON.stringify(found).includes("nginx:1.28"));
    expect(await stand.target.get("deployment", "web", namespace)).toMatchObject({ spec: { replicas: 5 } });
  });

  it("are those of spec.ignore; what nobody is left is healed", async ({ expect }) => {
    const stand = theStand();
    const namespace = await stand.target.namespace("ignored");
    const manifests = [deployment("web"), deployment("healed")];
    const ignore = [{ kind: "Deployment", name: "web", paths: ["/spec/replicas"] }];
    await stand.apply(setManifest("ignored", { targetNamespace: namespace, manifests, ignore }));
    await becomesAvailable(stand, "healed", namespace);
    await keepsScale(stand, { name: "ignored", namespace, expect });
    await stand.target.kubectl("scale", "deployment", "healed", "-n", namespace, "--replicas=5");
    await targetShows(stand, ["deployment", "healed", namespace], ({ spec }) => spec?.["replicas"] === 2);
    expect(await stand.target.get("deployment", "web", namespace)).toMatchObject({ spec: { replicas: 5 } });
  });
});

/** A colleague scales to five, and it stays so. */
async function keepsScale(
  stand: ReturnType<typeof theStand>,
  { name, namespace, expect }: { name: string; namespace: string; expect: ExpectStatic },
): Promise<void> {
  await becomesAvailable(stand, "web", namespace);
  await stand.reaches(`manifestset/${name}`, "Available");
  await stand.target.kubectl("scale", "deployment", "web", "-n", namespace, "--replicas=5");
  await becomesAvailable(stand, "web", namespace);
  await stand.visited(`manifestset/${name}`, 2);
  expect(await stand.target.get("deployment", "web", namespace)).toMatchObject({ spec: { replicas: 5 } });
}

function withImage(name: string, image: string): object {
  return { template: { metadata: { labels: { app: name } }, spec: { containers: [{ name: "web", image }] } } };
}

function definition(group: string): object {
  const schema = { openAPIV3Schema: { type: "object", "x-kubernetes-preserve-unknown-fields": true } };
  return {
    apiVersion: "apiextensions.k8s.io/v1",
    kind: "CustomResourceDefinition",
    metadata: { name: `widgets.${group}` },
    spec: {
      group,
      names: { plural: "widgets", singular: "widget", kind: "Widget", listKind: "WidgetList" },
      scope: "Namespaced",
      versions: [{ name: "v1", served: true, storage: true, schema }],
    },
  };
}

itStaysClean(theStand);
