// Creates of EasyStack ECNS that land in another place than the server had confirmed, while the operator that has sent them is killed: the next one looks
// for them, by what the set's inventory has kept.
import { randomBytes } from "node:crypto";
import { afterAll, beforeAll, describe, expect, it, vi } from "vitest";
import { sharedControlPlane } from "../support/apiserver/controlplane.ts";
import {
  clusterManifest,
  clusterSetManifest,
  createEasyStackStand,
  easystackAccountManifests,
  type EasyStackStand,
} from "../support/clouds/easystack/environment.ts";
import { workload } from "../support/clouds/easystack/form-manifests.ts";
import { dieAstray, dieBeforeIt, type Going } from "../support/clouds/easystack/astray.ts";
import { living as livingFor } from "../support/clouds/easystack/lives.ts";
import { configMap, targetOn, type Json, type ReachedTarget } from "../support/environment/manifest-sets.ts";

vi.setConfig({ testTimeout: 300_000, hookTimeout: 120_000 });

const PATIENTLY = { timeout: 60_000, interval: 50 };
/** A loaded machine has to see it before it takes effect. */
const LATE_MS = 8_000;
const cluster = `s${randomBytes(4).toString("hex")}`;
const other = `${cluster}-o`;
const IMAGE = { containers: [{ name: "main", image: "nginx:1.25" }] };

let stand: EasyStackStand;
let target: ReachedTarget;

/** An operator, by whose word a create takes effect so soon or never. */
const living = (work: () => Promise<unknown>, settleSeconds = 3): Promise<void> =>
  livingFor(stand, work, settleSeconds);

beforeAll(async () => {
  const plane = sharedControlPlane();
  target = targetOn(plane);
  const clusters = [cluster, other].map((name) => ({ name, type: "EKS" as const }));
  stand = await createEasyStackStand("easystack-stray-kills", { kubeconfig: plane.kubeconfigPath, clusters });
  await stand.apply(...easystackAccountManifests(stand.simulator), clusterManifest(cluster));
  await living(() => stand.reaches(`managedcluster/${cluster}`, "Available"));
});
afterAll(() => stand[Symbol.asyncDispose]());

/** A namespace of both clusters; what a form makes in it may get into another one too. */
async function namespaces(name: string): Promise<void> {
  for (const each of [cluster, other]) {
    await stand.simulator.behindOurBack("POST", "namespaces", { cluster: each, name });
  }
}

/** A create that gets into the other cluster. */
const astray = (path: string, namespace: string, ms = LATE_MS): Going => ({
  path,
  to: { cluster: other, namespace },
  ms,
});

async function eventsOf(name: string): Promise<string> {
  return JSON.stringify(await stand.events(`manifestset/${name}`));
}

const found = async (kind: string, name: string, namespace: string): Promise<readonly boolean[]> => {
  const at = await Promise.all([cluster, other].map((each) => target.get(kind, name, `${each}--${namespace}`)));
  return at.map((object) => object !== undefined);
};

function setOf(name: string, route: "Yaml" | "Forms", manifests: readonly Json[]): object {
  return clusterSetManifest(name, cluster, { targetNamespace: name, manifests, easystack: { route } });
}

describe("a create that got elsewhere while its operator was killed", () => {
  it.for([
    ["Yaml", "by-yaml", "configmap", "/_raw/ConfigMap/name/settings/", configMap("settings"), "settings"],
    ["Forms", "by-form", "deployment", "/workloads/", workload("Deployment", "web", { replicas: 0 }, IMAGE), "web"],
  ] as const)(
    "by route %s is taken away there, by the mark that it bears, and made where it belongs",
    async ([route, name, kind, path, manifest, object]) => {
      await namespaces(name);
      await stand.apply(setOf(name, route, [manifest]));
      await dieAstray(stand, astray(path, name));
      expect(await found(kind, object, name)).toEqual([false, true]);
      await living(async () => {
        await expect.poll(() => found(kind, object, name), PATIENTLY).toEqual([true, false]);
        await expect.poll(() => eventsOf(name), PATIENTLY).toContain("where it was not meant for, and was taken away");
        await stand.until(`manifestset/${name}`, ({ status }) => {
          const [entry] = (status["inventory"] ?? []) as readonly { uid?: string; making?: object }[];
          return entry?.uid !== undefined && entry.making === undefined;
        });
      });
    },
  );

  it("only when the next one had begun is waited for, and taken away before it is made where it belongs", async () => {
    const name = "late";
    await namespaces(name);
    await stand.apply(setOf(name, "Yaml", [configMap("late")]));
    const sent = await dieBeforeIt(stand, astray("/_raw/ConfigMap/name/late/", name, 12_000));
    await living(async () => {
      await expect.poll(async () => (await sent())?.effect, PATIENTLY).toBe(true);
      await expect.poll(() => found("configmap", "late", name), PATIENTLY).toEqual([true, false]);
      await expect.poll(() => eventsOf(name), PATIENTLY).toContain("where it was not meant for, and was taken away");
    }, 15);
    const effects = (await stand.simulator.effects()) as readonly { method: string; place?: string }[];
    const writes = effects.filter(({ place }) => place?.endsWith("/late")).map(({ method, place }) => [method, place]);
    expect(writes).toEqual([
      ["POST", `${other}/${name}`],
      ["DELETE", `${other}/${name}`],
      ["POST", `${cluster}/${name}`],
    ]);
  });

  it("goes with a set that is deleted right after the kill", async () => {
    const name = "leaving";
    await namespaces(name);
    await stand.apply(setOf(name, "Yaml", [configMap("leaving")]));
    await dieAstray(stand, astray("/_raw/ConfigMap/name/leaving/", name));
    expect(await found("configmap", "leaving", name)).toEqual([false, true]);
    await stand.remove(`manifestset/${name}`);
    await living(() => stand.gone(`manifestset/${name}`));
    expect(await found("configmap", "leaving", name)).toEqual([false, false]);
  });

  it("and that bears no mark is named and not touched: it may be a stranger's", async () => {
    const name = "unmarked";
    await namespaces(name);
    await stand.apply(setOf(name, "Forms", [configMap("settings")]));
    await dieAstray(stand, astray("/kubernetes/configmap/settings/", name));
    const before = await target.get("configmap", "settings", `${other}--${name}`);
    expect(before?.metadata.labels).toBeUndefined();
    await living(async () => {
      await stand.reaches(`manifestset/${name}`, "Available");
      const said = `Whether ConfigMap ${name}/settings in ${other}/${name} was made by a request of this set`;
      await expect.poll(() => eventsOf(name), PATIENTLY).toContain(said);
    });
    expect(await found("configmap", "settings", name)).toEqual([true, true]);
    expect(await target.get("configmap", "settings", `${other}--${name}`)).toEqual(before);
  });
});
